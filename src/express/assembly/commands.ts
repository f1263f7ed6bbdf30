// What commands there are, and which words answer them: the general way's own table, which the host puts here.

import { CLASSES, COMMANDS, WORDS } from './memory';

/** How a command is answered. */
export const RETRIEVAL: u8 = 1;
export const WORD: u8 = 2;
export const NUMBER: u8 = 3;
export const META: u8 = 4;

/** Fields of a command, in a table of 64 by hash. Names have at most eight bytes. */
export const COMMAND_NAME: usize = 0;
export const ANSWER: usize = 8;
/** Words before the keys, the command's own included. */
export const FIRST_KEY: usize = 9;
export const HAS_MANY_KEYS: usize = 10;
/** Numbers behind the key; before it there is one where `FIRST_KEY` is 2. */
export const NUMBERS: usize = 11;
export const TAKES_BLOCK: usize = 12;
/** Whether `noreply` may stand behind all. */
export const MAY_BE_SILENT: usize = 13;
/** By which the host knows it. */
export const COMMAND_NUMBER: usize = 14;
/** Words that answer it, as bits. */
export const ANSWER_WORDS: usize = 16;
/** What its numbers are, in their order: see `Field`. */
export const FIELDS: usize = 20;

/** What a number is. */
export const FLAGS: u8 = 1;
export const EXPTIME: u8 = 2;
export const BYTES: u8 = 3;
export const CAS: u8 = 4;
export const DELTA: u8 = 5;

const COMMAND_BITS: i32 = 5;
const COMMAND_MASK: u32 = 63;

/** A word that answers: its bytes, at most 16, and their number. */
const WORD_BITS: i32 = 5;
const WORD_LENGTH: usize = 16;
/** How many are known. */
let words: i32 = 0;

/** What bytes may stand in a word that is shown as it is, in text and in JSON. */
export function makeClasses(): void {
  for (let byte = 0; byte < 256; byte++) {
    store<u8>(CLASSES + byte, byte > 0x20 && byte < 0x7f && byte != 0x5c && byte != 0x22 ? 1 : 0);
  }
}

@inline
export function isPlain(byte: u8): bool {
  return load<u8>(CLASSES + byte) != 0;
}

@inline
function slotOf(name: u64): u32 {
  const word = <u32>name ^ <u32>(name >> 32);
  return ((word * 0x9e3779b1) >> 24) & COMMAND_MASK;
}

/** Adds a command; returns where it lies, so that the host can fill it in. */
export function addCommand(low: u32, high: u32): usize {
  const name = <u64>low | ((<u64>high) << 32);
  let slot = slotOf(name);
  while (load<u64>(COMMANDS + ((<usize>slot) << COMMAND_BITS)) != 0) slot = (slot + 1) & COMMAND_MASK;
  const command = COMMANDS + ((<usize>slot) << COMMAND_BITS);
  store<u64>(command, name);
  return command;
}

/** The command of this name, of `length` bytes; 0 where it is none of these. */
@inline
export function commandOf(at: usize, length: usize): usize {
  if (length - 1 > 7) return 0;
  const name = load<u64>(at) & (<u64>-1 >> ((<u64>(8 - length)) << 3));
  let slot = slotOf(name);
  for (;;) {
    const command = COMMANDS + ((<usize>slot) << COMMAND_BITS);
    const known = load<u64>(command);
    if (known == name) return command;
    if (known == 0) return 0;
    slot = (slot + 1) & COMMAND_MASK;
  }
  return 0;
}

/** Adds a word that answers; returns where the host writes its bytes. Its bit is that of its number. */
export function addWord(length: i32): usize {
  const word = WORDS + ((<usize>words) << WORD_BITS);
  words++;
  store<i32>(word, length, WORD_LENGTH);
  return word;
}

/** The number of the word that is the line `[at, end)`, of those in `mask`; -1 where it is none. */
export function wordOf(at: usize, end: usize, mask: u32): i32 {
  const length = <i32>(end - at);
  for (let number = 0; number < words; number++) {
    if ((mask & (1 << number)) == 0) continue;
    const word = WORDS + ((<usize>number) << WORD_BITS);
    if (load<i32>(word, WORD_LENGTH) != length) continue;
    let index: usize = 0;
    while (index < <usize>length && load<u8>(word + index) == load<u8>(at + index)) index++;
    if (index == <usize>length) return number;
  }
  return -1;
}
