// The server's side: whole answers of the requests that wait, in their order.

import {
  bytes,
  cause,
  CAUSE_TEXTS,
  complete,
  durationUs,
  endUs,
  hits,
  isTimed,
  latencyUs,
  readAnswer,
  wordFrom,
  wordTo,
} from './answer';
import { beginPart, beginParts, forgetParts, goOn, isOpen, keepParts, readPart } from './answer-in-parts';
import { ANSWER, META, RETRIEVAL } from './commands';
import {
  ANSWER_ACKNOWLEDGED,
  ANSWER_AT,
  ANSWER_PACKET,
  ANSWER_START,
  ANSWER_US,
  BEGUN,
  endWaiting,
  FIRST_PENDING,
  LAST_ANSWER_END_US,
  NEXT_OFFSET,
  PENDING,
  REQUEST_REST,
  SIDE,
} from './connections';
import { copy, decimal, prepare, put } from './digits';
import { hasRoom, isTold, tellAnswer, tellLineOfAnswer } from './events';
import { RECORDS_END } from './memory';
import { answerTo, GET, nameOf } from './meta';
import { beginRecord, endRecord, longestRecord, writeRecord } from './records';
import { missesAreKnown } from './repeats';
import {
  COMMAND,
  HEAD_END,
  IS_UNTOLD,
  KEY_COUNT,
  loadNext,
  REQUEST_ACKNOWLEDGED,
  REQUEST_US,
  requestAt,
  START_US,
  writeCommand,
} from './request';
import { shownItems, writeMore } from './requests';

const BESIDE_TEXT = prepare(': memcached: ');
const BETWEEN_TEXT = prepare('; ');
const ARROW_TEXT = prepare(' => ');
const COMMA_TEXT = prepare(', ');
const US_TEXT = prepare(' us');
const WAIT_TEXT = prepare(' (');
const WAIT_END_TEXT = prepare(')');
const IN_ALL_TEXT = prepare(' us in all');
const COLON_TEXT = prepare(': ');
const HIT_TEXT = prepare(' hit ');
const HITS_TEXT = prepare(' hits ');
const MISS_TEXT = prepare(' miss, ');
const MISSES_TEXT = prepare(' misses, ');
const ONE_MISS_TEXT = prepare('miss');
const ONE_HIT_TEXT = prepare('hit ');
const BYTES_TEXT = prepare(' bytes');

/** What the client waited is said where it is so much more than the latency, µs: see `Annotation`. */
const shownBeyondLatencyUs: f64 = 1000;

/** What was read of one segment, until it is taken: how many, and where the records end. */
export let answered: i32 = 0;
export let recordsEnd: usize = 0;

/** Items that stand in the annotation already. */
let itemsBefore: i32 = 0;
/** Whether an answer goes on in the next segment that began in this one, and where that lies in the stream. */
let hasBegun: bool = false;
let begunStart: f64 = 0;

/**
 * Reads the answers in `[start, end)`, all of a segment's payload, and appends them to the line at `out` and to the records
 * at `records`; 0 where nobody wants them; `items` stand in the line already. Returns where the line ends, 1 where there is
 * none; 0 where they are not of this way.
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
  items: i32 = 0,
): usize {
  itemsBefore = items;
  const next = readAll(connection, out, records, start, end, us, acknowledged, packet);
  if (next == 0) forgetParts();
  return next;
}

function readAll(
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
  const isUnderWay = load<u32>(connection, ANSWER_AT) != 0;
  let index = load<i32>(connection, FIRST_PENDING);
  let at = start;
  answered = 0;
  hasBegun = false;
  beginParts(connection);
  // Nobody answers what has not come to its end.
  const isLastWhole = load<i32>(connection, REQUEST_REST) == 0 || load<i32>(connection, BEGUN) != 0;
  const whole = isLastWhole ? pending : pending - 1;
  while (at < end) {
    if (answered == whole) return 0;
    const request = requestAt(index);
    let answerUs = us;
    let answerPacket = packet;
    const from = at;
    let length = 0;
    if (isUnderWay && answered == 0) {
      goOn(connection);
      at = readPart(request, at, end, us, acknowledged, packet);
      if (at == 0) return 0;
      if (isOpen) break;
      answerUs = load<f64>(connection, ANSWER_US);
      answerPacket = load<i32>(connection, ANSWER_PACKET);
      length = <i32>(offset + <f64>(at - start) - load<f64>(connection, ANSWER_START));
    } else {
      // What it was asked, and what it had received, when this was said.
      if (offset + <f64>(at - start) < load<f64>(request, REQUEST_ACKNOWLEDGED)) return 0;
      if (acknowledged < load<f64>(request, HEAD_END)) return 0;
      at = readAnswer(request, from, end);
      if (at == 0) {
        hasBegun = true;
        begunStart = offset + <f64>(from - start);
        return beginPart(request) && readPart(request, from, end, us, acknowledged, packet) != 0 && isOpen
          ? finish(out, records)
          : 0;
      }
      length = <i32>(at - from);
    }
    const requestUs = load<f64>(request, REQUEST_US);
    if (!complete(length, load<f64>(request, START_US), requestUs, answerUs, us)) return 0;
    if (isTold()) {
      if (!hasRoom()) return 0;
      const begun = offset + <f64>(at - start) - <f64>length;
      if (load<u8>(request, IS_UNTOLD) != 0) tellLineOfAnswer(connection, index, request);
      tellAnswer(connection, index, request, answerTo, answerUs, us, begun, answerPacket);
    }
    const items = itemsBefore + answered;
    if (out != 0 && items < shownItems)
      out = writeItem(put(out, items > 0 ? BETWEEN_TEXT : BESIDE_TEXT), request);
    if (records != 0) {
      if (records > RECORDS_END - longestRecord || !missesAreKnown(request)) return 0;
      records = beginRecord(records, connection, requestUs);
      records = writeRecord(records, request, answerPacket);
      records = endRecord(writeItem(records, request));
    }
    answered++;
    index = loadNext(index);
  }
  return finish(out, records);
}

@inline
function finish(out: usize, records: usize): usize {
  recordsEnd = records;
  if (out == 0) return 1;
  const items = itemsBefore + answered;
  return items > shownItems ? writeMore(out, items) : out;
}

/** The requests that were answered are over; what was begun of another answer is kept. */
export function takeAnswers(connection: usize, us: f64, acknowledged: f64, packet: i32): void {
  keepParts(connection, answered > 0 && load<u32>(connection, ANSWER_AT) != 0);
  if (hasBegun) {
    store<f64>(connection, us, ANSWER_US);
    store<i32>(connection, packet, ANSWER_PACKET);
    store<f64>(connection, acknowledged, ANSWER_ACKNOWLEDGED);
    store<f64>(connection, begunStart, ANSWER_START);
  }
  endWaiting(connection, answered);
  store<f64>(connection, endUs, LAST_ANSWER_END_US);
}

/** Appends the command and how it ended: `get userId => hit 4 bytes, 198 us`. */
function writeItem(out: usize, request: usize): usize {
  out = put(writeCommand(out, request), ARROW_TEXT);
  const form = load<u8>(<usize>load<i32>(request, COMMAND), ANSWER);
  if (form == RETRIEVAL || (form == META && nameOf(request) == GET))
    out = writeHits(out, <i32>load<u16>(request, KEY_COUNT));
  else out = copy(out, wordFrom, wordTo - wordFrom);
  return writeLatency(out);
}

/** Appends how long it took. */
export function writeLatency(out: usize): usize {
  if (!isTimed) return out;
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
