// How the lines of cooked packets of version 2 begin: with the interface, as the host names it, and whose packet it is.

import { copy, prepare, put } from './digits';
import { INTERFACE_BITS, INTERFACE_MASK, INTERFACES } from './memory';
import { u32be } from './packet';

/** Fields of an interface: its index, how long its text is, 0 where none is here, and the text. */
const INDEX: usize = 0;
const LENGTH: usize = 4;
const TEXT: usize = 8;
const longestText: i32 = 48;

const WHOSE: usize[] = [prepare('In  '), prepare('B   '), prepare('M   '), prepare('P   '), prepare('Out '), prepare('?   ')];

/** The interface that `isNamed` was asked for last; -1 where there is no room for its name. */
export let interfaceAt: i32 = 0;

@inline
function placeOf(index: u32): usize {
  return INTERFACES + ((<usize>(index & INTERFACE_MASK)) << INTERFACE_BITS);
}

/** Whether the text is known of the interface of a packet that begins at `start`. */
export function isNamed(start: usize): bool {
  const index = u32be(start + 4);
  const place = placeOf(index);
  const length = load<i32>(place, LENGTH);
  interfaceAt = <i32>index;
  if (length == 0 || load<u32>(place, INDEX) != index) return false;
  if (length <= longestText) return true;
  interfaceAt = -1;
  return false;
}

/** An interface has a text of so many bytes; returns where the host writes it, 0 where that is too long. */
export function nameInterface(index: u32, length: i32): usize {
  const place = placeOf(index);
  store<u32>(place, index, INDEX);
  store<i32>(place, length, LENGTH);
  return length <= longestText ? place + TEXT : 0;
}

/** Appends the text of the interface, and whose packet it is. */
export function writeInterface(out: usize, start: usize): usize {
  const place = placeOf(u32be(start + 4));
  out = copy(out, place + TEXT, <usize>load<i32>(place, LENGTH));
  return put(out, WHOSE[min(<i32>load<u8>(start, 10), 5)]);
}
