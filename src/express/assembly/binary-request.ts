// One request of the binary protocol: header, extras and key are kept where those of text have their line.

import { isPlain } from './commands';
import { copy } from './digits';
import { code, extrasLength, HEADER_LENGTH, headLength, keyLength, readHeader, REQUEST_MAGIC, valueLength } from './header';
import { EXTRAS, HAS_KEY, IS_QUIET, KIND, NAME_LENGTH, opcodeAt, OPCODE_NAME, TAKES_VALUE } from './opcodes';
import { COMMAND, LINE, LINE_LENGTH, longestOwnLine, VALUE_LENGTH } from './request';

/** Reads header, extras and key; returns how long these are, 0 where they are not of this way. */
export function readHead(request: usize, at: usize, end: usize): usize {
  if (!readHeader(at, end, REQUEST_MAGIC) || headLength > longestOwnLine) return 0;
  const opcode = opcodeAt(code);
  if (load<u8>(opcode, KIND) == 0 || extrasLength != load<u8>(opcode, EXTRAS)) return 0;
  if ((keyLength > 0) != (load<u8>(opcode, HAS_KEY) != 0)) return 0;
  const takesValue = load<u8>(opcode, TAKES_VALUE) != 0;
  if (valueLength > 0 && !takesValue) return 0;
  const headEnd = at + headLength;
  for (let key = headEnd - keyLength; key < headEnd; key++) if (!isPlain(load<u8>(key))) return 0;
  store<i32>(request, <i32>opcode, COMMAND);
  store<i32>(request, <i32>headLength, LINE_LENGTH);
  store<i32>(request, takesValue ? <i32>valueLength : -1, VALUE_LENGTH);
  copy(request + LINE, at, headLength);
  return headLength;
}

@inline
export function opcodeOf(request: usize): usize {
  return <usize>load<i32>(request, COMMAND);
}

@inline
export function kindOf(request: usize): u8 {
  return load<u8>(opcodeOf(request), KIND);
}

/** Whether silence is an answer, too. */
@inline
export function isQuiet(request: usize): bool {
  return load<u8>(opcodeOf(request), IS_QUIET) != 0;
}

/** Where its extras lie, and behind them its key. */
@inline
export function extrasAt(request: usize): usize {
  return request + LINE + HEADER_LENGTH;
}

@inline
export function keyAt(request: usize): usize {
  return extrasAt(request) + load<u8>(opcodeOf(request), EXTRAS);
}

@inline
export function keyLengthOf(request: usize): usize {
  return <usize>load<i32>(request, LINE_LENGTH) - HEADER_LENGTH - load<u8>(opcodeOf(request), EXTRAS);
}

/** Appends the command. */
@inline
export function writeName(out: usize, request: usize): usize {
  const opcode = opcodeOf(request);
  return copy(out, opcode + OPCODE_NAME, load<u8>(opcode, NAME_LENGTH));
}

/** Appends the command and its key. */
export function writeBinaryCommand(out: usize, request: usize): usize {
  out = writeName(out, request);
  const length = keyLengthOf(request);
  if (length == 0) return out;
  store<u8>(out, 0x20);
  return copy(out + 1, keyAt(request), length);
}
