import { AnswerForm } from '../constants.ts';
import { Cost } from '../pairing/cost.ts';
import { type Dialect, Naming, type Places } from '../pairing/dialect.ts';
import { OpaqueOrder } from '../pairing/opaque-order.ts';
import { Due } from '../pairing/paired-request.ts';
import { type Answer, AnswerShape, saySame } from './answer.ts';
import { leastAnswerBytes, placesBehind } from './answer-length.ts';
import { badFormat, errorGoesWith, statusOfLine } from './answer-words.ts';
import { bringsBackItsFlags, isExpectedCode, isOfAnother } from './meta.ts';
import { asksForValue, hasMode, vivifies } from './meta-flags.ts';
import type { Request } from './request.ts';
import { leastRequestBytes } from './request-length.ts';
import { settle, settlePossible, settleSilence } from './settle.ts';
import { asksFor } from './values.ts';

/** An answer that the protocol allows and no server of memcached's gives; it is believed, where nothing fits better. */
const unusual = Cost.margin / 3;

/** Classic and meta commands, as pairing sees them. */
export class TextDialect implements Dialect<Request, Answer> {
  /** Undefined until an opaque came: most clients send none. */
  #opaques: OpaqueOrder | undefined = undefined;

  /** A request came: what opaque it sends, if any. */
  see({ opaque }: Request): void {
    if (opaque !== undefined) this.#ownOpaques().see(numberOf(opaque));
  }

  /** An answer came: what opaque it brings back, if any. */
  seeAnswer({ opaque }: Answer): void {
    if (opaque !== undefined) this.#ownOpaques().seeAnswer(numberOf(opaque));
  }

  #ownOpaques(): OpaqueOrder {
    this.#opaques ??= new OpaqueOrder();
    return this.#opaques;
  }

  misfit(request: Request, answer: Answer): number {
    // Who asked for no answer gets an error, where the server does not read it so, and nothing else.
    if (request.refused && request.noreply && answer.shape !== AnswerShape.error) return Cost.odd;
    // What is not followed by a line end is never stored.
    if (request.isMiscounted) return answer.shape === AnswerShape.error ? 0 : Cost.odd;
    switch (answer.shape) {
      case AnswerShape.error:
        return misfitOfError(request, answer.text);
      case AnswerShape.values:
        if (request.answerForm === AnswerForm.any) return unusual;
        return asksFor(request, answer) ? 0 : Cost.odd;
      case AnswerShape.end:
        return misfitOfForm(
          request,
          request.retrieves && request.answerForm === AnswerForm.retrieval,
          AnswerForm.lines,
        );
      case AnswerShape.lines:
        return misfitOfForm(request, false, AnswerForm.lines);
      case AnswerShape.meta:
        return misfitOfCode(request, answer);
      case AnswerShape.number:
        return misfitOfForm(request, false, AnswerForm.number);
      case AnswerShape.word:
        return misfitOfWord(request, answer.text.trimEnd());
    }
  }

  /** Keys are compared one by one. */
  looks(request: Request, answer: Answer): number {
    return answer.keys.length === 0 ? 1 : request.keys.length;
  }

  naming(request: Request, answer: Answer): Naming {
    if (answer.opaque !== undefined && answer.opaque === request.opaque) {
      return this.#opaques?.isTrusted ? Naming.unique : Naming.key;
    }
    return this.nameOf(answer) === '' ? Naming.none : Naming.key;
  }

  nameOf({ opaque, key, keys }: Answer): string {
    return opaque ?? key ?? keys[0] ?? '';
  }

  unaskedBySilent({ shape }: Answer): number {
    if (shape === AnswerShape.error) return Cost.errorToSilent;
    return shape === AnswerShape.word || shape === AnswerShape.number ? Cost.wordToSilent : Cost.unasked;
  }

  mayDropEarlier({ text }: Answer): boolean {
    return text === badFormat;
  }

  /** A retrieval that is refused for the length of a key (`process_get_command` in `proto_text.c`). */
  dropsEarlier(request: Request, answer: Answer): boolean {
    return request.refused && request.retrieves && request.protocol === 'text' && this.mayDropEarlier(answer);
  }

  reach(requests: Places<Request>, from: readonly number[], room: number, tailRoom: number): readonly number[] {
    return placesBehind(requests, from, room, tailRoom);
  }

  leastAnswerBytes(request: Request): number {
    return leastAnswerBytes(request);
  }

  leastRequestBytes(answer: Answer): number {
    return leastRequestBytes(answer);
  }

  saySame(one: Answer, other: Answer): boolean {
    return saySame(one, other);
  }

  settle(request: Request, answer: Answer): void {
    settle(request, answer);
  }

  settleSilence(request: Request): void {
    settleSilence(request);
  }

  settlePossible(request: Request, answer: Answer): void {
    settlePossible(request, answer);
  }

  fitsAll({ shape }: Answer): boolean {
    return shape === AnswerShape.error;
  }

  isOfRetrieval({ shape, text }: Answer): boolean {
    if (shape === AnswerShape.meta) return text === 'VA' || text === 'EN' || text === 'MN' || text === 'ME';
    return shape !== AnswerShape.word && shape !== AnswerShape.error;
  }

  /** NOT_STORED, cut by a hole, looks like STORED, CLIENT_ERROR like ERROR, and a number like a smaller one. */
  mayBeTail({ shape, text }: Answer): boolean {
    if (shape === AnswerShape.number || shape === AnswerShape.meta) return true;
    return text === 'STORED' || text.startsWith('ERROR');
  }
}

