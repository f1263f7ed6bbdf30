// The client's side of the binary protocol: requests of commands that clients send all day, in the form that the server
// accepts. Anything else is left to the general way.

import { isQuiet, readHead, writeBinaryCommand } from './binary-request';
import {
  addWaiting,
  CLIENT_RECEIVED,
  dueOf,
  HAS_SEVERAL,
  HAS_SILENT,
  LAST_OPAQUE,
  LAST_PENDING,
  NEXT_OFFSET,
  OPAQUES_RISE,
  OPAQUES_RISE_REVERSED,
  QUIET,
  REQUEST_REST,
} from './connections';
import { prepare, put } from './digits';
import { hasRoom, isTold, tellLine } from './events';
import { opaqueAt } from './header';
import {
  giveBackChain,
  HEAD_END,
  LINE,
  LINE_PACKET,
  loadNext,
  REQUEST_ACKNOWLEDGED,
  REQUEST_BYTES,
  REQUEST_PACKET,
  REQUEST_START,
  REQUEST_US,
  requestAt,
  SILENT_BEFORE,
  START_US,
  takeRequest,
  VALUE_LENGTH,
} from './request';
import { shownItems, writeBlock, writeMore } from './requests';

const BESIDE_TEXT = prepare(': memcached: ');
const BETWEEN_TEXT = prepare('; ');

/** Quiet ones of one connection that wait here at a time: the general way looks at all of them with each answer. */
const mostQuiet: i32 = 200;

/** What was read of one segment, until it is taken: all of them, and the quiet ones. */
let first: i32 = 0;
let last: i32 = 0;
let count: i32 = 0;
let quiet: i32 = 0;
/** Bytes that are to come of the last one's value. */
let requestRest: i32 = 0;

/** The requests that were read are none. */
export function forgetBinary(): void {
  first = giveBackChain(first, count);
  count = 0;
}

/**
 * Reads the requests in `[start, end)`, all of a segment's payload, and appends them to the line at `out`; 0 where nobody
 * wants it. Returns where the line ends, 1 where there is none; 0 where they are not of this way.
 */
export function readBinaryRequests(
  connection: usize,
  out: usize,
  start: usize,
  end: usize,
  us: f64,
  acknowledged: f64,
  packet: i32,
): usize {
  const offset = load<f64>(connection, NEXT_OFFSET);
  const isShown = out != 0;
  let at = start;
  let items = 0;
  count = 0;
  quiet = 0;
  requestRest = load<i32>(connection, REQUEST_REST);
  if (requestRest > 0) {
    // The value of the last request goes on.
    const length = min(requestRest, <i32>(end - start));
    at += length;
    requestRest -= length;
    if (requestRest == 0) {
      const request = requestAt(load<i32>(connection, LAST_PENDING));
      if (isShown) out = writeBlock(writeBinaryCommand(put(out, BESIDE_TEXT), request), load<i32>(request, VALUE_LENGTH));
      items++;
    }
  }
  while (at < end) {
    const index = takeRequest();
    if (index == 0) return 0;
    const request = requestAt(index);
    // It is given back with the others where it is none.
    if (count == 0) first = index;
    else store<i32>(requestAt(last), index);
    last = index;
    count++;

    const head = readHead(request, at, end);
    if (head == 0) return 0;
    if (isQuiet(request)) {
      // Its answer may be silence only where none of it can have been missed.
      if (acknowledged < load<f64>(connection, CLIENT_RECEIVED)) return 0;
      quiet++;
      if (<i32>load<u16>(connection, QUIET) + quiet > mostQuiet) return 0;
    }
    const isItemShown = isShown && items < shownItems;
    if (isItemShown) out = writeBinaryCommand(put(out, items > 0 ? BETWEEN_TEXT : BESIDE_TEXT), request);
    items++;
    const line = at;
    const from = offset + <f64>(at - start);
    at += head;
    const value = load<i32>(request, VALUE_LENGTH);
    if (value >= 0) {
      const length = min(value, <i32>(end - at));
      at += length;
      requestRest = value - length;
      if (isItemShown && requestRest == 0) out = writeBlock(out, value);
    }
    store<f64>(request, from, REQUEST_START);
    store<f64>(request, from + <f64>head, HEAD_END);
    store<i32>(request, <i32>head + max(value, 0), REQUEST_BYTES);
    store<i32>(request, packet, LINE_PACKET);
    store<i32>(request, packet, REQUEST_PACKET);
    store<f64>(request, us, START_US);
    store<f64>(request, us, REQUEST_US);
    store<f64>(request, acknowledged, REQUEST_ACKNOWLEDGED);
    store<i32>(request, 0, SILENT_BEFORE);
    if (!isTold()) continue;
    if (!hasRoom()) return 0;
    tellLine(connection, index, request, line, us, false);
  }
  if (!isShown) return 1;
  return items > shownItems ? writeMore(out, items) : out;
}

/** What was read waits for its answers. */
export function addBinaryRequests(connection: usize, us: f64, packet: i32): void {
  if (load<i32>(connection, REQUEST_REST) > 0) {
    const request = requestAt(load<i32>(connection, LAST_PENDING));
    store<f64>(request, us, REQUEST_US);
    store<i32>(request, packet, REQUEST_PACKET);
  }
  store<i32>(connection, requestRest, REQUEST_REST);
  if (count == 0) return;
  addWaiting(connection, first, last, count);
  store<u16>(connection, <u16>(<i32>load<u16>(connection, QUIET) + quiet), QUIET);
  if (quiet > 0) store<u8>(connection, 1, HAS_SILENT);
  if (dueOf(connection) > 1) store<u8>(connection, 1, HAS_SEVERAL);
  for (let left = count, index = first; left > 0; left--, index = loadNext(index))
    see(connection, opaqueAt(requestAt(index) + LINE));
}

/** As `OpaqueOrder` has it; the opaque is as it lies in the packet. */
function see(connection: usize, reversed: u32): void {
  const last = load<u32>(connection, LAST_OPAQUE);
  const opaque = bswap<u32>(reversed);
  if (opaque <= last) store<u8>(connection, 0, OPAQUES_RISE);
  if (reversed <= bswap<u32>(last)) store<u8>(connection, 0, OPAQUES_RISE_REVERSED);
  store<u32>(connection, opaque, LAST_OPAQUE);
}
