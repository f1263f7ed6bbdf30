export const hashBasis = 0x811c9dc5;
const prime = 0x01000193;

/** A hash goes on with the next character of a text. */
export function hashWith(hash: number, code: number): number {
  return Math.imul(hash ^ code, prime);
}

/** A hash is over: its upper bits mixed into the lower ones. */
export function hashEnd(hash: number): number {
  return hash ^ (hash >>> 15);
}

/** FNV-1a of a text, mixed; 32 bits, signed. The same in each run, so that a capture always gives the same numbers. */
export function textHash(text: string): number {
  let hash = hashBasis;
  for (let at = 0; at < text.length; at++) hash = hashWith(hash, text.charCodeAt(at));
  return hashEnd(hash);
}
