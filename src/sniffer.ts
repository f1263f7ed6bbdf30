import { type CapturedPacket, timeUsOf } from '../protocols/packet.ts';
import type { CaptureHandler, CaptureInfo, RecordForm } from './capture/capture-source.ts';

/** Takes packets in, and those that it can the whole way; the others are brought before the pipeline, one by one. */
interface PacketWays {
  readonly isFull: boolean;
  add(packet: CapturedPacket): void;
  /**
   * Takes in the packets of whole records from `bytes[at]` on, as far as there is room; returns how many. Behind them goes on
   * what follows at `recordsEnd`.
   */
  addRecords(bytes: Buffer, at: number, form: RecordForm, number: number): number;
  readonly recordsEnd: number;
  /**
   * True where the next packet is now the pipeline's next one. `isLast`: no others come. `failed` is called where a packet
   * met a bug when the pipeline took it in.
   */
  advance(isLast: boolean, failed: (error: unknown, packet: number) => void): boolean;
  /** Settles what was counted; returns the number of the last packet that went another way. */
  settle(): number;
  takeCounts(): { readonly commands: number; readonly backInTime: number };
}

/** What happens with the packets, in this order; what is undefined is left out. */
interface SnifferOptions {
  /** Whether a packet passes the filter expression. */
  readonly filter: ((packet: CapturedPacket) => boolean) | undefined;
  /** Called with the first packet that passes. */
  readonly first: ((packet: CapturedPacket) => void) | undefined;
  /** Saves the packet (`-w`). */
  readonly save: { begin(info: CaptureInfo): void; packet(packet: CapturedPacket): void } | undefined;
  readonly pipeline: {
    /** Takes a packet in; it is processed later, in its turn. */
    add(packet: CapturedPacket): void;
    readonly isFull: boolean;
    /** The packet that is processed next. */
    readonly next: CapturedPacket | undefined;
    process(): void;
    abandon(): void;
  };
  /** Takes most packets another way; undefined where all are the pipeline's. */
  readonly ways?: PacketWays | undefined;
  /** Counts a packet of so many bytes on the wire before the pipeline processes it. */
  readonly tally?: ((timeUs: number, bytes: number) => void) | undefined;
  /** True where all packets are there already; else none waits for others than those that came with it. */
  readonly isComplete: boolean;
  /** What the pipeline says about the packet under way. */
  readonly annotation: { clear(): void } | undefined;
  /** Called when all that the packet tells was told. */
  readonly told?: ((packet: CapturedPacket) => void) | undefined;
  /** Prints the packet, with what the pipeline has just said about it. */
  readonly print: ((packet: CapturedPacket) => void) | undefined;
  /** Packets after which to stop (`-c`). */
  readonly count: number;
  /** Flush after every packet (`-l`, `-U`). */
  readonly flushesEachPacket: boolean;
  /** Counts packets, and those that met a bug of this program. */
  readonly report: { packets: number; failures: number; count(commands: number, backInTime: number): void };
  /** Called once when the capture is open. */
  readonly opened: (info: CaptureInfo) => void;
  /** Called when `count` is reached. */
  readonly stop: () => void;
  /** Hands on all output; a promise where the reader of the output is slower. */
  readonly flush: () => Promise<void> | undefined;
  /** Called where a packet met a bug of this program: its connection is given up, and the run goes on. */
  readonly failed: (error: unknown, packet: number) => void;
}

/** Takes packets from a capture through filter, saving, pipeline and printing. */
export class Sniffer implements CaptureHandler {
  readonly records: CaptureHandler['records'];
  readonly #options: SnifferOptions;
  #isOpen = false;
  #taken = 0;
  /** True from a packet on that could not be saved: the error has ended the run. */
  #isBroken = false;

  constructor(options: SnifferOptions) {
    this.#options = options;
    const { ways, filter, count } = options;
    if (ways !== undefined && filter === undefined && count === Number.POSITIVE_INFINITY)
      this.records = (bytes, at, form) => this.#takeRecords(ways, bytes, at, form);
  }

  /** True once the capture was recognised and opened. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The number of what comes now beside packets, and counts as one. */
  takeNumber(): number {
    return ++this.#taken;
  }

  begin(info: CaptureInfo): void {
    this.#isOpen = true;
    this.#options.save?.begin(info);
    this.#options.opened(info);
  }

  packet(packet: CapturedPacket): void {
    const { filter, first, pipeline, ways, count, stop } = this.#options;
    if (filter?.(packet) === false) return;
    // As in tcpdump, packets are numbered behind the filter.
    packet.number = ++this.#taken;
    if (this.#taken === 1) first?.(packet);
    if (ways !== undefined) {
      if (ways.isFull) this.#advance(ways, false);
      ways.add(packet);
    } else {
      if (pipeline.isFull) this.#process();
      try {
        pipeline.add(packet);
      } catch (error) {
        this.#fail(error, packet.number);
      }
    }
    if (this.#taken >= count) stop();
  }

  #takeRecords(ways: PacketWays, bytes: Buffer, from: number, form: RecordForm): number {
    // The first packet says something of the run.
    if (this.#taken === 0) return from;
    let at = from;
    for (;;) {
      if (ways.isFull) this.#advance(ways, false);
      const taken = ways.addRecords(bytes, at, form, this.#taken + 1);
      if (taken === 0) break;
      this.#taken += taken;
      at = ways.recordsEnd;
    }
    form.lastNumber = this.#taken;
    return at;
  }

  afterChunk(): Promise<void> | undefined {
    if (!this.#options.isComplete) this.finish();
    return this.#options.flush();
  }

  /** Processes all packets that were taken in; none behind one that could not be saved. */
  finish(): void {
    const { ways, pipeline } = this.#options;
    if (ways !== undefined) this.#advance(ways, true);
    else while (!this.#isBroken && pipeline.next !== undefined) this.#process();
  }

  #advance(ways: PacketWays, isLast: boolean): void {
    const { report } = this.#options;
    const failed = (error: unknown, packet: number): void => this.#fail(error, packet);
    while (!this.#isBroken && ways.advance(isLast, failed)) this.#process();
    report.packets = Math.max(report.packets, ways.settle());
    const { commands, backInTime } = ways.takeCounts();
    report.count(commands, backInTime);
  }

  #process(): void {
    const { save, pipeline, tally, annotation, told, print, flushesEachPacket, report, flush } = this.#options;
    const packet = pipeline.next;
    if (packet === undefined) return;
    this.#isBroken = true;
    save?.packet(packet);
    this.#isBroken = false;
    report.packets = packet.number;
    annotation?.clear();
    tally?.(timeUsOf(packet), packet.originalLength);
    try {
      pipeline.process();
    } catch (error) {
      this.#fail(error, packet.number);
    }
    told?.(packet);
    print?.(packet);
    if (flushesEachPacket) flush();
  }

  #fail(error: unknown, packet: number): void {
    this.#options.pipeline.abandon();
    this.#options.report.failures++;
    this.#options.failed(error, packet);
  }
}
