import type { Status, Transaction } from '../../protocols/transaction.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Colors } from './terminal.ts';

/** From here on a command is slow, µs. */
export const slowUs = 10_000;

const bad: ReadonlySet<Status> = new Set(['error', 'client_error', 'server_error', 'misfit', 'unanswered']);
const missing: ReadonlySet<Status> = new Set(['miss', 'partial', 'not_found', 'not_stored', 'exists']);

export function colorOf(status: Status, colors: Colors): string {
  if (bad.has(status)) return colors.bad;
  if (missing.has(status)) return colors.miss;
  return status === 'unknown' || status === 'no_reply' ? colors.dim : colors.good;
}

/** Colours the items of an annotation that matter: what missed, failed or was slow, and what a pattern matches. */
export class ItemColors {
  readonly #colors: Colors;
  readonly #patterns: readonly RegExp[];

  constructor(colors: Colors, patterns: readonly RegExp[]) {
    this.#colors = colors;
    this.#patterns = patterns.map(({ source }) => new RegExp(source, 'g'));
  }

  /** Of an item that was written from `start` on; `transaction`: the one that it is the answer of. */
  paint(out: ByteWriter, start: number, transaction?: Transaction): void {
    this.#write(out, start, transaction === undefined ? '' : this.#colorOf(transaction));
  }

  /** Of an item about something that went wrong. */
  paintBad(out: ByteWriter, start: number): void {
    this.#write(out, start, this.#colors.bad);
  }

  #write(out: ByteWriter, start: number, color: string): void {
    const { match, end } = this.#colors;
    const item = out.bytes.toString('latin1', start, out.length);
    // What was asked is looked at, not what came of it.
    const arrowAt = item.indexOf(' => ');
    let text = arrowAt < 0 ? item : item.slice(0, arrowAt);
    for (const pattern of this.#patterns) {
      text = text.replace(pattern, (part) => (part === '' ? '' : `${match}${part}${end}${color}`));
    }
    if (arrowAt >= 0) text += item.slice(arrowAt);
    out.length = start;
    out.text(color === '' ? text : `${color}${text}${end}`);
  }

  #colorOf({ status, durationUs }: Transaction): string {
    const color = colorOf(status, this.#colors);
    if (color === this.#colors.good || color === this.#colors.dim) return durationUs >= slowUs ? this.#colors.slow : '';
    return color;
  }
}
