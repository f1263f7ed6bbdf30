// Records, as the general way writes them: the fields of the documentation in their order.

import {
  answerBytes,
  bytes,
  casFrom,
  casTo,
  CAUSE_TEXTS,
  cause,
  durationUs,
  flagsFrom,
  flagsTo,
  hits,
  isNumber,
  isTimed,
  latencyUs,
  queueUs,
  transferUs,
  wordFrom,
  wordTo,
} from './answer';
import { ANSWER, BYTES, CAS, DELTA, EXPTIME, FIELDS, FLAGS, META, NUMBERS, RETRIEVAL } from './commands';
import { RECORD_TEXT_BYTES, recordText } from './connections';
import { copy, decimal, sixDigits, prepare, put } from './digits';
import { DIGITS, FOUND, RECORD_CLOCK, RECORD_RUN } from './memory';
import {
  answerFrom,
  answerTo,
  code,
  DELETE,
  DELTA_WORD,
  EN,
  EXPTIME_WORD,
  FIRST_FLAG,
  FLAGS_WORD,
  GET,
  itemFlagsFrom,
  itemFlagsTo,
  metaBytes,
  NF,
  nameOf,
  SET,
  uniqueFrom,
  uniqueTo,
} from './meta';
import {
  COMMAND,
  KEY_COUNT,
  KEYS_FROM,
  lineOf,
  LINE_LENGTH,
  REQUEST_BYTES,
  REQUEST_PACKET,
  VALUE_LENGTH,
  WORD_COUNT,
  wordEnd,
  wordStart,
} from './request';

const LEVEL_INFO_TEXT = prepare('{"level":"info"');
const TEXT_COMMAND_TEXT = prepare(',"protocol":"text","command":"');
const META_COMMAND_TEXT = prepare(',"protocol":"meta","command":"');
const NO_REPLY_TEXT = prepare(',"status":"no_reply"');
const NOREPLY_TEXT = prepare(',"noreply":true');
const MSG_TEXT = prepare(',"msg":"');
const HIT_ONE_TEXT = prepare(',"hits":1,"misses":0');
const MISSED_ONE_TEXT = prepare(',"hits":0,"misses":1');
const ANSWER_FLAGS_TEXT = prepare(',"answerFlags":"');
const META_FLAGS_TEXT = prepare(',"metaFlags":"');
const STATUS_NOT_FOUND_TEXT = prepare(',"status":"not_found"');
const STATUS_STORED_TEXT = prepare(',"status":"stored"');
const STATUS_DELETED_TEXT = prepare(',"status":"deleted"');
const RESULT_TEXT = prepare(',"result":"');
const QUOTE_TEXT = prepare('"');
const LATENCY_TEXT = prepare(',"latencyUs":');
const QUEUE_TEXT = prepare(',"queueUs":');
const DURATION_TEXT = prepare(',"durationUs":');
const TRANSFER_TEXT = prepare(',"transferUs":');
const CAUSE_TEXT = prepare(',"cause":"');
const REQUEST_BYTES_TEXT = prepare(',"requestBytes":');
const RESPONSE_BYTES_TEXT = prepare(',"responseBytes":');
const PACKET_TEXT = prepare(',"packet":');
const ANSWER_PACKET_TEXT = prepare(',"answerPacket":');
const RECORD_END_TEXT = prepare('"}\n');
const KEY_TEXT = prepare('","key":"');
const KEYS_TEXT = prepare('","keys":["');
const NEXT_IN_LIST_TEXT = prepare('","');
const LIST_END_TEXT = prepare('"]');
const STATUS_OK_TEXT = prepare(',"status":"ok"');
const STATUS_TEXT = prepare(',"status":"');
const STATUS_MISS_TEXT = prepare(',"status":"miss"');
const STATUS_HIT_TEXT = prepare(',"status":"hit"');
const STATUS_PARTIAL_TEXT = prepare(',"status":"partial"');
const HITS_TEXT = prepare(',"hits":');
const MISSES_TEXT = prepare(',"misses":');
const MISSED_TEXT = prepare(',"missed":["');
const FLAGS_TEXT = prepare(',"flags":');
const EXPTIME_TEXT = prepare(',"exptime":');
const CAS_TEXT = prepare(',"cas":');
const BYTES_TEXT = prepare(',"bytes":');
const DELTA_TEXT = prepare(',"delta":');
const TIME_TEXT = prepare(',"time":"');
const DASH_TEXT = prepare('-');
const BEFORE_CLOCK_TEXT = prepare('T');
const COLON_TEXT = prepare(':');
const POINT_TEXT = prepare('.');

