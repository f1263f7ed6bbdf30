import type { Summary, SummarySnapshot } from './summary.ts';

/** Cuts a summary into spans of packet time, the first of which begins with the first packet. */
export class Spans {
  readonly #everyUs: number;
  readonly #summary: Summary;
  readonly #tell: (snapshot: SummarySnapshot) => void;
  #startUs: number | undefined;
  #span = 0;

  /** `everyUs`: how long a span is; `tell` is called with each one in which there was a packet. */
  constructor(everyUs: number, summary: Summary, tell: (snapshot: SummarySnapshot) => void) {
    this.#everyUs = everyUs;
    this.#summary = summary;
    this.#tell = tell;
  }

  /** A packet of so many bytes on the wire, before anything is told of it. Time that goes back begins no span. */
  packet(timeUs: number, bytes: number): void {
    this.#startUs ??= timeUs;
    const span = Math.floor((timeUs - this.#startUs) / this.#everyUs) + 1;
    if (span > this.#span) {
      this.end();
      this.#span = span;
    }
    this.#summary.packet(timeUs, bytes);
  }

  /** The span under way is over. */
  end(): void {
    if (this.#span === 0) return;
    this.#tell({ span: this.#span, every: this.#everyUs / 1e6, ...this.#summary.snapshot() });
    this.#summary.restart();
  }
}
