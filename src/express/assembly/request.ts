// One request: where what is known of it lies, and the room for all that wait.

import { ANSWER_WORDS } from './commands';
import { copy, decimal, prepare, put } from './digits';
import { MOST_REQUESTS, REQUEST_LENGTH, REQUESTS, ROOM_LENGTH } from './memory';
import { leaveRoom, takeRoom } from './rooms';

/** Fields of a request, by offset. */
/** The next one of its connection, or of those that are free. */
export const NEXT_REQUEST: usize = 0;
export const COMMAND: usize = 4;
/** Whether it is the first of its segment. */
export const STARTS_SEGMENT: usize = 8;
/** Whether it asks for no answer. */
export const IS_SILENT: usize = 9;
export const KEYS_FROM: usize = 10;
/** Whether nobody was told of its line yet: see events.ts. */
export const IS_UNTOLD: usize = 11;
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
/** Time of its first byte, and the packet of its line. */
export const START_US: usize = 64;
export const LINE_PACKET: usize = 72;
/** Where its line lies, as sent. Before it, from its end on, where words begin and end, counted from it, two bytes each. */
export const LINE_AT: usize = 76;
export const WORD_COUNT: usize = 80;
export const KEY_COUNT: usize = 82;
/** Its own room for the line, and for the lines of an answer that comes in several segments. */
export const LINE: usize = 176;
export const ANSWER_LINES: usize = 416;

/** Words of a line that lies in the request's own room, and of one that does not. */
export const mostOwnWords: i32 = 20;
export const mostWords: i32 = 2048;
/**
 * Bytes of such lines; of longer ones only some may have no end yet: see `Limits.commandLineBytes`. Of what came of an
 * answer. Behind each there is room for a word more.
 */
export const longestOwnLine: usize = ANSWER_LINES - LINE - 8;
export const longestLine: usize = 16_384;
export const longestOwnAnswer: usize = REQUEST_LENGTH - ANSWER_LINES - 8;
export const longestAnswer: usize = ROOM_LENGTH - 8;

/** Keys that an item shows; the others are counted. */
const shownKeys: i32 = 16;

const MORE_TEXT = prepare(' +');
const KEYS_TEXT = prepare(' keys');

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
  let index = free;
  if (index != 0) free = load<i32>(requestAt(index));
  else if (used < MOST_REQUESTS) index = ++used;
  else return 0;
  const request = requestAt(index);
  store<u32>(request, <u32>(request + LINE), LINE_AT);
  return index;
}

@inline
export function giveBack(index: i32): void {
  const request = requestAt(index);
  const line = lineOf(request);
  if (line != request + LINE) leaveRoom(line);
  store<i32>(request, free);
  free = index;
}

@inline
export function lineOf(request: usize): usize {
  return <usize>load<u32>(request, LINE_AT);
}

/** Moves the first `length` bytes of its line to where a longer one can lie; false where there is no room. */
export function moveLine(request: usize, length: usize): bool {
  const room = takeRoom();
  if (room == 0) return false;
  const line = room + <usize>mostWords * 4;
  copy(line, lineOf(request), length);
  store<u32>(request, <u32>line, LINE_AT);
  return true;
}

/** Where it is written down where a word begins and ends. */
@inline
export function placeOf(line: usize, word: i32): usize {
  return line - 4 - ((<usize>word) << 2);
}

/** Gives back so many, chained from this one on; returns the one behind them. */
export function giveBackChain(first: i32, count: i32): i32 {
  let index = first;
  for (let left = count; left > 0; left--) {
    const next = loadNext(index);
    giveBack(index);
    index = next;
  }
  return index;
}

@inline
export function wordStart(request: usize, word: i32): usize {
  return <usize>load<u16>(placeOf(lineOf(request), word));
}

@inline
export function wordEnd(request: usize, word: i32): usize {
  return <usize>load<u16>(placeOf(lineOf(request), word), 2);
}

/** Appends the command and its keys, of many the first ones. */
export function writeCommand(out: usize, request: usize): usize {
  const keys = <i32>load<u16>(request, KEY_COUNT);
  const line = lineOf(request);
  out = copy(out, line, wordEnd(request, 0));
  if (keys == 0) return out;
  // A blank before each of them: as they stand on the line.
  const firstKey = <i32>load<u8>(request, KEYS_FROM);
  const from = wordStart(request, firstKey) - 1;
  out = copy(out, line + from, wordEnd(request, firstKey + min(keys, shownKeys) - 1) - from);
  return keys > shownKeys ? put(decimal(put(out, MORE_TEXT), keys - shownKeys), KEYS_TEXT) : out;
}

@inline
export function answerWords(request: usize): u32 {
  return load<u32>(<usize>load<i32>(request, COMMAND), ANSWER_WORDS);
}
