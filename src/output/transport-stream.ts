import type { EventEmitter } from 'node:events';
import { pino } from 'pino';
import type { ByteWriter } from '../byte-writer.ts';

/** Of pino's stream to its worker thread, what is used here: its own types leave it out. */
interface ThreadStream extends EventEmitter {
  write(data: Buffer): boolean;
  /** `taken` is called when the transport has taken what was written. */
  flush(taken: (error?: Error) => void): void;
  end(): void;
  /** Why it has ended; the event may come after that of its end. */
  readonly writableErrored: Error | null;
  readonly worker: { terminate(): Promise<number>; ref(): void };
}

/** Most bytes that wait for the transport, however few records they are. */
const mostBytes = 64 * 1024 * 1024;

/** Bytes handed over at once. */
const batchLength = 256 * 1024;

/** Milliseconds without any progress of the transport, until it is waited for no more. */
const patience = { start: 10_000, whileReading: 5000, atEnd: 15_000, interrupted: 3000 } as const;

export interface TransportSettings {
  /** As it was named. */
  readonly module: string;
  /** Handed to the module as they are. */
  readonly options: object;
  /** Most records that wait. */
  readonly buffer: number;
}

/**
 * A transport of pino's in its worker thread. Records wait here, as many as the user allows, while it takes those that it
 * has; what finds no place is dropped and counted, and nothing else is held up by it.
 */
export class TransportStream {
  /** Records that the transport did not take. */
  dropped = 0;
  readonly #settings: TransportSettings;
  readonly #file: string;
  readonly #failed: (error: Error) => void;
  #stream: ThreadStream | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** Records that were handed over and are not taken yet. */
  #underWay = 0;
  #isClosed = false;
  #endPatience: number = patience.atEnd;
  #progress: (() => void)[] = [];
  /** True from when it was waited for in vain until it takes something again. */
  #isStalled = false;

  /** `file`: URL of the module. `failed` is called once where the transport fails, and takes no more. */
  constructor(settings: TransportSettings, file: string, failed: (error: Error) => void) {
    this.#settings = settings;
    this.#file = file;
    this.#failed = failed;
  }

  /** Starts the thread; settles when the module is loaded, or takes long over it. Rejects where that fails. */
  async start(): Promise<void> {
    const stream = pino.transport({
      target: this.#file,
      options: this.#settings.options,
      worker: { autoEnd: false },
    }) as unknown as ThreadStream;
    this.#stream = stream;
    // Tells the transport pino's levels and names of fields, for which some of them wait.
    pino({ base: null }, stream as never);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, patience.start);
      stream.once('ready', () => {
        clearTimeout(timer);
        resolve();
      });
      stream.on('error', (error: Error) => {
        clearTimeout(timer);
        reject(error);
        this.#close(error);
      });
      stream.on('close', () => this.#close(stream.writableErrored ?? new Error('it has ended')));
    });
    this.#handOver();
  }

  /** Takes one record: what `text` holds from `start` on. */
  write(text: ByteWriter, start: number): void {
    const length = text.length - start;
    const count = this.#waiting.length + this.#underWay;
    if (this.#isClosed || count >= this.#settings.buffer || this.#waitingBytes + length > mostBytes) {
      this.dropped++;
      return;
    }
    this.#waiting.push(Buffer.from(text.bytes.subarray(start, text.length)));
    this.#waitingBytes += length;
    this.#handOver();
  }

  /** Settles when there is room again, or the transport has stopped; undefined where there is nothing to wait for. */
  drained(): Promise<void> | undefined {
    if (this.#isStalled || this.#waiting.length + this.#underWay < this.#settings.buffer / 2) return undefined;
    return this.#progressWithin(patience.whileReading).then((isMade) => {
      this.#isStalled = !isMade;
    });
  }

  /** Settles when everything was taken, or the transport has stopped: what is left is dropped, and counted. */
  async finish(): Promise<void> {
    while (!this.#isClosed && this.#waiting.length + this.#underWay > 0) {
      if (!(await this.#progressWithin(this.#endPatience))) break;
    }
    const stream = this.#stream;
    if (this.#isClosed || stream === undefined) return;
    if (this.#waiting.length + this.#underWay > 0) return this.abandon();
    this.#isClosed = true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#endPatience);
      stream.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      stream.end();
    });
    await stream.worker.terminate();
  }

  /** From now on it is not waited for long. */
  interrupt(): void {
    this.#endPatience = patience.interrupted;
  }

  /** Ends the thread, whatever it has not taken. */
  abandon(): void {
    this.#close(undefined);
    void this.#stream?.worker.terminate();
  }

  #handOver(): void {
    const stream = this.#stream;
    if (stream === undefined || this.#underWay > 0 || this.#waiting.length === 0 || this.#isClosed) return;
    let length = 0;
    let count = 0;
    while (count < this.#waiting.length && length < batchLength) length += (this.#waiting[count++] as Buffer).length;
    stream.write(Buffer.concat(this.#waiting.slice(0, count), length));
    this.#waiting = this.#waiting.slice(count);
    this.#underWay = count;
    stream.flush((error) => {
      if (error !== undefined && error !== null) return;
      this.#underWay = 0;
      this.#waitingBytes -= length;
      this.#isStalled = false;
      this.#tellProgress();
      this.#handOver();
    });
  }

  /** Whether anything was taken, or the transport has ended, within as many milliseconds. */
  #progressWithin(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), milliseconds);
      this.#progress.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  #tellProgress(): void {
    for (const told of this.#progress.splice(0)) told();
  }

  #close(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.dropped += this.#waiting.length + this.#underWay;
    this.#waiting = [];
    this.#underWay = 0;
    if (error !== undefined) this.#failed(error);
    this.#tellProgress();
  }
}
