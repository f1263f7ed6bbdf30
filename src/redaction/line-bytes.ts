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
import type { Rewriting } from './rewriting.ts';

const blank = 0x20;
const carriageReturn = 0x0d;
const newline = 0x0a;

/** Words of a line, with where they are. */
interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Statistics whose values are words. */
const statisticValue = /^(?:-?[\d.:]{1,40}|yes|no|on|off|NULL|none|ready|[\d.]+[\w.+-]{0,20})$/;
/** A command that this program does not know. */
const unknownCommand = /^[A-Za-z_]{1,20}$/;
const endOfUnknown = /^(?:noreply|HTTP\/\d\.\d)$/;
const statisticName = /^[a-z0-9_:.]{1,60}$/;
const versionText = /^[\w.+-]{1,40}$/;

/** Blanks stay where they are; line ends are not part of the line. */
function wordsOf(message: Rewriting, from: number, to: number): Word[] {
  const words: Word[] = [];
  const { bytes } = message;
  for (let at = from; at < to; ) {
    if (bytes[at] === blank) {
      message.keep(at, at + 1);
      at++;
      continue;
    }
    const blankAt = bytes.indexOf(blank, at);
    const end = blankAt < 0 || blankAt > to ? to : blankAt;
    words.push({ text: message.text(at, end), from: at, to: end });
    at = end;
  }
  return words;
}

/** Offset of the end of a line's text; its `\n` lies at `newlineAt`. */
function textEnd({ bytes }: Rewriting, from: number, newlineAt: number): number {
  return newlineAt > from && bytes[newlineAt - 1] === carriageReturn ? newlineAt - 1 : newlineAt;
}

/**
 * A command line, `[from, to)` with its line end. `isValue`: it may be a part of a value, of which no word is kept that is
 * no command.
 */
export function rewriteCommandLine(message: Rewriting, from: number, to: number, isValue: boolean): void {
  if (!message.has(from, to)) return;
  const end = textEnd(message, from, to - 1);
  message.keep(end, to);
  const [command, ...words] = wordsOf(message, from, end);
  if (command === undefined) return;
  if (!isKnownCommand(command.text)) {
    rewrite(message, command, !isValue && unknownCommand.test(command.text));
    // How the server answers may rest on these.
    for (const word of words) rewrite(message, word, endOfUnknown.test(word.text));
    return;
  }
  message.keep(command.from, command.to);
  const isBase64 = words.slice(1).some(({ text }) => text === 'b');
  for (const [place, word] of words.entries()) {
    const { text } = word;
    if (listsOfKeys.has(command.text)) message.key(word.from, word.to);
    else if (touchingRetrievals.has(command.text)) rewrite(message, word, place === 0 && decimal.test(text));
    else if (!withKey.has(command.text)) rewrite(message, word, decimal.test(text) || commandWords.has(text));
    else if (place > 0) rewriteFlag(message, word, isBase64, command.text.startsWith('m'));
    else if (isBase64 && command.text.startsWith('m')) message.base64Key(word.from, word.to);
    else message.key(word.from, word.to);
  }
}

function rewrite(message: Rewriting, { from, to }: Word, isKept: boolean): void {
  if (isKept) message.keep(from, to);
  else message.key(from, to);
}

/** A word behind the key of a command, or of an answer. */
function rewriteFlag(message: Rewriting, word: Word, isBase64: boolean, isMeta: boolean): void {
  const { text, from, to } = word;
  const isFlag = isMeta && (metaFlag.test(text) || metaMode.test(text));
  if (isFlag || decimal.test(text) || commandWords.has(text)) {
    message.keep(from, to);
    return;
  }
  if (!isMeta || !/^[A-Za-z]/.test(text)) {
    message.key(from, to);
    return;
  }
  message.keep(from, from + 1);
  if (isBase64 && text.startsWith('k')) message.base64Key(from + 1, to);
  else message.key(from + 1, to);
}

/**
 * A request: its line, and what is behind it of `[from, to)` as its data block. Returns false where the block has not the
 * end that its line says.
 */
export function rewriteTextRequest(
  message: Rewriting,
  from: number,
  lineEnd: number,
  to: number,
  isValue: boolean,
): boolean {
  rewriteCommandLine(message, from, lineEnd, isValue);
  return rewriteBlock(message, lineEnd, to);
}

/** A value with its line end. */
function rewriteBlock(message: Rewriting, from: number, to: number): boolean {
  const { bytes } = message;
  const end = to - 2;
  const isEnded = end >= from && message.has(end, to) && bytes[end] === carriageReturn && bytes[end + 1] === newline;
  // Behind a value that is longer than its line says come other bytes of it.
  message.value(from, isEnded || end < from ? Math.max(from, end) : to);
  if (isEnded) message.keep(end, to);
  return isEnded || from === to;
}

/** Answers in `[from, to)`, as far as their lines are whole. */
export function rewriteAnswers(message: Rewriting, from: number, to: number): void {
  for (let at = from; at < to; ) {
    const next = message.bytes.indexOf(newline, at) + 1;
    if (next === 0 || next > to || !message.has(at, next)) return;
    const end = textEnd(message, at, next - 1);
    const length = answerLine(message, at, end, false) ?? -1;
    message.keep(end, next);
    at = length < 0 ? next : rewriteAnswerBlock(message, next, to, length);
  }
}

/**
 * Of bytes that are no answer to a command: answers among them, as far as their lines can be nothing else. Where
 * `isDoubtful`, none of them unless the first line is one.
 */
