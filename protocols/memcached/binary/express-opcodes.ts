import { CommandKind, type Opcode, opcodeOf } from './opcodes.ts';

/** A command whose plain requests, and plain answers, can be read without more than these. */
export interface ExpressOpcode {
  readonly code: number;
  readonly name: string;
  readonly kind: 'retrieval' | 'storage' | 'deletion' | 'touch' | 'arithmetic' | 'version' | 'noop';
  readonly isQuiet: boolean;
  /** True where the answer to a hit carries the key. */
  readonly answersKey: boolean;
  /** Length of the extras. */
  readonly extras: number;
  readonly hasKey: boolean;
  readonly takesValue: boolean;
}

const kinds = new Map<CommandKind, ExpressOpcode['kind']>([
  [CommandKind.retrieval, 'retrieval'],
  [CommandKind.storage, 'storage'],
  [CommandKind.deletion, 'deletion'],
  [CommandKind.touch, 'touch'],
  [CommandKind.arithmetic, 'arithmetic'],
  [CommandKind.version, 'version'],
]);

function kindOf({ kind, name }: Opcode): ExpressOpcode['kind'] | undefined {
  return name === 'noop' ? 'noop' : kinds.get(kind);
}

/** From the table of all opcodes: those that clients send all day. */
export const expressOpcodes: readonly ExpressOpcode[] = Array.from({ length: 256 }, (_, code) =>
  opcodeOf(code),
).flatMap((opcode) => {
  const { code, name, isQuiet, answersKey, extras, key, value } = opcode;
  const kind = kindOf(opcode);
  if (kind === undefined || extras?.length !== 1) return [];
  const [length = 0] = extras;
  return {
    code,
    name,
    kind,
    isQuiet,
    answersKey,
    extras: length,
    hasKey: key === 'required',
    takesValue: value === 'taken',
  };
});
