import { closeSync, openSync, writeSync } from 'node:fs';

/** Characters collected before they are written. */
const batchLength = 64 * 1024;

/** The file of `--log`: whole lines are appended in batches, and logrotate may move it away. */
export class LogFile {
  readonly #path: string;
  #descriptor: number;
  #batch = '';

  /** Throws the system's error where the file can't be opened. */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = open(path);
  }

  write(lines: string): void {
    this.#batch += lines;
    if (this.#batch.length >= batchLength) this.flush();
  }

  /** Throws the system's error where the lines can't be kept, a full disk for example. */
  flush(): void {
    if (this.#batch === '') return;
    const bytes = Buffer.from(this.#batch, 'latin1');
    this.#batch = '';
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
  }

  /** Opens the path anew. Where that fails the old file stays in use, and the system's error is thrown. */
  reopen(): void {
    this.flush();
    const old = this.#descriptor;
    this.#descriptor = open(this.#path);
    closeSync(old);
  }

  close(): void {
    this.flush();
    closeSync(this.#descriptor);
  }
}

function open(path: string): number {
  return openSync(path, 'a', 0o640);
}
