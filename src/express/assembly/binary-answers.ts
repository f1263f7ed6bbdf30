// The server's side of the binary protocol: answers of the requests that wait. A quiet one is passed over where the answer
// of a later one comes, as soon as nothing else can be meant.

import { beginSegment, complete, endUs } from './answer';
import { writeLatency } from './answers';
import { asked, findAsked, isPlainAnswer, looked, passed } from './binary-answer';
import { isQuiet, kindOf, writeBinaryCommand } from './binary-request';
import { writeBinaryRecord, writeSilence } from './binary-records';
import {
  ANSWER_ACKNOWLEDGED,
  ANSWER_AT,
  ANSWER_LENGTH,
  ANSWER_PACKET,
  ANSWER_REST,
  ANSWER_START,
  ANSWER_US,
  endWaiting,
  FIRST_PENDING,
  LAST_ANSWER_END_US,
  LOOKS,
  NEXT_OFFSET,
  PENDING,
  QUIET,
  SIDE,
} from './connections';
import { copy, decimal, decimal64, prepare, put } from './digits';
import { hasRoom, isTold, tellBinaryAnswer, tellSilence } from './events';
import {
  ANSWER_MAGIC,
  headLength,
  KEY_EXISTS,
  KEY_NOT_FOUND,
  NOT_STORED,
  readHeader,
  SUCCESS,
  statusAt,
  u64be,
  valueLength,
} from './header';
import { RECORDS_END } from './memory';
import { ARITHMETIC, DELETION, RETRIEVAL, STORAGE, TOUCH, VERSION } from './opcodes';
import { beginRecord, endRecord, longestRecord } from './records';
import { ANSWER_LINES, loadNext, longestOwnAnswer, REQUEST_US, requestAt, START_US, VALUE_LENGTH } from './request';
import { shownItems, writeBlock, writeMore } from './requests';

const BESIDE_TEXT = prepare(': memcached: ');
const BETWEEN_TEXT = prepare('; ');
const ARROW_TEXT = prepare(' => ');
const HIT_TEXT = prepare('hit ');
const BYTES_TEXT = prepare(' bytes');
const MISS_TEXT = prepare('miss');
const SILENT_MISS_TEXT = prepare(' => miss');
const STORED_TEXT = prepare('STORED');
const DELETED_TEXT = prepare('DELETED');
const TOUCHED_TEXT = prepare('TOUCHED');
const OK_TEXT = prepare('OK');
const VERSION_TEXT = prepare('VERSION ');
const NOT_FOUND_TEXT = prepare('NOT_FOUND');
const EXISTS_TEXT = prepare('EXISTS');
const NOT_STORED_TEXT = prepare('NOT_STORED');

/** What was read of one segment, until it is taken: requests that are over, the quiet ones of them, where the records end. */
export let binaryAnswered: i32 = 0;
export let binaryRecordsEnd: usize = 0;
let quiet: i32 = 0;
/** What the general way would have looked at: see `LookAllowance`. */
let looks: i32 = 0;
/** Bytes that are to come of an answer's value; where its header lies if this segment brought it, and where it began. */
let answerRest: i32 = 0;
let openedAt: usize = 0;
let openedLength: usize = 0;
let openedStart: f64 = 0;

/**
 * Reads the answers in `[start, end)`, all of a segment's payload, and appends them to the line at `out` and to the records
 * at `records`; 0 where nobody wants them. Returns where the line ends, 1 where there is none; 0 where they are not of this
 * way.
 */
