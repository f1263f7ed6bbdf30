// Segments out of order, where what was captured too late is among the packets that come next: what is acknowledged before
// it is seen is owed by the other side, and an answer that comes before its request waits for it in a room.

import { readAnswers, takeAnswers } from './answers';
import {
  ANSWER_AT,
  BEGUN,
  HAS_SPOKEN,
  HELD,
  IS_BINARY,
  LAST_MS,
  NEXT_OFFSET,
  NEXT_SEQUENCE,
  OPEN,
  PENDING,
  PHASE,
  REQUEST_REST,
  SERVER_RECEIVED,
  SIDE,
  owes,
  pay,
} from './connections';
import { copy } from './digits';
import { ROOM_LENGTH } from './memory';
import { milliseconds } from './packet';
import { comesLater } from './packets';
import { items, offerRequests, shownItems, withdrawRequests } from './requests';
import { leaveRoom, takeRoom } from './rooms';

/** How a segment stands to what came before it. */
export const STRAIGHT: i32 = 0;
/** It carries nothing, and acknowledges what comes, or came long ago. */
export const BARE: i32 = 1;
/** An answer whose request comes. */
export const AHEAD: i32 = 2;
/** That request. */
export const FILLS: i32 = 3;
/** None of these. */
export const ASTRAY: i32 = -1;

/** Of the answer that waits: its packet's time and number, what it acknowledges, its length, and its bytes. */
const HELD_US: usize = 0;
const HELD_ACKNOWLEDGED: usize = 8;
const HELD_PACKET: usize = 16;
const HELD_LENGTH: usize = 20;
const HELD_BYTES: usize = 24;
/** Bytes behind those of an answer may be read with it. */
const mostHeld: i32 = <i32>ROOM_LENGTH - 128;

/** More than one side can owe. */
const mostOwed: i32 = 0xffff;
/** Acknowledgments may be so late. */
const mostBehind: i32 = 1 << 20;

/**
 * How a segment stands that is not the next one, `ahead` of it by so many bytes, or acknowledges `unseen` bytes that did not
 * come, or whose connection waits for such bytes. As `StreamPair` has it, nothing moves while these are at hand.
 */
export function orderOf(connection: usize, fromClient: bool, ahead: i32, unseen: i32, length: i32): i32 {
  if (load<u8>(connection, PHASE) != OPEN || load<u8>(connection, HAS_SPOKEN) == 0) return ASTRAY;
  // A byte that is acknowledged, or left out, alone may be a FIN.
  if (unseen == 1 || unseen > mostOwed || ahead == 1) return ASTRAY;
  const held = <usize>load<u32>(connection, HELD);
  const isHeld = held != 0;
  let order = STRAIGHT;
  let paid = 0;
  if (length == 0) {
    if (ahead > 0) {
      // The client has heard the answer that waits here.
      if (!fromClient || !isHeld || ahead > owes(connection, true)) return ASTRAY;
      if (unseen <= 0 || unseen > load<i32>(held, HELD_LENGTH)) return ASTRAY;
    } else if (ahead < 0) {
      if (unseen > 0 || ahead < -mostBehind) return ASTRAY;
      if (load<f64>(fromClient ? connection : connection + SIDE, NEXT_OFFSET) + <f64>ahead < 0) return ASTRAY;
    } else if (unseen > 0 && isHeld) return ASTRAY;
    order = BARE;
  } else {
    if (ahead != 0) return ASTRAY;
    if (unseen > 0) {
      if (fromClient || isHeld || length > mostHeld || !isQuiet(connection)) return ASTRAY;
      order = AHEAD;
    } else if (isHeld) {
      if (!fromClient || length < owes(connection, true)) return ASTRAY;
      order = FILLS;
    }
    if (order != AHEAD) paid = length;
  }
  const asked = max(unseen, 0);
  if (!isStill(connection, true, fromClient ? paid : 0, fromClient ? 0 : asked)) return ASTRAY;
  // While its answer waits, what else the server owes does.
  if (order == AHEAD || (isHeld && order != FILLS)) return order;
  if (order == FILLS) paid = load<i32>(held, HELD_LENGTH);
  else if (fromClient) paid = 0;
  return isStill(connection, false, paid, fromClient ? asked : 0) ? order : ASTRAY;
}

/** Whether what a side owes, or will when it has paid and more is asked of it, is at hand. */
function isStill(connection: usize, ofClient: bool, paid: i32, asked: i32): bool {
  const owed = max(owes(connection, ofClient) - paid, asked);
  if (owed <= 0) return true;
  const next = load<u32>(ofClient ? connection : connection + SIDE, NEXT_SEQUENCE) + <u32>paid;
  return comesLater(connection, ofClient, next, next + <u32>owed);
}

/** Whether nothing is under way. */
function isQuiet(connection: usize): bool {
  if (load<u8>(connection, IS_BINARY) != 0 || owes(connection, false) > 0) return false;
  if (load<i32>(connection, PENDING) != 0 || load<i32>(connection, BEGUN) != 0) return false;
  return load<i32>(connection, REQUEST_REST) == 0 && load<u32>(connection, ANSWER_AT) == 0;
}

/** Keeps an answer until its request comes; false where there is no room. */
export function hold(connection: usize, payload: usize, length: i32, us: f64, acknowledged: f64, packet: i32): bool {
  const room = takeRoom();
  if (room == 0) return false;
  store<f64>(room, us, HELD_US);
  store<f64>(room, acknowledged, HELD_ACKNOWLEDGED);
  store<i32>(room, packet, HELD_PACKET);
  store<i32>(room, length, HELD_LENGTH);
  copy(room + HELD_BYTES, payload, length);
  store<u32>(connection, <u32>room, HELD);
  return true;
}

/**
 * Reads the answer that has waited, of requests that were read and wait for it now: as `readAnswers`, behind what stands at
 * `out` of these.
 */
export function readHeld(connection: usize, out: usize, records: usize): usize {
  const room = <usize>load<u32>(connection, HELD);
  // What an annotation leaves out is counted for all together.
  if (items >= shownItems || !offerRequests(connection)) return 0;
  const start = room + HELD_BYTES;
  const end = start + <usize>load<i32>(room, HELD_LENGTH);
  const us = load<f64>(room, HELD_US);
  const acknowledged = load<f64>(room, HELD_ACKNOWLEDGED);
  const next = readAnswers(connection, out, records, start, end, us, acknowledged, load<i32>(room, HELD_PACKET), items);
  withdrawRequests(connection);
  return next;
}

/** That answer is over. */
export function takeHeld(connection: usize): void {
  const room = <usize>load<u32>(connection, HELD);
  const us = load<f64>(room, HELD_US);
  const acknowledged = load<f64>(room, HELD_ACKNOWLEDGED);
  const length = load<i32>(room, HELD_LENGTH);
  const server = connection + SIDE;
  takeAnswers(connection, us, acknowledged, load<i32>(room, HELD_PACKET));
  store<i32>(connection, milliseconds(us), LAST_MS);
  store<f64>(connection, acknowledged, SERVER_RECEIVED);
  store<u32>(server, load<u32>(server, NEXT_SEQUENCE) + length, NEXT_SEQUENCE);
  store<f64>(server, load<f64>(server, NEXT_OFFSET) + <f64>length, NEXT_OFFSET);
  pay(connection, false, length);
  leaveRoom(room);
  store<u32>(connection, 0, HELD);
}
