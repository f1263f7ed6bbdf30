import type { CapturedPacket } from '../../protocols/packet.ts';

/** What a capture says about itself before its first packet. */
export interface CaptureInfo {
  readonly format: 'pcap' | 'pcapng';
  /** LINKTYPE_ value; of the first interface where a pcapng file has several. */
  readonly linkType: number;
  /** Most bytes kept of a packet; of the first interface where a pcapng file has several. */
  readonly snapLength: number;
  /** True where times are finer than microseconds. */
  readonly nanoseconds: boolean;
}

/** How pcap records are written: times, lengths, bytes. */
export interface RecordForm {
  readonly isBigEndian: boolean;
  readonly nanosecondsPerUnit: number;
  /** Bytes of a packet beyond it are none of the packet's. */
  readonly snapLength: number;
  readonly linkType: number;
  /** Number of the last packet; who takes records keeps it. */
  lastNumber: number;
}

/** Who takes the packets. All calls are synchronous but for the wait that `afterChunk` may ask for. */
export interface CaptureHandler {
  /** Once, before the first packet; for an empty capture too. */
  begin(info: CaptureInfo): void;
  /** The packet is borrowed: it is valid until the call returns. May call `stop()` of the source. */
  packet(packet: CapturedPacket): void;
  /**
   * Takes the packets of whole records, from `bytes[at]` on, without being handed one by one; returns where the first
   * record begins that it has not taken. Absent where it takes none so.
   */
  readonly records?: ((bytes: Buffer, at: number, form: RecordForm) => number) | undefined;
  /** After a batch of packets: the time to flush. The source reads on when the promise, if any, is settled. */
  afterChunk(): Promise<void> | undefined;
}

/** Packet counts that the system reports; absent where it reports none. */
export interface CaptureStatistics {
  /** Packets that were captured, whether or not they were handed over. */
  captured?: number;
  received?: number;
  dropped?: number;
  droppedByInterface?: number;
}

/** Where packets come from: a file, standard input, or a capture child. */
export interface CaptureSource {
  /** For messages: a file's name, `lo`. */
  readonly name: string;
  /** Bytes of the file, where all packets are there already; -1 for a pipe or a device. */
  readonly size: number;
  /** Of these, bytes that were read; absent where nobody counts. */
  readonly position?: number;
  /** A buffer that packets lay in, and that nobody looks at any more: the next ones may be read into it. */
  recycle?(buffer: Buffer): void;
  /**
   * Opens the file, or starts the child, with the rights that this takes; `run` needs none. Throws a `CaptureError`.
   * Called once, before `run`, which calls it otherwise.
   */
  open(): void;
  /**
   * Reads to the end, or until `stop()`. Rejects with a `CaptureError` after all packets before the error were handed
   * over; what the handler itself throws passes through. Called once.
   */
  run(handler: CaptureHandler): Promise<void>;
  /**
   * The file once more, for a reader of its own; undefined where that is not the capture itself: a pipe, a device,
   * gzip.
   */
  openAgain(): number | undefined;
  /** Ends the run soon: no packet is handed over after the one being handled. May be called at any time, repeatedly. */
  stop(): void;
  /**
   * Ends a live capture soon, within a second; what was captured until now is still handed over. A file: as `stop()`.
   */
  interrupt(): void;
  /** Holds the packets, or lets them go on; undefined where nobody can. */
  pause?(isPaused: boolean): void;
  /** What is known. */
  statistics(): CaptureStatistics;
  /** Settles soon, and what the system knows by then of a capture under way is in `statistics()`. */
  askStatistics(): Promise<void>;
}
