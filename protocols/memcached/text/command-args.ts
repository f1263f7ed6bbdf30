import { mayCarryPassword } from './credentials.ts';
import type { LineWords } from './line-words.ts';
import { integer, unsigned } from './numbers.ts';
import type { Request } from './request.ts';

/** Fields of a request that hold one word of its line each. */
type WordField = 'flags' | 'exptime' | 'bytes' | 'cas' | 'delta';

/** Which words of a command's line are told in fields of their own: the command, the key, and these. */
export interface HeldWords {
  readonly isKeyed: boolean;
  /** Those behind the key, in their order; `all`: every word has a place. */
  readonly fields: readonly WordField[] | 'all';
}

/**
 * Keeps in `args` what follows the command and its key on the line as sent, as far as no other field holds it: words
 * beyond those that the command has, one that can't be read with all that follows it, a trailing blank.
 */
export function readArgs(request: Request, words: LineWords, { isKeyed, fields }: HeldWords): void {
  const endsInNoreply = request.noreply && fields !== 'all';
  const count = endsInNoreply ? words.count - 1 : words.count;
  const held = fields === 'all' ? words.count : (isKeyed ? 2 : 1) + fields.length;
  // So it is of nearly every line.
  if (!request.refused && count <= held && !words.endsInBlank) return;
  const kept = fields === 'all' ? held : heldWords(request, isKeyed, fields);
  if (kept >= count) request.args ??= words.behind(words.count);
  else request.args ??= endsInNoreply ? words.behind(kept, count) : words.behind(kept);
}

/** As `readArgs`, of a command that is not known. */
export function readUnknownArgs(request: Request, words: LineWords): void {
  if (words.count > 0 && !mayCarryPassword(request.command)) request.args = words.behind(1);
}

/** Fills the fields of a line which the server refuses because of the words behind them. */
export function readHeldFields(request: Request, words: LineWords, { isKeyed, fields }: HeldWords): void {
  if (fields === 'all') return;
  const first = isKeyed ? 2 : 1;
  for (const [place, field] of fields.entries()) {
    const start = words.start(first + place);
    const end = words.end(first + place);
    const read = field === 'exptime' || field === 'bytes' ? integer : unsigned;
    const value = read(words.bytes, start, end);
    if (value === undefined) return;
    if (field !== 'bytes') request[field] = value;
    else if (typeof value === 'number' && value >= 0) request.bytes = value;
  }
}

/** How many words, from the first, are told in fields of their own. */
function heldWords(request: Request, isKeyed: boolean, fields: readonly WordField[]): number {
  let held = isKeyed ? 2 : 1;
  for (const field of fields) {
    const value = request[field];
    if (value === undefined || (field === 'bytes' && request.bytes < 0)) break;
    held++;
  }
  return held;
}
