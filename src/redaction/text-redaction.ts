import type { Transaction } from '../../protocols/transaction.ts';
import type { ShowWire } from '../findings/words.ts';
import type { TextRedaction } from '../presentation/presentation.ts';
import { answerWords, commandWords, errorWords, isServerText } from './answer-words.ts';
import {
  debugWord,
  decimal,
  isKnownCommand,
  listsOfKeys,
  metaFlag,
  metaMode,
  touchingRetrievals,
  withKey,
} from './command-forms.ts';
import type { KeyNames } from './key-names.ts';

/** In place of what can't be told from keys and values. */
const withheld = '(withheld)';

/** In place of a counter's value. */
const someNumber = '(number)';

const arithmetic: ReadonlySet<string> = new Set(['incr', 'decr', 'incrq', 'decrq', 'increment', 'decrement', 'ma']);

const version = /^VERSION [\w.+-]{1,40}$/;
const bareVersion = /^\d[\w.+-]{0,30}$/;
const listLength = /^\d+ lines$/;
/** A name of a status, of the binary protocol; its answer in words: `get: Not found`. */
const binaryStatus = /^(?:[a-z_]{2,20}|[A-Z_]{2,20}|0x[0-9a-f]{4})$/;
const mechanisms = /^[A-Z0-9_-]{1,20}(?: [A-Z0-9_-]{1,20}){0,20}$/;

const metaCodeLength = 2;

/**
 * Replaces keys in all that is told of commands, and withholds all that can be part of a key or a value. What passes is
 * what the protocol has words for, and numbers where it has numbers.
 */
export class KeyRedaction implements TextRedaction {
  readonly transaction: PropertyDescriptorMap;
  readonly #names: KeyNames;

