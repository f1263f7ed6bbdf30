/**
 * Letters of meta flags, as sets of one bit each. Every command but `me`, which looks at
 * `b` alone, accepts the same ones, and what it has no use for it passes over.
 * Source: `proto_parser.c` and `proto_text.c` of memcached; tried on 1.6.18 and 1.6.45.
 */

/** A set of letters. */
export type Flags = number;

/** In the order of their bits: what all versions accept, what only the later ones do, and what answers add. */
const acceptedByAll = 'bcfhklOqstuvCDFIJLMNPRT';
const letters = `${acceptedByAll}xEWXZ`;

/** Stands for each other letter. */
const otherFlag = 1 << letters.length;

const bits = Int32Array.from({ length: 256 }, (_, byte) => {
  const index = letters.indexOf(String.fromCharCode(byte));
  return index < 0 ? otherFlag : 1 << index;
});

/** The set of one letter. */
export function flag(byte: number): Flags {
  return bits[byte] ?? otherFlag;
}

export function flagsOf(text: string): Flags {
  return [...text].reduce((set, letter) => set | flag(letter.charCodeAt(0)), 0);
}

const accepted = flagsOf(acceptedByAll);
const vivify = flagsOf('N');
const value = flagsOf('v');
const mode = flagsOf('M');

/** Flags that success brings back with what they ask for. */
const returned: ReadonlyMap<string, Flags> = new Map([
  ['mg', flagsOf('cfhklOst')],
  // `s` only in later versions.
  ['ms', flagsOf('ckO')],
  ['md', flagsOf('kO')],
  ['ma', flagsOf('ckOt')],
]);

/** What success may bring back unasked: its markers, and that the key is stored in base64. */
const unasked = flagsOf('WXZb');

/** Whether success brings back what the command's flags ask for, and nothing else. */
export function bringsBack(command: string, asked: Flags, got: Flags): boolean {
  const isMissing = (returned.get(command) ?? 0) & asked & ~got;
  return isMissing === 0 && (got & ~asked & ~unasked) === 0;
}

/** Whether the command creates the item that it does not find. */
export function vivifies(asked: Flags): boolean {
  return (asked & vivify) !== 0;
}

/** Whether an answer may bring the value. */
export function asksForValue(asked: Flags): boolean {
  return (asked & value) !== 0;
}

/** Whether `ms` has a mode: others than `set` may find that there is nothing to do. */
export function hasMode(asked: Flags): boolean {
  return (asked & mode) !== 0;
}

/** Whether some version refuses the flag for its letter, or because it came `before`. */
export function isRefusedSomewhere(letter: number, before: Flags): boolean {
  const bit = flag(letter);
  return (bit & accepted) === 0 || (bit & before) !== 0;
}
