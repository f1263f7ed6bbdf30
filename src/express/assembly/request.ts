// One request: where what is known of it lies, and the room for all that wait.

import { ANSWER_WORDS } from './commands';
import { copy } from './digits';
import { MOST_REQUESTS, REQUEST_LENGTH, REQUESTS } from './memory';

/** Fields of a request, by offset. */
/** The next one of its connection, or of those that are free. */
export const NEXT_REQUEST: usize = 0;
export const COMMAND: usize = 4;
export const WORD_COUNT: usize = 8;
export const KEY_COUNT: usize = 9;
/** Whether it is the first of its segment. */
export const STARTS_SEGMENT: usize = 10;
export const KEYS_FROM: usize = 11;
/** Whether it asks for no answer. */
export const IS_SILENT: usize = 168;
export const LINE_LENGTH: usize = 12;
/** Bytes of its data block without the line end; -1 where it has none. */
export const VALUE_LENGTH: usize = 16;
export const REQUEST_BYTES: usize = 20;
export const REQUEST_PACKET: usize = 24;
export const SILENT_BEFORE: usize = 28;
export const REQUEST_US: usize = 32;
export const HEAD_END: usize = 40;
export const REQUEST_ACKNOWLEDGED: usize = 48;
export const REQUEST_START: usize = 56;
/** Where its words begin and end, from the line's start, two bytes each. */
export const PLACES: usize = 80;
/** Its line, as sent. */
export const LINE: usize = 176;
/** The first line of its answer, where the value is under way: its flags and unique are read again from there. */
export const ANSWER_HEAD: usize = 416;
export const ANSWER_HEAD_LENGTH: usize = 172;
/** Time of its first byte, and the packet of its line. */
export const START_US: usize = 64;
export const LINE_PACKET: usize = 72;

let free: i32 = 0;
let used: i32 = 0;

@inline
export function requestAt(index: i32): usize {
  return REQUESTS + <usize>index * REQUEST_LENGTH;
}

export function loadNext(index: i32): i32 {
  return load<i32>(requestAt(index));
}

/** Room for a request; 0 where there is none. */
@inline
export function takeRequest(): i32 {
  const index = free;
  if (index != 0) {
    free = load<i32>(requestAt(index));
    return index;
  }
  return used < MOST_REQUESTS ? ++used : 0;
}

@inline
export function giveBack(index: i32): void {
  store<i32>(requestAt(index), free);
  free = index;
}

@inline
export function wordStart(request: usize, word: i32): usize {
  return <usize>load<u16>(request + PLACES + ((<usize>word) << 2));
}

@inline
export function wordEnd(request: usize, word: i32): usize {
  return <usize>load<u16>(request + PLACES + ((<usize>word) << 2), 2);
}

/** Appends the command and its keys. */
export function writeCommand(out: usize, request: usize): usize {
  const keys = <i32>load<u8>(request, KEY_COUNT);
  const line = request + LINE;
  out = copy(out, line, wordEnd(request, 0));
  if (keys == 0) return out;
  // A blank before each of them: as they stand on the line.
  const firstKey = <i32>load<u8>(request, KEYS_FROM);
  const from = wordStart(request, firstKey) - 1;
  return copy(out, line + from, wordEnd(request, firstKey + keys - 1) - from);
}

@inline
export function answerWords(request: usize): u32 {
  return load<u32>(<usize>load<i32>(request, COMMAND), ANSWER_WORDS);
}
