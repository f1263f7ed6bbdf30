// One command line, of a command that is known, written as every client writes it. Anything else is left to the general way.

import {
  ANSWER,
  commandOf,
  FIRST_KEY,
  HAS_MANY_KEYS,
  isPlain,
  MAY_BE_SILENT,
  META,
  NUMBERS,
  TAKES_BLOCK,
} from './commands';
import { copy } from './digits';
import { FIRST_FLAG, forgetFlags, NOOP, nameOf, readFlags } from './meta';
import { isNumberAt, numberOf } from './numbers';
import {
  COMMAND,
  IS_SILENT,
  KEY_COUNT,
  KEYS_FROM,
  LINE,
  LINE_LENGTH,
  lineOf,
  longestLine,
  longestOwnLine,
  mostOwnWords,
  mostWords,
  moveLine,
  placeOf,
  VALUE_LENGTH,
  WORD_COUNT,
  wordEnd,
  wordStart,
} from './request';

/** Longest key that the server takes. */
const longestKey: usize = 250;

/** Keeps `length` more bytes of a line, of which `kept` are there; false where it is too long. */
export function keepLine(request: usize, kept: i32, at: usize, length: i32): bool {
  const all = <usize>kept + <usize>length;
  const isOwn = lineOf(request) == request + LINE;
  if (all > (isOwn ? longestOwnLine : longestLine)) {
    if (!isOwn || all > longestLine || !moveLine(request, kept)) return false;
  }
  copy(lineOf(request) + kept, at, length);
  return true;
}

/** Whether the words of the line that was read last were too many, or too long, for the room that it has. */
let isTooLong: bool = false;

/** Reads one line, which may lie where it is kept; returns its length with its line end, 0 where it is not of this way. */
export function readLine(request: usize, line: usize, end: usize): i32 {
  const isOwn = lineOf(request) == request + LINE;
  let words = isOwn
    ? readPlaces(lineOf(request), line, end, mostOwnWords, longestOwnLine)
    : readPlaces(lineOf(request), line, end, mostWords, longestLine);
  if (words == 0) {
    if (!isOwn || !isTooLong) return 0;
    const isKept = line == lineOf(request);
    const length = end - line;
    if (!moveLine(request, isKept ? length : 0)) return 0;
    if (isKept) {
      line = lineOf(request);
      end = line + length;
    }
    words = readPlaces(lineOf(request), line, end, mostWords, longestLine);
    if (words == 0) return 0;
  }
  const kept = lineOf(request);
  const length = <usize>load<u16>(placeOf(kept, words - 1), 2);
  let at = line + length;
  if (load<u8>(at) == 0x0d) at++;
  if (at >= end || load<u8>(at) != 0x0a) return 0;
  store<i32>(request, <i32>length, LINE_LENGTH);
  store<u16>(request, <u16>words, WORD_COUNT);
  if (line != kept) copy(kept, line, length);
  return readWords(request, kept, words) ? <i32>(at + 1 - line) : 0;
}

/**
 * Writes down where the words of the line begin and end that lies from `line` on; `kept` is where it will lie. Returns
 * their number, 0 where it is not of this way.
 */
function readPlaces(kept: usize, line: usize, end: usize, most: i32, longest: usize): i32 {
  const limit = min(end, line + longest);
  let place = kept - 4;
  let at = line;
  let words = 0;
  isTooLong = false;
  for (;;) {
    const word = at;
    while (at < limit && isPlain(load<u8>(at))) at++;
    if (at >= limit || words == most) {
      isTooLong = at < end;
      return 0;
    }
    if (at == word) return 0;
    store<u32>(place, <u32>(word - line) | ((<u32>(at - line)) << 16));
    place -= 4;
    words++;
    if (load<u8>(at) != 0x20) return words;
    at++;
  }
  return 0;
}

/** Whether it is a command that is known, and its words are those that it takes. */
function readWords(request: usize, line: usize, words: i32): bool {
  const command = commandOf(line, wordEnd(request, 0));
  if (command == 0) return false;
  store<i32>(request, <i32>command, COMMAND);
  store<i32>(request, -1, VALUE_LENGTH);
  store<u8>(request, 0, IS_SILENT);
  forgetFlags(request);
  if (load<u8>(command, ANSWER) == META) return words <= mostOwnWords && readMetaWords(request, words);
  if (load<u8>(command, MAY_BE_SILENT) != 0 && isNoreply(request, words - 1)) {
    store<u8>(request, 1, IS_SILENT);
    words--;
  }
  const firstKey = <i32>load<u8>(command, FIRST_KEY);
  const numbers = <i32>load<u8>(command, NUMBERS);
  const keys = words - firstKey - numbers;
  if (keys < 1 || (keys > 1 && load<u8>(command, HAS_MANY_KEYS) == 0)) return false;
  if (firstKey == 2 && !isNumber(request, 1)) return false;
  for (let word = firstKey + keys; word < words; word++) if (!isNumber(request, word)) return false;
  // None that lies in the request's own room is so long.
  if (line != request + LINE && !areKeys(request, firstKey, firstKey + keys)) return false;
  store<u16>(request, <u16>keys, KEY_COUNT);
  store<u8>(request, <u8>firstKey, KEYS_FROM);
  if (load<u8>(command, TAKES_BLOCK) != 0) store<i32>(request, numberAt(request, firstKey + 3), VALUE_LENGTH);
  return true;
}

/** Whether none of these words is longer than a key. */
function areKeys(request: usize, first: i32, end: i32): bool {
  for (let word = first; word < end; word++) {
    if (wordEnd(request, word) - wordStart(request, word) > longestKey) return false;
  }
  return true;
}

/** `<command> <key> <flags>*`, with a size behind the key of `ms`; `mn` alone. */
function readMetaWords(request: usize, words: i32): bool {
  if (nameOf(request) == NOOP) {
    store<u16>(request, 0, KEY_COUNT);
    store<u8>(request, 1, KEYS_FROM);
    return words == 1;
  }
  const size = <i32>load<u8>(<usize>load<i32>(request, COMMAND), NUMBERS);
  if (words < 2 + size) return false;
  if (size > 0 && !isNumber(request, 2)) return false;
  if (!areKeys(request, 1, 2)) return false;
  store<u16>(request, 1, KEY_COUNT);
  store<u8>(request, 1, KEYS_FROM);
  if (size > 0) store<i32>(request, numberAt(request, 2), VALUE_LENGTH);
  return readFlags(request, 2 + size, words);
}

@inline
function isNoreply(request: usize, word: i32): bool {
  const start = wordStart(request, word);
  if (wordEnd(request, word) - start != 7) return false;
  return (load<u64>(lineOf(request) + start) & 0xffffffffffffff) == 0x796c7065726f6e;
}

function isNumber(request: usize, word: i32): bool {
  const start = wordStart(request, word);
  return isNumberAt(lineOf(request) + start, wordEnd(request, word) - start);
}

function numberAt(request: usize, word: i32): i32 {
  const line = lineOf(request);
  return <i32>numberOf(line + wordStart(request, word), line + wordEnd(request, word));
}
