// The server's side: whole answers of the requests that wait, in their order.

import { ANSWER, META, NUMBER, RETRIEVAL, wordOf } from './commands';
import {
  ANSWER_ACKNOWLEDGED,
  ANSWER_PACKET,
  ANSWER_REST,
  ANSWER_START,
  ANSWER_US,
  ANSWER_VALUE,
  FIRST_PENDING,
  LAST_ANSWER_END_US,
  NEXT_OFFSET,
  PENDING,
  REQUEST_REST,
  SIDE,
} from './connections';
import { copy, decimal, prepare, put } from './digits';
import { code, EN, GET, metaBytes, nameOf, readMetaAnswer } from './meta';
import { beginRecord, endRecord, writeRecord } from './records';
import {
  ANSWER_HEAD,
  answerWords,
  COMMAND,
  giveBack,
  HEAD_END,
  KEY_COUNT,
  KEYS_FROM,
  LINE,
  loadNext,
  mostItems,
  REQUEST_ACKNOWLEDGED,
  REQUEST_US,
  requestAt,
  START_US,
  wordEnd,
  wordStart,
  writeCommand,
} from './requests';

const BESIDE_TEXT = prepare(': memcached: ');
const BETWEEN_TEXT = prepare('; ');
const ARROW_TEXT = prepare(' => ');
const COMMA_TEXT = prepare(', ');
const US_TEXT = prepare(' us');
const WAIT_TEXT = prepare(' (');
const WAIT_END_TEXT = prepare(')');
const IN_ALL_TEXT = prepare(' us in all');
const COLON_TEXT = prepare(': ');
export const CAUSE_TEXTS: usize[] = [0, prepare('request'), prepare('queue'), prepare('server'), prepare('transfer')];
const HIT_TEXT = prepare(' hit ');
const HITS_TEXT = prepare(' hits ');
const MISS_TEXT = prepare(' miss, ');
const MISSES_TEXT = prepare(' misses, ');
const ONE_MISS_TEXT = prepare('miss');
const ONE_HIT_TEXT = prepare('hit ');
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
export let transferUs: f64 = 0;
export let durationUs: f64 = 0;
/** Of one that took long, the part of its time that took longest: see `CAUSE_TEXTS`; 0 else. */
export let cause: i32 = 0;
/** What the client waited is said where it is so much more than the latency, µs: see `Annotation`. */
const shownBeyondLatencyUs: f64 = 1000;

/** What was read of one segment, until it is taken. */
export let answered: i32 = 0;
let endUs: f64 = 0;

/** Where the records end. */
export let recordsEnd: usize = 0;

/**
 * Reads the answers in `[start, end)`, all of a segment's payload, and appends them to the line at `out` and to the records
 * at `records`; 0 where nobody wants them. Returns where the line ends, 1 where there is none; 0 where they are not of this
 * way.
 */
export function readAnswers(
  connection: usize,
  out: usize,
  records: usize,
  start: usize,
  end: usize,
  us: f64,
  acknowledged: f64,
  packet: i32,
): usize {
  const offset = load<f64>(connection + SIDE, NEXT_OFFSET);
  const pending = load<i32>(connection, PENDING);
  let index = load<i32>(connection, FIRST_PENDING);
  let at = start;
  answered = 0;
  hasOpened = false;
  answerRest = load<i32>(connection, ANSWER_REST);
  endUs = load<f64>(connection, LAST_ANSWER_END_US);
  // Nobody answers what has not come to its end.
  const complete = load<i32>(connection, REQUEST_REST) > 0 ? pending - 1 : pending;
  while (at < end) {
    if (answered == complete || answered == mostItems) return 0;
    const request = requestAt(index);
    let answerUs = us;
    let answerPacket = packet;
    const from = at;
    if (answerRest > 0) {
      at = readRest(at, end);
      if (at == 0) return 0;
      if (answerRest > 0) break;
      readHead(connection, request);
      answerUs = load<f64>(connection, ANSWER_US);
      answerPacket = load<i32>(connection, ANSWER_PACKET);
      answerBytes = <i32>(offset + <f64>(at - start) - load<f64>(connection, ANSWER_START));
    } else {
      // What it was asked, and what it had received, when this was said.
      if (offset + <f64>(at - start) < load<f64>(request, REQUEST_ACKNOWLEDGED)) return 0;
      if (acknowledged < load<f64>(request, HEAD_END)) return 0;
      at = readAnswer(request, from, end);
      if (at == 0) return 0;
      if (answerRest > 0) {
        hasOpened = true;
        opened = request;
        openedAt = from;
        openedStart = offset + <f64>(from - start);
        break;
      }
      answerBytes = <i32>(at - from);
    }
    if (!split(load<f64>(request, START_US), load<f64>(request, REQUEST_US), answerUs, us)) return 0;
    if (out != 0) out = writeItem(put(out, answered > 0 ? BETWEEN_TEXT : BESIDE_TEXT), request);
    if (records != 0) {
      records = beginRecord(records, connection, load<f64>(request, REQUEST_US));
      records = writeRecord(records, request, answerPacket);
      records = endRecord(writeItem(records, request));
    }
    answered++;
    index = loadNext(index);
  }
  recordsEnd = records;
  return out == 0 ? 1 : out;
}

