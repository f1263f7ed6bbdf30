import type { Status } from '../../transaction.ts';
import { AnswerForm } from '../constants.ts';
import { AnswerShape } from './answer.ts';

/**
 * The vocabulary of answers: each word that can begin one, in one table. What a vendor's server says besides is one more
 * row. Sources: protocol.txt; for what it leaves out `proto_text.c`, `logger.c`, `slabs_mover.c` and `tls.c` of memcached;
 * of other servers their documentation.
 */
export interface AnswerWord {
  readonly word: string;
  /** What stands behind the word: nothing, perhaps something, or at least one word. */
  readonly rest: 'none' | 'any' | 'some';
  readonly shape: AnswerShape;
  /** What it says of its request; undefined where only the shape or the whole line says it. */
  readonly status?: Status;
  /** The kinds of answer that it belongs to; absent where it may be an answer to anything that is answered by a word. */
  readonly forms?: readonly AnswerForm[];
}

const { values, lines, end, error, word } = AnswerShape;

const table: readonly AnswerWord[] = [
  { word: 'END', rest: 'none', shape: end, forms: [AnswerForm.retrieval, AnswerForm.lines] },
  { word: 'VALUE', rest: 'some', shape: values, forms: [AnswerForm.retrieval] },
  { word: 'STORED', rest: 'none', shape: word, status: 'stored' },
  { word: 'NOT_STORED', rest: 'none', shape: word, status: 'not_stored' },
  { word: 'EXISTS', rest: 'none', shape: word, status: 'exists' },
  { word: 'NOT_FOUND', rest: 'none', shape: word, status: 'not_found' },
  { word: 'DELETED', rest: 'none', shape: word, status: 'deleted' },
  { word: 'TOUCHED', rest: 'none', shape: word, status: 'touched' },
  { word: 'OK', rest: 'none', shape: word, status: 'ok' },
  { word: 'ERROR', rest: 'any', shape: error, status: 'error' },
  { word: 'CLIENT_ERROR', rest: 'any', shape: error, status: 'client_error' },
  { word: 'SERVER_ERROR', rest: 'any', shape: error, status: 'server_error' },
  // Of refresh_certs.
  { word: 'Error', rest: 'any', shape: error, status: 'error' },
  { word: 'VERSION', rest: 'any', shape: word, status: 'ok' },
  { word: 'RESET', rest: 'any', shape: word, status: 'ok' },
  { word: 'BUSY', rest: 'any', shape: word },
  { word: 'BADCLASS', rest: 'any', shape: word },
  { word: 'NOTSTARTED', rest: 'any', shape: word },
  { word: 'NOSPARE', rest: 'any', shape: word },
  { word: 'NOTFULL', rest: 'any', shape: word },
  { word: 'UNSAFE', rest: 'any', shape: word },
  { word: 'SAME', rest: 'any', shape: word },
  { word: 'WATCHER_TOO_MANY', rest: 'any', shape: word },
  { word: 'WATCHER_FAILED', rest: 'any', shape: word },
  { word: 'MEMLIMIT_TOO_SMALL', rest: 'any', shape: word },
  { word: 'MEMLIMIT_ADJUST_FAILED', rest: 'any', shape: word },
  { word: 'STAT', rest: 'some', shape: lines },
  { word: 'ITEM', rest: 'some', shape: lines },
  { word: 'PREFIX', rest: 'some', shape: lines },
  // `lru_crawler mgdump` writes commands.
  { word: 'mg', rest: 'some', shape: lines },
  // ElastiCache's answer to `config get`: a text of so many bytes, as of a value.
  { word: 'CONFIG', rest: 'some', shape: lines },
];

/** What the server says of lines that it can't read, whatever they ask for. */
export const badFormat = 'CLIENT_ERROR bad command line format';

const meta = ['mg', 'ms', 'md', 'ma', 'me'];

/**
 * Errors that the server says of these commands alone (`proto_text.c`, `proto_parser.c`, `tls.c`). `isOfItem`: it tells of
 * the item, whatever the line looks like.
 */
const errors: readonly { readonly begins: string; readonly commands: readonly string[]; readonly isOfItem?: true }[] = [
  { begins: 'Error ', commands: ['refresh_certs'], isOfItem: true },
  { begins: 'CLIENT_ERROR cannot increment or decrement', commands: ['incr', 'decr', 'ma'], isOfItem: true },
  { begins: 'CLIENT_ERROR invalid numeric delta', commands: ['incr', 'decr', 'ma'] },
  { begins: 'CLIENT_ERROR error decoding key', commands: meta },
  { begins: 'CLIENT_ERROR invalid flag', commands: meta },
  { begins: 'CLIENT_ERROR invalid or duplicate flag', commands: meta },
  { begins: 'CLIENT_ERROR invalid mode for ma', commands: ['ma'] },
  { begins: 'CLIENT_ERROR invalid mode for ms', commands: ['ms'] },
];

/** How an error goes with a command: `never`, `always`, or `perhaps`, if something is wrong with its line. */
export function errorGoesWith(command: string, line: string): 'never' | 'perhaps' | 'always' {
  const row = errors.find(({ begins }) => line.startsWith(begins));
  if (row === undefined) return 'perhaps';
  if (!row.commands.includes(command)) return 'never';
  return row.isOfItem ? 'always' : 'perhaps';
}

const words: ReadonlyMap<string, AnswerWord> = new Map(table.map((row) => [row.word, row]));

/** One-line answers that are common enough to be recognised without making a string. */
export const commonWords: readonly AnswerWord[] = table.filter(
  ({ rest, status }) => rest === 'none' || status === 'error',
);

/** The row of a line's first word, as far as what stands behind it is possible; undefined where there is none. */
export function wordOf(line: string): AnswerWord | undefined {
  const blank = line.search(/[ :]/);
  const row = words.get(blank < 0 ? line : line.slice(0, blank));
  if (row === undefined) return undefined;
  const hasRest = blank >= 0 && line.length > blank + 1;
  if (row.rest === 'some' ? !hasRest : row.rest === 'none' && hasRest && line.trimEnd().length > row.word.length)
    return undefined;
  return row;
}

/** What a line says of its request; undefined where its word is not known or says nothing. */
export function statusOfLine(line: string): Status | undefined {
  return wordOf(line)?.status;
}
