import type { ChildFailure } from '../child-protocol.ts';
import { defaultBufferKibibytes } from '../default-buffer.ts';
import type { Pointer } from '../koffi-package.ts';
import type { Direction, LiveOptions } from '../live-options.ts';
import { errorBuffer, type Libpcap, textIn } from './library.ts';

/** Most bytes of a packet where the user names no snapshot length: as many as libpcap believes in. */
const defaultSnapLength = 262_144;

/**
 * Milliseconds after which the kernel hands over a block that is not full. Each takes a block of the buffer, so that a
 * short time would leave little room behind a reader that is stopped; a long one keeps a lone packet from being told.
 */
export const blockTimeout = 20;

/** Values of pcap(3PCAP). */
const nanosecondPrecision = 1;
const unknownNetmask = 0xffff_ffff;
const linuxCookedV2 = 276;
const directionValues: Readonly<Record<Direction, number>> = { inout: 0, in: 1, out: 2 };

/** Bytes of struct bpf_program: a count, and a pointer at its own alignment. */
const filterProgramLength = 16;

/** libpcap refuses something; the message is what it says. */
export class LibpcapError extends Error {
  readonly kind: ChildFailure['kind'];

  constructor(kind: ChildFailure['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * Opens a device as the options say, in non-blocking mode: else no signal would be seen while there are no packets.
 * Throws a `LibpcapError`.
 */
export function openDevice(libpcap: Libpcap, options: LiveOptions): Pointer {
  const handle = activate(libpcap, options);
  setLinkType(libpcap, handle, options);
  const check = checkOf(libpcap, handle);
  if (options.filter !== '') {
    const program = compiled(libpcap, handle, options);
    check(libpcap.setFilter(handle, program));
    libpcap.freecode(program);
  }
  if (options.direction !== undefined) check(libpcap.setDirection(handle, directionValues[options.direction]));
  const error = errorBuffer();
  if (libpcap.setNonblock(handle, 1, error) < 0) throw new LibpcapError('open', textIn(error));
  return handle;
}

/** Prints the code of the filter to C's standard output, as `tcpdump -d` does. Throws a `LibpcapError`. */
export function printFilter(libpcap: Libpcap, options: LiveOptions, form: number): void {
  const handle = activate(libpcap, options);
  setLinkType(libpcap, handle, options);
  const program = compiled(libpcap, handle, options);
  libpcap.dumpProgram(program, form);
  const flush = libpcap.koffi.load(null).func('int fflush(void *)') as (file: null) => number;
  flush(null);
  libpcap.freecode(program);
  libpcap.close(handle);
}

type Check = (status: number, kind?: ChildFailure['kind']) => void;

/** Throws for a status below 0. */
function checkOf(libpcap: Libpcap, handle: Pointer): Check {
  return (status, kind = 'open') => {
    if (status < 0) throw new LibpcapError(kind, libpcap.geterr(handle));
  };
}

function compiled(libpcap: Libpcap, handle: Pointer, { filter, device }: LiveOptions): Buffer {
  const program = Buffer.alloc(filterProgramLength);
  checkOf(libpcap, handle)(libpcap.compile(handle, program, filter, 1, netmaskOf(libpcap, device)), 'filter');
  return program;
}

function setLinkType(libpcap: Libpcap, handle: Pointer, options: LiveOptions): void {
  const check = checkOf(libpcap, handle);
  if (options.linkType !== undefined) {
    const type = libpcap.datalinkNameToVal(options.linkType);
    if (type < 0) throw new LibpcapError('open', `there is no link type ${options.linkType}`);
    check(libpcap.setDatalink(handle, type));
  } else if (options.device === 'any') {
    // As tcpdump: it names the interface of each packet. An older libpcap does not have it.
    libpcap.setDatalink(handle, linuxCookedV2);
  }
}

/**
 * The link types that a device can capture with, as `tcpdump -L` prints them, a line each. Throws a `LibpcapError`.
 */
export function linkTypesOf(libpcap: Libpcap, options: LiveOptions): string[] {
  const handle = activate(libpcap, options);
  const types: [Pointer | null] = [null];
  const count = libpcap.listDatalinks(handle, types);
  const [list] = types;
  if (count < 0 || list === null) throw new LibpcapError('open', libpcap.geterr(handle));
  const numbers = new Int32Array(libpcap.koffi.view(list, count * Int32Array.BYTES_PER_ELEMENT));
  const lines = Array.from(numbers, (type) => {
    const name = libpcap.datalinkValToName(type) ?? `DLT ${type}`;
    const description = libpcap.datalinkValToDescription(type);
    return description === null ? `  ${name}` : `  ${name} (${description})`;
  });
  libpcap.freeDatalinks(list);
  libpcap.close(handle);
  return [`Data link types for ${options.device} (use option -y to set):`, ...lines];
}

function activate(libpcap: Libpcap, { device, snapLength, promiscuous, bufferKibibytes }: LiveOptions): Pointer {
  const error = errorBuffer();
  const handle = libpcap.create(device, error);
  if (handle === null) throw new LibpcapError('open', textIn(error));
  libpcap.setSnaplen(handle, snapLength === 0 ? defaultSnapLength : snapLength);
  libpcap.setPromisc(handle, promiscuous ? 1 : 0);
  libpcap.setTimeout(handle, blockTimeout);
  libpcap.setBufferSize(handle, (bufferKibibytes ?? defaultBufferKibibytes) * 1024);
  // Where the system has only microseconds, it stays at those.
  libpcap.setTstampPrecision(handle, nanosecondPrecision);
  const status = libpcap.activate(handle);
  // Above 0 are warnings: `any` knows no promiscuous mode, for one.
  if (status >= 0) return handle;
  const words = libpcap.geterr(handle);
  const general = libpcap.statustostr(status);
  throw new LibpcapError('open', words === '' ? general : status === -1 ? words : `${general}: ${words}`);
}

/** The device's own netmask, for `ip broadcast`; of no use to any other expression, and not every device has one. */
function netmaskOf(libpcap: Libpcap, device: string): number {
  const netmask = Buffer.alloc(4);
  const found = libpcap.lookupnet(device, Buffer.alloc(4), netmask, errorBuffer()) === 0;
  // In the byte order of the network, as it lies in memory.
  return found ? (new Uint32Array(netmask.buffer, netmask.byteOffset, 1)[0] as number) : unknownNetmask;
}
