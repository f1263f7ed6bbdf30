// One answer of the binary protocol: whose it is, and whether it is what that request usually gets.

import { isQuiet, keyAt, keyLengthOf, kindOf, opcodeOf } from './binary-request';
import { isPlain } from './commands';
import { OPAQUES_RISE, OPAQUES_RISE_REVERSED, REQUEST_REST } from './connections';
import {
  code,
  extrasLength,
  headLength,
  KEY_EXISTS,
  KEY_NOT_FOUND,
  keyLength,
  NOT_STORED,
  opaqueAt,
  statusAt,
  SUCCESS,
  valueLength,
} from './header';
import { ANSWERS_KEY, ARITHMETIC, NOOP, opcodeAt, RETRIEVAL, VERSION } from './opcodes';
import { HEAD_END, LINE, loadNext, longestOwnAnswer, REQUEST_ACKNOWLEDGED, requestAt } from './request';

const longestVersion: u32 = 64;

/** The request that is answered, how many quiet ones before it are passed over, and what was looked at for it. */
export let asked: i32 = 0;
export let passed: i32 = 0;
export let looked: i32 = 0;

/** Requests that are due an answer, behind which the general way looks no further: see `nextColumn`. */
const mostDue: i32 = 5;

/**
 * Finds the one of the requests from `index` on, `waiting` of them, that this answer is to; false where that is not plain.
 * `from`, `received`: where it lies in the server's stream, and how far the server had received the client's then.
 */
export function findAsked(connection: usize, index: i32, waiting: i32, head: usize, from: f64, received: f64): bool {
  // Nobody answers what has not come to its end.
  const whole = load<i32>(connection, REQUEST_REST) > 0 ? waiting - 1 : waiting;
  asked = index;
  passed = 0;
  looked = 0;
  for (;;) {
    if (passed >= whole) return false;
    const request = requestAt(asked);
    if (!isPossible(request, from, received)) return false;
    if (fits(request, head)) break;
    if (!isQuiet(request)) return false;
    asked = loadNext(asked);
    passed++;
  }
  if (!isQuiet(requestAt(index))) return true;
  let mayBeOther = isQuiet(requestAt(asked));
  let due = mayBeOther ? 0 : 1;
  let span = passed + 1;
  for (let left = waiting - span, other = asked; left > 0 && due < mostDue; left--) {
    other = loadNext(other);
    const request = requestAt(other);
    // Of several that it fits what follows decides.
    if (mayBeOther && fits(request, head)) return false;
    if (!isPossible(request, from, received)) break;
    span++;
    if (isQuiet(request)) continue;
    due++;
    mayBeOther = false;
  }
  if (span == 1) return true;
  const isTrusted = load<u8>(connection, OPAQUES_RISE) != 0 || load<u8>(connection, OPAQUES_RISE_REVERSED) != 0;
  looked = span + passed + (keyLength == 0 ? 0 : isTrusted ? passed + 1 : 2 * (passed + 1));
  return true;
}

@inline
function isPossible(request: usize, from: f64, received: f64): bool {
  return from >= load<f64>(request, REQUEST_ACKNOWLEDGED) && received >= load<f64>(request, HEAD_END);
}

/** As the general way's: opcode, opaque, and the key where the answer carries one. */
function fits(request: usize, head: usize): bool {
  if (opaqueAt(request + LINE) != opaqueAt(head)) return false;
  const opcode = opcodeOf(request);
  if (opcodeAt(code) != opcode) return false;
  if (load<u8>(opcode, ANSWERS_KEY) == 0 || keyLength == 0) return true;
  if (keyLengthOf(request) != keyLength) return false;
  const key = keyAt(request);
  const named = head + headLength - keyLength;
  let index: usize = 0;
  while (index < keyLength && load<u8>(key + index) == load<u8>(named + index)) index++;
  return index == keyLength;
}

/** Whether it is what the request usually gets. */
export function isPlainAnswer(request: usize, head: usize, isWhole: bool): bool {
  const opcode = opcodeOf(request);
  const kind = kindOf(request);
  const answersKey = load<u8>(opcode, ANSWERS_KEY) != 0;
  const isRetrieval = kind == RETRIEVAL;
  const status = statusAt(head);
  if (status == SUCCESS && isRetrieval) {
    return extrasLength == 4 && (keyLength > 0) == answersKey && (isWhole || headLength <= longestOwnAnswer);
  }
  if (!isWhole || (keyLength > 0 && !answersKey)) return false;
  if (status == SUCCESS) {
    if (isQuiet(request)) return false;
    if (kind == ARITHMETIC) return extrasLength == 0 && valueLength == 8;
    return kind == VERSION ? isPlainVersion(head + headLength) : valueLength == 0;
  }
  if (extrasLength > 0 || kind == NOOP || kind == VERSION) return false;
  if (isRetrieval) return status == KEY_NOT_FOUND && !isQuiet(request);
  return status == KEY_NOT_FOUND || status == KEY_EXISTS || status == NOT_STORED;
}

function isPlainVersion(text: usize): bool {
  if (extrasLength > 0 || valueLength - 1 >= longestVersion) return false;
  for (let at = text; at < text + valueLength; at++) if (!isPlain(load<u8>(at))) return false;
  return true;
}
