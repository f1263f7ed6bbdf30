// The client's side: whole command lines with their data blocks, of commands that are known, written as every client
// writes them. Anything else is left to the general way.

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
import {
  ADDED,
  BEGUN,
  BEGUN_LENGTH,
  FIRST_PENDING,
  HAS_SEVERAL,
  HAS_SILENT,
  LAST_PENDING,
  NEXT_OFFSET,
  PENDING,
  REQUEST_REST,
  SILENT_BEHIND,
} from './connections';
import { copy, decimal, prepare, put } from './digits';
import { RECORDS_END } from './memory';
import { ASKED, NOOP, nameOf, readFlags } from './meta';
import { isNumberAt, lineEndIn, numberOf } from './numbers';
import { beginRecord, endRecord, longestRecord, writeSilentRecord } from './records';
import {
  COMMAND,
  giveBack,
  HEAD_END,
  IS_SILENT,
  KEY_COUNT,
  KEYS_FROM,
  LINE,
  LINE_LENGTH,
  LINE_PACKET,
  lineOf,
  loadNext,
  longestLine,
  longestOwnLine,
  mostOwnWords,
  mostWords,
  moveLine,
  placeOf,
  REQUEST_ACKNOWLEDGED,
  REQUEST_BYTES,
  REQUEST_PACKET,
  REQUEST_START,
  REQUEST_US,
  requestAt,
  SILENT_BEFORE,
  START_US,
  STARTS_SEGMENT,
  takeRequest,
  VALUE_LENGTH,
  WORD_COUNT,
  wordEnd,
  wordStart,
  writeCommand,
} from './request';

/** Longest key that the server takes. */
const longestKey: usize = 250;

const BESIDE_TEXT = prepare(': memcached: ');
const BETWEEN_TEXT = prepare('; ');
const BLOCK_TEXT = prepare(' <');
const BLOCK_END_TEXT = prepare(' bytes>');
const MORE_TEXT = prepare('; +');
const MORE_END_TEXT = prepare(' more');

/** Items that an annotation shows; the others are counted. */
export const shownItems: i32 = 40;

/** What was read of one segment, until it is taken: requests that wait, all of them, and those behind the last that waits. */
let first: i32 = 0;
let last: i32 = 0;
let count: i32 = 0;
let silent: i32 = 0;
/** Bytes that are to come of the last one's block. */
let requestRest: i32 = 0;
/** Those that ask for no answer, and where their records end. */
export let silentCount: i32 = 0;
export let recordsEnd: usize = 0;
/** The request that was begun before, and that is begun behind the segment, see `BEGUN`; and bytes of the line of that. */
let before: i32 = 0;
let begun: i32 = 0;
let begunLength: i32 = 0;
/** Whether that asks for no answer, and is over; whether the last one that waits is, whose block was under way. */
let isBeforeOver: bool = false;
let isLastOver: bool = false;

/** The requests that were read are none. */
export function forget(): void {
  while (count > 0) {
    const next = loadNext(first);
    if (first != before) giveBack(first);
    first = next;
    count--;
  }
  if (begun != 0 && begun != before) giveBack(begun);
}

/**
 * Reads the requests in `[start, end)`, all of a segment's payload, and appends them to the line at `out`, and those that
 * ask for no answer to the records at `records`; 0 where nobody wants them. Returns where the line ends, 1 where there is
 * none; 0 where they are not of this way.
 */