export function readBinaryAnswers(
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
  let items = 0;
  binaryAnswered = 0;
  quiet = 0;
  looks = 0;
  openedAt = 0;
  answerRest = load<i32>(connection, ANSWER_REST);
  beginSegment(load<f64>(connection, LAST_ANSWER_END_US));
  while (at < end) {
    let head = at;
    let from = offset + <f64>(at - start);
    let received = acknowledged;
    let answerUs = us;
    let answerPacket = packet;
    const isUnderWay = answerRest > 0;
    if (isUnderWay) {
      const part = min(answerRest, <i32>(end - at));
      at += part;
      answerRest -= part;
      if (answerRest > 0) break;
      head = load<u32>(connection, ANSWER_AT);
      from = load<f64>(connection, ANSWER_START);
      received = load<f64>(connection, ANSWER_ACKNOWLEDGED);
      answerUs = load<f64>(connection, ANSWER_US);
      answerPacket = load<i32>(connection, ANSWER_PACKET);
    }
    if (!readHeader(head, isUnderWay ? head + longestOwnAnswer : end, ANSWER_MAGIC)) return 0;
    if (!findAsked(connection, index, pending - binaryAnswered, head, from, received)) return 0;
    const request = requestAt(asked);
    const length = headLength + valueLength;
    if (!isUnderWay) {
      const isWhole = end - at >= length;
      if (!isPlainAnswer(request, head, isWhole)) return 0;
      if (!isWhole) {
        openedAt = at;
        openedLength = headLength;
        openedStart = from;
        answerRest = <i32>(length - (end - at));
        break;
      }
      at += length;
    }
    for (; index != asked; index = loadNext(index)) {
      const silent = requestAt(index);
      const isMiss = kindOf(silent) == RETRIEVAL;
      if (isMiss && items++ < shownItems && out != 0)
        out = writeMiss(put(out, items > 1 ? BETWEEN_TEXT : BESIDE_TEXT), silent);
      if (isTold()) {
        if (!hasRoom()) return 0;
        tellSilence(connection, index, silent, load<f64>(silent, REQUEST_US));
      }
      if (records == 0) continue;
      if (records > RECORDS_END - longestRecord) return 0;
      records = writeSilence(beginRecord(records, connection, load<f64>(silent, REQUEST_US)), silent);
      records = endRecord(isMiss ? writeMiss(records, silent) : writeUnanswered(records, silent));
    }
    const requestUs = load<f64>(request, REQUEST_US);
    if (!complete(<i32>length, load<f64>(request, START_US), requestUs, answerUs, us)) return 0;
    if (isTold()) {
      if (!hasRoom()) return 0;
      const told = headLength + (kindOf(request) == RETRIEVAL ? 0 : valueLength);
      tellBinaryAnswer(connection, asked, request, head, told, answerUs, us, from, answerPacket);
    }
    if (items++ < shownItems && out != 0)
      out = writeItem(put(out, items > 1 ? BETWEEN_TEXT : BESIDE_TEXT), request, head);
    if (records != 0) {
      if (records > RECORDS_END - longestRecord) return 0;
      records = beginRecord(records, connection, requestUs);
      records = writeBinaryRecord(records, request, head, answerPacket);
      records = endRecord(writeItem(records, request, head));
    }
    binaryAnswered += passed + 1;
    quiet += passed + (isQuiet(request) ? 1 : 0);
    looks += looked;
    index = loadNext(asked);
  }
  binaryRecordsEnd = records;
  if (out == 0) return 1;
  return items > shownItems ? writeMore(out, items) : out;
}

/** The requests that were answered, or passed over, are over; what was begun of another answer is kept. */
export function takeBinaryAnswers(connection: usize, us: f64, acknowledged: f64, packet: i32): void {
  endWaiting(connection, binaryAnswered);
  store<u16>(connection, <u16>(<i32>load<u16>(connection, QUIET) - quiet), QUIET);
  store<f64>(connection, endUs, LAST_ANSWER_END_US);
  store<i32>(connection, load<i32>(connection, LOOKS) + looks, LOOKS);
  store<i32>(connection, answerRest, ANSWER_REST);
  if (answerRest == 0) store<u32>(connection, 0, ANSWER_AT);
  if (openedAt == 0) return;
  // The first one that waits keeps it, whichever it answers.
  const head = requestAt(load<i32>(connection, FIRST_PENDING)) + ANSWER_LINES;
  copy(head, openedAt, openedLength);
  store<u32>(connection, <u32>head, ANSWER_AT);
  store<i32>(connection, <i32>openedLength, ANSWER_LENGTH);
  store<f64>(connection, us, ANSWER_US);
  store<i32>(connection, packet, ANSWER_PACKET);
  store<f64>(connection, acknowledged, ANSWER_ACKNOWLEDGED);
  store<f64>(connection, openedStart, ANSWER_START);
}

function writeMiss(out: usize, request: usize): usize {
  return put(writeBinaryCommand(out, request), SILENT_MISS_TEXT);
}

/** Appends a request that succeeded in silence. */
function writeUnanswered(out: usize, request: usize): usize {
  const value = load<i32>(request, VALUE_LENGTH);
  out = writeBinaryCommand(out, request);
  return value < 0 ? out : writeBlock(out, value);
}

/** Appends the command and how it ended: `get userId => hit 4 bytes, 198 us`. */
function writeItem(out: usize, request: usize, head: usize): usize {
  return writeLatency(writeOutcome(put(writeBinaryCommand(out, request), ARROW_TEXT), request, head));
}

function writeOutcome(out: usize, request: usize, head: usize): usize {
  const kind = kindOf(request);
  const status = statusAt(head);
  if (status == SUCCESS) {
    if (kind == RETRIEVAL) return put(decimal(put(out, HIT_TEXT), valueLength), BYTES_TEXT);
    if (kind == STORAGE) return put(out, STORED_TEXT);
    if (kind == ARITHMETIC) return decimal64(out, u64be(head + headLength));
    if (kind == VERSION) return copy(put(out, VERSION_TEXT), head + headLength, valueLength);
    return put(out, kind == DELETION ? DELETED_TEXT : kind == TOUCH ? TOUCHED_TEXT : OK_TEXT);
  }
  if (kind == RETRIEVAL) return put(out, MISS_TEXT);
  return put(out, status == KEY_NOT_FOUND ? NOT_FOUND_TEXT : status == KEY_EXISTS ? EXISTS_TEXT : NOT_STORED_TEXT);
}
