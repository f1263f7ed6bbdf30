import { encodeMessage } from '../../support/binary-messages.ts';
import type { Random } from '../../support/random.ts';
import type { Cache } from './cache.ts';
import type { Conversation, Exchange, Outcome } from './exchange.ts';
import { Material } from './material.ts';

const bait = Buffer.concat([
  encodeMessage(true, 'get key=evil opaque=1'),
  encodeMessage(true, 'setq key=evil flags=0 exptime=0 value=x opaque=2'),
  encodeMessage(true, 'noop opaque=3'),
]);
const nothing = Buffer.alloc(0);

/** memcached protocol_binary.h: response status. */
const StatusCode = { success: 0, keyNotFound: 1, keyExists: 2 } as const;

interface Message {
  readonly opcode: string;
  readonly key?: string;
  /** As `encodeMessage` has them. */
  readonly fields?: string;
  readonly value?: Buffer;
}

interface Answered {
  readonly code: number;
  readonly fields?: string;
  readonly value?: Buffer;
  /** True where the answer holds the key. */
  readonly hasKey?: boolean;
  readonly outcome: Outcome;
  readonly isSilent?: boolean;
}

/** Requests in the binary protocol, and what memcached answers to them. */
class BinaryRequests {
  readonly cache: Cache;
  readonly #material: Material;
  readonly #numbered: boolean;
  #opaque = 0;

  /** `numbered`: opaques count up from 1; else all are 0. */
  constructor(random: Random, numbered: boolean) {
    this.#material = new Material(random, bait);
    this.cache = this.#material.cache;
    this.#numbered = numbered;
  }

  /** `get`; quiet, a miss is not answered: `getq`, whose answer holds no key, and `getkq`, whose answer does. */
  get(opcode: 'get' | 'getq' | 'getkq'): Exchange {
    const key = this.#material.key();
    const value = this.cache.get(key);
    const isQuiet = opcode !== 'get';
    const forms = [StatusCode.success, ...(isQuiet ? [] : [StatusCode.keyNotFound])];
    const missed = { status: 'miss', hits: 0, misses: 1 } as const;
    if (value === undefined) {
      const answered = {
        code: StatusCode.keyNotFound,
        value: Buffer.from('Not found'),
        outcome: missed,
        isSilent: isQuiet,
      };
      return this.#exchange({ opcode, key }, answered, forms);
    }
    const outcome = { status: 'hit', hits: 1, misses: 0, bytes: value.length } as const;
    const answered = { code: StatusCode.success, fields: 'flags=0 cas=7', value, hasKey: opcode === 'getkq', outcome };
    return this.#exchange({ opcode, key }, answered, forms);
  }