export function readRequests(
  connection: usize,
  out: usize,
  records: usize,
  start: usize,
  end: usize,
  us: f64,
  acknowledged: f64,
  packet: i32,
): usize {
  const offset = load<f64>(connection, NEXT_OFFSET);
  const isShown = out != 0;
  let at = start;
  let items = 0;
  count = 0;
  silentCount = 0;
  silent = load<i32>(connection, SILENT_BEHIND);
  recordsEnd = records;
  before = load<i32>(connection, BEGUN);
  begun = before;
  begunLength = 0;
  isBeforeOver = false;
  isLastOver = false;
  const rest = load<i32>(connection, REQUEST_REST);
  requestRest = 0;
  if (rest > 0) {
    // The block of the last request goes on.
    const length = min(rest, <i32>(end - start));
    if (!endsBlock(start, length, rest)) return 0;
    at += length;
    requestRest = rest - length;
    if (requestRest == 0) {
      const request = requestAt(before != 0 ? before : load<i32>(connection, LAST_PENDING));
      if (isShown) out = writeBlock(writeCommand(put(out, BESIDE_TEXT), request), load<i32>(request, VALUE_LENGTH));
      items++;
      if (before != 0) {
        store<i32>(request, packet, REQUEST_PACKET);
        tellSilent(connection, request, us);
        isBeforeOver = true;
        begun = 0;
      } else isLastOver = true;
    }
  }
  while (at < end) {
    let index = begun;
    const isBegun = index != 0;
    const line = at;
    if (isBegun) {
      // Its line goes on.
      const lineEnd = lineEndIn(at, end);
      at = lineEnd == 0 ? end : lineEnd;
      const kept = load<i32>(connection, BEGUN_LENGTH);
      if (!keepLine(requestAt(index), kept, line, <i32>(at - line))) return 0;
      begunLength = kept + <i32>(at - line);
      if (lineEnd == 0) break;
      begun = 0;
    } else {
      index = takeRequest();
      if (index == 0) return 0;
    }
    const request = requestAt(index);
    // It is given back with the others where it is none.
    const beforeLast = last;
    if (count == 0) first = index;
    else store<i32>(requestAt(last), index);
    last = index;
    count++;

    if (isBegun) {
      const kept = lineOf(request);
      if (readLine(request, kept, kept + begunLength) != begunLength) return 0;
      store<i32>(request, begunLength, REQUEST_BYTES);
      begunLength = 0;
    } else {
      const length = readLine(request, line, end);
      if (length == 0) {
        if (lineEndIn(line, end) != 0) return 0;
        // It goes on in the next segment.
        begunLength = <i32>(end - line);
        if (!keepLine(request, 0, line, begunLength)) return 0;
        store<f64>(request, us, START_US);
        store<f64>(request, offset + <f64>(line - start), REQUEST_START);
        store<i32>(request, packet, LINE_PACKET);
        store<f64>(request, acknowledged, REQUEST_ACKNOWLEDGED);
        last = beforeLast;
        count--;
        begun = index;
        break;
      }
      at = line + length;
      store<i32>(request, length, REQUEST_BYTES);
      store<f64>(request, us, START_US);
      store<f64>(request, offset + <f64>(line - start), REQUEST_START);
    }
    items++;
    const isItemShown = isShown && items <= shownItems;
    if (isItemShown)
      out = copy(put(out, items > 1 ? BETWEEN_TEXT : BESIDE_TEXT), lineOf(request), <usize>load<i32>(request, LINE_LENGTH));
    store<f64>(request, offset + <f64>(at - start), HEAD_END);
    const value = load<i32>(request, VALUE_LENGTH);
    if (value >= 0) {
      const length = min(value + 2, <i32>(end - at));
      if (!endsBlock(at, length, value + 2)) return 0;
      at += length;
      requestRest = value + 2 - length;
      store<i32>(request, load<i32>(request, REQUEST_BYTES) + value + 2, REQUEST_BYTES);
      if (isItemShown && requestRest == 0) out = writeBlock(out, value);
    }
    store<i32>(request, packet, LINE_PACKET);
    store<i32>(request, packet, REQUEST_PACKET);
    store<f64>(request, us, REQUEST_US);
    if (load<u8>(request, IS_SILENT) != 0) {
      if (recordsEnd > RECORDS_END - longestRecord) return 0;
      last = beforeLast;
      count--;
      silent++;
      if (requestRest > 0) begun = index;
      else {
        tellSilent(connection, request, us);
        if (isBegun) isBeforeOver = true;
        else giveBack(index);
      }
      continue;
    }
    store<u8>(request, line == start && !isBegun ? 1 : 0, STARTS_SEGMENT);
    store<i32>(request, silent, SILENT_BEFORE);
    store<f64>(request, acknowledged, REQUEST_ACKNOWLEDGED);
    silent = 0;
  }
  if (!isShown) return 1;
  return items > shownItems ? writeMore(out, items) : out;
}

/** Appends how many items are not shown. */
export function writeMore(out: usize, items: i32): usize {
  return put(decimal(put(out, MORE_TEXT), items - shownItems), MORE_END_TEXT);
}

/** One that asks for no answer is over. */
function tellSilent(connection: usize, request: usize, us: f64): void {
  silentCount++;
  if (recordsEnd == 0) return;
  const value = load<i32>(request, VALUE_LENGTH);
  recordsEnd = writeSilentRecord(beginRecord(recordsEnd, connection, us), request);
  recordsEnd = copy(recordsEnd, lineOf(request), <usize>load<i32>(request, LINE_LENGTH));
  recordsEnd = endRecord(value < 0 ? recordsEnd : writeBlock(recordsEnd, value));
}

/** Whether these bytes of a block, of which `rest` are to come with its line end, end it as every client does. */
@inline
function endsBlock(at: usize, length: i32, rest: i32): bool {
  if (rest >= 2 && length >= rest - 1 && load<u8>(at + rest - 2) != 0x0d) return false;
  return length < rest || load<u8>(at + rest - 1) == 0x0a;
}

function writeBlock(out: usize, value: i32): usize {
  return put(decimal(put(out, BLOCK_TEXT), value), BLOCK_END_TEXT);
}

/** What was read waits for its answers. */
export function addRequests(connection: usize, us: f64, packet: i32): void {
  if (isLastOver) {
    const request = requestAt(load<i32>(connection, LAST_PENDING));
    store<f64>(request, us, REQUEST_US);
    store<i32>(request, packet, REQUEST_PACKET);
  }
  if (isBeforeOver) giveBack(before);
  store<i32>(connection, begun, BEGUN);
  store<i32>(connection, begunLength, BEGUN_LENGTH);
  store<i32>(connection, requestRest, REQUEST_REST);
  if (silent != load<i32>(connection, SILENT_BEHIND) || silentCount > 0) store<u8>(connection, 1, HAS_SILENT);
  store<i32>(connection, silent, SILENT_BEHIND);
  if (count == 0) return;
  const pending = load<i32>(connection, PENDING);
  if (pending == 0) store<i32>(connection, first, FIRST_PENDING);
  else store<i32>(requestAt(load<i32>(connection, LAST_PENDING)), first);
  store<i32>(connection, last, LAST_PENDING);
  store<i32>(connection, pending + count, PENDING);
  if (pending + count > 1) store<u8>(connection, 1, HAS_SEVERAL);
  store<i32>(connection, load<i32>(connection, ADDED) + count, ADDED);
}

/** Keeps `length` more bytes of a line, of which `kept` are there; false where it is too long. */
function keepLine(request: usize, kept: i32, at: usize, length: i32): bool {
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
function readLine(request: usize, line: usize, end: usize): i32 {
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
    store<u32>(request, 0, ASKED);
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
