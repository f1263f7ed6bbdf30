// Records of the binary protocol, as the general way writes them: the fields of the documentation in their order.

import { extrasAt, isQuiet, keyAt, keyLengthOf, kindOf, opcodeOf, writeName } from './binary-request';
import { copy, decimal, decimal64, prepare, put } from './digits';
import {
  HEADER_LENGTH,
  headLength,
  KEY_EXISTS,
  KEY_NOT_FOUND,
  statusAt,
  SUCCESS,
  u64be,
  uniqueAt,
  valueLength,
} from './header';
import { ARITHMETIC, DELETION, EXTRAS, RETRIEVAL, STORAGE, TOUCH, VERSION } from './opcodes';
import { u32be } from './packet';
import { writeSilentEnd, writeTimes } from './records';
import { LINE, VALUE_LENGTH } from './request';

const COMMAND_TEXT = prepare(',"protocol":"binary","command":"');
const KEY_TEXT = prepare('","key":"');
const STATUS_TEXT = prepare('","status":"');
const HIT_TEXT = prepare('hit","hits":1,"misses":0');
const MISS_TEXT = prepare('miss","hits":0,"misses":1');
const STORED_TEXT = prepare('stored"');
const DELETED_TEXT = prepare('deleted"');
const TOUCHED_TEXT = prepare('touched"');
const OK_TEXT = prepare('ok"');
const NOT_FOUND_TEXT = prepare('not_found"');
const EXISTS_TEXT = prepare('exists"');
const NOT_STORED_TEXT = prepare('not_stored"');
const NO_REPLY_TEXT = prepare('no_reply"');
const FLAGS_TEXT = prepare(',"flags":');
const EXPTIME_TEXT = prepare(',"exptime":');
const CAS_TEXT = prepare(',"cas":');
const DELTA_TEXT = prepare(',"delta":');
const BYTES_TEXT = prepare(',"bytes":');
const RESULT_TEXT = prepare(',"result":"');
const QUOTE_TEXT = prepare('"');
const NOREPLY_TEXT = prepare(',"noreply":true');

/** Larger numbers are text to the host. */
const mostNumber: u64 = 1 << 53;

/** Appends the fields of a request that was answered, up to the message; `head` is where its answer's header lies. */
export function writeBinaryRecord(out: usize, request: usize, head: usize, packet: i32): usize {
  const kind = kindOf(request);
  const isSuccess = statusAt(head) == SUCCESS;
  out = put(writeKey(out, request), isSuccess ? successOf(kind) : failureOf(kind, statusAt(head)));
  const isHit = isSuccess && kind == RETRIEVAL;
  if (isHit) out = decimal(put(out, FLAGS_TEXT), u32be(head + HEADER_LENGTH));
  const own = uniqueAt(request + LINE);
  out = writeNumbers(out, request, own != 0 || !isSuccess ? own : uniqueAt(head), isHit ? valueLength : 0);
  if (isSuccess && kind == ARITHMETIC) {
    out = put(decimal64(put(out, RESULT_TEXT), u64be(head + headLength)), QUOTE_TEXT);
  } else if (isSuccess && kind == VERSION) {
    out = put(copy(put(out, RESULT_TEXT), head + headLength, valueLength), QUOTE_TEXT);
  }
  return writeTimes(writeNoreply(out, request, kind), request, packet);
}

/** The same of a quiet one that had no answer: it found nothing, or it succeeded. */
export function writeSilence(out: usize, request: usize): usize {
  const kind = kindOf(request);
  out = put(writeKey(out, request), kind == RETRIEVAL ? MISS_TEXT : NO_REPLY_TEXT);
  out = writeNumbers(out, request, uniqueAt(request + LINE), 0);
  return writeSilentEnd(writeNoreply(out, request, kind), request);
}

function writeKey(out: usize, request: usize): usize {
  out = writeName(put(out, COMMAND_TEXT), request);
  const length = keyLengthOf(request);
  if (length > 0) out = copy(put(out, KEY_TEXT), keyAt(request), length);
  return put(out, STATUS_TEXT);
}

function successOf(kind: u8): usize {
  if (kind == RETRIEVAL) return HIT_TEXT;
  if (kind == STORAGE) return STORED_TEXT;
  return kind == DELETION ? DELETED_TEXT : kind == TOUCH ? TOUCHED_TEXT : OK_TEXT;
}

function failureOf(kind: u8, status: u32): usize {
  if (kind == RETRIEVAL) return MISS_TEXT;
  return status == KEY_NOT_FOUND ? NOT_FOUND_TEXT : status == KEY_EXISTS ? EXISTS_TEXT : NOT_STORED_TEXT;
}

/**
 * Appends the numbers of a request, `unique` among them, and the bytes of the value that it sends or, where it retrieves,
 * has got. The length of the extras tells what these are: 4 exptime, 8 flags and exptime, 20 delta, initial value and
 * exptime.
 */
function writeNumbers(out: usize, request: usize, unique: u64, retrieved: u32): usize {
  const extras = extrasAt(request);
  const length = load<u8>(opcodeOf(request), EXTRAS);
  if (length == 8) out = decimal(put(out, FLAGS_TEXT), u32be(extras));
  if (length > 0) out = decimal(put(out, EXPTIME_TEXT), u32be(extras + length - 4));
  if (unique != 0) out = writeNumber(put(out, CAS_TEXT), unique);
  if (length == 20) out = writeNumber(put(out, DELTA_TEXT), u64be(extras));
  const stored = load<i32>(request, VALUE_LENGTH);
  if (stored >= 0) return decimal(put(out, BYTES_TEXT), stored);
  return kindOf(request) == RETRIEVAL ? decimal(put(out, BYTES_TEXT), retrieved) : out;
}

/** One that the host has as text is in quotes. */
function writeNumber(out: usize, value: u64): usize {
  return value < mostNumber ? decimal64(out, value) : put(decimal64(put(out, QUOTE_TEXT), value), QUOTE_TEXT);
}

function writeNoreply(out: usize, request: usize, kind: u8): usize {
  return isQuiet(request) && kind != RETRIEVAL ? put(out, NOREPLY_TEXT) : out;
}
