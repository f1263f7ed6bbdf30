// When connections were used, and where they stand among the idle: as `IdleList` has it.

import { LAST_PACKET, LAST_SECONDS, LISTED_PACKET, LISTED_SECONDS } from './connections';
import { PACKET_NUMBER, SECONDS } from './packet';

/** How many seconds one that is used stays where it is in the list of the idle: see `IdleList`. */
let slack: i32 = 0;
export function setSlack(seconds: i32): void {
  slack = seconds;
}

/** A packet of it came. */
@inline
export function use(connection: usize, seconds: i32, number: i32): void {
  store<i32>(connection, seconds, LAST_SECONDS);
  store<i32>(connection, number, LAST_PACKET);
  const listed = load<i32>(connection, LISTED_SECONDS);
  if (seconds - listed > slack || listed - seconds > slack) {
    store<i32>(connection, seconds, LISTED_SECONDS);
    store<i32>(connection, number, LISTED_PACKET);
  }
}

/** It is put behind all others. */
export function list(connection: usize, packet: usize): void {
  store<i32>(connection, load<i32>(packet, SECONDS), LISTED_SECONDS);
  store<i32>(connection, load<i32>(packet, PACKET_NUMBER), LISTED_PACKET);
}
