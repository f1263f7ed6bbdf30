// What the host calls.

import { addCommand, addWord, makeClasses } from './commands';
import { admit, dismiss, link, readmit, setSeed } from './connections';
import { makeDigits } from './digits';
import { clearEnded, ended } from './ending';
import { clearEvents, event, setTells } from './events';
import { bases, begin, clearBases } from './handshake';
import { setSlack } from './idle';
import { interfaceAt, nameInterface } from './interfaces';
import {
  DECLINED,
  TAKEN,
  lastConnection,
  lastPacket,
  lastUs,
  line,
  record,
  setAbsolute,
  setOutput,
  setOutputs,
  setSecond,
} from './line';
import { EVENTS, FULL, LINES, MOST_BASES, RECORDS } from './memory';
import { opcodeAt } from './opcodes';
import { head, leave, lookAhead, noteRecords, notedTo, opaque, see, setForm, setLookAhead, setReach } from './packets';
import { setRunLength } from './records';
import { backInTime, commands, setAnnotates, take } from './take';

export * from './memory';
export { addCommand, addWord } from './commands';
export { clearEvents, event, setTells } from './events';
export { admit, dismiss, link, readmit, setSeed } from './connections';
export { bases, begin, clearBases } from './handshake';
export { clearEnded, ended } from './ending';
export { setSlack } from './idle';
export { opcodeAt } from './opcodes';
export { head, leave, notedTo, noteRecords, setForm, setLookAhead, setReach } from './packets';
export { interfaceAt, nameInterface } from './interfaces';
export {
  lastConnection,
  lastPacket,
  lastUs,
  line,
  record,
  setAbsolute,
  setOutput,
  setOutputs,
  setSecond,
} from './line';
export { setRunLength } from './records';
export { backInTime, commands, setAnnotates } from './take';

/** All packets that can be looked at are over. */
const DONE: i32 = 3;
/** A connection that began here is over: `ended`. */
const ENDED: i32 = 7;
/** The host has to take the output. */
const OUTPUT_IS_FULL: i32 = 4;

export function start(): void {
  makeDigits();
  makeClasses();
}

/**
 * Takes packets, of which `end` were noted, until it meets one that it does not take. Without `isLast` it leaves as many
 * as are looked ahead at.
 */
export function run(end: i32, isLast: bool): i32 {
  while (head < end && (isLast || end - head >= lookAhead)) {
    const next = head;
    see(min(end, next + max(lookAhead, 1)));
    const outcome = opaque > 0 ? DECLINED : take(next);
    if (outcome != TAKEN) return outcome;
    leave();
    if (ended != 0) return ENDED;
    if (line - LINES > FULL || record - RECORDS > FULL || event - EVENTS > FULL || bases == MOST_BASES) return OUTPUT_IS_FULL;
  }
  return DONE;
}
