import { opcodeOf } from './binary/opcodes.ts';
import { textCommandNames } from './text/command-line.ts';

/** Names of commands as records have them: of the text protocols, and of the binary one by opcode. */
export function commandNames(): ReadonlySet<string> {
  const names = new Set(textCommandNames);
  for (let code = 0; code < 256; code++) names.add(opcodeOf(code).name);
  return names;
}
