// The server's side: whole answers of the requests that wait, in their order.

import { ANSWER, META, NUMBER, RETRIEVAL, wordOf } from './commands';
import { FIRST_PENDING, LAST_ANSWER_END_US, NEXT_OFFSET, PENDING, SIDE } from './connections';
import { copy, decimal, prepare, put } from './digits';
import { code, EN, GET, metaBytes, nameOf, readMetaAnswer } from './meta';
import { beginRecord, endRecord, writeRecord } from './records';
import { answerWords, COMMAND, giveBack, HEAD_END, KEY_COUNT, KEYS_FROM, LINE, loadNext, mostItems, REQUEST_ACKNOWLEDGED, REQUEST_US, requestAt, wordEnd, wordStart } from './requests';

const BESIDE_TEXT = prepare(': memcached: ');
const BETWEEN_TEXT = prepare('; ');
const ARROW_TEXT = prepare(' => ');
const COMMA_TEXT = prepare(', ');
const US_TEXT = prepare(' us');
const SERVER_TEXT = prepare(' (server)');
const QUEUE_TEXT = prepare(' (queue)');
const HIT_TEXT = prepare(' hit ');
const HITS_TEXT = prepare(' hits ');
const MISS_TEXT = prepare(' miss, ');
const MISSES_TEXT = prepare(' misses, ');
const MISS_2_TEXT = prepare('miss');
const HIT_2_TEXT = prepare('hit ');
const BYTES_TEXT = prepare(' bytes');

/** A client that waited for less is not worth a cause, µs: see `SplitTimes`. */
const longUs: f64 = 10_000;

/** Longer ones come of a clock that is wrong. */
const longestUs: f64 = 4_000_000_000;

/** What was read of one answer. */
export let hits: i32 = 0;
export let bytes: f64 = 0;
/** Where its word, or number, begins and ends; the first flags and unique of values. */
export let wordFrom: usize = 0;
export let wordTo: usize = 0;
export let flagsFrom: usize = 0;
export let flagsTo: usize = 0;
export let casFrom: usize = 0;
export let casTo: usize = 0;
/** True where that is a number. */
export let isNumber: bool = false;
/** Keys that were found, as bits by their place. */
export let found: u32 = 0;
export let answerBytes: i32 = 0;
export let latencyUs: f64 = 0;
export let queueUs: f64 = 0;
/** Of one that took long: 1 the server, 2 the queue; 0 else. */
export let cause: i32 = 0;

/** What was read of one segment, until it is taken. */
export let answered: i32 = 0;
let endUs: f64 = 0;

/** Where the records end. */
export let recordsEnd: usize = 0;

/**
 * Reads the answers in `[start, end)`, all of a segment's payload, and appends them to the line at `out` (`isShown`) and to
 * the records at `records` (not 0). Returns where the line ends; 0 where they are not of this way.
 */
export function readAnswers(connection: usize, out: usize, isShown: bool, records: usize, start: usize, end: usize, us: f64, acknowledged: f64, packet: i32): usize {
  const offset = load<f64>(connection + SIDE, NEXT_OFFSET);
  const pending = load<i32>(connection, PENDING);
  let index = load<i32>(connection, FIRST_PENDING);
  let at = start;
  answered = 0;
  endUs = load<f64>(connection, LAST_ANSWER_END_US);
  if (isShown) out = put(out, BESIDE_TEXT);
  while (at < end) {
    if (answered == pending || answered == mostItems) return 0;
    const request = requestAt(index);
    // What it was asked, and what it had received, when this was said.
    if (offset + <f64>(at - start) < load<f64>(request, REQUEST_ACKNOWLEDGED)) return 0;
    if (acknowledged < load<f64>(request, HEAD_END)) return 0;
    const from = at;
    at = readAnswer(request, from, end);
    if (at == 0) return 0;
    answerBytes = <i32>(at - from);
    const requestUs = load<f64>(request, REQUEST_US);
    latencyUs = us - requestUs;
    if (latencyUs < 0 || latencyUs > longestUs) return 0;
    split(requestUs, us);
    if (isShown) {
      if (answered > 0) out = put(out, BETWEEN_TEXT);
      out = writeItem(out, request);
    }
    if (records != 0) {
      records = beginRecord(records, connection, requestUs);
      records = writeRecord(records, request, packet);
      records = endRecord(writeItem(records, request));
    }
    answered++;
    index = loadNext(index);
  }
  recordsEnd = records;
  return out;
}

/** The requests that were answered are over. */
export function takeAnswers(connection: usize): void {
  let index = load<i32>(connection, FIRST_PENDING);
  for (let left = answered; left > 0; left--) {
    const next = loadNext(index);
    giveBack(index);
    index = next;
  }
  store<i32>(connection, index, FIRST_PENDING);
  store<i32>(connection, load<i32>(connection, PENDING) - answered, PENDING);
  store<f64>(connection, endUs, LAST_ANSWER_END_US);
}

/** What took its time: as `SplitTimes` has it, where all of a request and of its answer came in one packet each. */
function split(requestUs: f64, us: f64): void {
  queueUs = latencyUs > 0 && endUs > requestUs ? min(endUs, us) - requestUs : 0;
  if (!(endUs > us)) endUs = us;
  cause = 0;
  if (latencyUs >= longUs) cause = us - (requestUs + queueUs) > queueUs ? 1 : queueUs > 0 ? 2 : 0;
}

