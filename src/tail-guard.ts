import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** `last` becomes the last word that was told. The input ends when the program is gone, however it went. */
const listen = 'last=; while read -r word; do last=$word; done; [ "$last" = done ] && exit; file=/proc/self/fd/3;';

const cutLine = '[ -n "$(tail -c 1 "$file")" ] && truncate -s "-$(tail -n 1 "$file" | wc -c)" "$file"';

const cutToLength = '[ -n "$last" ] && [ "$(wc -c < "$file")" -gt "$last" ] && truncate -s "$last" "$file"';

/**
 * Cuts off the part of a record that a program leaves at the end of a file when it is killed in the middle of a write: the
 * kernel ends such a write at a page (4 KiB) that it has reached. Nobody else can: the program is gone, and
 * of the file's own bytes nothing says that the record is not whole until it is read. A shell waits for that, with the
 * file's descriptor and with the rights that opened it.
 *
 * Where there is no shell or no /proc, or the shell is killed too, the part stays.
 */
export class TailGuard {
  readonly #shell: ChildProcess;

  private constructor(descriptor: number, cut: string) {
    this.#shell = spawn('/bin/sh', ['-c', `${listen} ${cut}`, 'mcsniff-tail-guard'], {
      stdio: ['pipe', 'ignore', 'ignore', descriptor],
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
    return new TailGuard(descriptor, cutToLength);
  }

  /** The file holds whole records up to this length. */
  tell(length: number): void {
    this.#shell.stdin?.write(`${length}\n`);
  }

  /** The file is whole. The program ends when the shell has. */
  end(): void {
    this.#shell.ref();
    this.#shell.stdin?.end('done\n');
  }
}
