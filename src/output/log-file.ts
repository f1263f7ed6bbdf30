import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { ByteWriter } from '../byte-writer.ts';
import { type OpenFile, privateMode } from '../open-file.ts';
import { TailGuard } from '../tail-guard.ts';
import type { LogRotation } from './log-rotation.ts';

/** Bytes collected before they are written. */
const batchLength = 64 * 1024;

const newline = 0x0a;

/** Who is told when the log can't be written, and when it can again. */
interface LogFileWatcher {
  /** Called once until `recovered`. */
  failed(error: unknown): void;
  /** @param lost Lines that were not kept in between. */
  recovered(lost: number): void;
  /** The file could not be put aside, and stays in use. */
  notRotated(error: unknown): void;
}

/**
 * The file of `--log`: whole lines are appended in batches, a batch with one call of the system. logrotate may move the
 * file away, or it puts itself aside (`--rotate`). Where a batch can't be kept (a full disk) its lines are counted and given up, and the next batch is
 * tried again: a log that fails must not end what else is shown. No part of a line stays behind.
 */
export class LogFile {
  /** Lines that were not kept. */
  lostLines = 0;
  readonly #path: string;
  readonly #watcher: LogFileWatcher;
  #descriptor: number;
  #guard: TailGuard | undefined;
  readonly #batch = new ByteWriter(2 * batchLength);
  /** Undefined where others put the file aside, or nobody does. */
  readonly #rotation: LogRotation | undefined;
  /** Bytes of the file, without the batch. */
  #size = 0;
  /** `lostLines` before the present trouble; undefined where there is none. */
  #lostBefore: number | undefined;
  /**
   * True where the file ends with a part of a line that could not be taken back: the next line must not go on with it.
   */
  #isTorn: boolean;

  /** Throws the system's error where the file can't be opened. `openFirst` opens it this time. */
  constructor(path: string, watcher: LogFileWatcher, openFirst: OpenFile = openSync, rotation?: LogRotation) {
    this.#path = path;
    this.#watcher = watcher;
    this.#rotation = rotation;
    this.#descriptor = openFirst(path, appending, privateMode);
    this.#isTorn = endsInALine(path);
    this.#guard = guardOf(this.#descriptor);
    this.#begin();
  }

  /** Takes whole lines: what `text` holds from `start` on. */
  write(text: ByteWriter, start: number): void {
    const batch = this.#batch;
    if (this.#rotation?.isDue(this.#size + batch.length, text.length - start)) this.#rotate(this.#rotation);
    if (batch.length === 0 && this.#isTorn) batch.byte(newline);
    batch.copy(text.bytes, start, text.length);
    if (batch.length >= batchLength) this.flush();
  }

  flush(): void {
    const batch = this.#batch;
    if (batch.length === 0) return;
    const bytes = batch.bytes.subarray(0, batch.length);
    batch.clear();
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
      this.#size += written;
    } catch (error) {
      this.#fail(error, bytes, written);
      return;
    }
    this.#isTorn = false;
    this.#recover();
  }

  /** Opens the path anew. Where that fails the old file stays in use, and the system's error is thrown. */
  reopen(): void {
    this.flush();
    const descriptor = openSync(this.#path, appending, privateMode);
    this.#release();
    this.#descriptor = descriptor;
    this.#isTorn = endsInALine(this.#path);
    this.#guard = guardOf(descriptor);
    this.#begin();
  }

  /** Files are put aside by this clock: packet time in seconds. */
  follow(clock: () => number): void {
    this.#rotation?.follow(clock);
  }

  /** Settles when what was put aside is compressed, too. */
  async close(): Promise<void> {
    this.flush();
    this.#release();
    await this.#rotation?.finish();
  }

  /** What is not compressed yet is not waited for. */
  abandon(): void {
    this.#rotation?.abandon();
  }

  #begin(): void {
    const status = fstatSync(this.#descriptor);
    this.#size = status.isFile() ? status.size : 0;
    this.#rotation?.begin(this.#size > 0 ? status.mtimeMs / 1000 : undefined);
  }

  #rotate(rotation: LogRotation): void {
    this.flush();
    // The flush may have failed.
    if (this.#size === 0) return;
    try {
      if (this.#isAtPath()) this.#putAside(rotation);
      else this.reopen();
    } catch (error) {
      rotation.postpone(this.#size);
      this.#watcher.notRotated(error);
    }
  }

  #putAside(rotation: LogRotation): void {
    rotation.putAside();
    try {
      this.reopen();
    } catch (error) {
      rotation.takeBack();
      throw error;
    }
  }

  /** False where somebody has moved the file away. */
  #isAtPath(): boolean {
    const { dev, ino } = fstatSync(this.#descriptor);
    const status = statSync(this.#path, { throwIfNoEntry: false });
    return status?.dev === dev && status.ino === ino;
  }

  #release(): void {
    this.#guard?.end();
    closeSync(this.#descriptor);
  }

  #fail(error: unknown, bytes: Buffer, written: number): void {
    // The line end that ends a torn line is no line.
    const whole = this.#takeBack(bytes, written);
    this.#size += this.#isTorn ? written : whole;
    const kept = Math.max(whole, this.#isTorn && bytes[0] === newline ? 1 : 0);
    this.#lostBefore ??= this.lostLines;
    const isNew = this.#lostBefore === this.lostLines;
    for (let at = bytes.indexOf(newline, kept); at >= 0; at = bytes.indexOf(newline, at + 1)) this.lostLines++;
    if (isNew) this.#watcher.failed(error);
  }

  #recover(): void {
    if (this.#lostBefore === undefined) return;
    const lost = this.lostLines - this.#lostBefore;
    this.#lostBefore = undefined;
    this.#watcher.recovered(lost);
  }

  /** Cuts the file behind the last whole line of what was written. Returns how much of `bytes` is in the file. */
  #takeBack(bytes: Buffer, written: number): number {
    const whole = written === 0 ? 0 : bytes.lastIndexOf(newline, written - 1) + 1;
    if (whole === written) return whole;
    try {
      const status = fstatSync(this.#descriptor);
      if (!status.isFile()) throw new Error('not a file');
      ftruncateSync(this.#descriptor, status.size - (written - whole));
    } catch {
      this.#isTorn = true;
    }
    return whole;
  }
}

/** A pipe that nobody reads is an error, instead of a wait for somebody who does. */
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

function guardOf(descriptor: number): TailGuard | undefined {
  return fstatSync(descriptor).isFile() ? TailGuard.ofLines(descriptor) : undefined;
}

/** Whether the last line of a file has no end; what can't be read is taken to be whole. */
function endsInALine(path: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(descriptor);
    const last = Buffer.alloc(1);
    return status.isFile() && readSync(descriptor, last, 0, 1, status.size - 1) === 1 && last[0] !== newline;
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
