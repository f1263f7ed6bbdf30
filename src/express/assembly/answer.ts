// One answer: what is read of it, and what took its time.

import { ANSWER, META, NUMBER, RETRIEVAL, wordOf } from './commands';
import { prepare } from './digits';
import { FOUND, SIZES } from './memory';
import { code, EN, metaBytes, readMetaAnswer, readMetaLine } from './meta';
import { areSame, digitsEnd, isDigit, isNumberAt, numberOf } from './numbers';
import { answerWords, COMMAND, KEY_COUNT, KEYS_FROM, lineOf, placeOf } from './request';

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
export let answerBytes: i32 = 0;
export let latencyUs: f64 = 0;
export let queueUs: f64 = 0;
export let transferUs: f64 = 0;
export let durationUs: f64 = 0;
export const CAUSE_TEXTS: usize[] = [0, prepare('request'), prepare('queue'), prepare('server'), prepare('transfer')];
/** False where the clock of the capture went back between request and answer: then only `transferUs` is known. */
export let isTimed: bool = true;
/** Of the segment, so many. */
export let untimed: i32 = 0;
/** Of one that took long, the part of its time that took longest: see `CAUSE_TEXTS`; 0 else. */
export let cause: i32 = 0;

/** When the answer before it ended. */
export let endUs: f64 = 0;

/** Digits of the largest unique that is a number to the host. */
const mostUniqueDigits: usize = 15;

/** Of the last `VALUE` line that was read: flags, unique, 0 for none, bytes of the value, and which key it is of. */
let valueFlags: usize = 0;
let valueFlagsEnd: usize = 0;
let valueUnique: usize = 0;
let valueUniqueEnd: usize = 0;
export let valueLength: u32 = 0;
export let valueKey: i32 = 0;

/** A segment begins; the answer before ended at `lastEndUs`. */
export function beginSegment(lastEndUs: f64): void {
  endUs = lastEndUs;
  untimed = 0;
}

/** An answer with so many values, of so many bytes, whose lines lie in `[at, end)` one behind another, without the values. */
export function readLinesAgain(request: usize, at: usize, end: usize, count: i32, total: f64): void {
  hits = count;
  bytes = total;
  isNumber = false;
  casFrom = 0;
  let key = 0;
  for (let hit = 0; hit < count; hit++) {
    at = readValueLine(request, key, at, end);
    if (hit == 0) keepFirst();
    keepFound(hit);
    key = valueKey + 1;
  }
}

/** It has so many bytes. What took its time, as `SplitTimes` has it; false where parts of one of them went back in time. */
export function complete(length: i32, startUs: f64, requestUs: f64, answerUs: f64, us: f64): bool {
  answerBytes = length;
  latencyUs = answerUs - requestUs;
  transferUs = us - answerUs;
  durationUs = us - startUs;
  isTimed = latencyUs >= 0;
  if (transferUs < 0 || requestUs < startUs || durationUs > longestUs) return false;
  queueUs = latencyUs > 0 && endUs > requestUs ? min(endUs, answerUs) - requestUs : 0;
  if (!(endUs > us)) endUs = us;
  cause = isTimed && durationUs >= longUs ? longest(requestUs - startUs) : 0;
  if (!isTimed) untimed++;
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

/** As `readLinesAgain`, of an answer to a meta request that has a value. */
export function readMetaLineAgain(request: usize, at: usize, end: usize): void {
  readMetaLine(request, at, end);
  isNumber = false;
  wordFrom = at;
  wordTo = at + 2;
  hits = 1;
  bytes = metaBytes;
}

/** Reads the answer of one request; returns where it ends, 0 where it is not of this way. */
export function readAnswer(request: usize, at: usize, end: usize): usize {
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
  if (form == NUMBER && isDigit(load<u8>(wordFrom))) {
    if (wordTo - wordFrom > 20) return 0;
    if (digitsEnd(wordFrom, wordTo) != wordTo) return 0;
    isNumber = true;
    return at + 2;
  }
  return wordOf(wordFrom, wordTo, answerWords(request)) < 0 ? 0 : at + 2;
}

function readValues(request: usize, at: usize, end: usize): usize {
  let key = 0;
  hits = 0;
  bytes = 0;
  casFrom = 0;
  while (isValueLine(at, end)) {
    at = readValueLine(request, key, at, end);
    if (at == 0) return 0;
    if (hits == 0) keepFirst();
    if (<u32>(end - at) < valueLength + 2 || load<u16>(at + valueLength) != 0x0a0d) return 0;
    at += valueLength + 2;
    keepFound(hits);
    key = valueKey + 1;
    hits++;
    bytes += valueLength;
  }
  // `END`
  return end - at >= 5 && isEndLine(at) ? at + 5 : 0;
}

@inline
export function isValueLine(at: usize, end: usize): bool {
  return end - at >= 6 && load<u32>(at) == 0x554c4156 && load<u16>(at, 4) == 0x2045;
}

@inline
export function isEndLine(at: usize): bool {
  return load<u32>(at) == 0x0d444e45 && load<u8>(at, 4) == 0x0a;
}

@inline
function keepFound(hit: i32): void {
  store<u16>(FOUND + ((<usize>hit) << 1), <u16>valueKey);
  store<u32>(SIZES + ((<usize>hit) << 2), valueLength);
}

@inline
function keepFirst(): void {
  flagsFrom = valueFlags;
  flagsTo = valueFlagsEnd;
  casFrom = valueUnique;
  casTo = valueUniqueEnd;
}

/**
 * Reads `VALUE <key> <flags> <bytes> [<cas>]`, of the request's keys from this one on in their order; returns where it ends,
 * 0 where it is not of this way.
 */
export function readValueLine(request: usize, key: i32, at: usize, end: usize): usize {
  const keys = <i32>load<u16>(request, KEY_COUNT);
  const firstKey = <i32>load<u8>(request, KEYS_FROM);
  const line = lineOf(request);
  const name = at + 6;
  at = name;
  while (at < end && load<u8>(at) > 0x20) at++;
  while (key < keys && !isKey(line, firstKey + key, name, at - name)) key++;
  if (key == keys || at >= end || load<u8>(at) != 0x20) return 0;
  valueKey = key;
  valueFlags = at + 1;
  at = digitsEnd(valueFlags, end);
  if (at >= end || !isNumberAt(valueFlags, at - valueFlags) || load<u8>(at) != 0x20) return 0;
  valueFlagsEnd = at;
  const size = at + 1;
  at = digitsEnd(size, end);
  if (at >= end || !isNumberAt(size, at - size)) return 0;
  valueLength = numberOf(size, at);
  valueUnique = 0;
  if (load<u8>(at) == 0x20) {
    valueUnique = at + 1;
    at = digitsEnd(valueUnique, end);
    // More digits than a number of the host's has are text to it.
    if (!isNumberAt(valueUnique, at - valueUnique, mostUniqueDigits)) return 0;
    valueUniqueEnd = at;
  }
  return end - at >= 2 && load<u16>(at) == 0x0a0d ? at + 2 : 0;
}

@inline
function isKey(line: usize, word: i32, name: usize, length: usize): bool {
  const place = placeOf(line, word);
  const start = <usize>load<u16>(place);
  return <usize>load<u16>(place, 2) - start == length && areSame(line + start, name, length);
}
