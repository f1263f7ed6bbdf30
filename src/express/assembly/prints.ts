// What tells that a packet was captured twice: as `RecentSegments` has it.

import { mix } from './hash';
import { PRINT_TIMES, PRINTS } from './memory';
import { u16be, u32be } from './packet';

const copyWithinUs: f64 = 1000;
const slots: u32 = 4095;

/** Whether the same segment came a moment ago; `direction`: the connection's number, negative from the server. */
@inline
export function isCopy(direction: i32, identification: u32, segment: usize, us: f64): bool {
  const print = printOf(direction, identification, segment);
  const slot = <usize>(<u32>print & slots);
  // So it looks, too, where nothing tells segments apart.
  return load<i32>(PRINTS + (slot << 2)) == print && Math.abs(us - load<f64>(PRINT_TIMES + (slot << 3))) <= copyWithinUs;
}

/** Remembers a segment. */
@inline
export function notePrint(direction: i32, identification: u32, segment: usize, us: f64): void {
  const print = printOf(direction, identification, segment);
  const slot = <usize>(<u32>print & slots);
  store<i32>(PRINTS + (slot << 2), print);
  store<f64>(PRINT_TIMES + (slot << 3), us);
}

@inline
function printOf(direction: i32, identification: u32, segment: usize): i32 {
  const sequence = u32be(segment + 4);
  return <i32>mix(mix(<u32>direction, sequence), (identification << 16) | u16be(segment + 16));
}