/** More bytes than a record has: keys and, of these, those that were missed, each between quotes; and all else. */
export const longestRecord: usize = 0x14000;

/** Length of what each record says of its run, which the host has put into the memory. */
let runLength: usize = 0;
export function setRunLength(length: i32): void {
  runLength = length;
}

/** The second whose text is kept. */
let clockSecond: f64 = -1;
const clockLength: usize = ',"time":"2026-11-28T10:11:12.'.length;

/** Appends level, time, run and connection. */
export function beginRecord(out: usize, connection: usize, us: f64): usize {
  const second = Math.floor(us / 1e6);
  if (second != clockSecond) {
    clockSecond = second;
    writeClock(<u32>second);
  }
  out = copy(put(out, LEVEL_INFO_TEXT), RECORD_CLOCK, clockLength);
  out = sixDigits(out, <u32>(us - second * 1e6));
  out = copy(out, RECORD_RUN, runLength);
  return copy(out, recordText(connection), load<u16>(connection, RECORD_TEXT_BYTES));
}

/** Appends the fields of a command that was answered, up to the message. */
export function writeRecord(out: usize, request: usize, packet: i32): usize {
  const command = <usize>load<i32>(request, COMMAND);
  const form = load<u8>(command, ANSWER);
  if (form == META) out = writeMeta(out, request);
  else {
    const keys = <i32>load<u16>(request, KEY_COUNT);
    out = copy(put(out, TEXT_COMMAND_TEXT), lineOf(request), wordEnd(request, 0));
    out = writeKeys(out, request, keys);
    out = form == RETRIEVAL ? writeFound(out, request, keys) : writeStatus(out);
    out = form == RETRIEVAL ? writeValues(out, request, keys) : writeNumbers(out, request, command);
    if (isNumber) out = put(copy(put(out, RESULT_TEXT), wordFrom, wordTo - wordFrom), QUOTE_TEXT);
  }
  return writeTimes(out, request, packet);
}

/** Appends what took the time of a command, and what it took on the wire, up to the message. */
export function writeTimes(out: usize, request: usize, packet: i32): usize {
  if (isTimed) out = decimal(put(out, LATENCY_TEXT), <u32>latencyUs);
  if (queueUs > 0) out = decimal(put(out, QUEUE_TEXT), <u32>queueUs);
  if (transferUs > 0) out = decimal(put(out, TRANSFER_TEXT), <u32>transferUs);
  if (isTimed) out = decimal(put(out, DURATION_TEXT), <u32>durationUs);
  if (cause > 0) out = put(put(put(out, CAUSE_TEXT), CAUSE_TEXTS[cause]), QUOTE_TEXT);
  out = decimal(put(out, REQUEST_BYTES_TEXT), load<i32>(request, REQUEST_BYTES));
  out = decimal(put(out, RESPONSE_BYTES_TEXT), answerBytes);
  out = decimal(put(out, PACKET_TEXT), load<i32>(request, REQUEST_PACKET));
  out = decimal(put(out, ANSWER_PACKET_TEXT), packet);
  return put(out, MSG_TEXT);
}

/** Appends the fields of a command that asks for no answer, up to the message. */
export function writeSilentRecord(out: usize, request: usize): usize {
  const command = <usize>load<i32>(request, COMMAND);
  out = copy(put(out, TEXT_COMMAND_TEXT), lineOf(request), wordEnd(request, 0));
  out = put(writeKeys(out, request, 1), NO_REPLY_TEXT);
  return writeSilentEnd(put(writeNumbers(out, request, command), NOREPLY_TEXT), request);
}

