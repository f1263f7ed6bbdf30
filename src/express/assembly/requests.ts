// The client's side: command lines with their data blocks. What a segment breaks off goes on in the next one.

import { readLine, keepLine } from './command-line';
import {
  addWaiting,
  BEGUN,
  BEGUN_LENGTH,
  FIRST_PENDING,
  HAS_SEVERAL,
  HAS_SILENT,
  LAST_PENDING,
  NEXT_OFFSET,
  PENDING,
  REQUEST_REST,
  SILENT_BEHIND,
} from './connections';
import { copy, decimal, prepare, put } from './digits';
import { hasRoom, isTold, tellLine, tellSilence } from './events';
import { RECORDS_END } from './memory';
import { lineEndIn } from './numbers';
import { beginRecord, endRecord, longestRecord, writeSilentRecord } from './records';
import {
  giveBack,
  HEAD_END,
  IS_SILENT,
  LINE_LENGTH,
  LINE_PACKET,
  lineOf,
  loadNext,
  REQUEST_ACKNOWLEDGED,
  REQUEST_BYTES,
  REQUEST_PACKET,
  REQUEST_START,
  REQUEST_US,
  requestAt,
  SILENT_BEFORE,
  START_US,
  STARTS_SEGMENT,
  takeRequest,
  VALUE_LENGTH,
  writeCommand,
} from './request';
import { areTwoWords, mayBeTwoWords } from './two-words';

const BESIDE_TEXT = prepare(': memcached: ');
const BETWEEN_TEXT = prepare('; ');
const BLOCK_TEXT = prepare(' <');
const BLOCK_END_TEXT = prepare(' bytes>');
const MORE_TEXT = prepare('; +');
const MORE_END_TEXT = prepare(' more');

/** Items that an annotation shows; the others are counted. */
export const shownItems: i32 = 40;

/** What was read of one segment, until it is taken: requests that wait, all of them, and those behind the last that waits. */
let first: i32 = 0;
let last: i32 = 0;
let count: i32 = 0;
let silent: i32 = 0;
/** Command lines, and blocks that were under way. */
export let items: i32 = 0;
/** Bytes that are to come of the last one's block. */
let requestRest: i32 = 0;
/** Those that ask for no answer, and where their records end. */
export let silentCount: i32 = 0;
export let recordsEnd: usize = 0;
/** The request that was begun before, and that is begun behind the segment, see `BEGUN`; and bytes of the line of that. */
let before: i32 = 0;
let begun: i32 = 0;
let begunLength: i32 = 0;
/** Whether that asks for no answer, and is over; whether the last one that waits is, whose block was under way. */
let isBeforeOver: bool = false;
let isLastOver: bool = false;

/** The requests that were read are none. */
export function forget(): void {
  while (count > 0) {
    const next = loadNext(first);
    if (first != before) giveBack(first);
    first = next;
    count--;
  }
  if (begun != 0 && begun != before) giveBack(begun);
}

/**
 * Reads the requests in `[start, end)`, all of a segment's payload, and appends them to the line at `out`, and those that
 * ask for no answer to the records at `records`; 0 where nobody wants them. Returns where the line ends, 1 where there is
 * none; 0 where they are not of this way.
 */
