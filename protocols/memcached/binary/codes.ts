import { type Opcode, opcodeOf } from './opcodes.ts';

export { statusCode } from './statuses.ts';

/** By name. */
const opcodes: ReadonlyMap<string, Opcode> = new Map(
  Array.from({ length: 256 }, (_, code) => opcodeOf(code)).map((opcode) => [opcode.name, opcode]),
);

/** The opcode of a command by its name; undefined where there is none. */
export function opcodeNamed(name: string): Opcode | undefined {
  return opcodes.get(name);
}
