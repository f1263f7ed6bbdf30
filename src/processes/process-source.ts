import type { CapturedPacket } from '../../protocols/packet.ts';
import type { CaptureHandler, CaptureInfo, CaptureSource, CaptureStatistics } from '../capture/capture-source.ts';
import type { ConnectionProcesses, LookedUpConnection } from './connection-processes.ts';
import type { ProcessLookUp } from './process-look-up.ts';

/** Milliseconds that the packets behind the first one of a connection wait for the answer to whose it is. */
const patience = 500;

/** Packets that wait, at most: with more of them none waits for an answer. */
const mostWaiting = 32_768;

/**
 * A live capture whose connections are looked up. The capture itself goes on while packets wait here for an answer: so
 * what is told of even a short connection can name its process.
 */
export class ProcessSource implements CaptureSource {
  readonly size = -1;
  readonly processes: ConnectionProcesses;
  readonly #source: CaptureSource;
  readonly #lookUp: ProcessLookUp;
  #gate: PacketGate | undefined;

  constructor(source: CaptureSource, lookUp: ProcessLookUp, processes: ConnectionProcesses) {
    this.#source = source;
    this.#lookUp = lookUp;
    this.processes = processes;
  }

  get name(): string {
    return this.#source.name;
  }

  open(): void {
    this.#lookUp.open();
    this.#source.open();
  }

  async run(handler: CaptureHandler): Promise<void> {
    const gate = new PacketGate(handler, this.processes, () => this.#source.stop());
    this.#gate = gate;
    try {
      await this.#source.run(gate);
    } finally {
      await gate.finish();
      this.#lookUp.close();
    }
  }

  openAgain(): undefined {}

  stop(): void {
    this.#gate?.stop();
    this.#source.stop();
    this.#lookUp.close();
  }

  interrupt(): void {
    this.#source.interrupt();
  }

  statistics(): CaptureStatistics {
    return this.#source.statistics();
  }

  askStatistics(): Promise<void> {
    return this.#source.askStatistics();
  }
}

interface WaitingPacket {
  readonly packet: CapturedPacket;
  /** The connection that it begins. */
  readonly connection: LookedUpConnection | undefined;
  /** Milliseconds on the monotonic clock until which it waits for the answer. */
  readonly until: number;
}

/** Hands on packets in their order, those that begin a connection once it is known whose that is. */
export class PacketGate implements CaptureHandler {
  readonly #handler: CaptureHandler;
  readonly #processes: Pick<ConnectionProcesses, 'see' | 'begin'>;
  readonly #failed: () => void;
  readonly #waiting: WaitingPacket[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** The handler takes no more until then. */
  #busy: Promise<void> | undefined;
  #isStopped = false;
  /** What the handler threw where nobody was there to catch it. */
  #error: { readonly thrown: unknown } | undefined;

  /** `failed` is called where the handler throws while no packet is handed to this one: `finish` throws it again. */
  constructor(handler: CaptureHandler, processes: Pick<ConnectionProcesses, 'see' | 'begin'>, failed: () => void) {
    this.#handler = handler;
    this.#processes = processes;
    this.#failed = failed;
  }

  begin(info: CaptureInfo): void {
    this.#handler.begin(info);
  }

  packet(packet: CapturedPacket): void {
    if (this.#isStopped) return;
    const connection = this.#processes.see(packet, () => this.#release());
    const isFree = connection === undefined || connection.ends !== undefined;
    if (isFree && this.#waiting.length === 0 && this.#busy === undefined) {
      this.#handOn(packet, connection);
      return;
    }
    // What it points at is not written again.
    this.#waiting.push({ packet: { ...packet }, connection, until: isFree ? 0 : performance.now() + patience });
  }

  afterChunk(): Promise<void> | undefined {
    if (this.#waiting.length === 0) return this.#busy ?? this.#handler.afterChunk();
    this.#release();
    return this.#busy;
  }

  /** Hands on all that still waits. Rejects with what the handler threw. */
  async finish(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isStopped && this.#error === undefined) {
      this.#release();
      if (this.#waiting.length > 0) await (this.#busy ?? new Promise((resolve) => setTimeout(resolve, 1)));
    }
    clearTimeout(this.#timer);
    await this.#busy;
    if (this.#error !== undefined) throw this.#error.thrown;
  }

  /** Hands on no more packets. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.length = 0;
    clearTimeout(this.#timer);
  }

  /** Hands on what need not wait any more. */
  #release(): void {
    if (this.#busy !== undefined || this.#isStopped || this.#error !== undefined) return;
    const count = this.#free();
    if (count > 0) {
      const free = this.#waiting.splice(0, count);
      try {
        for (const { packet, connection } of free) {
          if (this.#isStopped) return;
          this.#handOn(packet, connection);
        }
        this.#wait(this.#handler.afterChunk());
      } catch (thrown) {
        this.#fail(thrown);
        return;
      }
    }
    const [first] = this.#waiting;
    clearTimeout(this.#timer);
    if (first !== undefined && this.#busy === undefined)
      this.#timer = setTimeout(() => this.#release(), Math.max(1, first.until - performance.now()));
  }

  /** How many of the packets that wait need not any more. */
  #free(): number {
    const all = this.#waiting;
    if (all.length > mostWaiting) return all.length;
    const now = performance.now();
    const held = all.findIndex(
      ({ connection, until }) => connection !== undefined && connection.ends === undefined && until > now,
    );
    return held < 0 ? all.length : held;
  }

  #fail(thrown: unknown): void {
    this.#error = { thrown };
    this.#failed();
  }

  #wait(busy: Promise<void> | undefined): void {
    if (busy === undefined) return;
    this.#busy = busy.then(
      () => {
        this.#busy = undefined;
        this.#release();
      },
      (thrown) => this.#fail(thrown),
    );
  }

  #handOn(packet: CapturedPacket, connection: LookedUpConnection | undefined): void {
    if (connection !== undefined) this.#processes.begin(connection);
    this.#handler.packet(packet);
  }
}