/** Reads the answer of one request; returns where it ends, 0 where it is not of this way. */
function readAnswer(request: usize, at: usize, end: usize): usize {
  const form = load<u8>(<usize>load<i32>(request, COMMAND), ANSWER);
  isNumber = false;
  if (form == RETRIEVAL) return readValues(request, at, end);
  if (form == META) {
    wordFrom = at;
    wordTo = at + 2;
    const next = readMetaAnswer(request, at, end);
    hits = code == EN ? 0 : 1;
    bytes = metaBytes;
    return next;
  }
  wordFrom = at;
  while (at < end && load<u8>(at) > 0x20) at++;
  wordTo = at;
  if (end - at < 2 || load<u16>(at) != 0x0a0d) return 0;
  if (form == NUMBER && <u32>load<u8>(wordFrom) - 0x30 <= 9) {
    if (wordTo - wordFrom > 20) return 0;
    for (let digit = wordFrom; digit < wordTo; digit++) if (<u32>load<u8>(digit) - 0x30 > 9) return 0;
    isNumber = true;
    return at + 2;
  }
  return wordOf(wordFrom, wordTo, answerWords(request)) < 0 ? 0 : at + 2;
}

function readValues(request: usize, at: usize, end: usize): usize {
  const keys = <i32>load<u8>(request, KEY_COUNT);
  const firstKey = <i32>load<u8>(request, KEYS_FROM);
  let key = 0;
  hits = 0;
  bytes = 0;
  found = 0;
  casFrom = 0;
  while (end - at >= 6 && load<u32>(at) == 0x554c4156 && load<u16>(at, 4) == 0x2045) {
    // `VALUE <key> <flags> <bytes> [<cas>]`, of the keys in their order.
    const name = at + 6;
    at = name;
    while (at < end && load<u8>(at) > 0x20) at++;
    while (key < keys && !isKey(request, firstKey + key, name, at)) key++;
    if (key == keys || at >= end || load<u8>(at) != 0x20) return 0;
    const flags = at + 1;
    at = digitsEnd(flags, end);
    if (at == 0 || load<u8>(at) != 0x20) return 0;
    const flagsEnd = at;
    const size = at + 1;
    at = digitsEnd(size, end);
    if (at == 0) return 0;
    const length = value(size, at);
    let unique: usize = 0;
    if (load<u8>(at) == 0x20) {
      unique = at + 1;
      at = unique;
      while (at < end && <u32>load<u8>(at) - 0x30 <= 9) at++;
      // More digits than a number of the host's has are text to it.
      if (at == unique || at - unique > 15 || load<u8>(unique) == 0x30) return 0;
    }
    if (hits == 0) {
      flagsFrom = flags;
      flagsTo = flagsEnd;
      casFrom = unique;
      casTo = at;
    }
    if (end - at < 2 || load<u16>(at) != 0x0a0d) return 0;
    at += 2;
    if (<u32>(end - at) < length + 2 || load<u16>(at + length) != 0x0a0d) return 0;
    at += length + 2;
    found |= 1 << key;
    key++;
    hits++;
    bytes += length;
  }
  // `END`
  return end - at >= 5 && load<u32>(at) == 0x0d444e45 && load<u8>(at, 4) == 0x0a ? at + 5 : 0;
}

// @ts-ignore: a decorator of the dialect
@inline
function isKey(request: usize, word: i32, name: usize, end: usize): bool {
  const start = wordStart(request, word);
  const length = wordEnd(request, word) - start;
  if (length != end - name) return false;
  const key = request + LINE + start;
  let index: usize = 0;
  while (index < length && load<u8>(key + index) == load<u8>(name + index)) index++;
  return index == length;
}

/** Where a number of up to nine digits ends, as everybody writes it; 0 where it is none. */
function digitsEnd(start: usize, end: usize): usize {
  let at = start;
  while (at < end && <u32>load<u8>(at) - 0x30 <= 9) at++;
  if (at == start || at - start > 9 || at >= end) return 0;
  return load<u8>(start) == 0x30 && at - start > 1 ? 0 : at;
}

function value(start: usize, end: usize): u32 {
  let number: u32 = 0;
  for (let at = start; at < end; at++) number = number * 10 + load<u8>(at) - 0x30;
  return number;
}

/** Appends the command and how it ended: `get userId => hit 4 bytes, 198 us`. */
function writeItem(out: usize, request: usize): usize {
  const keys = <i32>load<u8>(request, KEY_COUNT);
  const firstKey = <i32>load<u8>(request, KEYS_FROM);
  const line = request + LINE;
  out = copy(out, line, wordEnd(request, 0));
  // A blank before each of them: as they stand on the line.
  if (keys > 0) {
    const from = wordStart(request, firstKey) - 1;
    out = copy(out, line + from, wordEnd(request, firstKey + keys - 1) - from);
  }
  out = put(out, ARROW_TEXT);
  const form = load<u8>(<usize>load<i32>(request, COMMAND), ANSWER);
  if (form == RETRIEVAL || (form == META && nameOf(request) == GET)) out = writeHits(out, keys);
  else out = copy(out, wordFrom, wordTo - wordFrom);
  out = put(decimal(put(out, COMMA_TEXT), <u32>latencyUs), US_TEXT);
  if (cause == 1) return put(out, SERVER_TEXT);
  if (cause == 2) return put(out, QUEUE_TEXT);
  return out;
}

function writeHits(out: usize, keys: i32): usize {
  if (keys > 1) {
    const misses = keys - hits;
    out = put(decimal(out, hits), hits == 1 ? HIT_TEXT : HITS_TEXT);
    out = put(decimal(out, misses), misses == 1 ? MISS_TEXT : MISSES_TEXT);
  } else if (hits == 0) return put(out, MISS_2_TEXT);
  else out = put(out, HIT_2_TEXT);
  return put(decimal(out, <u32>bytes), BYTES_TEXT);
}
