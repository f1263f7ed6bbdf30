// Commands of the binary protocol, by their opcode: the general way's own table, which the host puts here.

import { OPCODES } from './memory';

/** Fields of an opcode. Names have at most 16 bytes. */
export const OPCODE_NAME: usize = 0;
export const NAME_LENGTH: usize = 16;
/** What the command does; 0 where it is not of this way. */
export const KIND: usize = 17;
export const IS_QUIET: usize = 18;
/** Whether the answer to a hit carries the key. */
export const ANSWERS_KEY: usize = 19;
/** Length of the extras. */
export const EXTRAS: usize = 20;
export const HAS_KEY: usize = 21;
export const TAKES_VALUE: usize = 22;

export const RETRIEVAL: u8 = 1;
export const STORAGE: u8 = 2;
export const DELETION: u8 = 3;
export const TOUCH: u8 = 4;
export const ARITHMETIC: u8 = 5;
export const VERSION: u8 = 6;
export const NOOP: u8 = 7;

const OPCODE_BITS: i32 = 5;

/** Where the opcode of this number lies, so that the host can fill it in. */
export function opcodeAt(code: i32): usize {
  return OPCODES + ((<usize>code) << OPCODE_BITS);
}
