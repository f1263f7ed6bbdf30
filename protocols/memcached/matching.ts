import { type Answer, AnswerShape } from './answer.ts';
import { AnswerForm } from './constants.ts';
import { fitsMeta } from './meta.ts';
import type { Request } from './request.ts';
import { statusOfWord } from './settle.ts';

/** Whether an answer can be that of a request. */

/** What the server says of lines that it can't read, whatever they ask for. */
const badFormat = 'CLIENT_ERROR bad command line format';
const formErrors: ReadonlySet<string> = new Set(['ERROR', badFormat]);

/** Whether the first line of an answer names the request: by a key that it asks for, or by its opaque. */
export function isNamed(request: Request, line: string): boolean {
  if (request.answerForm === AnswerForm.retrieval) {
    return line.startsWith('VALUE ') && request.keys.includes(line.split(' ', 2)[1] as string);
  }
  if (request.answerForm !== AnswerForm.meta || request.opaque === undefined) return false;
  return /^(?:VA \d+|HD|EN|NF|NS|EX) /.test(line) && line.split(' ').includes(`O${request.opaque}`);
}

/**
 * An answer can't have been sent before its request arrived, nor lie in what the client had received when it sent
 * the request.
 */
export function isPossible(request: Request, answer: Answer): boolean {
  return answer.start >= request.acknowledged && (answer.acknowledged < 0 || answer.acknowledged >= request.lineEnd);
}

/** Whether the answer can be the request's, by all that the two tell. */
export function canBeOf(request: Request, answer: Answer): boolean {
  return isPossible(request, answer) && fits(request, answer) && mayGetError(request, answer);
}

/** As `canBeOf`, without what the protocol allows but no server says. */
export function isExpectedOf(request: Request, answer: Answer): boolean {
  // Of the commands that store, only cas is told that.
  if (request.words?.includes(answer.text) && request.command !== 'cas' && request.valueLength >= 0) {
    if (answer.text === 'EXISTS' || answer.text === 'NOT_FOUND') return false;
  }
  return canBeOf(request, answer);
}

/** What `isExpectedOf` takes, in looks of a `LookAllowance`: keys are compared one by one. */
export function looksAt(request: Request, answer: Answer): number {
  return answer.keys.length === 0 ? 1 : request.keys.length;
}

/** True where the answer's shape, and its keys, are such that it may answer the request. */
export function fits(request: Request, answer: Answer): boolean {
  switch (answer.shape) {
    case AnswerShape.error:
      return true;
    case AnswerShape.values:
      return findsInOrder(request, answer);
    case AnswerShape.end:
      return request.answerForm === AnswerForm.retrieval || request.answerForm === AnswerForm.lines;
    case AnswerShape.lines:
      return request.answerForm === AnswerForm.lines;
    case AnswerShape.meta:
      // `EN` alone is also the end of an empty mgdump.
      return fitsMeta(request, answer) || (request.answerForm === AnswerForm.lines && answer.text === 'EN');
    case AnswerShape.number:
      return request.answerForm === AnswerForm.number;
    case AnswerShape.word:
      return fitsWord(request, answer.text);
  }
}

function fitsWord(request: Request, text: string): boolean {
  // The words that could be its answer are what it keeps silent about.
  if (request.isQuiet) return false;
  switch (request.answerForm) {
    case AnswerForm.number:
      return text === 'NOT_FOUND';
    case AnswerForm.meta:
      // Before 1.6.0 the code for success was OK.
      return text === 'OK' && request.command !== 'mn';
    case AnswerForm.word:
    case AnswerForm.lines:
    case AnswerForm.closing:
      if (request.words !== undefined) return request.words.includes(text);
      return text === 'OK' || !statusOfWord.has(text);
    default:
      return false;
  }
}

/**
 * Whether an error can be about a request that the server does not refuse for its form. Of a run of quiet requests it
 * is then the refused one that got it.
 */
export function mayGetError(request: Request, answer: Answer): boolean {
  if (answer.shape !== AnswerShape.error) return true;
  // No other command is answered so (`tls.c`).
  if (answer.text.startsWith('Error ')) return request.command === 'refresh_certs';
  if (request.refused || !formErrors.has(answer.text)) return true;
  // Some versions refuse it.
  if (request.doubtfulBlock > 0) return true;
  return !isReadAsByServer(request);
}

/** True where all that the server looks at in a line is looked at here, too. */
function isReadAsByServer({ answerForm, words }: Request): boolean {
  if (answerForm === AnswerForm.word) return words !== undefined;
  return answerForm === AnswerForm.retrieval || answerForm === AnswerForm.number || answerForm === AnswerForm.meta;
}

/**
 * Whether a retrieval is refused for the length of a key. The server then forgets the answers that it has not sent yet
 * (`process_get_command` in `proto_text.c`).
 */
export function forgetsAnswers(request: Request, answer: Answer): boolean {
  return request.refused && request.retrieves && request.protocol === 'text' && answer.text === badFormat;
}

/**
 * True where the answer's values are of the request's keys: the server answers in the order of the request and leaves
 * out what it has not.
 */
export function findsInOrder(request: Request, answer: Answer): boolean {
  if (request.answerForm !== AnswerForm.retrieval) return false;
  const asked = request.keys;
  let at = 0;
  for (const key of answer.keys) {
    while (at < asked.length && asked[at] !== key) at++;
    if (at++ >= asked.length) return request.keysLeftOut > 0;
  }
  return true;
}