/** The number that an opaque is; -1 where it is none that is small. */
function numberOf(opaque: string): number {
  return /^\d{1,9}$/.test(opaque) ? Number(opaque) : -1;
}

/** What the server can refuse it refuses; to anything else an error is as unexpected as it is believed. */
function misfitOfError(request: Request, text: string): number {
  const goesWith = errorGoesWith(request.command, text);
  if (goesWith !== 'perhaps') return goesWith === 'always' ? 0 : Cost.odd;
  const { refused, isRisky, doubtfulBlock, answerForm, isMisworded } = request;
  // What the server does not know it answers with ERROR, and nothing behind it.
  if (answerForm === AnswerForm.any && !text.startsWith('ERROR')) {
    // But for a line without words: that 1.6.45 calls badly formed.
    return request.command === '' && text === badFormat ? 0 : unusual;
  }
  // The server counts the words of a storage line, and says so; what it can't read of words is a CLIENT_ERROR.
  if ((doubtfulBlock > 0 || (isRisky && !refused)) && !isMisworded && text === 'ERROR') return Cost.error;
  return refused || isRisky || doubtfulBlock > 0 || answerForm === AnswerForm.closing ? 0 : Cost.error;
}

function misfitOfForm({ answerForm }: Request, isExpected: boolean, form: AnswerForm): number {
  if (isExpected || answerForm === form) return 0;
  return answerForm === AnswerForm.any ? unusual : Cost.odd;
}

function misfitOfCode(request: Request, answer: Answer): number {
  const { answerForm } = request;
  if (answerForm === AnswerForm.any) return unusual;
  // `EN` alone is also the end of an empty mgdump.
  if (answerForm === AnswerForm.lines) return answer.text === 'EN' ? 0 : Cost.odd;
  if (answerForm !== AnswerForm.meta) return Cost.odd;
  if (isOfAnother(request, answer) || !bringsBackItsFlags(request, answer)) return Cost.odd;
  if (!isExpectedCode(request, answer.text)) {
    if (!request.isQuiet || !isExpectedCode({ command: request.command, isQuiet: false }, answer.text)) return Cost.odd;
    // What a quiet command is silent about some version says all the same; 1.6.18 does where `ma` creates the item.
    return request.command === 'ma' && vivifies(request.flagSet) ? 0 : unusual;
  }
  return isUsualCode(request, answer.text) ? 0 : unusual;
}

/** Whether a server gives the code for a request with these flags. */
function isUsualCode({ command, flagSet, cas }: Request, code: string): boolean {
  switch (code) {
    case 'VA':
      return asksForValue(flagSet);
    case 'HD':
      return !(asksForValue(flagSet) && command === 'mg');
    case 'EX':
      return cas !== undefined;
    case 'NF':
      return command !== 'ms' || cas !== undefined;
    case 'NS':
      return hasMode(flagSet) || command === 'ma';
    default:
      return true;
  }
}

function misfitOfWord(request: Request, text: string): number {
  const { answerForm, words, command } = request;
  if (answerForm === AnswerForm.any) return unusual;
  // The words that could be its answer are what it keeps silent about.
  if (request.isQuiet && request.due === Due.perhaps) return Cost.odd;
  if (answerForm === AnswerForm.number) return text === 'NOT_FOUND' ? 0 : Cost.odd;
  // Before 1.6.0 the code for success was OK.
  if (answerForm === AnswerForm.meta) return text === 'OK' && command !== 'mn' ? unusual : Cost.odd;
  if (answerForm === AnswerForm.retrieval) return Cost.odd;
  if (words === undefined)
    return text === 'OK' || statusOfLine(text) === undefined || /^(?:VERSION|RESET)/.test(text) ? 0 : Cost.odd;
  if (!words.includes(text)) return Cost.odd;
  // Of the commands that store, only cas is told that.
  const isOfCas = text === 'EXISTS' || text === 'NOT_FOUND';
  return isOfCas && request.bytes >= 0 && command !== 'cas' ? unusual : 0;
}