  constructor(names: KeyNames) {
    this.#names = names;
    this.transaction = {
      command: property((own) => this.#command(own)),
      line: property((own) => this.#line(own)),
      keys: property(({ keys }) => this.#keys(keys)),
      missed: property(({ missed }) => missed && this.#keys(missed)),
      found: property(({ found }) => found && this.#keys(found)),
      args: property((own) => this.#args(own)),
      extra: property((own) => this.#extra(own)),
      result: property((own) => this.#result(own)),
      outcome: property((own) => this.#outcome(own)),
      answerFlags: property(({ answerFlags, keys, extra }) =>
        answerFlags === undefined ? undefined : this.#answerFlags(answerFlags, keys[0], extra?.keyBase64 === true),
      ),
      misnamed: property(({ misnamed }) => misnamed && this.#keyOrWords(misnamed)),
      possibleError: property(({ possibleError }) => {
        return possibleError && { ...possibleError, text: this.answerLine(possibleError.text) };
      }),
      value: { value: undefined },
      valueTruncated: { value: false },
    };
  }

  readonly patternOf = (name: string): string => this.#names.patternOf(name);

  answerLine(text: string): string {
    const line = text.trimEnd();
    if (answerWords.has(line) || version.test(line) || listLength.test(line)) return line;
    if (/^\d+$/.test(line)) return someNumber;
    const [first = '', ...words] = line.split(' ');
    if (errorWords.has(first) || (answerWords.has(first) && first.length > metaCodeLength)) {
      return isServerText(line.slice(first.length + 1)) ? line : `${first} ${withheld}`;
    }
    const [key = '', ...others] = words;
    if (first === 'VALUE') return [first, this.#names.nameOf(key), ...others.map(number)].join(' ');
    if (first === 'ME') return [first, this.#names.nameOf(key), ...others.map(debug)].join(' ');
    if (first === 'VA') return [first, number(key), this.#answerFlags(others.join(' '), undefined, false)].join(' ');
    if (answerWords.has(first)) return `${first} ${this.#answerFlags(words.join(' '), undefined, false)}`;
    // Of the binary protocol, `get: Not found`.
    const [command = '', status = ''] = line.split(': ');
    if (isKnownCommand(command) && binaryStatus.test(status.toLowerCase().replaceAll(' ', '_'))) return line;
    return withheld;
  }

  readonly showWire: ShowWire = (text, kind) => {
    if (kind === 'command') return text === '' || isKnownCommand(text) ? text : withheld;
    return kind === 'line' ? text.split(' ').map(lineWord).join(' ') : this.#keyOrWords(text);
  };

  /** Of a text that is a key, or a server's words. */
  #keyOrWords(text: string): string {
    const opaque = /^opaque (.*)$/s.exec(text)?.[1];
    if (opaque !== undefined) return `opaque ${decimal.test(opaque) ? opaque : this.#names.nameOf(opaque)}`;
    if (this.#names.has(text)) return this.#names.nameOf(text);
    const words = this.answerLine(text);
    return words === withheld || words === someNumber ? this.#names.nameOf(text) : words;
  }

  #keys(keys: readonly string[]): string[] {
    return keys.map((key) => this.#names.nameOf(key));
  }

  #command({ protocol, command }: Transaction): string {
    return protocol === 'binary' || command === '' || isKnownCommand(command) ? command : withheld;
  }

  #line(own: Transaction): string {
    const { protocol, command, keys, line } = own;
    const shown = this.#command(own);
    if (shown === withheld) return withheld;
    if (protocol === 'binary') return [command, ...this.#keys(keys)].join(' ');
    if (command === '') return '';
    const [name = '', ...words] = line.trimStart().split(/ +/);
    const key = keys[0];
    if (listsOfKeys.has(command)) return [name, ...this.#keys(words.filter(isWord))].join(' ');
    if (touchingRetrievals.has(command)) {
      const [exptime = '', ...others] = words;
      return [name, number(exptime), ...this.#keys(others.filter(isWord))].join(' ').trimEnd();
    }
    if (!withKey.has(command)) return [name, ...words.map(plainWord)].join(' ');
    const [sent = '', ...others] = words;
    const named = sent === '' ? '' : this.#names.nameOf(key ?? sent);
    const isMeta = protocol === 'meta';
    return [name, named, ...others.map((word) => (isMeta ? this.#flag(word, key) : plainWord(word)))]
      .join(' ')
      .trimEnd();
  }

  #args(own: Transaction): string | undefined {
    const { args, command, keys } = own;
    if (args === undefined) return undefined;
    if (this.#command(own) === withheld || listsOfKeys.has(command) || touchingRetrievals.has(command)) {
      return /^ *$/.test(args) ? args : withheld;
    }
    const isMeta = own.protocol === 'meta';
    return args
      .split(' ')
      .map((word) => (isMeta ? this.#flag(word, keys[0]) : plainWord(word)))
      .join(' ');
  }

  #extra({ extra, keys }: Transaction): Transaction['extra'] {
    if (extra === undefined) return undefined;
    const shown: NonNullable<Transaction['extra']> = {};
    for (const [name, value] of Object.entries(extra)) {
      if (typeof value !== 'string') shown[name] = value;
      else if (name === 'metaFlags')
        shown[name] = value
          .split(' ')
          .map((word) => this.#flag(word, keys[0]))
          .join(' ');
      else shown[name] = this.#names.nameOf(value);
    }
    return shown;
  }

  /** Of a meta command. */
  #flag(word: string, key: string | undefined): string {
    if (word === '' || metaFlag.test(word) || metaMode.test(word) || decimal.test(word)) return word;
    if (word.startsWith('O')) return `O${this.#names.nameOf(word.slice(1))}`;
    if (word.startsWith('k')) return `k${this.#names.nameOf(key ?? word.slice(1))}`;
    return withheld;
  }

  /** Of a meta answer, or behind `ME` and its key. `key`: of the command, which comes back as it was sent. */
  #answerFlags(flags: string, key: string | undefined, isBase64: boolean): string {
    return flags
      .split(' ')
      .map((word) => {
        if (word.startsWith('k')) {
          const sent = word.slice(1);
          const isOwn = sent === key || (isBase64 && decoded(sent) === key);
          return `k${this.#names.nameOf(isOwn ? (key ?? sent) : sent)}`;
        }
        return debugWord.test(word) ? word : this.#flag(word, undefined);
      })
      .join(' ');
  }

  #result(own: Transaction): string | undefined {
    const { result, command } = own;
    if (result === undefined) return undefined;
    if (isCounter(own, result)) return undefined;
    return this.#said(own, result, command);
  }

  #outcome(own: Transaction): string {
    const { outcome, command } = own;
    if (outcome === '') return '';
    return isCounter(own, outcome) ? someNumber : this.#said(own, outcome, command);
  }

  #said({ protocol, status }: Transaction, text: string, command: string): string {
    if (protocol !== 'binary') return this.answerLine(text);
    if (binaryStatus.test(text) || bareVersion.test(text) || version.test(text) || listLength.test(text)) return text;
    if (command === 'sasl_list_mechs' && mechanisms.test(text)) return text;
    return status === 'misfit' ? this.answerLine(text) : withheld;
  }
}

/** An accessor that is made of the command that an object was made of. */
function property<Value>(of: (own: Transaction) => Value): PropertyDescriptor {
  return {
    get(this: Transaction) {
      return of(Object.getPrototypeOf(this) as Transaction);
    },
  };
}

function isCounter({ command }: Transaction, text: string): boolean {
  return arithmetic.has(command) && /^\d+ *$/.test(text);
}

function isWord(word: string): boolean {
  return word !== '';
}

function number(word: string): string {
  return word === '' || decimal.test(word) ? word : withheld;
}

function debug(word: string): string {
  return debugWord.test(word) ? word : withheld;
}

/** Of a line of a command without key. */
function lineWord(word: string, place: number): string {
  return place === 0 && isKnownCommand(word) ? word : plainWord(word);
}

function plainWord(word: string): string {
  return word === '' || decimal.test(word) || commandWords.has(word) ? word : withheld;
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1');
}
