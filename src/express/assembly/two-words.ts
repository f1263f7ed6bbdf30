// Values that may be a user and a password: see `KeptValues`.

import { ANSWER_AT, ANSWER_START, NEXT_OFFSET, SIDE } from './connections';
import { COMMAND_NAME } from './commands';
import { COMMAND } from './request';

const SET: u64 = 0x746573;
const BLANK: u8 = 0x20;

/** Values that are longer are none: see `longestCredentials`. */
const longest: i32 = 2048;

/** Whether the value of a request, `length` bytes, may be: a `set` before the first answer. */
export function mayBeTwoWords(connection: usize, request: usize, length: i32): bool {
  const hasAnswered = load<f64>(connection + SIDE, NEXT_OFFSET) > 0;
  // One that is under way says nothing yet.
  if (hasAnswered && (load<u32>(connection, ANSWER_AT) == 0 || load<f64>(connection, ANSWER_START) > 0)) return false;
  return length <= longest && load<u64>(<usize>load<i32>(request, COMMAND), COMMAND_NAME) == SET;
}

/** Whether these bytes are two words, with blanks between them. */
export function areTwoWords(at: usize, length: i32): bool {
  const end = at + length;
  let gaps = 0;
  let isBlank = true;
  for (; at < end; at++) {
    const wasBlank = isBlank;
    isBlank = load<u8>(at) == BLANK;
    if (isBlank && wasBlank) {
      if (gaps == 0) return false;
    } else if (isBlank) gaps++;
  }
  return gaps == 1 && !isBlank;
}
