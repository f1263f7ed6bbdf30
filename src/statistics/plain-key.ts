import { hashBasis, hashEnd, hashWith } from '../../protocols/text-hash.ts';
import type { KeyText } from './key-text.ts';

/** What a character may be part of, in bits. */
const Part = { digit: 1, upper: 2, lower: 4, hexLetter: 8, mark: 16, dot: 32, colon: 64 } as const;
const { digit, upper, lower, hexLetter, mark, dot, colon } = Part;
const hexParts = digit | hexLetter;
const tokenParts = digit | upper | lower | mark;
const mixed = digit | upper | lower;

const parts = new Uint8Array(256);
for (let code = 0; code < parts.length; code++) parts[code] = partsOf(String.fromCharCode(code));

function partsOf(character: string): number {
  if (/[0-9]/.test(character)) return digit;
  if (/[A-F]/.test(character)) return upper | hexLetter;
  if (/[A-Z]/.test(character)) return upper;
  if (/[a-f]/.test(character)) return lower | hexLetter;
  if (/[a-z]/.test(character)) return lower;
  if (/[+=_-]/.test(character)) return mark;
  return character === '.' ? dot : character === ':' ? colon : 0;
}

/** `{n}`, in codes. */
const number = [0x7b, 0x6e, 0x7d] as const;
const [open, letter, close] = number;

/** Shorter than any of these, nothing but numbers is folded in a key. */
const uuidLength = 36;
const tokenLength = 20;
const hexLength = 8;
const addressMarks = 3;

/** What one look at a key tells. One reused object. */
export interface PlainKey {
  /** As `textHash` of the key. */
  hash: number;
  /** Nothing but numbers can be folded in it: then its pattern has this hash. */
  isPlain: boolean;
  patternHash: number;
}

const looked: PlainKey = { hash: 0, isPlain: false, patternHash: 0 };

/**
 * Looks at a key once: its hash, and, where no more than runs of digits are to be folded, that of its pattern, without
 * making that.
 */
export function lookAtKey({ bytes, start, end }: KeyText): PlainKey {
  let hash = hashBasis;
  let patternHash = hashBasis;
  let dots = 0;
  let colons = 0;
  let hexRun = 0;
  let hexKinds = 0;
  let tokenRun = 0;
  let tokenKinds = 0;
  let isPlain = end - start < uuidLength;
  let wasDigit = false;
  for (let at = start; at < end; at++) {
    const code = bytes[at] as number;
    const part = parts[code] as number;
    hash = hashWith(hash, code);
    if ((part & digit) === 0) {
      patternHash = hashWith(patternHash, code);
      wasDigit = false;
      if (part === dot) dots++;
      else if (part === colon) colons++;
    } else if (!wasDigit) {
      patternHash = hashWith(hashWith(hashWith(patternHash, open), letter), close);
      wasDigit = true;
    }
    if ((part & hexParts) === 0) {
      hexRun = 0;
      hexKinds = 0;
    } else {
      hexKinds |= part & hexParts;
      if (++hexRun >= hexLength && hexKinds === hexParts) isPlain = false;
    }
    if ((part & tokenParts) === 0) {
      tokenRun = 0;
      tokenKinds = 0;
    } else {
      tokenKinds |= part & mixed;
      if (++tokenRun >= tokenLength && tokenKinds === mixed) isPlain = false;
    }
  }
  looked.hash = hashEnd(hash);
  looked.isPlain = isPlain && dots < addressMarks && colons < addressMarks;
  looked.patternHash = hashEnd(patternHash);
  return looked;
}

/** Whether this is the pattern of a plain key. */
export function isPatternOf(pattern: string, { bytes, start, end }: KeyText): boolean {
  let from = 0;
  for (let at = start; at < end; at++) {
    const code = bytes[at] as number;
    if (((parts[code] as number) & digit) === 0) {
      if (pattern.charCodeAt(from++) !== code) return false;
      continue;
    }
    for (const one of number) if (pattern.charCodeAt(from++) !== one) return false;
    while (at + 1 < end && ((parts[bytes[at + 1] as number] as number) & digit) !== 0) at++;
  }
  return from === pattern.length;
}
