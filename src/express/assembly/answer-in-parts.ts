// An answer that comes in several segments: what came of it is kept as its lines, one behind another, without the values.

import {
  beginSegment,
  isEndLine,
  isValueLine,
  readAnswer,
  readLinesAgain,
  readMetaLineAgain,
  readValueLine,
  valueKey,
  valueLength,
} from './answer';
import { ANSWER, META, RETRIEVAL } from './commands';
import {
  ANSWER_AT,
  ANSWER_BYTES,
  ANSWER_HITS,
  ANSWER_KEYS,
  ANSWER_LENGTH,
  ANSWER_LINE_US,
  ANSWER_PART,
  ANSWER_REST,
  LAST_ANSWER_END_US,
  PART_ACKNOWLEDGED,
  PART_PACKET,
  PART_US,
} from './connections';
import { copy } from './digits';
import { code, metaBytes, readMetaLine, VA } from './meta';
import { lineEndIn } from './numbers';
import { ANSWER_LINES, COMMAND, KEY_COUNT, LINE_LENGTH, longestAnswer, longestOwnAnswer } from './request';
import { leaveRoom, takeRoom } from './rooms';

/** Bytes of a request of one key, from which on what comes of its answer may not have room in its own. */
const longLine: i32 = 48;

/** Whether the answer goes on in the next segment; where its lines lie, and how many bytes these are. */
export let isOpen: bool = false;
let lines: usize = 0;
let length: i32 = 0;
/** Bytes at their end that are of a line which has not come to its own, and the packet that brought the first of them. */
let part: i32 = 0;
let partUs: f64 = 0;
let partAcknowledged: f64 = 0;
let partPacket: i32 = 0;
/** Bytes of a value, and its line end, that are to come. */
let rest: i32 = 0;
let hits: i32 = 0;
let keys: i32 = 0;
let bytes: f64 = 0;
/** When the last line, or value, came to its end. */
let lineUs: f64 = 0;
/** Whether it began in this segment. */
let isNew: bool = false;

/** A segment of the server's begins. */
export function beginParts(connection: usize): void {
  isOpen = false;
  isNew = false;
  beginSegment(load<f64>(connection, LAST_ANSWER_END_US));
}

/** The answer of this request begins, and does not end, in the segment; false where there is no room for it. */
export function beginPart(request: usize): bool {
  const isShort = load<u16>(request, KEY_COUNT) <= 1 && load<i32>(request, LINE_LENGTH) < longLine;
  lines = isShort ? request + ANSWER_LINES : takeRoom();
  if (lines == 0) return false;
  isNew = true;
  length = 0;
  part = 0;
  rest = 0;
  hits = 0;
  keys = 0;
  bytes = 0;
  return true;
}

/** The answer under way goes on. */
export function goOn(connection: usize): void {
  lines = <usize>load<u32>(connection, ANSWER_AT);
  length = load<i32>(connection, ANSWER_LENGTH);
  part = load<i32>(connection, ANSWER_PART);
  partUs = load<f64>(connection, PART_US);
  partAcknowledged = load<f64>(connection, PART_ACKNOWLEDGED);
  partPacket = load<i32>(connection, PART_PACKET);
  rest = load<i32>(connection, ANSWER_REST);
  hits = load<i32>(connection, ANSWER_HITS);
  keys = load<i32>(connection, ANSWER_KEYS);
  bytes = load<f64>(connection, ANSWER_BYTES);
  lineUs = load<f64>(connection, ANSWER_LINE_US);
}

/** What was read of the segment is none. */
export function forgetParts(): void {
  if (isNew) leaveRoom(lines);
}

/** What is under way behind the segment is kept; `ended`: the answer that was under way before it came to its end. */
export function keepParts(connection: usize, ended: bool): void {
  if (ended) leaveRoom(<usize>load<u32>(connection, ANSWER_AT));
  store<u32>(connection, isOpen ? <u32>lines : 0, ANSWER_AT);
  if (!isOpen) return;
  store<i32>(connection, length, ANSWER_LENGTH);
  store<i32>(connection, part, ANSWER_PART);
  store<f64>(connection, partUs, PART_US);
  store<f64>(connection, partAcknowledged, PART_ACKNOWLEDGED);
  store<i32>(connection, partPacket, PART_PACKET);
  store<i32>(connection, rest, ANSWER_REST);
  store<i32>(connection, hits, ANSWER_HITS);
  store<i32>(connection, keys, ANSWER_KEYS);
  store<f64>(connection, bytes, ANSWER_BYTES);
  store<f64>(connection, lineUs, ANSWER_LINE_US);
}

/**
 * Reads on in the answer of a request, which `goesOn` then, or begins with it; returns where it stops, 0 where that is not of
 * this way.
 */
export function readPart(request: usize, at: usize, end: usize, us: f64, acknowledged: f64, packet: i32): usize {
  const isOwn = lines == request + ANSWER_LINES;
  const form = load<u8>(<usize>load<i32>(request, COMMAND), ANSWER);
  for (;;) {
    if (rest > 0) {
      const most = min(rest, <i32>(end - at));
      if (rest >= 2 && most >= rest - 1 && load<u8>(at + rest - 2) != 0x0d) return 0;
      if (most == rest && load<u8>(at + rest - 1) != 0x0a) return 0;
      at += most;
      rest -= most;
      if (rest > 0) break;
      lineUs = us;
      if (form == META) {
        readMetaLineAgain(request, lines, lines + length);
        return at;
      }
    }
    if (at == end) break;
    const lineEnd = lineEndIn(at, end);
    const more = <i32>((lineEnd == 0 ? end : lineEnd) - at);
    if (<usize>(length + more) > (isOwn ? longestOwnAnswer : longestAnswer)) return 0;
    copy(lines + length, at, more);
    if (part == 0) {
      partUs = us;
      partAcknowledged = acknowledged;
      partPacket = packet;
    }
    at += more;
    length += more;
    part += more;
    if (lineEnd == 0) break;
    const line = lines + length - part;
    part = 0;
    lineUs = us;
    if (!readLine(request, form, line, lines + length)) return 0;
    if (rest == 0) return at;
  }
  isOpen = true;
  return at;
}

/** Reads a line that is whole, behind which the answer ends where no `rest` follows; false where it is not of this way. */
function readLine(request: usize, form: u8, line: usize, end: usize): bool {
  if (form == RETRIEVAL) {
    if (!isValueLine(line, end)) {
      if (end - line != 5 || !isEndLine(line)) return false;
      readLinesAgain(request, lines, line, hits, bytes);
      return true;
    }
    if (readValueLine(request, keys, line, end) != end) return false;
    keys = valueKey + 1;
    hits++;
    bytes += valueLength;
    rest = <i32>valueLength + 2;
    return true;
  }
  if (form == META && load<u16>(line) == VA) {
    if (readMetaLine(request, line, end) != end || code != VA) return false;
    rest = <i32>metaBytes + 2;
    return true;
  }
  return readAnswer(request, line, end) == end;
}
