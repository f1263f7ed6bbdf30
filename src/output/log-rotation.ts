import { createReadStream, createWriteStream, existsSync, openSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { privateMode } from '../open-file.ts';

/** What `--rotate`, `--keep` and `--compress` say. */
export interface LogRotationSettings {
  /** The most bytes of a file, but for one that holds a single longer record; Infinity for any number. */
  readonly bytes: number;
  /** A file has the records of one such span of packet time, which begin at multiples of it; Infinity for all. */
  readonly seconds: number;
  /** Files that are kept beside the one that is written. */
  readonly keep: number;
  readonly compresses: boolean;
}

/** A file that waits for its compression, or is being compressed. */
interface Job {
  /** What it ends with now: it grows as others follow. Infinity once the file is gone. */
  number: number;
}

/**
 * Puts log files aside as logrotate does: `FILE` becomes `FILE.1`, that `FILE.2`, and so on; the last one goes. The
 * renames take microseconds and are made between two records. Files are compressed one after the other by Node's
 * threads for that, while the run goes on, and may be renamed meanwhile: so all that is done to names is done here, at
 * once, with the number that a file has by then.
 */
export class LogRotation {
  readonly #path: string;
  readonly #settings: LogRotationSettings;
  readonly #notCompressed: (error: unknown) => void;
  /** Packet time in seconds. */
  #clock: () => number = () => 0;
  /** Of the file that is written: the number of its span, undefined where it has no record; and its most bytes. */
  #span: number | undefined;
  #most: number;
  #isTidy = false;
  readonly #jobs: Job[] = [];
  #compression: Promise<void> | undefined;
  readonly #abandoned = new AbortController();

  /** `notCompressed` is called with the error where a file stays as it is. */
  constructor(path: string, settings: LogRotationSettings, notCompressed: (error: unknown) => void) {
    this.#path = path;
    this.#settings = settings;
    this.#notCompressed = notCompressed;
    this.#most = settings.bytes;
  }

  /** From now on this is packet time, in seconds. */
  follow(clock: () => number): void {
    this.#clock = clock;
  }

  /** Another file is written. `lastWritten`: when, in seconds, where it has records. */
  begin(lastWritten: number | undefined): void {
    this.#span = lastWritten === undefined ? undefined : this.#spanAt(lastWritten);
    this.#most = this.#settings.bytes;
  }

  /** Whether a file of `size` bytes is to be put aside before so many more of them are written. */
  isDue(size: number, more: number): boolean {
    if (size > 0 && size + more > this.#most) return true;
    if (this.#settings.seconds === Number.POSITIVE_INFINITY) return false;
    const span = this.#spanAt(this.#clock());
    this.#span ??= span;
    // Packet times may go back.
    return size > 0 && span > this.#span;
  }

  /** It could not be put aside, and has this size: to be tried again when as much was written again. */
  postpone(size: number): void {
    this.#span = undefined;
    this.#most = size + this.#settings.bytes;
  }

  /** Throws the system's error where a file can't be renamed. */
  putAside(): void {
    const { keep, compresses } = this.#settings;
    if (!this.#isTidy) this.#tidy();
    let free = 1;
    while (free <= keep && this.#exists(free)) free++;
    if (free > keep) {
      free = keep;
      for (const name of this.#names(keep)) rmSync(name, { force: true });
      this.#renumber(keep, Number.POSITIVE_INFINITY);
    }
    for (let number = free - 1; number >= 1; number--) this.#move(number, number + 1);
    renameSync(this.#path, this.#nameOf(1));
    if (!compresses) return;
    this.#jobs.push({ number: 1 });
    this.#compression ??= this.#compressAll();
  }

  /** What was put aside last is the log again: no other could be opened. */
  takeBack(): void {
    renameSync(this.#nameOf(1), this.#path);
    this.#renumber(1, Number.POSITIVE_INFINITY);
  }

  /** Settles when nothing is left to compress. */
  async finish(): Promise<void> {
    await this.#compression;
  }

  /** Leaves what is not compressed yet as it is. */
  abandon(): void {
    this.#jobs.length = 0;
    this.#abandoned.abort();
  }

  #spanAt(seconds: number): number {
    return Math.floor(seconds / this.#settings.seconds);
  }

  #nameOf(number: number): string {
    return `${this.#path}.${number}`;
  }

  /** As it is, and compressed. */
  #names(number: number): readonly [string, string] {
    const name = this.#nameOf(number);
    return [name, `${name}.gz`];
  }

  #exists(number: number): boolean {
    return this.#names(number).some((name) => existsSync(name));
  }

  #move(from: number, to: number): void {
    const targets = this.#names(to);
    for (const [index, name] of this.#names(from).entries()) {
      if (existsSync(name)) renameSync(name, targets[index] as string);
    }
    this.#renumber(from, to);
  }

  #renumber(from: number, to: number): void {
    for (const job of this.#jobs) if (job.number === from) job.number = to;
  }

  get #part(): string {
    return `${this.#path}.gz.part`;
  }

  /** A run that was killed may have left a part of what it compressed, or what it had compressed beside the result. */
  #tidy(): void {
    rmSync(this.#part, { force: true });
    for (let number = 1; number <= this.#settings.keep; number++) {
      const [name, compressed] = this.#names(number);
      if (existsSync(compressed)) rmSync(name, { force: true });
    }
    this.#isTidy = true;
  }

  async #compressAll(): Promise<void> {
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      if (job.number !== Number.POSITIVE_INFINITY) await this.#compress(job);
      this.#jobs.shift();
    }
    // What a failure or the end of the run has left.
    rmSync(this.#part, { force: true });
    this.#compression = undefined;
  }

  async #compress(job: Job): Promise<void> {
    const { signal } = this.#abandoned;
    try {
      // By its descriptor: it may get another name at once.
      const input = createReadStream('', { fd: openSync(this.#nameOf(job.number), 'r') });
      await pipeline(input, createGzip(), createWriteStream(this.#part, { mode: privateMode }), { signal });
      if (job.number === Number.POSITIVE_INFINITY) return unlinkSync(this.#part);
      const [name, compressed] = this.#names(job.number);
      renameSync(this.#part, compressed);
      unlinkSync(name);
    } catch (error) {
      if (!signal.aborted) this.#notCompressed(error);
    }
  }
}
