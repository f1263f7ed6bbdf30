// Meta commands: those whose flags ask for nothing but what the answer brings back, and their plain answers. Quiet ones,
// opaques, modes and keys in base64 are left to the general way.

import { isPlain } from './commands';
import { digitsEnd, isNumberAt, numberOf } from './numbers';
import { lineOf, wordEnd, wordStart } from './request';

/** Fields of a meta request: the letters that it asks for, and the words with its numbers; 0 for none. */
export const ASKED: usize = 84;
export const EXPTIME_WORD: usize = 88;
export const FLAGS_WORD: usize = 89;
export const DELTA_WORD: usize = 90;
/** Its first flag among the words. */
export const FIRST_FLAG: usize = 91;

/** Digits of the largest unique that is a number to the host. */
const mostUniqueDigits: usize = 15;

@inline
function letter(byte: u8): u32 {
  return 1 << (byte & 31);
}

const C: u32 = 1 << 3;
const F: u32 = 1 << 6;
const H: u32 = 1 << 8;
const L: u32 = 1 << 12;
const S: u32 = 1 << 19;
const T: u32 = 1 << 20;
const V: u32 = 1 << 22;

/** Flags that success of `mg`, and of the others, brings back. */
const returnedByGet: u32 = C | F | H | L | S | T;
const returnedByOthers: u32 = C;

/** The command, by the second letter of its name. */
@inline
export function nameOf(request: usize): u8 {
  return load<u8>(lineOf(request), 1);
}

export const GET: u8 = 0x67;
export const SET: u8 = 0x73;
export const DELETE: u8 = 0x64;
export const ARITHMETIC: u8 = 0x61;
export const NOOP: u8 = 0x6e;

/** Whatever a request before it in the same place had. */
@inline
export function forgetFlags(request: usize): void {
  store<u32>(request, 0, ASKED);
  store<u32>(request, 0, EXPTIME_WORD);
}

/** Reads the flags of a request from the word `first` on; false where they are not of this way. */
export function readFlags(request: usize, first: i32, words: i32): bool {
  let asked: u32 = 0;
  let numbers: u32 = 0;
  store<u8>(request, <u8>first, FIRST_FLAG);
  for (let word = first; word < words; word++) {
    const at = lineOf(request) + wordStart(request, word);
    const length = wordEnd(request, word) - wordStart(request, word);
    const byte = load<u8>(at);
    const bit = letter(byte);
    if (byte >= 0x61) {
      if (length != 1 || (bit & (returnedByGet | V)) == 0 || (asked & bit) != 0) return false;
      asked |= bit;
    } else {
      if (!isNumberAt(at + 1, length - 1) || (numbers & bit) != 0) return false;
      numbers |= bit;
      if (byte == 0x54) store<u8>(request, <u8>word, EXPTIME_WORD);
      else if (byte == 0x46) store<u8>(request, <u8>word, FLAGS_WORD);
      else if (byte == 0x44) store<u8>(request, <u8>word, DELTA_WORD);
      else return false;
    }
  }
  store<u32>(request, asked, ASKED);
  return true;
}

/** What was read of a meta answer: its flags as sent, and those with a field of their own. */
export let answerFrom: usize = 0;
export let answerTo: usize = 0;
export let itemFlagsFrom: usize = 0;
export let itemFlagsTo: usize = 0;
export let uniqueFrom: usize = 0;
export let uniqueTo: usize = 0;
/** The code: two letters. */
export let code: u32 = 0;
export let metaBytes: u32 = 0;

export const HD: u32 = 0x4448;
export const VA: u32 = 0x4156;
export const EN: u32 = 0x4e45;
export const NF: u32 = 0x464e;
export const MN: u32 = 0x4e4d;

/** Reads the answer of a meta request; returns where it ends, 0 where it is not of this way. */
export function readMetaAnswer(request: usize, at: usize, end: usize): usize {
  at = readMetaLine(request, at, end);
  if (at == 0 || code != VA) return at;
  if (<u32>(end - at) < metaBytes + 2 || load<u16>(at + metaBytes) != 0x0a0d) return 0;
  return at + metaBytes + 2;
}

/** Reads its line alone. */
export function readMetaLine(request: usize, at: usize, end: usize): usize {
  if (end - at < 4) return 0;
  code = load<u16>(at);
  at += 2;
  metaBytes = 0;
  answerFrom = 0;
  itemFlagsFrom = 0;
  uniqueFrom = 0;
  const name = nameOf(request);
  const asked = load<u32>(request, ASKED);
  if (code == VA) {
    if (name != GET || (asked & V) == 0 || load<u8>(at) != 0x20) return 0;
    const size = ++at;
    at = digitsEnd(at, end);
    if (!isNumberAt(size, at - size)) return 0;
    metaBytes = numberOf(size, at);
  } else if (!isExpected(name, asked)) return 0;
  at = readAnswerFlags(at, end, name, asked);
  if (at == 0 || end - at < 2 || load<u16>(at) != 0x0a0d) return 0;
  return at + 2;
}

function isExpected(name: u8, asked: u32): bool {
  if (code == HD) return name == GET ? (asked & V) == 0 : name != NOOP;
  if (code == EN) return name == GET;
  if (code == NF) return name == DELETE || name == ARITHMETIC;
  return code == MN && name == NOOP;
}

function readAnswerFlags(at: usize, end: usize, name: u8, asked: u32): usize {
  let got: u32 = 0;
  answerFrom = at + 1;
  while (at < end && load<u8>(at) == 0x20) {
    const flag = at + 1;
    at = flag;
    while (at < end && isPlain(load<u8>(at))) at++;
    if (at == flag) return 0;
    const bit = letter(load<u8>(flag));
    if (load<u8>(flag) < 0x61 || (asked & bit) == 0 || bit == V || (got & bit) != 0) return 0;
    got |= bit;
    if (bit == F) {
      if (!isNumberAt(flag + 1, at - flag - 1)) return 0;
      itemFlagsFrom = flag + 1;
      itemFlagsTo = at;
    } else if (bit == C) {
      if (!isNumberAt(flag + 1, at - flag - 1, mostUniqueDigits)) return 0;
      uniqueFrom = flag + 1;
      uniqueTo = at;
    }
  }
  answerTo = at;
  if (at < answerFrom) answerFrom = 0;
  // Success brings back all that was asked for.
  const isSuccess = code == HD || code == VA;
  if (!isSuccess) return answerFrom == 0 ? at : 0;
  const returned =
    name == GET ? returnedByGet : name == ARITHMETIC ? returnedByOthers | T : name == SET ? returnedByOthers : 0;
  return (returned & asked & ~got) == 0 ? at : 0;
}
