/** Milliseconds until it is shown at all, and between two times. */
const patience = 2000;
const interval = 500;

interface ProgressSource {
  /** Bytes of the file, and those read. */
  readonly size: number;
  readonly position: number;
}

/** How far the reading of a long file is: one line of a terminal, written over again and again. */
export class Progress {
  readonly #source: ProgressSource;
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  readonly #began: number;
  #last: number;
  #width = 0;

  /** `write` writes to the terminal; `now` is a clock in milliseconds. */
  constructor(source: ProgressSource, write: (text: string) => void, now: () => number) {
    this.#source = source;
    this.#write = write;
    this.#now = now;
    this.#began = now();
    this.#last = this.#began + patience - interval;
  }

  /** Shows it, if it is time; `packets` were read. */
  tell(packets: number): void {
    const now = this.#now();
    if (now - this.#last < interval) return;
    this.#last = now;
    const { size, position } = this.#source;
    if (position <= 0) return;
    const seconds = (now - this.#began) / 1000;
    const left = Math.ceil((seconds * Math.max(0, size - position)) / position);
    const percent = Math.min(100, Math.floor((100 * position) / size));
    this.#show(`${percent} %, ${Math.round(packets / seconds)} packets/s, ${duration(left)} left`);
  }

  /** Wipes it off. */
  clear(): void {
    if (this.#width > 0) this.#show('');
    this.#width = 0;
  }

  /** The cursor stays at the left, where what else is said begins. */
  #show(text: string): void {
    this.#write(`\r${text.padEnd(this.#width)}\r`);
    this.#width = text.length;
  }
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
