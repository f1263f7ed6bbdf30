import { writeSync } from 'node:fs';
import type { ReadStream } from 'node:tty';
import { type Key, keysIn } from './keyboard.ts';

/** Source: xterm's "Control Sequences"; the alternate screen leaves what was there before as it was. */
const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';
const home = '\x1b[H';
const clearToEndOfLine = '\x1b[K';
const clearBelow = '\x1b[J';
/** A terminal that knows these shows a screen when it is whole; others ignore them. */
const beginUpdate = '\x1b[?2026h';
const endUpdate = '\x1b[?2026l';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Who is told what happens to the terminal. */
export interface ScreenWatcher {
  pressed(key: Key): void;
  /** Its size has changed, or what it showed is gone: it has to be drawn anew. */
  resized(): void;
  /** From now on nothing else may be written to it, until it is left. */
  entered(): void;
  left(): void;
}

/** A terminal that is drawn on as a whole, and is left as it was whatever happens. */
export class ScreenTerminal {
  readonly #output: NodeJS.WriteStream;
  readonly #input: ReadStream;
  readonly #watcher: ScreenWatcher;
  readonly #resized = (): void => this.#watcher.resized();
  #isEntered = false;
  readonly #onData = (data: string): void => {
    for (const key of keysIn(data)) this.#watcher.pressed(key);
  };
  readonly #onContinue = (): void => {
    this.enter();
    this.#resized();
  };
  readonly #onExit = (): void => this.leave();

  /** `input`: where keys come from. */
  constructor(output: NodeJS.WriteStream, input: ReadStream, watcher: ScreenWatcher) {
    this.#output = output;
    this.#input = input;
    this.#watcher = watcher;
  }

  get size(): ScreenSize {
    const { columns, rows } = this.#output;
    return { columns: columns || 80, rows: rows || 24 };
  }

  /** Takes the terminal over. */
  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    this.#input.setRawMode(true);
    this.#input.setEncoding('utf8');
    this.#input.on('data', this.#onData);
    this.#input.resume();
    this.#output.on('resize', this.#resized);
    // The process may end anywhere: by a bug, or because standard output has failed.
    process.once('exit', this.#onExit);
    process.off('SIGCONT', this.#onContinue);
    this.#watcher.entered();
    this.#write(enter);
  }

  /** Gives it back as it was. */
  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    process.off('exit', this.#onExit);
    this.#output.off('resize', this.#resized);
    this.#input.off('data', this.#onData);
    this.#input.pause();
    try {
      this.#input.setRawMode(false);
    } catch {
      // The terminal has gone.
    }
    this.#write(leave);
    this.#watcher.left();
  }

  /** Ends the use of the keyboard, which would keep the process alive. */
  close(): void {
    this.leave();
    this.#input.destroy();
  }

  /** Control-Z: the shell gets its terminal back until it lets this process go on. */
  suspend(): void {
    this.leave();
    process.once('SIGCONT', this.#onContinue);
    process.kill(process.pid, 'SIGTSTP');
  }

  /** Shows these lines, one a row. */
  draw(lines: readonly string[]): void {
    if (!this.#isEntered) return;
    const text = lines.map((line) => line + clearToEndOfLine).join('\r\n');
    this.#write(`${beginUpdate}${home}${text}${clearBelow}${endUpdate}`);
  }

  /** At once: nothing that is written later may come before it, and at exit nothing else would be written. */
  #write(text: string): void {
    const bytes = Buffer.from(text);
    const { fd } = this.#output as NodeJS.WriteStream & { fd: number };
    let written = 0;
    const deadline = performance.now() + 200;
    while (written < bytes.length) {
      try {
        written += writeSync(fd, bytes, written);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // A slow terminal: the rest of this screen is left out, the next one comes soon.
        if (code === 'EAGAIN' && performance.now() < deadline) continue;
        return;
      }
    }
  }
}
