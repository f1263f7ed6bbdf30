// What the host calls.

import { makeClasses } from './commands';
import { makeDigits } from './digits';
import { event } from './events';
import { EVENTS, FULL, LINES, RECORDS } from './memory';
import { head, leave, lookAhead, opaque, see } from './packets';
import { DECLINED, line, record, TAKEN, take } from './take';

export * from './memory';
export { addCommand, addWord } from './commands';
export { clearEvents, event, setTells } from './events';
export { admit, dismiss, link, setSeed } from './connections';
export { head, leave, notedTo, noteRecords, setForm, setLookAhead } from './packets';
export { setRunLength } from './records';
export {
  commands,
  lastConnection,
  lastPacket,
  lastUs,
  line,
  record,
  setAbsolute,
  setAnnotates,
  setOutput,
  setOutputs,
  setSecond,
  setSlack,
} from './take';

/** All packets that can be looked at are over. */
const DONE: i32 = 3;
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
    see(min(end, next + lookAhead));
    const outcome = opaque > 0 ? DECLINED : take(next);
    if (outcome != TAKEN) return outcome;
    leave();
    if (line - LINES > FULL || record - RECORDS > FULL || event - EVENTS > FULL) return OUTPUT_IS_FULL;
  }
  return DONE;
}
