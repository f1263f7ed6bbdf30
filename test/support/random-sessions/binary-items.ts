import type { Random } from '../random.ts';
import { type BinaryRequest, encodeRequest } from '../recorder/clients/binary-request.ts';
import type { Author, Item } from './item.ts';
import { longKey, numberKey, randomValue, valueKey } from './words.ts';

/** Opcodes by the names of records (memcached protocol_binary.h). */
const opcodes = {
  get: 0x00,
  set: 0x01,
  add: 0x02,
  replace: 0x03,
  delete: 0x04,
  increment: 0x05,
  decrement: 0x06,
  quit: 0x07,
  flush: 0x08,
  getq: 0x09,
  noop: 0x0a,
  version: 0x0b,
  getk: 0x0c,
  getkq: 0x0d,
  append: 0x0e,
  prepend: 0x0f,
  stat: 0x10,
  setq: 0x11,
  addq: 0x12,
  replaceq: 0x13,
  deleteq: 0x14,
  incrementq: 0x15,
  decrementq: 0x16,
  quitq: 0x17,
  flushq: 0x18,
  appendq: 0x19,
  prependq: 0x1a,
  touch: 0x1c,
  gat: 0x1d,
  gatq: 0x1e,
  sasl_list_mechs: 0x20,
  gatk: 0x23,
  gatkq: 0x24,
} as const;

type Opcode = keyof typeof opcodes;

const loud: readonly Opcode[] = [
  ...([
    'get',
    'get',
    'get',
    'getk',
    'gat',
    'gatk',
    'touch',
    'set',
    'set',
    'add',
    'replace',
    'append',
    'prepend',
  ] as const),
  ...(['delete', 'increment', 'decrement', 'noop', 'version', 'stat', 'sasl_list_mechs'] as const),
];
const quiet: readonly Opcode[] = [
  ...(['getq', 'getq', 'getkq', 'gatq', 'gatkq', 'setq', 'setq', 'addq', 'replaceq', 'appendq', 'prependq'] as const),
  ...(['deleteq', 'incrementq', 'decrementq'] as const),
];

/** A client of the binary protocol: some number their requests, some send opaque 0 in all, some ask quietly. */
export class BinaryAuthor implements Author {
  readonly #random: Random;
  readonly #quiet: number;
  readonly #counts: boolean;
  readonly #cas = new Map<string, bigint>();
  #opaque = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#quiet = random.pick([0, 0.3, 0.6, 0.9]);
    this.#counts = random.chance(0.5);
  }

  /** The cas of the answer's header stands at byte 16. */
  learn({ parts }: Item, answer: Buffer): void {
    const [key] = parts[0].keys;
    if (key !== undefined && answer.length >= 24) this.#cas.set(key, answer.readBigUInt64BE(16));
  }

  next(): Item {
    const random = this.#random;
    if (random.chance(0.01)) return this.#refused();
    const name = random.pick(
      random.chance(this.#quiet) ? quiet : random.chance(0.02) ? (['flush', 'flushq'] as const) : loud,
    );
    return this.#item(name, this.#fields(name));
  }

  #fields(name: Opcode): Omit<BinaryRequest, 'opcode'> {
    const random = this.#random;
    const key = valueKey(random);
    const [verb] = /^(?:increment|decrement|gat|get|set|add|replace|append|prepend|delete|touch|stat)/.exec(name) ?? [];
    switch (verb) {
      case 'increment':
      case 'decrement':
        return { key: numberKey(random), extras: Buffer.concat([word64(1n), word64(7n), word32(this.#exptime())]) };
      case 'gat':
      case 'touch':
        return { key, extras: word32(random.pick([0, 1000])) };
      case 'set':
      case 'add':
      case 'replace': {
        const cas = verb !== 'add' && random.chance(0.15) ? (this.#cas.get(key) ?? 5n) : 0n;
        const value = random.chance(0.3) ? `${random.below(100)}` : randomValue(random);
        return { key, extras: Buffer.concat([word32(5), word32(0)]), value: Buffer.from(value, 'latin1'), cas };
      }
      case 'append':
      case 'prepend':
        return { key, value: Buffer.from('+') };
      case 'delete':
        return { key, cas: random.chance(0.15) ? (this.#cas.get(key) ?? 5n) : 0n };
      case 'get':
        return { key };
      case 'stat':
        return { key: random.pick(['settings', 'reset', 'nosuch']) };
    }
    return {};
  }

  /** 0xffffffff says that a missing number is not to be made. */
  #exptime(): number {
    return this.#random.pick([0, 0xffffffff]);
  }

  /** What the server closes the connection for. */
  #refused(): Item {
    const name = this.#random.pick(['get', 'getq', 'quit', 'quitq'] as const);
    return { ...this.#item(name, name.startsWith('get') ? { key: longKey } : {}), isLast: true };
  }

  #item(command: Opcode, fields: Omit<BinaryRequest, 'opcode'>): Item {
    const opaque = this.#counts ? ++this.#opaque : 0;
    const bytes = encodeRequest({ ...fields, opcode: opcodes[command], opaque });
    return { parts: [{ bytes, command, keys: fields.key === undefined ? [] : [fields.key] }] };
  }
}

function word32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function word64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
