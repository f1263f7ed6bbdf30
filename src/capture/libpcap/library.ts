import { type Koffi, loadKoffi, type NativeLibrary, type Pointer } from '../koffi-package.ts';
import { installTcpdump, MissingPart } from '../missing-part.ts';

/** Bytes of a buffer for libpcap's words: PCAP_ERRBUF_SIZE of pcap(3PCAP). */
const errorBufferLength = 256;

/**
 * The functions of libpcap that are used, by their names without `pcap_`, and as pcap(3PCAP) describes them. Numbers
 * that they return are below 0 where they fail. Nothing checks what is passed: a wrong pointer ends the process.
 */
export interface Libpcap {
  readonly koffi: Koffi;
  /** `libpcap version 1.10.3 (with TPACKET_V3)`. */
  readonly version: string;
  /** `pcap_dump` itself, to be called by `dispatch`. */
  readonly dumpPacket: Pointer;

  readonly create: (device: string, error: Buffer) => Pointer | null;
  readonly setSnaplen: (handle: Pointer, bytes: number) => number;
  readonly setPromisc: (handle: Pointer, on: number) => number;
  readonly setTimeout: (handle: Pointer, milliseconds: number) => number;
  readonly setBufferSize: (handle: Pointer, bytes: number) => number;
  readonly setTstampPrecision: (handle: Pointer, precision: number) => number;
  readonly activate: (handle: Pointer) => number;
  readonly setNonblock: (handle: Pointer, on: number, error: Buffer) => number;
  readonly close: (handle: Pointer) => void;

  readonly datalinkNameToVal: (name: string) => number;
  readonly datalinkValToName: (type: number) => string | null;
  readonly datalinkValToDescription: (type: number) => string | null;
  readonly setDatalink: (handle: Pointer, type: number) => number;
  readonly listDatalinks: (handle: Pointer, types: [Pointer | null]) => number;
  readonly freeDatalinks: (types: Pointer) => void;
  readonly snapshot: (handle: Pointer) => number;
  readonly setDirection: (handle: Pointer, direction: number) => number;

  readonly lookupnet: (device: string, network: Buffer, netmask: Buffer, error: Buffer) => number;
  readonly compile: (handle: Pointer, program: Buffer, expression: string, optimize: number, netmask: number) => number;
  readonly setFilter: (handle: Pointer, program: Buffer) => number;
  readonly freecode: (program: Buffer) => void;
  /** Prints a program to C's standard output. This one is called `bpf_dump`. */
  readonly dumpProgram: (program: Buffer, form: number) => void;

  readonly dumpFopen: (handle: Pointer, file: Pointer) => Pointer | null;
  readonly dumpFlush: (dumper: Pointer) => number;
  readonly dumpFtell: (dumper: Pointer) => number;
  readonly dispatch: (handle: Pointer, most: number, callback: Pointer, argument: Pointer) => number;
  readonly stats: (handle: Pointer, counts: Buffer) => number;
  readonly selectableFd: (handle: Pointer) => number;

  readonly findalldevs: (devices: [Pointer | null], error: Buffer) => number;
  readonly freealldevs: (devices: Pointer) => void;
  readonly geterr: (handle: Pointer) => string;
  readonly statustostr: (status: number) => string;
}

/** Names of the library, with the version of its interface as Debian counts it, and as all others do. */
const names: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['libpcap.A.dylib', '/usr/lib/libpcap.A.dylib'],
  linux: ['libpcap.so.1', 'libpcap.so.0.8', 'libpcap.so'],
};

/** Loads libpcap. Throws a `MissingPart` where it, or the package that calls it, is not there. */
export function loadLibpcap(): Libpcap {
  const koffi = loadKoffi();
  const library = load(koffi);
  try {
    return bind(koffi, library);
  } catch (error) {
    throw new MissingPart(`libpcap can't be used (${messageOf(error)})`, 'install a newer one');
  }
}

export function errorBuffer(): Buffer {
  return Buffer.alloc(errorBufferLength);
}

/** What libpcap has written into a buffer, up to its NUL. */
export function textIn(error: Buffer): string {
  return error.toString('utf8', 0, Math.max(0, error.indexOf(0)));
}

