import { AnswerForm } from '../constants.ts';
import type { Pairing } from '../pairing/pairing.ts';
import type { Answer } from './answer.ts';
import type { Request } from './request.ts';

/** True where every answer that can come now is a line, and no value whose bytes could look like one. */
export function expectsOnlyLines(pairing: Pairing<Request, Answer>): boolean {
  if (!pairing.knowsAllRequests) return false;
  let areLines = true;
  pairing.visit(({ answerForm }) => {
    areLines = answerForm === AnswerForm.word || answerForm === AnswerForm.number;
    return areLines;
  });
  return areLines;
}

/** Whether the first line of an answer names, by key or opaque, a request that awaits it. */
export function namesRequest(pairing: Pairing<Request, Answer>, line: string): boolean {
  const isValue = line.startsWith('VALUE ');
  if (!isValue && !/^(?:VA \d+|HD|EN|NF|NS|EX) /.test(line)) return false;
  const words = line.split(' ');
  let isFound = false;
  pairing.visit(({ protocol, keys, opaque }) => {
    if (isValue) isFound = keys.includes(words[1] as string);
    else if (opaque !== undefined) isFound = words.includes(`O${opaque}`);
    else isFound = protocol === 'meta' && keys.some((key) => words.includes(`k${key}`));
    return !isFound;
  });
  return isFound;
}