/** Appends what is known of a request without an answer, up to the message. */
export function writeSilentEnd(out: usize, request: usize): usize {
  out = decimal(put(out, REQUEST_BYTES_TEXT), load<i32>(request, REQUEST_BYTES));
  out = decimal(put(out, PACKET_TEXT), load<i32>(request, REQUEST_PACKET));
  return put(out, MSG_TEXT);
}

/** The fields that meta commands have in place of others, up to the times. */
function writeMeta(out: usize, request: usize): usize {
  const name = nameOf(request);
  out = copy(put(out, META_COMMAND_TEXT), lineOf(request), 2);
  if (load<u16>(request, KEY_COUNT) > 0) out = writeKeys(out, request, 1);
  else out = put(out, QUOTE_TEXT);
  out = put(out, statusOf(name));
  if (name == GET) out = put(out, code == EN ? MISSED_ONE_TEXT : HIT_ONE_TEXT);
  if (itemFlagsFrom != 0) out = copy(put(out, FLAGS_TEXT), itemFlagsFrom, itemFlagsTo - itemFlagsFrom);
  else out = writeFlagNumber(putName(out, request, FLAGS_WORD, FLAGS_TEXT), request, FLAGS_WORD);
  out = writeFlagNumber(putName(out, request, EXPTIME_WORD, EXPTIME_TEXT), request, EXPTIME_WORD);
  if (uniqueFrom != 0) out = copy(put(out, CAS_TEXT), uniqueFrom, uniqueTo - uniqueFrom);
  out = writeFlagNumber(putName(out, request, DELTA_WORD, DELTA_TEXT), request, DELTA_WORD);
  if (name == GET) out = decimal(put(out, BYTES_TEXT), metaBytes);
  else if (name == SET) out = decimal(put(out, BYTES_TEXT), load<i32>(request, VALUE_LENGTH));
  out = put(copy(put(out, RESULT_TEXT), wordFrom, 2), QUOTE_TEXT);
  if (answerFrom != 0) out = put(copy(put(out, ANSWER_FLAGS_TEXT), answerFrom, answerTo - answerFrom), QUOTE_TEXT);
  const flag = <i32>load<u8>(request, FIRST_FLAG);
  if (load<u16>(request, KEY_COUNT) == 0 || flag >= <i32>load<u16>(request, WORD_COUNT)) return out;
  const from = wordStart(request, flag);
  return put(
    copy(put(out, META_FLAGS_TEXT), lineOf(request) + from, <usize>load<i32>(request, LINE_LENGTH) - from),
    QUOTE_TEXT,
  );
}

/** The name of a field, where the request has a flag for it. */
@inline
function putName(out: usize, request: usize, field: usize, name: usize): usize {
  return load<u8>(request + field) == 0 ? out : put(out, name);
}

/** The number behind the letter of a flag, if the request has it. */
@inline
function writeFlagNumber(out: usize, request: usize, field: usize): usize {
  const word = <i32>load<u8>(request + field);
  if (word == 0) return out;
  const from = wordStart(request, word) + 1;
  return copy(out, lineOf(request) + from, wordEnd(request, word) - from);
}

function statusOf(name: u8): usize {
  if (code == EN) return STATUS_MISS_TEXT;
  if (code == NF) return STATUS_NOT_FOUND_TEXT;
  if (name == GET) return STATUS_HIT_TEXT;
  if (name == SET) return STATUS_STORED_TEXT;
  return name == DELETE ? STATUS_DELETED_TEXT : STATUS_OK_TEXT;
}

export function endRecord(out: usize): usize {
  return put(out, RECORD_END_TEXT);
}

@inline
function copyWord(out: usize, request: usize, word: i32): usize {
  const start = wordStart(request, word);
  return copy(out, lineOf(request) + start, wordEnd(request, word) - start);
}

function writeKeys(out: usize, request: usize, keys: i32): usize {
  const first = <i32>load<u8>(request, KEYS_FROM);
  out = copyWord(put(out, KEY_TEXT), request, first);
  if (keys == 1) return put(out, QUOTE_TEXT);
  out = put(out, KEYS_TEXT);
  for (let key = 0; key < keys; key++) {
    if (key > 0) out = put(out, NEXT_IN_LIST_TEXT);
    out = copyWord(out, request, first + key);
  }
  return put(out, LIST_END_TEXT);
}