function load(koffi: Koffi): NativeLibrary {
  let message = '';
  for (const name of names[process.platform] ?? ['libpcap.so']) {
    try {
      return koffi.load(name);
    } catch (error) {
      message = messageOf(error);
    }
  }
  throw new MissingPart(`libpcap is not installed (${message})`, `${installTcpdump()} brings it along`);
}

function bind(koffi: Koffi, library: NativeLibrary): Libpcap {
  const libVersion = library.func('const char *pcap_lib_version(void)') as () => string;
  return {
    koffi,
    version: libVersion(),
    dumpPacket: library.symbol('pcap_dump'),

    create: library.func('void *pcap_create(const char *, char *)') as Libpcap['create'],
    setSnaplen: library.func('int pcap_set_snaplen(void *, int)') as Libpcap['setSnaplen'],
    setPromisc: library.func('int pcap_set_promisc(void *, int)') as Libpcap['setPromisc'],
    setTimeout: library.func('int pcap_set_timeout(void *, int)') as Libpcap['setTimeout'],
    setBufferSize: library.func('int pcap_set_buffer_size(void *, int)') as Libpcap['setBufferSize'],
    setTstampPrecision: library.func('int pcap_set_tstamp_precision(void *, int)') as Libpcap['setTstampPrecision'],
    activate: library.func('int pcap_activate(void *)') as Libpcap['activate'],
    setNonblock: library.func('int pcap_setnonblock(void *, int, char *)') as Libpcap['setNonblock'],
    close: library.func('void pcap_close(void *)') as Libpcap['close'],

    datalinkNameToVal: library.func('int pcap_datalink_name_to_val(const char *)') as Libpcap['datalinkNameToVal'],
    datalinkValToName: library.func('const char *pcap_datalink_val_to_name(int)') as Libpcap['datalinkValToName'],
    datalinkValToDescription: library.func(
      'const char *pcap_datalink_val_to_description(int)',
    ) as Libpcap['datalinkValToDescription'],
    setDatalink: library.func('int pcap_set_datalink(void *, int)') as Libpcap['setDatalink'],
    listDatalinks: library.func('int pcap_list_datalinks(void *, _Out_ void **)') as Libpcap['listDatalinks'],
    freeDatalinks: library.func('void pcap_free_datalinks(void *)') as Libpcap['freeDatalinks'],
    snapshot: library.func('int pcap_snapshot(void *)') as Libpcap['snapshot'],
    setDirection: library.func('int pcap_setdirection(void *, int)') as Libpcap['setDirection'],

    lookupnet: library.func('int pcap_lookupnet(const char *, void *, void *, char *)') as Libpcap['lookupnet'],
    compile: library.func('int pcap_compile(void *, void *, const char *, int, uint32_t)') as Libpcap['compile'],
    setFilter: library.func('int pcap_setfilter(void *, void *)') as Libpcap['setFilter'],
    freecode: library.func('void pcap_freecode(void *)') as Libpcap['freecode'],

    dumpProgram: library.func('void bpf_dump(void *, int)') as Libpcap['dumpProgram'],

    dumpFopen: library.func('void *pcap_dump_fopen(void *, void *)') as Libpcap['dumpFopen'],
    dumpFlush: library.func('int pcap_dump_flush(void *)') as Libpcap['dumpFlush'],
    dumpFtell: library.func('long pcap_dump_ftell(void *)') as Libpcap['dumpFtell'],
    dispatch: library.func('int pcap_dispatch(void *, int, void *, void *)') as Libpcap['dispatch'],
    stats: library.func('int pcap_stats(void *, void *)') as Libpcap['stats'],
    selectableFd: library.func('int pcap_get_selectable_fd(void *)') as Libpcap['selectableFd'],

    findalldevs: library.func('int pcap_findalldevs(_Out_ void **, char *)') as Libpcap['findalldevs'],
    freealldevs: library.func('void pcap_freealldevs(void *)') as Libpcap['freealldevs'],
    geterr: library.func('const char *pcap_geterr(void *)') as Libpcap['geterr'],
    statustostr: library.func('const char *pcap_statustostr(int)') as Libpcap['statustostr'],
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
}
