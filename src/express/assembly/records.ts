// Records, as the general way writes them: the fields of the documentation in their order.

import { answerBytes, bytes, casFrom, casTo, cause, flagsFrom, flagsTo, found, hits, isNumber, latencyUs, queueUs, wordFrom, wordTo } from './answers';
import { ANSWER, BYTES, CAS, DELTA, EXPTIME, FIELDS, FLAGS, NUMBERS, RETRIEVAL } from './commands';
import { RECORD_TEXT_BYTES, recordText } from './connections';
import { copy, decimal, sixDigits, text } from './digits';
import { DIGITS, RECORD_CLOCK, RECORD_RUN } from './memory';
import { COMMAND, KEY_COUNT, KEYS_FROM, LINE, REQUEST_BYTES, REQUEST_PACKET, wordEnd, wordStart } from './requests';

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
  out = copy(text(out, '{"level":"info"'), RECORD_CLOCK, clockLength);
  out = sixDigits(out, <u32>(us - second * 1e6));
  out = copy(out, RECORD_RUN, runLength);
  return copy(out, recordText(connection), load<u16>(connection, RECORD_TEXT_BYTES));
}

/** Appends the fields of a command that was answered, up to the message. */
export function writeRecord(out: usize, request: usize, packet: i32): usize {
  const command = <usize>load<i32>(request, COMMAND);
  const retrieves = load<u8>(command, ANSWER) == RETRIEVAL;
  const keys = <i32>load<u8>(request, KEY_COUNT);
  out = copy(text(out, ',"protocol":"text","command":"'), request + LINE, wordEnd(request, 0));
  out = writeKeys(out, request, keys);
  if (retrieves) out = writeFound(out, request, keys);
  else out = writeStatus(out);
  if (retrieves) out = writeValues(out, request, keys);
  else out = writeNumbers(out, request, command);
  if (isNumber) out = text(copy(text(out, ',"result":"'), wordFrom, wordTo - wordFrom), '"');
  out = decimal(text(out, ',"latencyUs":'), <u32>latencyUs);
  if (queueUs > 0) out = decimal(text(out, ',"queueUs":'), <u32>queueUs);
  out = decimal(text(out, ',"durationUs":'), <u32>latencyUs);
  if (cause == 1) out = text(out, ',"cause":"server"');
  else if (cause == 2) out = text(out, ',"cause":"queue"');
  out = decimal(text(out, ',"requestBytes":'), load<i32>(request, REQUEST_BYTES));
  out = decimal(text(out, ',"responseBytes":'), answerBytes);
  out = decimal(text(out, ',"packet":'), load<i32>(request, REQUEST_PACKET));
  return decimal(text(out, ',"answerPacket":'), packet);
}

export function endRecord(out: usize): usize {
  return text(out, '"}\n');
}

// @ts-ignore: a decorator of the dialect
@inline
function copyWord(out: usize, request: usize, word: i32): usize {
  const start = wordStart(request, word);
  return copy(out, request + LINE + start, wordEnd(request, word) - start);
}

function writeKeys(out: usize, request: usize, keys: i32): usize {
  const first = <i32>load<u8>(request, KEYS_FROM);
  out = copyWord(text(out, '","key":"'), request, first);
  if (keys == 1) return text(out, '"');
  out = text(out, '","keys":["');
  for (let key = 0; key < keys; key++) {
    if (key > 0) out = text(out, '","');
    out = copyWord(out, request, first + key);
  }
  return text(out, '"]');
}

/** The status of a word is the word in small letters. */
function writeStatus(out: usize): usize {
  if (isNumber) return text(out, ',"status":"ok"');
  out = text(out, ',"status":"');
  for (let at = wordFrom; at < wordTo; at++) {
    const byte = load<u8>(at);
    store<u8>(out++, byte == 0x5f ? byte : byte | 0x20);
  }
  return text(out, '"');
}

function writeFound(out: usize, request: usize, keys: i32): usize {
  out = text(out, hits == 0 ? ',"status":"miss"' : hits == keys ? ',"status":"hit"' : ',"status":"partial"');
  out = decimal(text(out, ',"hits":'), hits);
  out = decimal(text(out, ',"misses":'), keys - hits);
  if (hits == 0 || hits == keys) return out;
  out = text(out, ',"missed":["');
  const first = <i32>load<u8>(request, KEYS_FROM);
  let written = false;
  for (let key = 0; key < keys; key++) {
    if ((found & (1 << key)) != 0) continue;
    if (written) out = text(out, '","');
    written = true;
    out = copyWord(out, request, first + key);
  }
  return text(out, '"]');
}

function writeValues(out: usize, request: usize, keys: i32): usize {
  const isOne = keys == 1 && hits == 1;
  if (isOne) out = copy(text(out, ',"flags":'), flagsFrom, flagsTo - flagsFrom);
  if (load<u8>(request, KEYS_FROM) == 2) out = copyWord(text(out, ',"exptime":'), request, 1);
  if (isOne && casFrom != 0) out = copy(text(out, ',"cas":'), casFrom, casTo - casFrom);
  return decimal(text(out, ',"bytes":'), <u32>bytes);
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
    if (field == FLAGS) out = text(out, ',"flags":');
    else if (field == EXPTIME) out = text(out, ',"exptime":');
    else if (field == CAS) out = text(out, ',"cas":');
    else if (field == DELTA) out = text(out, ',"delta":');
    out = copyWord(out, request, first + number);
  }
  return size < 0 ? out : copyWord(text(out, ',"bytes":'), request, first + size);
}

// @ts-ignore: a decorator of the dialect
@inline
function two(out: usize, value: u32): usize {
  store<u16>(out, <u16>(load<u32>(DIGITS + (<usize>value << 2)) >> 16));
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
  let out = text(RECORD_CLOCK, ',"time":"');
  store<u32>(out, load<u32>(DIGITS + (<usize>year << 2)));
  out = two(text(out + 4, '-'), month);
  out = two(text(out, '-'), dayOfYear - (153 * shifted + 2) / 5 + 1);
  out = two(text(out, 'T'), time / 3600);
  out = two(text(out, ':'), (time / 60) % 60);
  out = two(text(out, ':'), time % 60);
  text(out, '.');
}
