import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The input ends when the program is gone, however it went. */
const listen = 'read -r word; [ "$word" = done ] && exit; file=/proc/self/fd/3;';

const cutLine = '[ -n "$(tail -c 1 "$file")" ] && truncate -s "-$(tail -n 1 "$file" | wc -c)" "$file"';

const cutToLength =
  'read -r length < /proc/self/fd/4 && [ "$(wc -c < "$file")" -gt "$length" ] && truncate -s "$length" "$file"';

/** Digits of a length, filled up with blanks: each note takes the place of the one before as a whole. */
const noteLength = 16;

/**
 * Cuts off the part of a record that a program leaves at the end of a file when it is killed in the middle of a write:
 * the kernel ends such a write at a page (4 KiB) that it has reached. Nobody else can: the program is gone, and of the
 * file's own bytes nothing says that the record is not whole until it is read. A shell waits for that, with the file's
 * descriptor and with the rights that opened it.
 *
 * Where there is no shell or no /proc, or the shell is killed too, the part stays.
 */
export class TailGuard {
  readonly #shell: ChildProcess;
  /** A file without a name, in which the length stands. */
  readonly #note: number | undefined;

  private constructor(descriptor: number, cut: string, note?: number) {
    this.#note = note;
    this.#shell = spawn('/bin/sh', ['-c', `${listen} ${cut}`, 'mcsniff-tail-guard'], {
      stdio: ['pipe', 'ignore', 'ignore', descriptor, note ?? 'ignore'],
      detached: true,
    });
    this.#shell.on('error', () => undefined);
    this.#shell.stdin?.on('error', () => undefined);
    // Whoever forgets to end it does not keep the program from ending.
    this.#shell.unref();
    (this.#shell.stdin as Socket | null)?.unref();
  }

  /** For a file of lines: what stands behind the last line end is cut off. */
  static ofLines(descriptor: number): TailGuard {
    return new TailGuard(descriptor, cutLine);
  }

  /** For a file that only this program writes: what stands behind the length told last is cut off. */
  static ofLength(descriptor: number): TailGuard {
    return new TailGuard(descriptor, cutToLength, namelessFile());
  }

  /** The file holds whole records up to this length. Not told through the pipe, where it would come late. */
  tell(length: number): void {
    if (this.#note === undefined) return;
    try {
      writeSync(this.#note, `${String(length).padEnd(noteLength)}\n`, 0);
    } catch {
      // What was told before would cut off too much.
      this.end();
    }
  }

  /** The file is whole. The program ends when the shell has. */
  end(): void {
    this.#shell.ref();
    this.#shell.stdin?.end('done\n');
  }
}

/** Undefined where it can't be made: then nothing is told, and nothing is cut off. */
function namelessFile(): number | undefined {
  try {
    const directory = mkdtempSync(join(tmpdir(), 'mcsniff-'));
    try {
      return openSync(join(directory, 'length'), 'w+', 0o600);
    } finally {
      rmSync(directory, { recursive: true });
    }
  } catch {
    return undefined;
  }
}
