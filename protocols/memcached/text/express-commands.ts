import { AnswerForm } from '../constants.ts';
import { commandForms } from './command-line.ts';

/** A command whose plain lines, and plain answers, can be read without more than these. */
export interface ExpressCommand {
  readonly name: string;
  readonly answer: 'retrieval' | 'word' | 'number' | 'meta';
  /** Place of the first key among the words; what stands between it and the command is an exptime. */
  readonly firstKey: number;
  readonly hasManyKeys: boolean;
  /** What stands behind the keys, all of it numbers. */
  readonly numbers: readonly ('flags' | 'exptime' | 'bytes' | 'cas' | 'delta')[];
  readonly takesBlock: boolean;
  /** Whether `noreply` may stand behind all. */
  readonly mayBeSilent: boolean;
  /** Words that answer it in the usual course of things. */
  readonly words: readonly string[];
}

const answers = new Map<AnswerForm, ExpressCommand['answer']>([
  [AnswerForm.retrieval, 'retrieval'],
  [AnswerForm.word, 'word'],
  [AnswerForm.number, 'number'],
  [AnswerForm.meta, 'meta'],
]);

/** Read with an exptime before the keys. */
const touching: ReadonlySet<string> = new Set(['gat', 'gats']);

/** Of older servers, or for who looks for faults. */
const left: ReadonlySet<string> = new Set(['bget', 'me']);

/** Commands that store, but for `cas`. */
const stores: ReadonlySet<string> = new Set(['set', 'add', 'replace', 'append', 'prepend']);

/** From the table of all commands: those with a key, and an answer that their form tells. */
export const expressCommands: readonly ExpressCommand[] = commandForms.flatMap(([name, form]) => {
  const answer = answers.get(form.answer);
  if (answer === undefined || left.has(name) || !(form.isKeyed || answer === 'meta')) return [];
  return {
    name,
    answer,
    firstKey: touching.has(name) ? 2 : 1,
    hasManyKeys: answer === 'retrieval',
    numbers: name === 'ms' ? ['bytes'] : form.fields === 'all' ? [] : form.fields,
    takesBlock: form.takesBlock ?? false,
    mayBeSilent: form.noreply,
    words: answer === 'number' ? ['NOT_FOUND'] : (form.words ?? []).filter((word) => isUsual(name, word)),
  };
});

/** Of the commands that store, only `cas` is told these. */
function isUsual(name: string, word: string): boolean {
  return name === 'cas' || !stores.has(name) || (word !== 'EXISTS' && word !== 'NOT_FOUND');
}

/** All of these words. */
export const expressWords: readonly string[] = [...new Set(expressCommands.flatMap(({ words }) => words))];
