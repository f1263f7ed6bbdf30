// Rooms for what is longer than a request's own: the line of one that asks for many keys, and what came of its answer.

import { MOST_ROOMS, ROOM_LENGTH, ROOMS } from './memory';

/** Those that are free, chained, and how many were ever used. */
let free: usize = 0;
let used: i32 = 0;

/** A room; 0 where there is none. */
export function takeRoom(): usize {
  const room = free;
  if (room != 0) {
    free = <usize>load<u32>(room);
    return room;
  }
  return used < MOST_ROOMS ? ROOMS + <usize>(++used) * ROOM_LENGTH : 0;
}

/** Gives the room back in which `at` lies, if it lies in one. */
export function leaveRoom(at: usize): void {
  if (at < ROOMS) return;
  const room = at - ((at - ROOMS) % ROOM_LENGTH);
  store<u32>(room, <u32>free);
  free = room;
}
