import type { Random } from '../../support/random.ts';
import type { Cache } from './cache.ts';
import type { Conversation, Exchange, Outcome, Round } from './exchange.ts';
import { Material } from './material.ts';

const crlf = Buffer.from('\r\n');
const bait = Buffer.from('\r\nset evil 0 0 1\r\nx\r\nget evil\r\nset evil 0 0 1 noreply\r\nx\r\n');

/** Requests in the text protocol, and what memcached answers to them. */
export class TextRequests {
  readonly cache: Cache;
  readonly #material: Material;

  constructor(random: Random) {
    this.#material = new Material(random, bait);
    this.cache = this.#material.cache;
  }

  /** A retrieval of `keys`, or of any one. */
  get(keys: readonly string[] = [this.#material.key()]): Exchange {
    const found = keys.flatMap((key) => {
      const value = this.cache.get(key);
      return value === undefined ? [] : [{ key, value }];
    });
    const answer = found.flatMap(({ key, value }) => [Buffer.from(`VALUE ${key} 0 ${value.length}\r\n`), value, crlf]);
    const hits = found.length;
    const misses = keys.length - hits;
    const status = hits === 0 ? 'miss' : misses === 0 ? 'hit' : 'partial';
    const outcome = { status, hits, misses, bytes: found.reduce((sum, { value }) => sum + value.length, 0) } as const;
    return exchange(['get', ...keys], keys, Buffer.concat([...answer, Buffer.from('END\r\n')]), outcome);
  }

  multiGet(): Exchange {
    return this.get(this.#material.keys(this.#material.random.between(2, 12)));
  }

  set(isSilent = false): Exchange {
    const key = this.#material.key();
    const value = this.#material.value();
    this.cache.set(key, value);
    return this.#store('set', key, value, 'STORED', isSilent);
  }

  add(): Exchange {
    const key = this.#material.key();
    const value = this.#material.value();
    return this.#store('add', key, value, this.cache.add(key, value) ? 'STORED' : 'NOT_STORED', false);
  }

  delete(isSilent = false): Exchange {
    const key = this.#material.key();
    const isDone = this.cache.delete(key);
    return said('delete', [key], isDone ? 'DELETED' : 'NOT_FOUND', isSilent);
  }

  touch(isSilent = false): Exchange {
    const key = this.#material.key();
    return said('touch', [key, '300'], this.cache.has(key) ? 'TOUCHED' : 'NOT_FOUND', isSilent);
  }

  increment(isSilent = false): Exchange {
    const key = this.#material.numberKey();
    const by = this.#material.random.between(1, 9);
    const result = this.cache.increment(key, by);
    const words = ['incr', key, `${by}`];
    if (isSilent || result === undefined) return said('incr', words.slice(1), 'NOT_FOUND', isSilent);
    return exchange(words, [key], Buffer.from(`${result}\r\n`), { status: 'ok', result });
  }

  #store(command: string, key: string, value: Buffer, word: string, isSilent: boolean): Exchange {
    const words = [command, key, '0', '0', `${value.length}`, ...(isSilent ? ['noreply'] : [])];
    const outcome = isSilent
      ? silence
      : { status: statusOf(word), ...(word === 'STORED' ? { bytes: value.length } : {}) };
    return exchange(
      words,
      [key],
      isSilent ? nothing : Buffer.from(`${word}\r\n`),
      outcome,
      Buffer.concat([value, crlf]),
    );
  }
}

const nothing = Buffer.alloc(0);
const silence = { status: 'no_reply' } as const;

type Word = 'STORED' | 'NOT_STORED' | 'DELETED' | 'NOT_FOUND' | 'TOUCHED';

function statusOf(word: string): Lowercase<Word> {
  return word.toLowerCase() as Lowercase<Word>;
}

/** A request that is answered by a word. */
function said(command: string, [key = '', ...others]: readonly string[], word: Word, isSilent: boolean): Exchange {
  const words = [command, key, ...others, ...(isSilent ? ['noreply'] : [])];
  if (isSilent) return exchange(words, [key], nothing, silence);
  return exchange(words, [key], Buffer.from(`${word}\r\n`), { status: statusOf(word) });
}

/** Answers to text requests have no names: order alone tells whose they are. */
function exchange(
  words: readonly string[],
  keys: readonly string[],
  answer: Buffer,
  outcome: Outcome,
  block = nothing,
): Exchange {
  const line = Buffer.from(`${words.join(' ')}\r\n`);
  const isQuiet = answer.length === 0;
  return {
    command: words[0] ?? '',
    keys,
    request: Buffer.concat([line, block]),
    lineLength: line.length,
    answer,
    outcome,
    isQuiet,
    possibleForms: isQuiet ? [] : [''],
    form: isQuiet ? undefined : '',
  };
}

/** Rounds of `size` requests, each made by one of `makers`. */
export function textRounds(
  makers: readonly ((requests: TextRequests) => Exchange)[],
  size = 1,
): (random: Random) => Conversation {
  return (random) => {
    const requests = new TextRequests(random);
    return { cache: requests.cache, round: () => Array.from({ length: size }, () => random.pick(makers)(requests)) };
  };
}

/** Gets of the same five keys over and over. */
export function fiveKeys(random: Random): Conversation {
  const requests = new TextRequests(random);
  let next = 0;
  return { cache: requests.cache, round: () => [requests.get([`user:${next++ % 5}`])] };
}

/** Rounds of requests that ask for no answer, between a get at the beginning and one at the end. */
export function unanswered(least: number, most: number): (random: Random) => Conversation {
  return (random) => {
    const requests = new TextRequests(random);
    const makers = [
      () => requests.set(true),
      () => requests.set(true),
      () => requests.set(true),
      () => requests.delete(true),
      () => requests.touch(true),
      () => requests.increment(true),
    ];
    const round = (isEdge: boolean): Round =>
      isEdge ? [requests.get()] : Array.from({ length: random.between(least, most) }, () => random.pick(makers)());
    return { cache: requests.cache, round };
  };
}

/** Everyday commands, by how often they come: gets most, some of several keys. */
export const mixed: readonly ((requests: TextRequests) => Exchange)[] = [
  ...new Array<(requests: TextRequests) => Exchange>(8).fill((requests) => requests.get()),
  (requests) => requests.multiGet(),
  ...new Array<(requests: TextRequests) => Exchange>(4).fill((requests) => requests.set()),
  ...new Array<(requests: TextRequests) => Exchange>(2).fill((requests) => requests.add()),
  ...new Array<(requests: TextRequests) => Exchange>(2).fill((requests) => requests.delete()),
  (requests) => requests.touch(),
  ...new Array<(requests: TextRequests) => Exchange>(2).fill((requests) => requests.increment()),
];
