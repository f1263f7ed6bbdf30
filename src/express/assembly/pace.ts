// How the client sends: as `Pace` and `Pairing` have it while the order is certain.

import {
  ANSWER_AT,
  ANSWER_PART,
  ANSWER_REST,
  BEGUN,
  CLIENT_MS,
  CLIENT_RECEIVED,
  ENDED_RUN,
  IS_MID_STREAM,
  LAST_MS,
  NEXT_OFFSET,
  REQUEST_REST,
  SEEMED_TO_WAIT,
  SENDS_ON,
  SERVER_RECEIVED,
  SIDE,
  WAITED,
  dueOf,
} from './connections';
import { milliseconds } from './packet';

/** As in `pace.ts` of the general way. */
const overlookingSilence: i32 = 50;
const waitingRun: i32 = 3;
const longWaitingRun: i32 = 4;
const mostWaitingRun: i32 = 1 << 20;
const anywhere: f64 = -2;

/** Whether the client sends on after it has waited in vain: as `Pace.clientSpeaks` has it, where requests are under way. */
export function isImpatient(connection: usize, acknowledged: f64, us: f64): bool {
  if (dueOf(connection) == 0 || acknowledged > load<f64>(connection, CLIENT_RECEIVED)) return false;
  if (acknowledged != load<f64>(connection + SIDE, NEXT_OFFSET)) return false;
  return milliseconds(us) - load<i32>(connection, CLIENT_MS) >= overlookingSilence && isKnownToWait(connection);
}

function isKnownToWait(connection: usize): bool {
  const waited = load<i32>(connection, WAITED);
  if (load<u8>(connection, SENDS_ON) == 0) {
    return waited >= (load<u8>(connection, IS_MID_STREAM) != 0 ? longWaitingRun : waitingRun);
  }
  return waited >= max(longWaitingRun, 2 * load<i32>(connection, ENDED_RUN));
}

/** Whether of an answer some lines came, and no part of what follows them: as `TextResponses.isOpen` has it. */
@inline
export function isBetweenLines(connection: usize): bool {
  if (load<u32>(connection, ANSWER_AT) == 0) return false;
  return load<i32>(connection, ANSWER_REST) == 0 && load<i32>(connection, ANSWER_PART) == 0;
}

/** As `Moment.isQuiet` has it. */
export function hasHeardAll(connection: usize, acknowledged: f64): bool {
  if (acknowledged != load<f64>(connection + SIDE, NEXT_OFFSET)) return false;
  const received = load<f64>(connection, SERVER_RECEIVED);
  return received == anywhere || received >= load<f64>(connection, NEXT_OFFSET);
}

/** How the client sends: as `Pairing.#watch` has it, while the order is certain. */
export function watch(connection: usize, acknowledged: f64, us: f64): void {
  // Within a request it says nothing.
  const isBetween = load<i32>(connection, REQUEST_REST) == 0 && load<i32>(connection, BEGUN) == 0;
  if (isBetween && acknowledged > load<f64>(connection, CLIENT_RECEIVED)) {
    const hasHeardAll = acknowledged == load<f64>(connection + SIDE, NEXT_OFFSET);
    if (dueOf(connection) > 0 || !hasHeardAll) sentOn(connection);
    else if (load<i32>(connection, WAITED) < mostWaitingRun)
      store<i32>(connection, load<i32>(connection, WAITED) + 1, WAITED);
  }
  const ms = milliseconds(us);
  store<i32>(connection, ms, LAST_MS);
  store<i32>(connection, ms, CLIENT_MS);
  store<f64>(connection, acknowledged, CLIENT_RECEIVED);
}

function sentOn(connection: usize): void {
  store<u8>(connection, 1, SENDS_ON);
  const waited = load<i32>(connection, WAITED);
  if (waited > load<i32>(connection, ENDED_RUN)) store<i32>(connection, waited, ENDED_RUN);
  store<i32>(connection, 0, WAITED);
  store<i32>(connection, 0, SEEMED_TO_WAIT);
}
