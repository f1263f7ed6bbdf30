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
import { isTold, tellLine } from './events';
import { ASKED, NOOP, nameOf, readFlags } from './meta';
import { isNumberAt, numberOf } from './numbers';
import { beginRecord, endRecord, writeSilentRecord } from './records';
import {
  ANSWER_HEAD,
  COMMAND,
  giveBack,
  HEAD_END,
  IS_SILENT,
  KEY_COUNT,
  KEYS_FROM,
  LINE,
  LINE_LENGTH,
  LINE_PACKET,
  loadNext,
  PLACES,
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

const BESIDE_TEXT = prepare(': memcached: ');
const BETWEEN_TEXT = prepare('; ');
const BLOCK_TEXT = prepare(' <');
const BLOCK_END_TEXT = prepare(' bytes>');

/** Words, keys and bytes of the longest line that is taken; a key is shorter than the longest one. */
const mostWords: i32 = 20;
const mostKeys: i32 = 16;
const longestLine: usize = ANSWER_HEAD - LINE - 8;
/** Requests of one connection that wait here at a time. */
const mostPending: i32 = 40;
/** Requests that one annotation shows. */
export const mostItems: i32 = 40;

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

/** The requests that were read are none. */
export function forget(): void {
  while (count > 0) {
    const next = loadNext(first);
    giveBack(first);
    first = next;
    count--;
  }
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
  const pending = load<i32>(connection, PENDING);
  const isShown = out != 0;
  let at = start;
  let items = 0;
  count = 0;
  silentCount = 0;
  silent = load<i32>(connection, SILENT_BEHIND);
  recordsEnd = records;
  const rest = load<i32>(connection, REQUEST_REST);
  requestRest = 0;
  if (rest > 0) {
    // The block of the last request goes on.
    const length = min(rest, <i32>(end - start));
    if (!endsBlock(start, length, rest)) return 0;
    at += length;
    requestRest = rest - length;
    if (requestRest == 0) {
      const request = requestAt(load<i32>(connection, LAST_PENDING));
      if (isShown) out = writeBlock(writeCommand(put(out, BESIDE_TEXT), request), load<i32>(request, VALUE_LENGTH));
      items++;
    }
  }
  while (at < end) {
    if (items == mostItems || pending + count >= mostPending) return 0;
    const index = takeRequest();
    if (index == 0) return 0;
    const request = requestAt(index);
    // It is given back with the others where it is none.
    if (count == 0) first = index;
    else store<i32>(requestAt(last), index);
    const before = last;
    last = index;
    count++;

    const line = at;
    at = readLine(request, line, end);
    if (at == 0) return 0;
    if (isShown)
      out = copy(put(out, items > 0 ? BETWEEN_TEXT : BESIDE_TEXT), line, <usize>load<i32>(request, LINE_LENGTH));
    items++;
    store<f64>(request, offset + <f64>(at - start), HEAD_END);
    store<i32>(request, <i32>(at - line), REQUEST_BYTES);
    const value = load<i32>(request, VALUE_LENGTH);
    if (value >= 0) {
      const length = min(value + 2, <i32>(end - at));
      if (!endsBlock(at, length, value + 2)) return 0;
      at += length;
      requestRest = value + 2 - length;
      store<i32>(request, load<i32>(request, REQUEST_BYTES) + value + 2, REQUEST_BYTES);
      if (isShown && requestRest == 0) out = writeBlock(out, value);
    }
    store<i32>(request, packet, LINE_PACKET);
    store<i32>(request, packet, REQUEST_PACKET);
    store<f64>(request, us, START_US);
    store<f64>(request, us, REQUEST_US);
    store<f64>(request, offset + <f64>(line - start), REQUEST_START);
    store<u8>(request, line == start ? 1 : 0, STARTS_SEGMENT);
    store<f64>(request, acknowledged, REQUEST_ACKNOWLEDGED);
    const isSilent = load<u8>(request, IS_SILENT) != 0;
    if (isTold()) tellLine(connection, index, request, line, us, isSilent);
    if (isSilent) {
      if (requestRest > 0) return 0;
      if (recordsEnd != 0) {
        recordsEnd = writeSilentRecord(beginRecord(recordsEnd, connection, us), request);
        recordsEnd = copy(recordsEnd, line, <usize>load<i32>(request, LINE_LENGTH));
        recordsEnd = endRecord(value < 0 ? recordsEnd : writeBlock(recordsEnd, value));
      }
      giveBack(index);
      last = before;
      count--;
      silentCount++;
      silent++;
      continue;
    }
    store<i32>(request, silent, SILENT_BEFORE);
    silent = 0;
  }
  return isShown ? out : 1;
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
  if (load<i32>(connection, REQUEST_REST) > 0 && (requestRest == 0 || count > 0)) {
    const request = requestAt(load<i32>(connection, LAST_PENDING));
    store<f64>(request, us, REQUEST_US);
    store<i32>(request, packet, REQUEST_PACKET);
  }
  store<i32>(connection, requestRest, REQUEST_REST);
  store<i32>(connection, silent, SILENT_BEHIND);
  if (silentCount > 0) store<u8>(connection, 1, HAS_SILENT);
  if (count == 0) return;
  const pending = load<i32>(connection, PENDING);
  if (pending == 0) store<i32>(connection, first, FIRST_PENDING);
  else store<i32>(requestAt(load<i32>(connection, LAST_PENDING)), first);
  store<i32>(connection, last, LAST_PENDING);
  store<i32>(connection, pending + count, PENDING);
  if (pending + count > 1) store<u8>(connection, 1, HAS_SEVERAL);
  store<i32>(connection, load<i32>(connection, ADDED) + count, ADDED);
}

/** Reads one line; returns where the next byte lies, 0 where it is not of this way. */
function readLine(request: usize, line: usize, end: usize): usize {
  let at = line;
  let words = 0;
  const limit = min(end, line + longestLine);
  for (;;) {
    const word = at;
    while (at < limit && isPlain(load<u8>(at))) at++;
    if (at == word || at >= limit || words == mostWords) return 0;
    store<u32>(request + PLACES + ((<usize>words) << 2), <u32>(word - line) | ((<u32>(at - line)) << 16));
    words++;
    if (load<u8>(at) != 0x20) break;
    at++;
  }
  const length = at - line;
  if (load<u8>(at) == 0x0d) at++;
  if (at >= end || load<u8>(at) != 0x0a) return 0;
  store<i32>(request, <i32>length, LINE_LENGTH);
  store<u8>(request, <u8>words, WORD_COUNT);
  copy(request + LINE, line, length);
  return readWords(request, line, words) ? at + 1 : 0;
}

/** Whether it is a command that is known, and its words are those that it takes. */
function readWords(request: usize, line: usize, words: i32): bool {
  const command = commandOf(line, wordEnd(request, 0));
  if (command == 0) return false;
  store<i32>(request, <i32>command, COMMAND);
  store<i32>(request, -1, VALUE_LENGTH);
  store<u8>(request, 0, IS_SILENT);
  if (load<u8>(command, ANSWER) == META) return readMetaWords(request, words);
  if (load<u8>(command, MAY_BE_SILENT) != 0 && isNoreply(request, words - 1)) {
    store<u8>(request, 1, IS_SILENT);
    words--;
  }
  const firstKey = <i32>load<u8>(command, FIRST_KEY);
  const numbers = <i32>load<u8>(command, NUMBERS);
  const keys = words - firstKey - numbers;
  if (keys < 1 || keys > mostKeys || (keys > 1 && load<u8>(command, HAS_MANY_KEYS) == 0)) return false;
  if (firstKey == 2 && !isNumber(request, 1)) return false;
  for (let word = firstKey + keys; word < words; word++) if (!isNumber(request, word)) return false;
  store<u8>(request, <u8>keys, KEY_COUNT);
  store<u8>(request, <u8>firstKey, KEYS_FROM);
  if (load<u8>(command, TAKES_BLOCK) != 0) store<i32>(request, numberAt(request, firstKey + 3), VALUE_LENGTH);
  return true;
}

/** `<command> <key> <flags>*`, with a size behind the key of `ms`; `mn` alone. */
function readMetaWords(request: usize, words: i32): bool {
  if (nameOf(request) == NOOP) {
    store<u8>(request, 0, KEY_COUNT);
    store<u8>(request, 1, KEYS_FROM);
    store<u32>(request, 0, ASKED);
    return words == 1;
  }
  const size = <i32>load<u8>(<usize>load<i32>(request, COMMAND), NUMBERS);
  if (words < 2 + size) return false;
  if (size > 0 && !isNumber(request, 2)) return false;
  store<u8>(request, 1, KEY_COUNT);
  store<u8>(request, 1, KEYS_FROM);
  if (size > 0) store<i32>(request, numberAt(request, 2), VALUE_LENGTH);
  return readFlags(request, 2 + size, words);
}

@inline
function isNoreply(request: usize, word: i32): bool {
  const start = wordStart(request, word);
  if (wordEnd(request, word) - start != 7) return false;
  return (load<u64>(request + LINE + start) & 0xffffffffffffff) == 0x796c7065726f6e;
}

function isNumber(request: usize, word: i32): bool {
  const start = wordStart(request, word);
  return isNumberAt(request + LINE + start, wordEnd(request, word) - start);
}

function numberAt(request: usize, word: i32): i32 {
  const line = request + LINE;
  return <i32>numberOf(line + wordStart(request, word), line + wordEnd(request, word));
}
