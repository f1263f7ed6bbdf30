import type { Pointer } from '../koffi-package.ts';
import type { Libpcap } from './library.ts';
import { LibpcapError } from './open-device.ts';

/**
 * Bytes of memory for one batch. Only what a batch fills is ever touched, and so takes memory: with the largest
 * snapshot length, it bounds a batch to 255 packets.
 */
const batchLength = 64 * 1024 * 1024;

/** Bytes of a record's header in a savefile, pcap-savefile(5). */
const recordHeaderLength = 16;

/**
 * Takes packets from libpcap in batches, as the bytes of a savefile. libpcap calls its own `pcap_dump` for each packet,
 * which writes the record, with the kernel's time, to a FILE on this memory (fmemopen(3)): JavaScript runs once for a
 * batch, never for a packet.
 */
export class PacketDump {
  /** Where the bytes are of which `headerLength` and `take` tell the number. */
  readonly memory: Buffer = Buffer.alloc(batchLength);
  /** Bytes of the file header, which stands in `memory` until the first `take`. */
  readonly headerLength: number;
  readonly #libpcap: Libpcap;
  readonly #handle: Pointer;
  readonly #dumper: Pointer;
  readonly #rewind: () => void;
  readonly #most: number;
  #packets = 0;

  /** `handle` is open. Throws a `LibpcapError` where its packets don't fit into a savefile. */
  constructor(libpcap: Libpcap, handle: Pointer) {
    this.#libpcap = libpcap;
    this.#handle = handle;
    const libc = libpcap.koffi.load(null);
    const fmemopen = libc.func('void *fmemopen(void *, size_t, const char *)') as (
      memory: Buffer,
      length: number,
      mode: string,
    ) => Pointer | null;
    const rewind = libc.func('void rewind(void *)') as (file: Pointer) => void;
    const file = fmemopen(this.memory, this.memory.length, 'w');
    const dumper = file === null ? null : libpcap.dumpFopen(handle, file);
    if (file === null || dumper === null) throw new LibpcapError('open', libpcap.geterr(handle));
    this.#rewind = () => rewind(file);
    this.#dumper = dumper;
    this.#most = Math.floor(batchLength / (libpcap.snapshot(handle) + recordHeaderLength));
    this.headerLength = this.#flushed();
  }

  /** Packets taken until now. */
  get packets(): number {
    return this.#packets;
  }

  /**
   * Takes what is there, up to a batch; returns how many bytes of `memory` are records now, 0 where there is no packet.
   * Throws a `LibpcapError` where the device can't be read any more.
   */
  take(): number {
    const count = this.#libpcap.dispatch(this.#handle, this.#most, this.#libpcap.dumpPacket, this.#dumper);
    if (count < 0) throw new LibpcapError('ended', this.#libpcap.geterr(this.#handle));
    if (count === 0) return 0;
    this.#packets += count;
    return this.#flushed();
  }

  /** What the FILE holds back goes to memory, and the next batch begins at its start. */
  #flushed(): number {
    this.#libpcap.dumpFlush(this.#dumper);
    const length = this.#libpcap.dumpFtell(this.#dumper);
    this.#rewind();
    return length;
  }
}
