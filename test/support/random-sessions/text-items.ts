import type { Random } from '../random.ts';
import { type Author, type Item, textPart } from './item.ts';
import { KnownCas } from './known-cas.ts';
import { longKey, numberKey, randomValue, runnableBlock, valueKey } from './words.ts';

/** Lines that are refused, or read in different ways by different versions; the key is always `a`, or there is none. */
const oddLines: readonly (readonly [string, hasKey: boolean])[] = [
  ['delete a 0', true],
  ['delete a 5', true],
  ['delete a x y', true],
  ['delete a noreplY', true],
  ['delete a 0 noreply', true],
  ['incr n', false],
  ['touch a x', true],
  ['touch a 0 foo', true],
  ['get', false],
  ['gat x a', false],
  ['nonsense', false],
  ['nonsense foo', false],
  ['', false],
  [' ', false],
  ['get a ', true],
  ['GET a', false],
  ['version foo', false],
  ['verbosity', false],
  ['verbosity 2', false],
  ['verbosity 2 noreply', false],
  ['flush_all noreply', false],
  ['flush_all x', false],
  ['stats nosuch', false],
  ['stats settings', false],
  ['stats reset', false],
  ['stats sizes', false],
  ['lru_crawler sleep 100', false],
  ['lru mode segmented', false],
  ['slabs automove 0', false],
  ['cache_memlimit 64', false],
  ['cache_memlimit 4', false],
  ['shutdown', false],
  ['Host: x', false],
];

/** A client of the classic text commands; some ask for no answer more often than others. */
export class TextAuthor implements Author {
  readonly #random: Random;
  readonly #noreply: number;
  readonly #cas = new KnownCas();

  constructor(random: Random) {
    this.#random = random;
    this.#noreply = random.pick([0, 0, 0.2, 0.7]);
  }

  learn(item: Item, answer: Buffer): void {
    this.#cas.learn(item, answer);
  }

  next(): Item {
    const random = this.#random;
    if (random.chance(0.05)) return this.#odd();
    if (random.chance(0.04)) return this.#refusedStore();
    if (random.chance(0.01))
      return { parts: [textPart(`${random.pick(['quit', 'quit foo'])}\r\n`, 1, 0)], isLast: true };
    const kind = random.pick(['get', 'get', 'get', 'store', 'store', 'count', 'delete', 'touch', 'other']);
    switch (kind) {
      case 'get':
        return this.#retrieval();
      case 'store':
        return this.#store();
      case 'other':
        return {
          parts: [textPart(random.pick(['version\r\n', 'mn\r\n', 'flush_all 0\r\n', 'verbosity 2\r\n']), 1, 0)],
        };
    }
    const key = kind === 'count' ? numberKey(random) : valueKey(random);
    const line = {
      count: () =>
        `${random.pick(['incr', 'decr'])} ${key} ${random.chance(0.9) ? random.below(20) : random.pick(['x', '-1'])}`,
      delete: () => `delete ${key}`,
      touch: () => `touch ${key} ${random.pick(['0', '1000', '-1'])}`,
    }[kind as 'count' | 'delete' | 'touch']();
    return { parts: [textPart(`${line}${this.#word()}\r\n`)] };
  }

  #word(): string {
    return this.#random.chance(this.#noreply) ? ' noreply' : '';
  }

  #retrieval(): Item {
    const random = this.#random;
    const command = random.pick(['get', 'get', 'get', 'gets', 'gets', 'gat', 'gats']);
    const keys = Array.from({ length: random.pick([1, 1, 1, 1, 2, 3, 6, 30]) }, () => valueKey(random));
    if (random.chance(0.02)) keys[random.below(keys.length)] = longKey;
    const firstKey = command.startsWith('gat') ? 2 : 1;
    const words = firstKey === 2 ? [random.pick(['0', '1000']), ...keys] : keys;
    return { parts: [textPart(`${command} ${words.join(' ')}\r\n`, firstKey, Number.POSITIVE_INFINITY)] };
  }

  #store(): Item {
    const random = this.#random;
    const command = random.pick(['set', 'set', 'set', 'add', 'replace', 'append', 'prepend', 'cas']);
    const isNumber = random.chance(0.3);
    const key = isNumber ? numberKey(random) : valueKey(random);
    const value = isNumber
      ? `${random.below(100)}`
      : random.chance(0.002)
        ? 'x'.repeat(1_048_577)
        : randomValue(random);
    const words = [command, key, random.pick(['0', '5']), random.pick(['0', '0', '1000', '-1']), `${value.length}`];
    if (command === 'cas') words.push(this.#cas.of(key, random));
    return { parts: [textPart(`${words.join(' ')}${this.#word()}\r\n${value}\r\n`)] };
  }

  #odd(): Item {
    const [line, hasKey] = this.#random.pick(oddLines);
    const end = this.#random.chance(0.9) ? '\r\n' : '\n';
    return { parts: [textPart(`${line}${end}`, 1, hasKey ? 1 : 0)] };
  }

  /** A storage line that some versions refuse, with its block or without; or one with a block that is too long. */
  #refusedStore(): Item {
    const random = this.#random;
    const block = runnableBlock(random);
    const size = block.length;
    const lines = [
      'set a',
      'set a 0 0',
      'set a 0 0 x',
      'set a 0 0 -1',
      `set a 0 0 +${size}`,
      `set a x 0 ${size}`,
      `set a -1 0 ${size}`,
      `set a 0 1.5 ${size}`,
      `set a 0 0 ${size} foo`,
      `set a 0 0 ${size} foo bar`,
      `set a 0 0 ${size} noreplY`,
      `set ${longKey} 0 0 ${size}`,
      `cas a 0 0 ${size}`,
      `cas a 0 0 ${size} x`,
      `append a 0 x ${size}`,
      ` set a 0 0 ${size}`,
      `SET a 0 0 ${size}`,
    ];
    if (random.chance(0.3)) return { parts: [textPart(`set a 0 0 2${this.#word()}\r\nhiya`), textPart('\r\n')] };
    const line = random.pick(lines);
    const lastKey = line.startsWith('SET') ? 0 : 1;
    return {
      parts: [
        textPart(`${line}${this.#word()}\r\n`, 1, lastKey),
        textPart(`${block}\r\n`, 1, block === 'get a' ? 1 : 0),
      ],
    };
  }
}