export function rewriteStrayAnswers(message: Rewriting, isDoubtful: boolean): void {
  const to = message.bytes.length;
  for (let at = 0; at < to; ) {
    const next = message.bytes.indexOf(newline, at) + 1;
    if (next === 0) return;
    const end = textEnd(message, at, next - 1);
    const length = message.has(at, next) ? answerLine(message, at, end, true) : undefined;
    if (length === undefined) {
      message.erase(at, next);
      if (isDoubtful && at === 0) return;
    } else message.keep(end, next);
    at = length === undefined || length < 0 ? next : rewriteAnswerBlock(message, next, to, length);
  }
}

/** Of bytes that are no command that was told: retrievals among them, which show a reader where commands begin. */
export function rewriteStrayCommands(message: Rewriting): void {
  const { bytes } = message;
  for (let at = 0; at < bytes.length; ) {
    const next = bytes.indexOf(newline, at) + 1;
    if (next === 0) return;
    if (/^gets? /.test(message.text(at, at + 'gets '.length))) rewriteCommandLine(message, at, next, true);
    at = next;
  }
}

/** Line ends stay. */
export function keepLineEnds(message: Rewriting): void {
  for (let at = message.bytes.indexOf(newline); at >= 0; at = message.bytes.indexOf(newline, at + 1)) {
    message.keep(textEnd(message, 0, at), at + 1);
  }
}

/** A value of `length` bytes with its line end, as much as is there of it. Returns where it ends. */
function rewriteAnswerBlock(message: Rewriting, from: number, to: number, length: number): number {
  const end = from + length + 2;
  if (end <= to) rewriteBlock(message, from, end);
  else message.value(from, to);
  return Math.min(to, end);
}

/** Returns the size of the value that follows, -1 where none does; undefined where the line is not known. */
function answerLine(message: Rewriting, from: number, end: number, isStrict: boolean): number | undefined {
  const words = wordsOf(message, from, end);
  const [first, ...others] = words;
  if (first === undefined) return isStrict ? undefined : -1;
  const [second, third, fourth] = others;
  const keepAll = (): void => message.keep(from, end);
  const keepNumbers = (list: readonly Word[]): void => {
    for (const word of list) rewrite(message, word, decimal.test(word.text));
  };
  const size = (word: Word | undefined): number | undefined =>
    word !== undefined && /^\d{1,10}$/.test(word.text) ? Number(word.text) : undefined;

  if (first.text === 'VALUE' && second !== undefined && size(fourth) !== undefined) {
    message.keep(first.from, first.to);
    message.key(second.from, second.to);
    keepNumbers(others.slice(1));
    return size(fourth);
  }
  if (first.text === 'VA' && size(second) !== undefined) {
    message.keep(first.from, first.to);
    keepNumbers(others.slice(0, 1));
    rewriteFlags(message, others.slice(1));
    return size(second);
  }
  if (first.text === 'ME' && second !== undefined) {
    message.keep(first.from, first.to);
    const isBase64 = others.at(-1)?.text === 'b';
    if (isBase64) message.base64Key(second.from, second.to);
    else message.key(second.from, second.to);
    for (const word of others.slice(1)) rewrite(message, word, debugWord.test(word.text) || word.text === 'b');
    return -1;
  }
  const isMetaCode = first.text.length === 2;
  if (errorWords.has(first.text) || (answerWords.has(first.text) && !isMetaCode)) {
    if (isServerText(message.text(first.to + 1, end))) keepAll();
    else {
      message.keep(first.from, first.to);
      for (const word of others) message.key(word.from, word.to);
    }
    return -1;
  }
  if (answerWords.has(first.text)) {
    message.keep(first.from, first.to);
    rewriteFlags(message, others);
    return -1;
  }
  if (isStrict) return undefined;
  if (/^\d+$/.test(first.text) && second === undefined) {
    message.value(first.from, first.to);
    return -1;
  }
  if (first.text === 'VERSION') {
    message.keep(first.from, first.to);
    for (const word of others) rewrite(message, word, versionText.test(word.text));
    return -1;
  }
  if (first.text === 'STAT' && second !== undefined) {
    message.keep(first.from, first.to);
    rewrite(message, second, statisticName.test(second.text));
    for (const word of others.slice(1)) rewrite(message, word, statisticValue.test(word.text));
    return -1;
  }
  if ((first.text === 'ITEM' || first.text === 'PREFIX') && second !== undefined) {
    message.keep(first.from, first.to);
    message.key(second.from, second.to);
    for (const word of others.slice(1)) rewrite(message, word, /^(?:\[?\d+|b;|s\]|get|hit|set|del)$/.test(word.text));
    return -1;
  }
  if (first.text.startsWith('key=')) {
    message.keep(first.from, first.from + 4);
    message.key(first.from + 4, first.to);
    for (const word of others) rewrite(message, word, debugWord.test(word.text));
    return -1;
  }
  if (first.text === 'mg' && second !== undefined) {
    message.keep(first.from, first.to);
    const isBase64 = third?.text === 'b';
    if (isBase64) message.base64Key(second.from, second.to);
    else message.key(second.from, second.to);
    for (const word of others.slice(1)) rewrite(message, word, word.text === 'b');
    return -1;
  }
  if (first.text === 'CONFIG' && second !== undefined && size(fourth) !== undefined) {
    message.keep(first.from, first.to);
    rewrite(message, second, commandWords.has(second.text));
    keepNumbers(others.slice(1));
    return size(fourth);
  }
  for (const word of words) message.key(word.from, word.to);
  return -1;
}

function rewriteFlags(message: Rewriting, words: readonly Word[]): void {
  const isBase64 = words.some(({ text }) => text === 'b');
  for (const word of words) rewriteFlag(message, word, isBase64, true);
}
