import { isIPv6 } from 'node:net';

/**
 * Folds the parts of a key that tell one item from another: `user:8123:profile` is of the pattern `user:{n}:profile`.
 * What only the whole traffic can tell is folded in `pattern-table.ts`.
 */

const uuid = /(?<![A-Za-z0-9])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![A-Za-z0-9])/g;
const ipv4 = /(?<![A-Za-z0-9.])\d{1,3}(?:\.\d{1,3}){3}(?![A-Za-z0-9.])/g;
const ipv6Run = /[0-9A-Fa-f:]+/g;
const tokenRun = /[A-Za-z0-9+=_-]{20,}/g;
const hexRun = /(?<![A-Za-z0-9])[0-9A-Fa-f]{8,}(?![A-Za-z0-9])/g;
const digits = /\d+/g;

const dot = 0x2e;
const colon = 0x3a;

const anyDigit = /\d/;
const anyHexLetter = /[A-Fa-f]/;
const letterOrDigit = /[A-Za-z0-9]/;

const uuidLength = 36;
const shortestToken = 20;
const shortestHex = 8;
const fewestColons = 3;
const fewestDots = 3;

/** So many characters on average lie between two changes of kind in a token, at most. */
const charactersPerChange = 4;

/** The pattern of a key, by its own characters alone. */
export function patternOf(key: string): string {
  const { hasDigit, dots, colons, longestToken, longestHex } = look(key);
  let pattern = key;
  if (key.length >= uuidLength) pattern = pattern.replace(uuid, '{uuid}');
  if (dots >= fewestDots) pattern = pattern.replace(ipv4, (run) => (isIpv4(run) ? '{ip}' : run));
  if (colons >= fewestColons) pattern = pattern.replace(ipv6Run, foldAddress);
  if (!hasDigit) return pattern;
  if (longestToken >= shortestToken) pattern = pattern.replace(tokenRun, (run) => (isToken(run) ? '{token}' : run));
  if (longestHex >= shortestHex) pattern = pattern.replace(hexRun, (run) => (isHex(run) ? '{hex}' : run));
  return pattern.replace(digits, '{n}');
}

/** Stands for the first part that was folded, the next character for the next: no byte of a key is one of them. */
const firstMark = 0x100;

/**
 * A key with each part that `patternOf` folds replaced by what `replacement` makes of it; undefined where none is
 * folded.
 */
export function replaceFolded(key: string, replacement: (part: string) => string): string | undefined {
  const parts: string[] = [];
  const mark = (part: string): string => String.fromCharCode(firstMark + parts.push(part) - 1);
  const marked = key
    .replace(uuid, mark)
    .replace(ipv4, (run) => (isIpv4(run) ? mark(run) : run))
    .replace(ipv6Run, (run, at: number, text: string) => {
      const folded = foldAddress(run, at, text);
      if (folded === run) return run;
      return folded.startsWith(':') ? `:${mark(run.slice(1))}` : mark(run);
    })
    .replace(tokenRun, (run) => (isToken(run) ? mark(run) : run))
    .replace(hexRun, (run) => (isHex(run) ? mark(run) : run))
    .replace(digits, mark);
  if (parts.length === 0) return undefined;
  return marked.replace(/[\u0100-\uffff]/g, (one) => replacement(parts[one.charCodeAt(0) - firstMark] ?? ''));
}

/** What a key has of what can be folded: the expressions cost more than this look, and few keys need them. One reused object. */
const looked = { hasDigit: false, dots: 0, colons: 0, longestToken: 0, longestHex: 0 };

function look(key: string): typeof looked {
  let hasDigit = false;
  let dots = 0;
  let colons = 0;
  let longestToken = 0;
  let longestHex = 0;
  let token = 0;
  let hex = 0;
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at);
    const kind = kindOf(code);
    if (kind === Kind.digit) hasDigit = true;
    if (code === dot) dots++;
    if (code === colon) colons++;
    token = kind !== 0 || isOfToken(code) ? token + 1 : 0;
    // Letters to F, in either case.
    hex = kind === Kind.digit || (kind !== 0 && (code & 0x1f) <= 6) ? hex + 1 : 0;
    if (token > longestToken) longestToken = token;
    if (hex > longestHex) longestHex = hex;
  }
  looked.hasDigit = hasDigit;
  looked.dots = dots;
  looked.colons = colons;
  looked.longestToken = longestToken;
  looked.longestHex = longestHex;
  return looked;
}

/** `+`, `=`, `_` and `-`. */
function isOfToken(code: number): boolean {
  return code === 0x2b || code === 0x3d || code === 0x5f || code === 0x2d;
}

/** The colon before an address looks like a part of it: `user:2001:db8::1`. */
function foldAddress(run: string, at: number, key: string): string {
  const hasSeparator = run.startsWith(':');
  const address = hasSeparator ? run.slice(1) : run;
  if (address.split(':').length <= fewestColons) return run;
  const before = hasSeparator ? '' : key.charAt(at - 1);
  if (letterOrDigit.test(before) || letterOrDigit.test(key.charAt(at + run.length)) || !isIPv6(address)) return run;
  return hasSeparator ? ':{ip}' : '{ip}';
}

function isIpv4(run: string): boolean {
  return run.split('.').every((part) => Number(part) <= 255);
}

function isHex(run: string): boolean {
  return anyDigit.test(run) && anyHexLetter.test(run);
}

/** Upper case, lower case and digits, mixed as nobody writes words. */
function isToken(run: string): boolean {
  let changes = 0;
  let last = 0;
  let kinds = 0;
  for (let at = 0; at < run.length; at++) {
    const kind = kindOf(run.charCodeAt(at));
    if (kind === 0) continue;
    kinds |= kind;
    if (last !== 0 && kind !== last) changes++;
    last = kind;
  }
  return kinds === allKinds && changes * charactersPerChange >= run.length;
}

const Kind = { upper: 1, lower: 2, digit: 4 } as const;
const allKinds = Kind.upper | Kind.lower | Kind.digit;

/** 0 where it is none of them. */
function kindOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return Kind.digit;
  if (code >= 0x41 && code <= 0x5a) return Kind.upper;
  if (code >= 0x61 && code <= 0x7a) return Kind.lower;
  return 0;
}
