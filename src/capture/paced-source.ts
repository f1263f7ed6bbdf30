import { type CapturedPacket, timeUsOf } from '../../protocols/packet.ts';
import type { CaptureHandler, CaptureInfo, CaptureSource, CaptureStatistics } from './capture-source.ts';

/** How often packets that are due are handed on, ms. */
const stepMs = 20;

/** Waits between packets are not played at full length: nobody looks at an hour of silence. */
const longestWaitUs = 60e6;

/** A file that is played at the pace at which it was captured, or `speed` times as fast. */
export class PacedSource implements CaptureSource {
  /** Not all packets are there at once. */
  readonly size = -1;
  readonly #source: CaptureSource;
  readonly #speed: number;
  #pace: Pace | undefined;

  constructor(source: CaptureSource, speed: number) {
    this.#source = source;
    this.#speed = speed;
  }

  get name(): string {
    return this.#source.name;
  }

  open(): void {
    this.#source.open();
  }

  run(handler: CaptureHandler): Promise<void> {
    this.#pace = new Pace(handler, this.#speed);
    return this.#source.run(this.#pace);
  }

  openAgain(): undefined {
    return undefined;
  }

  pause(isPaused: boolean): void {
    this.#pace?.pause(isPaused);
  }

  stop(): void {
    this.#pace?.stop();
    this.#source.stop();
  }

  interrupt(): void {
    this.stop();
  }

  statistics(): CaptureStatistics {
    return this.#source.statistics();
  }

  askStatistics(): Promise<void> {
    return this.#source.askStatistics();
  }
}

/** Hands on packets at their time. */
export class Pace implements CaptureHandler {
  readonly #handler: CaptureHandler;
  readonly #speed: number;
  readonly #now: () => number;
  /** Packets of the chunk under way. What they point at is not written again. */
  #waiting: CapturedPacket[] = [];
  /** Where in the capture the playback is, µs; undefined before the first packet. */
  #timeUs: number | undefined;
  #lastMs = 0;
  #isPaused = false;
  #isStopped = false;
  #wake: (() => void) | undefined;

  /** `now`: milliseconds that only go forward. */
  constructor(handler: CaptureHandler, speed: number, now: () => number = () => performance.now()) {
    this.#handler = handler;
    this.#speed = speed;
    this.#now = now;
  }

  begin(info: CaptureInfo): void {
    this.#handler.begin(info);
  }

  packet(packet: CapturedPacket): void {
    this.#waiting.push({ ...packet });
  }

  async afterChunk(): Promise<void> {
    const packets = this.#waiting;
    this.#waiting = [];
    let next = 0;
    while (next < packets.length && !this.#isStopped) {
      this.#advance(packets[next] as CapturedPacket);
      const due = this.#timeUs as number;
      while (next < packets.length && timeUsOf(packets[next] as CapturedPacket) <= due) {
        this.#handler.packet(packets[next++] as CapturedPacket);
        if (this.#isStopped) return;
      }
      await this.#handler.afterChunk();
      if (next < packets.length) await this.#sleep();
    }
  }

  /** Holds the playback, or lets it go on. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
  }

  /** Hands on no more packets. */
  stop(): void {
    this.#isStopped = true;
    this.#wake?.();
  }

  /** Time goes on, by no more than up to a long silence before `next`; it may be any time at the first packet. */
  #advance(next: CapturedPacket): void {
    const nowMs = this.#now();
    const nextUs = timeUsOf(next);
    if (this.#timeUs === undefined) this.#timeUs = nextUs;
    else if (!this.#isPaused) this.#timeUs += (nowMs - this.#lastMs) * 1000 * this.#speed;
    this.#lastMs = nowMs;
    if (nextUs - this.#timeUs > longestWaitUs) this.#timeUs = nextUs - longestWaitUs;
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, stepMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