/** The status of a word is the word in small letters. */
function writeStatus(out: usize): usize {
  if (isNumber) return put(out, STATUS_OK_TEXT);
  out = put(out, STATUS_TEXT);
  for (let at = wordFrom; at < wordTo; at++) {
    const byte = load<u8>(at);
    store<u8>(out++, byte == 0x5f ? byte : byte | 0x20);
  }
  return put(out, QUOTE_TEXT);
}

function writeFound(out: usize, request: usize, keys: i32): usize {
  out = put(out, hits == 0 ? STATUS_MISS_TEXT : hits == keys ? STATUS_HIT_TEXT : STATUS_PARTIAL_TEXT);
  out = decimal(put(out, HITS_TEXT), hits);
  out = decimal(put(out, MISSES_TEXT), keys - hits);
  if (hits == 0 || hits == keys) return out;
  out = put(out, MISSED_TEXT);
  const first = <i32>load<u8>(request, KEYS_FROM);
  let found = 0;
  let isFirst = true;
  for (let key = 0; key < keys; key++) {
    if (found < hits && key == <i32>load<u16>(FOUND + ((<usize>found) << 1))) {
      found++;
      continue;
    }
    if (!isFirst) out = put(out, NEXT_IN_LIST_TEXT);
    isFirst = false;
    out = copyWord(out, request, first + key);
  }
  return put(out, LIST_END_TEXT);
}

function writeValues(out: usize, request: usize, keys: i32): usize {
  const isOne = keys == 1 && hits == 1;
  if (isOne) out = copy(put(out, FLAGS_TEXT), flagsFrom, flagsTo - flagsFrom);
  if (load<u8>(request, KEYS_FROM) == 2) out = copyWord(put(out, EXPTIME_TEXT), request, 1);
  if (isOne && casFrom != 0) out = copy(put(out, CAS_TEXT), casFrom, casTo - casFrom);
  return decimal(put(out, BYTES_TEXT), <u32>bytes);
}

/** The numbers behind the key, in the order of the fields: `cas`, which stands last, before `bytes`. */
function writeNumbers(out: usize, request: usize, command: usize): usize {
  const numbers = <i32>load<u8>(command, NUMBERS);
  const first = <i32>load<u8>(request, KEYS_FROM) + 1;
  let size = -1;
  for (let number = 0; number < numbers; number++) {
    const field = load<u8>(command + FIELDS + number);
    if (field == BYTES) {
      size = number;
      continue;
    }
    if (field == FLAGS) out = put(out, FLAGS_TEXT);
    else if (field == EXPTIME) out = put(out, EXPTIME_TEXT);
    else if (field == CAS) out = put(out, CAS_TEXT);
    else if (field == DELTA) out = put(out, DELTA_TEXT);
    out = copyWord(out, request, first + number);
  }
  return size < 0 ? out : copyWord(put(out, BYTES_TEXT), request, first + size);
}

@inline
function two(out: usize, value: u32): usize {
  store<u16>(out, <u16>(load<u32>(DIGITS + ((<usize>value) << 2)) >> 16));
  return out + 2;
}

/** The field `time` up to the fraction, UTC. Days are counted from 0000-03-01, so that the leap day is the last of its year. */
function writeClock(second: u32): void {
  const day = second / 86_400 + 719_468;
  const era = day / 146_097;
  const dayOfEra = day - era * 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shifted = (5 * dayOfYear + 2) / 153;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const time = second % 86_400;
  let out = put(RECORD_CLOCK, TIME_TEXT);
  store<u32>(out, load<u32>(DIGITS + ((<usize>year) << 2)));
  out = two(put(out + 4, DASH_TEXT), month);
  out = two(put(out, DASH_TEXT), dayOfYear - (153 * shifted + 2) / 5 + 1);
  out = two(put(out, BEFORE_CLOCK_TEXT), time / 3600);
  out = two(put(out, COLON_TEXT), (time / 60) % 60);
  out = two(put(out, COLON_TEXT), time % 60);
  put(out, POINT_TEXT);
}
