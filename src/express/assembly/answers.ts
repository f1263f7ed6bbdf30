// The server's side: whole answers of the requests that wait, in their order.

import {
  answerRest,
  beginSegment,
  bytes,
  cause,
  CAUSE_TEXTS,
  complete,
  durationUs,
  endUs,
  headLength,
  hits,
  latencyUs,
  readAnswer,
  readHead,
  readRest,
  wordFrom,
  wordTo,
} from './answer';
import { ANSWER, META, RETRIEVAL } from './commands';
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
import { isTold, tellAnswer } from './events';
import { answerTo, GET, nameOf } from './meta';
import { beginRecord, endRecord, writeRecord } from './records';
import {
  ANSWER_HEAD,
  COMMAND,
  giveBack,
  HEAD_END,
  KEY_COUNT,
  loadNext,
  REQUEST_ACKNOWLEDGED,
  REQUEST_US,
  requestAt,
  START_US,
  writeCommand,
} from './request';
import { mostItems } from './requests';

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

/** An answer whose value goes on in the next segment: its request, and where its first line lies. */
let hasOpened: bool = false;
let opened: usize = 0;
let openedAt: usize = 0;
let openedStart: f64 = 0;

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
  beginSegment(load<i32>(connection, ANSWER_REST), load<f64>(connection, LAST_ANSWER_END_US));
  // Nobody answers what has not come to its end.
  const whole = load<i32>(connection, REQUEST_REST) > 0 ? pending - 1 : pending;
  while (at < end) {
    if (answered == whole || answered == mostItems) return 0;
    const request = requestAt(index);
    let answerUs = us;
    let answerPacket = packet;
    const from = at;
    let length = 0;
    if (answerRest > 0) {
      at = readRest(at, end);
      if (at == 0) return 0;
      if (answerRest > 0) break;
      readHead(request, load<u32>(connection, ANSWER_VALUE));
      answerUs = load<f64>(connection, ANSWER_US);
      answerPacket = load<i32>(connection, ANSWER_PACKET);
      length = <i32>(offset + <f64>(at - start) - load<f64>(connection, ANSWER_START));
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
      length = <i32>(at - from);
    }
    const requestUs = load<f64>(request, REQUEST_US);
    if (!complete(length, load<f64>(request, START_US), requestUs, answerUs, us)) return 0;
    if (isTold()) {
      const begun = offset + <f64>(at - start) - <f64>length;
      tellAnswer(connection, index, request, answerTo, answerUs, us, begun, answerPacket);
    }
    if (out != 0) out = writeItem(put(out, answered > 0 ? BETWEEN_TEXT : BESIDE_TEXT), request);
    if (records != 0) {
      records = beginRecord(records, connection, requestUs);
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