/** The requests that were answered are over; what was begun of another answer is kept. */
export function takeAnswers(connection: usize, us: f64, acknowledged: f64, packet: i32): void {
  let index = load<i32>(connection, FIRST_PENDING);
  for (let left = answered; left > 0; left--) {
    const next = loadNext(index);
    giveBack(index);
    index = next;
  }
  store<i32>(connection, index, FIRST_PENDING);
  store<i32>(connection, load<i32>(connection, PENDING) - answered, PENDING);
  store<f64>(connection, endUs, LAST_ANSWER_END_US);
  store<i32>(connection, answerRest, ANSWER_REST);
  if (!hasOpened) return;
  copy(opened + ANSWER_HEAD, openedAt, headLength);
  store<f64>(connection, us, ANSWER_US);
  store<i32>(connection, packet, ANSWER_PACKET);
  store<f64>(connection, acknowledged, ANSWER_ACKNOWLEDGED);
  store<f64>(connection, openedStart, ANSWER_START);
  store<u32>(connection, <u32>bytes, ANSWER_VALUE);
}

/** An answer whose value goes on in the next segment: what is to come of it, and where its first line lies. */
let answerRest: i32 = 0;
let hasOpened: bool = false;
let opened: usize = 0;
let openedAt: usize = 0;
let openedStart: f64 = 0;
let headLength: usize = 0;

/** What stands behind the last value of a retrieval. */
const TAIL: usize = prepare('\r\nEND\r\n') + 8;
const tailLength: i32 = 7;
const endLength: i32 = 5;
/** Longest first line that is kept. */
const longestHead: usize = 88;

/** Reads on in a value, and in what ends the answer; returns where it stops, 0 where that is something else. */
function readRest(at: usize, end: usize): usize {
  const length = min(answerRest, <i32>(end - at));
  for (let rest = min(answerRest, tailLength); rest > 0 && answerRest - rest < length; rest--) {
    if (load<u8>(at + answerRest - rest) != load<u8>(TAIL + tailLength - rest)) return 0;
  }
  answerRest -= length;
  // Where a packet ends behind the value, or within what follows, counts where something else comes.
  return answerRest > 0 && answerRest <= endLength ? 0 : at + length;
}

/** Reads the first line of an answer again, when it is complete. */
function readHead(connection: usize, request: usize): void {
  hits = 1;
  found = 1;
  bytes = <f64>load<u32>(connection, ANSWER_VALUE);
  isNumber = false;
  const head = request + ANSWER_HEAD;
  const firstKey = <i32>load<u8>(request, KEYS_FROM);
  flagsFrom = head + 6 + (wordEnd(request, firstKey) - wordStart(request, firstKey)) + 1;
  flagsTo = wordEndAt(flagsFrom);
  const sizeEnd = wordEndAt(flagsTo + 1);
  casFrom = load<u8>(sizeEnd) == 0x20 ? sizeEnd + 1 : 0;
  casTo = casFrom == 0 ? 0 : wordEndAt(casFrom);
}

function wordEndAt(at: usize): usize {
  while (load<u8>(at) > 0x20) at++;
  return at;
}

/** What took its time, as `SplitTimes` has it; false where a clock went back. */
function split(startUs: f64, requestUs: f64, answerUs: f64, us: f64): bool {
  latencyUs = answerUs - requestUs;
  transferUs = us - answerUs;
  durationUs = us - startUs;
  if (latencyUs < 0 || transferUs < 0 || requestUs < startUs || durationUs > longestUs) return false;
  queueUs = latencyUs > 0 && endUs > requestUs ? min(endUs, answerUs) - requestUs : 0;
  if (!(endUs > us)) endUs = us;
  cause = durationUs >= longUs ? longest(requestUs - startUs) : 0;
  return true;
}

function longest(requestPartUs: f64): i32 {
  let part = 1;
  let most = requestPartUs;
  if (queueUs > most) {
    part = 2;
    most = queueUs;
  }
  if (latencyUs - queueUs > most) {
    part = 3;
    most = latencyUs - queueUs;
  }
  return transferUs > most ? 4 : part;
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
    if (keys == 1 && hits == 0 && <u32>(end - at) < length + tailLength) {
      // It goes on in the next segment.
      headLength = at - (name - 6);
      bytes = length;
      answerRest = <i32>length + tailLength;
      return headLength > longestHead ? 0 : readRest(at, end);
    }
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
  out = put(writeCommand(out, request), ARROW_TEXT);
  const form = load<u8>(<usize>load<i32>(request, COMMAND), ANSWER);
  if (form == RETRIEVAL || (form == META && nameOf(request) == GET))
    out = writeHits(out, <i32>load<u8>(request, KEY_COUNT));
  else out = copy(out, wordFrom, wordTo - wordFrom);
  out = put(decimal(put(out, COMMA_TEXT), <u32>latencyUs), US_TEXT);
  const isLong = durationUs - latencyUs > shownBeyondLatencyUs;
  return cause > 0 || isLong ? writeWait(out, isLong) : out;
}

/** What the client waited beyond the latency, and why. */
function writeWait(out: usize, isLong: bool): usize {
  out = put(out, WAIT_TEXT);
  if (isLong) out = put(decimal(out, <u32>durationUs), IN_ALL_TEXT);
  if (isLong && cause > 0) out = put(out, COLON_TEXT);
  if (cause > 0) out = put(out, CAUSE_TEXTS[cause]);
  return put(out, WAIT_END_TEXT);
}

function writeHits(out: usize, keys: i32): usize {
  if (keys > 1) {
    const misses = keys - hits;
    out = put(decimal(out, hits), hits == 1 ? HIT_TEXT : HITS_TEXT);
    out = put(decimal(out, misses), misses == 1 ? MISS_TEXT : MISSES_TEXT);
  } else if (hits == 0) return put(out, ONE_MISS_TEXT);
  else out = put(out, ONE_HIT_TEXT);
  return put(decimal(out, <u32>bytes), BYTES_TEXT);
}
