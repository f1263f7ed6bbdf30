import { readFileSync } from 'node:fs';
import { type ExpressOpcode, expressOpcodes } from '../../protocols/memcached/binary/express-opcodes.ts';
import { type ExpressCommand, expressCommands } from '../../protocols/memcached/text/express-commands.ts';

/** What is used of it: the types of Node.js leave it to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/** What the WebAssembly module of assembly/ exports. */
export interface ExpressModule {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly head: { readonly value: number };
  readonly line: { readonly value: number };
  readonly record: { readonly value: number };
  readonly commands: { readonly value: number };
  readonly backInTime: { readonly value: number };
  readonly lastUs: { readonly value: number };
  readonly lastPacket: { readonly value: number };
  readonly lastConnection: { readonly value: number };
  start(): void;
  addCommand(low: number, high: number): number;
  addWord(length: number): number;
  opcodeAt(code: number): number;
  admit(): number;
  link(index: number): void;
  readmit(index: number): void;
  begin(index: number): void;
  readonly ended: { readonly value: number };
  clearEnded(): void;
  readonly bases: { readonly value: number };
  clearBases(): void;
  dismiss(index: number): void;
  readonly notedTo: { readonly value: number };
  setForm(isBigEndian: boolean, nanosecondsPerUnit: number, snapLength: number, link: number, linkType: number): void;
  noteRecords(
    at: number,
    end: number,
    place: number,
    number: number,
    most: number,
    chunk: number,
    chunkAt: number,
  ): number;
  leave(): void;
  run(end: number, isLast: boolean): number;
  setSeed(value: number): void;
  setLookAhead(packets: number): void;
  setReach(bytes: number): void;
  setRunLength(length: number): void;
  setOutputs(lines: boolean, records: boolean): void;
  setAbsolute(value: boolean): void;
  setAnnotates(value: boolean): void;
  setTells(value: boolean): void;
  readonly event: { readonly value: number };
  clearEvents(): void;
  readonly interfaceAt: { readonly value: number };
  nameInterface(index: number, length: number): number;
  setSlack(seconds: number): void;
  setSecond(value: number, length: number, hasFraction: boolean): void;
  setOutput(lineAt: number, recordAt: number): void;
}

/** Fields of a command, in bytes: see assembly/commands.ts. */
const commandField = {
  answer: 8,
  firstKey: 9,
  hasManyKeys: 10,
  numbers: 11,
  takesBlock: 12,
  mayBeSilent: 13,
  answerWords: 16,
  fields: 20,
};

const answers: Readonly<Record<ExpressCommand['answer'], number>> = { retrieval: 1, word: 2, number: 3, meta: 4 };
const fields: Readonly<Record<ExpressCommand['numbers'][number], number>> = {
  flags: 1,
  exptime: 2,
  bytes: 3,
  cas: 4,
  delta: 5,
};

/** Fields of an opcode, in bytes: see assembly/opcodes.ts. */
const opcodeField = {
  name: 0,
  nameLength: 16,
  kind: 17,
  isQuiet: 18,
  answersKey: 19,
  extras: 20,
  hasKey: 21,
  takesValue: 22,
};

const kinds: Readonly<Record<ExpressOpcode['kind'], number>> = {
  retrieval: 1,
  storage: 2,
  deletion: 3,
  touch: 4,
  arithmetic: 5,
  version: 6,
  noop: 7,
};

/** Made once; each run has an instance of its own. */
let compiled: object | undefined;

/**
 * Compiles the module, which lies beside the program, and tells it which commands there are. Undefined where there is no
 * room for its memory (`ulimit -v`).
 */
export function loadExpressModule(): ExpressModule | undefined {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./express.wasm', import.meta.url)));
  const module = instanceOf(compiled);
  if (module === undefined) return undefined;
  module.start();
  tellCommands(module);
  tellOpcodes(module);
  return module;
}

function instanceOf(compiled: object): ExpressModule | undefined {
  try {
    return new WebAssembly.Instance(compiled).exports as unknown as ExpressModule;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function tellCommands(module: ExpressModule): void {
  const bytes = Buffer.from(module.memory.buffer);
  const words = [...new Set(expressCommands.flatMap(({ words }) => words))];
  for (const word of words) bytes.write(word, module.addWord(word.length), 'latin1');
  for (const command of expressCommands) {
    const name = Buffer.alloc(8);
    name.write(command.name, 'latin1');
    const at = module.addCommand(name.readInt32LE(0), name.readInt32LE(4));
    bytes[at + commandField.answer] = answers[command.answer];
    bytes[at + commandField.firstKey] = command.firstKey;
    bytes[at + commandField.hasManyKeys] = command.hasManyKeys ? 1 : 0;
    bytes[at + commandField.numbers] = command.numbers.length;
    bytes[at + commandField.takesBlock] = command.takesBlock ? 1 : 0;
    bytes[at + commandField.mayBeSilent] = command.mayBeSilent ? 1 : 0;
    const mask = command.words.reduce((mask, word) => mask | (1 << words.indexOf(word)), 0);
    bytes.writeInt32LE(mask, at + commandField.answerWords);
    for (const [index, field] of command.numbers.entries()) bytes[at + commandField.fields + index] = fields[field];
  }
}

function tellOpcodes(module: ExpressModule): void {
  const bytes = Buffer.from(module.memory.buffer);
  for (const { code, name, kind, isQuiet, answersKey, extras, hasKey, takesValue } of expressOpcodes) {
    const at = module.opcodeAt(code);
    bytes[at + opcodeField.nameLength] = bytes.write(name, at + opcodeField.name, 'latin1');
    bytes[at + opcodeField.kind] = kinds[kind];
    bytes[at + opcodeField.isQuiet] = isQuiet ? 1 : 0;
    bytes[at + opcodeField.answersKey] = answersKey ? 1 : 0;
    bytes[at + opcodeField.extras] = extras;
    bytes[at + opcodeField.hasKey] = hasKey ? 1 : 0;
    bytes[at + opcodeField.takesValue] = takesValue ? 1 : 0;
  }
}