  /** Adds store only what is not there; quiet, only their failure is answered. */
  store(opcode: 'set' | 'add' | 'setq' | 'addq'): Exchange {
    const key = this.#material.key();
    const value = this.#material.value();
    const isQuiet = opcode.endsWith('q');
    const isStored = opcode.startsWith('set') || this.cache.add(key, value);
    if (isStored) this.cache.set(key, value);
    const message = { opcode, key, fields: 'flags=0 exptime=0', value };
    const forms = [StatusCode.keyExists, ...(isQuiet ? [] : [StatusCode.success])];
    if (!isStored) {
      const failure = Buffer.from('Data exists for key.');
      return this.#exchange(
        message,
        { code: StatusCode.keyExists, value: failure, outcome: { status: 'exists' } },
        forms,
      );
    }
    const outcome = isQuiet ? ({ status: 'no_reply' } as const) : ({ status: 'stored', bytes: value.length } as const);
    return this.#exchange(message, { code: StatusCode.success, fields: 'cas=7', outcome, isSilent: isQuiet }, forms);
  }

  delete(): Exchange {
    const key = this.#material.key();
    const isDone = this.cache.delete(key);
    return this.#plain({ opcode: 'delete', key }, isDone, { status: isDone ? 'deleted' : 'not_found' });
  }

  touch(): Exchange {
    const key = this.#material.key();
    const isDone = this.cache.has(key);
    const outcome = { status: isDone ? 'touched' : 'not_found' } as const;
    // memcached answers with the flags, as if it were a gat.
    return this.#plain({ opcode: 'touch', key, fields: 'exptime=300' }, isDone, outcome, 'flags=0');
  }

  increment(): Exchange {
    const key = this.#material.numberKey();
    const result = this.cache.increment(key, 1);
    // An exptime of 0xffffffff: what is not there shall not be made.
    const message = { opcode: 'increment', key, fields: 'delta=1 initial=0 exptime=4294967295' };
    if (result === undefined) return this.#plain(message, false, { status: 'not_found' });
    const answered = {
      code: StatusCode.success,
      fields: `number=${result}`,
      outcome: { status: 'ok', result },
    } as const;
    return this.#exchange(message, answered, [StatusCode.success, StatusCode.keyNotFound]);
  }

  /** Closes quiet requests. */
  noop(): Exchange {
    return this.#plain({ opcode: 'noop' }, true, { status: 'ok' });
  }

  #plain(message: Message, isDone: boolean, outcome: Outcome, fields = ''): Exchange {
    const answered = isDone
      ? { code: StatusCode.success, fields, outcome }
      : { code: StatusCode.keyNotFound, value: Buffer.from('Not found'), outcome };
    return this.#exchange(message, answered, [StatusCode.success, StatusCode.keyNotFound]);
  }

  #exchange(message: Message, answered: Answered, possibleCodes: readonly number[]): Exchange {
    const { opcode, key, value } = message;
    const opaque = this.#numbered ? ++this.#opaque : 0;
    const request = encode(true, message, opaque);
    const isSilent = answered.isSilent ?? false;
    // Whose an answer is, opcode and opaque tell, and the key in a hit of getkq.
    const formOf = (code: number): string => `${opcode} ${opaque} ${code}${opcode === 'getkq' ? ` ${key}` : ''}`;
    const answer = { opcode, ...(answered.hasKey && key !== undefined ? { key } : {}) };
    const fields = `status=${answered.code} ${answered.fields ?? ''}`;
    return {
      command: opcode,
      keys: key === undefined ? [] : [key],
      request,
      lineLength: request.length - (value?.length ?? 0),
      answer: isSilent ? nothing : encode(false, { ...answer, fields, ...withValue(answered) }, opaque),
      outcome: answered.outcome,
      isQuiet: opcode.endsWith('q'),
      possibleForms: possibleCodes.map(formOf),
      form: isSilent ? undefined : formOf(answered.code),
    };
  }
}

function withValue({ value }: Answered): { value?: Buffer } {
  return value === undefined ? {} : { value };
}

function encode(fromClient: boolean, { opcode, key, fields, value }: Message, opaque: number): Buffer {
  const words = [opcode, ...(key === undefined ? [] : [`key=${key}`]), ...(fields === undefined ? [] : [fields])];
  const text = `${words.join(' ')} opaque=${opaque}`;
  if (value === undefined) return encodeMessage(fromClient, text);
  // A stand-in that is as long, since values of any bytes are long in the words of a test.
  const message = encodeMessage(fromClient, `${text} value={${value.length}*v}`);
  value.copy(message, message.length - value.length);
  return message;
}

/** One request after the other, all of them answered. */
export function loudBinary(numbered: boolean): (random: Random) => Conversation {
  return (random) => {
    const requests = new BinaryRequests(random, numbered);
    const makers = [
      () => requests.get('get'),
      () => requests.get('get'),
      () => requests.get('get'),
      () => requests.get('get'),
      () => requests.store('set'),
      () => requests.store('set'),
      () => requests.store('add'),
      () => requests.delete(),
      () => requests.touch(),
      () => requests.increment(),
    ];
    return { cache: requests.cache, round: () => [random.pick(makers)()] };
  };
}

/** Rounds of quiet gets (`getOpcode`) or quiet stores, now and then mixed, closed by a noop. */
export function quietBinary(numbered: boolean, getOpcode: 'getq' | 'getkq'): (random: Random) => Conversation {
  return (random) => {
    const requests = new BinaryRequests(random, numbered);
    const gets = [() => requests.get(getOpcode)];
    const stores = [() => requests.store('setq'), () => requests.store('setq'), () => requests.store('addq')];
    return {
      cache: requests.cache,
      round: () => {
        const makers = random.pick([gets, stores.slice(0, 2), [...gets, ...stores]]);
        return [...Array.from({ length: random.between(1, 10) }, () => random.pick(makers)()), requests.noop()];
      },
    };
  };
}
