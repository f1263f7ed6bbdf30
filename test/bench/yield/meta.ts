import type { Random } from '../../support/random.ts';
import type { Cache } from './cache.ts';
import type { Conversation, Exchange, Outcome } from './exchange.ts';
import { Material } from './material.ts';

const bait = Buffer.from('\r\nms evil 1\r\nx\r\nmg evil v\r\nms evil 1 q\r\nx\r\nmn\r\n');
const nothing = Buffer.alloc(0);

/** What a client asks the server to repeat in its answers. */
export interface MetaNames {
  readonly key: boolean;
  readonly opaque: boolean;
}

/** Codes that memcached does not send in answer to a quiet command, and what the silence then means. */
const quietCodes: Readonly<Record<string, readonly string[]>> = { mg: ['EN'], ms: ['HD'], md: ['HD'] };

/** Every code that a command can get here. */
const possibleCodes: Readonly<Record<string, readonly string[]>> = {
  mg: ['VA', 'EN'],
  ms: ['HD', 'NS'],
  md: ['HD', 'NF'],
  ma: ['VA', 'NF'],
};

const statuses = {
  mg: { VA: 'hit', EN: 'miss' },
  ms: { HD: 'stored', NS: 'not_stored' },
  md: { HD: 'deleted', NF: 'not_found' },
  ma: { VA: 'ok', NF: 'not_found' },
} as const;

interface Asked {
  readonly command: keyof typeof statuses;
  readonly key: string;
  readonly flags: readonly string[];
  /** What is stored. */
  readonly value?: Buffer;
}

interface Answered {
  readonly code: string;
  /** What is retrieved. */
  readonly value?: Buffer;
  readonly bytes?: number;
}

/** Requests in the meta protocol, and what memcached 1.6.18 answers to them. */
class MetaRequests {
  readonly cache: Cache;
  readonly #material: Material;
  readonly #names: MetaNames;
  #opaque = 0;

  constructor(random: Random, names: MetaNames) {
    this.#material = new Material(random, bait);
    this.cache = this.#material.cache;
    this.#names = names;
  }

  get(isQuiet: boolean): Exchange {
    const key = this.#material.key();
    const value = this.cache.get(key);
    const asked = { command: 'mg', key, flags: ['v'] } as const;
    if (value === undefined) return this.#exchange(asked, { code: 'EN' }, isQuiet);
    return this.#exchange(asked, { code: 'VA', value, bytes: value.length }, isQuiet);
  }

  /** Of the quiet ones every other only adds, since only then there is an answer now and then. */
  set(isQuiet: boolean): Exchange {
    const { random } = this.#material;
    const key = this.#material.key();
    const value = this.#material.value();
    const isAdd = random.chance(isQuiet ? 0.5 : 0.2);
    const isStored = !isAdd || this.cache.add(key, value);
    if (isStored) this.cache.set(key, value);
    const asked = { command: 'ms', key, value, flags: isAdd ? ['ME'] : ['T300'] } as const;
    return this.#exchange(asked, isStored ? { code: 'HD', bytes: value.length } : { code: 'NS' }, isQuiet);
  }

  delete(isQuiet: boolean): Exchange {
    const key = this.#material.key();
    const code = this.cache.delete(key) ? 'HD' : 'NF';
    return this.#exchange({ command: 'md', key, flags: [] }, { code }, isQuiet);
  }

  increment(): Exchange {
    const key = this.#material.numberKey();
    const digits = this.cache.increment(key, 1);
    const answered = digits === undefined ? { code: 'NF' } : { code: 'VA', value: Buffer.from(digits) };
    return this.#exchange({ command: 'ma', key, flags: ['v'] }, answered, false);
  }

  /** Closes quiet requests. */
  noop(): Exchange {
    return {
      command: 'mn',
      keys: [],
      request: Buffer.from('mn\r\n'),
      lineLength: 4,
      answer: Buffer.from('MN\r\n'),
      outcome: { status: 'ok' },
      isQuiet: false,
      possibleForms: ['MN'],
      form: 'MN',
    };
  }

  #exchange({ command, key, flags, value }: Asked, answered: Answered, isQuiet: boolean): Exchange {
    const repeated = [...(this.#names.opaque ? [`O${++this.#opaque}`] : []), ...(this.#names.key ? ['k'] : [])];
    const named = repeated.map((flag) => (flag === 'k' ? `k${key}` : flag));
    const sent = [
      command,
      key,
      ...(value ? [`${value.length}`] : []),
      ...flags,
      ...repeated,
      ...(isQuiet ? ['q'] : []),
    ];
    const line = Buffer.from(`${sent.join(' ')}\r\n`);
    const hidden = isQuiet ? (quietCodes[command] ?? []) : [];
    const isSilent = hidden.includes(answered.code);
    const formOf = (code: string): string => [code, ...named].join(' ');
    return {
      command,
      keys: [key],
      request: withBlock(line, value),
      lineLength: line.length,
      answer: isSilent ? nothing : answerBytes(answered, named),
      outcome: outcomeOf(command, answered, isSilent),
      isQuiet,
      possibleForms: (possibleCodes[command] ?? []).filter((code) => !hidden.includes(code)).map(formOf),
      form: isSilent ? undefined : formOf(answered.code),
    };
  }
}

function withBlock(line: Buffer, value: Buffer | undefined): Buffer {
  return value === undefined ? line : Buffer.concat([line, value, Buffer.from('\r\n')]);
}

function answerBytes({ code, value }: Answered, named: readonly string[]): Buffer {
  const words = [code, ...(value ? [`${value.length}`] : []), ...named];
  return withBlock(Buffer.from(`${words.join(' ')}\r\n`), value);
}

function outcomeOf(command: keyof typeof statuses, { code, bytes }: Answered, isSilent: boolean): Outcome {
  if (isSilent && command !== 'mg') return { status: 'no_reply' };
  const status = (statuses[command] as Readonly<Record<string, Outcome['status']>>)[code] ?? 'ok';
  const size = bytes === undefined ? {} : { bytes };
  if (command !== 'mg') return { status, ...size };
  return { status, ...size, hits: code === 'VA' ? 1 : 0, misses: code === 'VA' ? 0 : 1 };
}

/** One request after the other, all of them answered. */
export function loudMeta(names: MetaNames): (random: Random) => Conversation {
  return (random) => {
    const requests = new MetaRequests(random, names);
    const makers = [
      () => requests.get(false),
      () => requests.get(false),
      () => requests.get(false),
      () => requests.set(false),
      () => requests.delete(false),
      () => requests.increment(),
    ];
    return { cache: requests.cache, round: () => [random.pick(makers)()] };
  };
}

/** Rounds of quiet requests, of gets or of what comes, closed by `mn`. */
export function quietMeta(names: MetaNames): (random: Random) => Conversation {
  return (random) => {
    const requests = new MetaRequests(random, names);
    const any = [
      () => requests.get(true),
      () => requests.get(true),
      () => requests.set(true),
      () => requests.delete(true),
    ];
    return {
      cache: requests.cache,
      round: () => {
        const makers = random.chance(0.5) ? any.slice(0, 1) : any;
        return [...Array.from({ length: random.between(1, 10) }, () => random.pick(makers)()), requests.noop()];
      },
    };
  };
}