export function readRequests(
  connection: usize,
  out: usize,
  records: usize,
  start: usize,
  end: usize,
  us: f64,
  acknowledged: f64,
  packet: i32,
): usize {
  const offset = load<f64>(connection, NEXT_OFFSET);
  const isShown = out != 0;
  let at = start;
  items = 0;
  count = 0;
  silentCount = 0;
  silent = load<i32>(connection, SILENT_BEHIND);
  recordsEnd = records;
  before = load<i32>(connection, BEGUN);
  begun = before;
  begunLength = 0;
  isBeforeOver = false;
  isLastOver = false;
  const rest = load<i32>(connection, REQUEST_REST);
  requestRest = 0;
  if (rest > 0) {
    // The block of the last request goes on.
    const length = min(rest, <i32>(end - start));
    if (!endsBlock(start, length, rest)) return 0;
    at += length;
    requestRest = rest - length;
    if (requestRest == 0) {
      const request = requestAt(before != 0 ? before : load<i32>(connection, LAST_PENDING));
      if (isShown) out = writeBlock(writeCommand(put(out, BESIDE_TEXT), request), load<i32>(request, VALUE_LENGTH));
      items++;
      if (before != 0) {
        store<i32>(request, packet, REQUEST_PACKET);
        tellSilent(connection, before, request, us);
        isBeforeOver = true;
        begun = 0;
      } else isLastOver = true;
    }
  }
  while (at < end) {
    let index = begun;
    const isBegun = index != 0;
    const line = at;
    if (isBegun) {
      // Its line goes on.
      const lineEnd = lineEndIn(at, end);
      at = lineEnd == 0 ? end : lineEnd;
      const kept = load<i32>(connection, BEGUN_LENGTH);
      if (!keepLine(requestAt(index), kept, line, <i32>(at - line))) return 0;
      begunLength = kept + <i32>(at - line);
      if (lineEnd == 0) break;
      begun = 0;
    } else {
      index = takeRequest();
      if (index == 0) return 0;
    }
    const request = requestAt(index);
    // It is given back with the others where it is none.
    const beforeLast = last;
    if (count == 0) first = index;
    else store<i32>(requestAt(last), index);
    last = index;
    count++;

    if (isBegun) {
      const kept = lineOf(request);
      if (readLine(request, kept, kept + begunLength) != begunLength) return 0;
      store<i32>(request, begunLength, REQUEST_BYTES);
      begunLength = 0;
    } else {
      const length = readLine(request, line, end);
      if (length == 0) {
        if (lineEndIn(line, end) != 0) return 0;
        // It goes on in the next segment.
        begunLength = <i32>(end - line);
        if (!keepLine(request, 0, line, begunLength)) return 0;
        store<f64>(request, us, START_US);
        store<f64>(request, offset + <f64>(line - start), REQUEST_START);
        store<i32>(request, packet, LINE_PACKET);
        store<f64>(request, acknowledged, REQUEST_ACKNOWLEDGED);
        last = beforeLast;
        count--;
        begun = index;
        break;
      }
      at = line + length;
      store<i32>(request, length, REQUEST_BYTES);
      store<f64>(request, us, START_US);
      store<f64>(request, offset + <f64>(line - start), REQUEST_START);
    }
    items++;
    const isItemShown = isShown && items <= shownItems;
    if (isItemShown)
      out = copy(put(out, items > 1 ? BETWEEN_TEXT : BESIDE_TEXT), lineOf(request), <usize>load<i32>(request, LINE_LENGTH));
    store<f64>(request, offset + <f64>(at - start), HEAD_END);
    const value = load<i32>(request, VALUE_LENGTH);
    let holdsTwoWords = false;
    if (value >= 0) {
      const length = min(value + 2, <i32>(end - at));
      if (!endsBlock(at, length, value + 2)) return 0;
      at += length;
      requestRest = value + 2 - length;
      store<i32>(request, load<i32>(request, REQUEST_BYTES) + value + 2, REQUEST_BYTES);
      if (isItemShown && requestRest == 0) out = writeBlock(out, value);
      if (isTold() && mayBeTwoWords(connection, request, value)) {
        if (requestRest > 0) return 0;
        holdsTwoWords = areTwoWords(at - length, value);
      }
    }
    store<i32>(request, packet, LINE_PACKET);
    store<i32>(request, packet, REQUEST_PACKET);
    store<f64>(request, us, REQUEST_US);
    store<u8>(request, line == start && !isBegun ? 1 : 0, STARTS_SEGMENT);
    store<f64>(request, acknowledged, REQUEST_ACKNOWLEDGED);
    const isSilent = load<u8>(request, IS_SILENT) != 0;
    if (isTold()) {
      if (!hasRoom()) return 0;
      tellLine(connection, index, request, isBegun ? lineOf(request) : line, us, holdsTwoWords);
    }
    if (isSilent) {
      if (recordsEnd > RECORDS_END - longestRecord) return 0;
      last = beforeLast;
      count--;
      silent++;
      if (requestRest > 0) begun = index;
      else {
        tellSilent(connection, index, request, us);
        if (isBegun) isBeforeOver = true;
        else giveBack(index);
      }
      continue;
    }
    store<i32>(request, silent, SILENT_BEFORE);
    silent = 0;
  }
  if (!isShown) return 1;
  return items > shownItems ? writeMore(out, items) : out;
}

/** Appends how many items are not shown. */
export function writeMore(out: usize, items: i32): usize {
  return put(decimal(put(out, MORE_TEXT), items - shownItems), MORE_END_TEXT);
}

/** One that asks for no answer is over. */
function tellSilent(connection: usize, index: i32, request: usize, us: f64): void {
  silentCount++;
  if (isTold()) tellSilence(connection, index, request, us);
  if (recordsEnd == 0) return;
  const value = load<i32>(request, VALUE_LENGTH);
  recordsEnd = writeSilentRecord(beginRecord(recordsEnd, connection, us), request);
  recordsEnd = copy(recordsEnd, lineOf(request), <usize>load<i32>(request, LINE_LENGTH));
  recordsEnd = endRecord(value < 0 ? recordsEnd : writeBlock(recordsEnd, value));
}

/** Whether these bytes of a block, of which `rest` are to come with its line end, end it as every client does. */
@inline
function endsBlock(at: usize, length: i32, rest: i32): bool {
  if (rest >= 2 && length >= rest - 1 && load<u8>(at + rest - 2) != 0x0d) return false;
  return length < rest || load<u8>(at + rest - 1) == 0x0a;
}

export function writeBlock(out: usize, value: i32): usize {
  return put(decimal(put(out, BLOCK_TEXT), value), BLOCK_END_TEXT);
}

/** What was read waits for its answers. */
export function addRequests(connection: usize, us: f64, packet: i32): void {
  if (isLastOver) {
    const request = requestAt(load<i32>(connection, LAST_PENDING));
    store<f64>(request, us, REQUEST_US);
    store<i32>(request, packet, REQUEST_PACKET);
  }
  if (isBeforeOver) giveBack(before);
  store<i32>(connection, begun, BEGUN);
  store<i32>(connection, begunLength, BEGUN_LENGTH);
  store<i32>(connection, requestRest, REQUEST_REST);
  if (silent != load<i32>(connection, SILENT_BEHIND) || silentCount > 0) store<u8>(connection, 1, HAS_SILENT);
  store<i32>(connection, silent, SILENT_BEHIND);
  if (count == 0) return;
  addWaiting(connection, first, last, count);
  if (load<i32>(connection, PENDING) > 1) store<u8>(connection, 1, HAS_SEVERAL);
}

/**
 * What was read waits for its answers, as far as these are read, where nothing waited before; false where not all of it
 * would.
 */
export function offerRequests(connection: usize): bool {
  if (count == 0 || silentCount > 0 || silent > 0 || begun != 0 || requestRest > 0) return false;
  store<i32>(connection, first, FIRST_PENDING);
  store<i32>(connection, last, LAST_PENDING);
  store<i32>(connection, count, PENDING);
  return true;
}

/** It does not wait any more. */
export function withdrawRequests(connection: usize): void {
  store<i32>(connection, 0, PENDING);
}
