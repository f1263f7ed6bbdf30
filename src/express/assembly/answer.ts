// One answer: what is read of it, and what took its time.

import { ANSWER, META, NUMBER, RETRIEVAL, wordOf } from './commands';
import { prepare } from './digits';
import { SIZES } from './memory';
import { code, EN, metaBytes, readMetaAnswer } from './meta';
import { digitsEnd, isDigit, isNumberAt, numberOf } from './numbers';
import { ANSWER_HEAD, answerWords, COMMAND, KEY_COUNT, KEYS_FROM, LINE, wordEnd, wordStart } from './request';

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
/** Bytes of the value of a key that was found, and 1; 0 of another one. */
export function sizeOf(key: i32): u32 {
  return (found & (1 << key)) == 0 ? 0 : load<u32>(SIZES + ((<usize>key) << 2)) + 1;
}
export let answerBytes: i32 = 0;
export let latencyUs: f64 = 0;
export let queueUs: f64 = 0;
export let transferUs: f64 = 0;
export let durationUs: f64 = 0;
export const CAUSE_TEXTS: usize[] = [0, prepare('request'), prepare('queue'), prepare('server'), prepare('transfer')];
/** Of one that took long, the part of its time that took longest: see `CAUSE_TEXTS`; 0 else. */
export let cause: i32 = 0;

/** When the answer before it ended. */
export let endUs: f64 = 0;

/** Bytes that are to come of an answer whose value goes on in the next segment, and the length of its first line. */
export let answerRest: i32 = 0;
export let headLength: usize = 0;

/** A segment begins with so many bytes of an answer that was begun before; the one before that ended at `lastEndUs`. */
export function beginSegment(rest: i32, lastEndUs: f64): void {
  answerRest = rest;
  endUs = lastEndUs;
}

/** Digits of the largest unique that is a number to the host. */
const mostUniqueDigits: usize = 15;

/** What stands behind the last value of a retrieval. */
const TAIL: usize = prepare('\r\nEND\r\n') + 8;
const tailLength: i32 = 7;
const endLength: i32 = 5;
/** Longest first line that is kept. */
const longestHead: usize = 88;

/** Reads on in a value, and in what ends the answer; returns where it stops, 0 where that is something else. */
export function readRest(at: usize, end: usize): usize {
  const length = min(answerRest, <i32>(end - at));
  for (let rest = min(answerRest, tailLength); rest > 0 && answerRest - rest < length; rest--) {
    if (load<u8>(at + answerRest - rest) != load<u8>(TAIL + tailLength - rest)) return 0;
  }
  answerRest -= length;
  // Where a packet ends behind the value, or within what follows, counts where something else comes.
  return answerRest > 0 && answerRest <= endLength ? 0 : at + length;
}

/** Reads the first line of an answer again, when it is complete. */
export function readHead(request: usize, value: u32): void {
  hits = 1;
  found = 1;
  bytes = <f64>value;
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

/** It has so many bytes. What took its time, as `SplitTimes` has it; false where a clock went back. */
export function complete(length: i32, startUs: f64, requestUs: f64, answerUs: f64, us: f64): bool {
  answerBytes = length;
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
    if (at >= end || !isNumberAt(flags, at - flags) || load<u8>(at) != 0x20) return 0;
    const flagsEnd = at;
    const size = at + 1;
    at = digitsEnd(size, end);
    if (at >= end || !isNumberAt(size, at - size)) return 0;
    const length = numberOf(size, at);
    let unique: usize = 0;
    if (load<u8>(at) == 0x20) {
      unique = at + 1;
      at = unique;
      at = digitsEnd(at, end);
      // More digits than a number of the host's has are text to it.
      if (!isNumberAt(unique, at - unique, mostUniqueDigits)) return 0;
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
    store<u32>(SIZES + ((<usize>key) << 2), length);
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
