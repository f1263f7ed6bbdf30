import type { Random } from '../random.ts';
import { type Author, type Item, textPart } from './item.ts';
import { KnownCas } from './known-cas.ts';
import { longKey, numberKey, randomValue, runnableBlock, valueKey } from './words.ts';

/** Flags that a server refuses, or some version does. */
const badFlags = ['!', 'Z', '5', 'Tx', 'Cx', 'k k', 'E5', `O${'1'.repeat(40)}`];

/** How likely a client is to ask for silence, and for answers that name their request. */
interface Habits {
  readonly quiet: number;
  readonly opaque: number;
  readonly key: number;
}

/** A client of meta commands with habits of its own. */
export class MetaAuthor implements Author {
  readonly #random: Random;
  readonly #habits: Habits;
  readonly #cas = new KnownCas();
  #opaque = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#habits = {
      quiet: random.pick([0, 0.3, 0.6, 0.9]),
      opaque: random.pick([0, 0, 0.3, 1]),
      key: random.pick([0, 0, 0.3, 1]),
    };
  }

  learn(item: Item, answer: Buffer): void {
    this.#cas.learn(item, answer);
  }

  next(): Item {
    const random = this.#random;
    const command = random.pick(['mg', 'mg', 'mg', 'mg', 'ms', 'ms', 'ms', 'md', 'ma', 'ma', 'me', 'mn']);
    switch (command) {
      case 'ms':
        return this.#store();
      case 'mn':
        return { parts: [textPart(random.chance(0.8) ? 'mn\r\n' : 'mn foo\r\n', 1, 0)] };
      case 'me':
        return { parts: [textPart(`me ${random.chance(0.9) ? valueKey(random) : longKey}\r\n`)] };
    }
    const key = command === 'ma' ? numberKey(random) : valueKey(random);
    if (random.chance(0.02)) return { parts: [textPart(`${command} ${random.pick(['', longKey])}\r\n`)] };
    const ownFlags = { mg: () => this.#getFlags(), md: () => this.#deleteFlags(key), ma: () => this.#countFlags(key) };
    const flags = [...this.#flags(), ...ownFlags[command as 'mg' | 'md' | 'ma']()];
    return { parts: [textPart(`${command} ${this.#spelled(key, flags)}\r\n`)] };
  }

  /** Flags of all commands. */
  #flags(): string[] {
    const { quiet, opaque, key } = this.#habits;
    return this.#some([
      ['q', quiet],
      ['k', key],
      [`O${this.#opaque++}`, opaque],
      ['t', 0.1],
      ['c', 0.15],
      [this.#random.pick(badFlags), 0.03],
    ]);
  }

  #getFlags(): string[] {
    return this.#some([
      ['v', 0.6],
      ['f', 0.1],
      ['s', 0.1],
      ['N1000', 0.05],
      ['T1000', 0.05],
      ['E7', 0.01],
    ]);
  }

  #deleteFlags(key: string): string[] {
    return this.#some([
      [`C${this.#cas.of(key, this.#random)}`, 0.2],
      ['I', 0.15],
      ['T1000', 0.1],
      ['x', 0.05],
    ]);
  }

  #countFlags(key: string): string[] {
    return this.#some([
      ['v', 0.5],
      ['N1000', 0.15],
      ['J13', 0.15],
      [this.#random.pick(['D2', 'D7', 'Dx']), 0.15],
      [this.#random.pick(['MI', 'MD', 'M-', 'MX']), 0.15],
      [`C${this.#cas.of(key, this.#random)}`, 0.05],
    ]);
  }

  #store(): Item {
    const random = this.#random;
    const key = random.chance(0.7) ? valueKey(random) : numberKey(random);
    if (random.chance(0.06)) return this.#refusedStore(key);
    const value = random.chance(0.4) ? `${random.between(0, 99)}` : randomValue(random);
    const flags = this.#some([
      ['F5', 0.1],
      [random.pick(['T0', 'T1000', 'T-1']), 0.1],
      [`C${this.#cas.of(key, random)}`, 0.15],
      ['I', 0.05],
      [random.pick(['MA', 'MP', 'ME', 'MR', 'MS', 'MX']), 0.25],
    ]);
    const [spelled, ...all] = this.#spelled(key, [...this.#flags(), ...flags]).split(' ');
    const line = [`ms ${spelled} ${value.length}`, ...all].join(' ');
    // A flag that is no letter is refused by all versions, with the block or without it.
    if (/ [!5]/.test(line)) return doubtful(`${line.replace(/ \d+/, ' 2')}\r\n`, 'hi');
    return { parts: [textPart(`${line}\r\n${value}\r\n`)] };
  }

  /** A store that some versions refuse, with its block or without; or one with a block that is too long. */
  #refusedStore(key: string): Item {
    const random = this.#random;
    const block = runnableBlock(random);
    const flags = this.#flags().filter((flag) => !/^[!5]/.test(flag));
    const words = (size: string): string => [size, ...flags].join(' ');
    switch (random.below(4)) {
      case 0:
        return doubtful(`ms ${longKey} ${words(`${block.length}`)}\r\n`, block);
      case 1:
        return doubtful(
          `ms ${key} ${words(random.pick(['x', '-1', `S${block.length}`, `+${block.length}`]))}\r\n`,
          block,
        );
      case 2:
        return doubtful(`ms !!! ${words(`${block.length}`)} b\r\n`, block);
    }
    return { parts: [textPart(`ms ${key} ${words('2')}\r\nhiya`), textPart('\r\n')] };
  }

  #some(choices: readonly (readonly [string, number])[]): string[] {
    return choices.filter(([, probability]) => this.#random.chance(probability)).map(([flag]) => flag);
  }

  /** The key, at times in base64, and the flags in any order. */
  #spelled(key: string, flags: readonly string[]): string {
    const random = this.#random;
    const isBase64 = random.chance(0.07);
    const words = isBase64 ? [...flags, 'b'] : [...flags];
    for (let at = words.length - 1; at > 0; at--) {
      const other = random.below(at + 1);
      [words[at], words[other]] = [words[other] as string, words[at] as string];
    }
    return [isBase64 ? Buffer.from(key).toString('base64') : key, ...words].join(' ');
  }
}

function doubtful(line: string, block: string): Item {
  return { parts: [textPart(line), textPart(`${block}\r\n`)] };
}
