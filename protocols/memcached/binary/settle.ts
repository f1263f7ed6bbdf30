import type { WireNumber } from '../../transaction.ts';
import type { Answer } from './binary-responses.ts';
import { wireNumber } from './header.ts';
import { CommandKind } from './opcodes.ts';
import type { BinaryRequest } from './request.ts';
import { StatusCode, statusName, statusOf, statusWord } from './statuses.ts';

/** What an answer means for its request. */

/** True where the answer repeats what identifies the request: opcode, opaque, and the key where it carries one. */
export function fits(request: BinaryRequest, answer: Answer): boolean {
  if (request.opcode.code !== answer.opcode || request.opaque !== answer.opaque) return false;
  if (!request.opcode.answersKey || answer.key === undefined || !request.isHeadWhole) return true;
  return request.keys[0] === answer.key;
}

/**
 * An answer can't have been sent before its request arrived, nor lie in what the client had received when it sent the
 * request.
 */
export function isPossible(request: BinaryRequest, answer: Answer): boolean {
  return answer.start >= request.acknowledged && (answer.acknowledged < 0 || answer.acknowledged >= request.headEnd);
}

export function canBeOf(request: BinaryRequest | undefined, answer: Answer): boolean {
  return request !== undefined && fits(request, answer) && isPossible(request, answer);
}

/** True for each but the last message of an answer to `stat`: the last one has no key. */
export function isContinued(request: BinaryRequest, answer: Answer): boolean {
  return (
    request.opcode.kind === CommandKind.stat &&
    answer.status === StatusCode.success &&
    (answer.key !== undefined || !answer.isHeadWhole)
  );
}

/** One message of several is there. */
export function collect(request: BinaryRequest, answer: Answer): void {
  if (request.firstAnswerUs < 0) request.firstAnswerUs = answer.startUs;
  request.lines++;
  request.answerBytes += answer.length;
}

/** Writes the answer, or its last message, into its request. */
export function settle(request: BinaryRequest, answer: Answer): void {
  request.answerUs = request.firstAnswerUs < 0 ? answer.startUs : request.firstAnswerUs;
  request.endUs = answer.endUs;
  request.responseBytes = request.answerBytes + answer.length;
  request.status = statusOf(answer.status, request.opcode.kind);
  if (answer.status === StatusCode.success) settleSuccess(request, answer);
  else settleFailure(request, answer.status);
}

/** A quiet command that was not answered: it found nothing, or it succeeded. */
export function settleSilence(request: BinaryRequest): void {
  if (request.retrieves) settleMiss(request);
  else request.status = 'no_reply';
}

function settleSuccess(request: BinaryRequest, answer: Answer): void {
  request.cas ??= answer.cas;
  switch (request.opcode.kind) {
    case CommandKind.retrieval:
      settleHit(request, answer);
      return;
    case CommandKind.arithmetic:
      request.result = answer.value.length === 8 ? `${counter(answer.value)}` : undefined;
      request.outcome = request.result ?? 'OK';
      return;
    case CommandKind.version:
      request.result = textOf(answer);
      request.outcome = request.result === undefined ? 'OK' : `VERSION ${request.result}`;
      return;
    case CommandKind.mechanisms:
      request.result = textOf(answer);
      request.outcome = request.result || 'OK';
      return;
    case CommandKind.stat:
      request.result = `${request.lines} lines`;
      request.outcome = request.result;
      return;
    default:
      request.outcome = request.status.toUpperCase();
  }
}

function settleHit(request: BinaryRequest, answer: Answer): void {
  request.hits = 1;
  request.flags = answer.flags;
  request.bytes = answer.valueLength;
  if (answer.keepsValue) {
    request.value = answer.value;
    request.valueTruncated = answer.value.length < answer.valueLength;
  }
}

function settleMiss(request: BinaryRequest): void {
  request.status = 'miss';
  request.misses = 1;
  request.bytes = 0;
}

function settleFailure(request: BinaryRequest, code: number): void {
  switch (request.status) {
    case 'miss':
      settleMiss(request);
      return;
    case 'not_found':
    case 'exists':
    case 'not_stored':
      request.outcome = request.status.toUpperCase();
      return;
    default:
      request.result = statusName(code);
      request.outcome = statusWord(code);
  }
}

/** The text that is an answer's value; undefined where not all of it was captured. */
function textOf({ value, valueLength }: Answer): string | undefined {
  return value.length === valueLength ? value : undefined;
}

/** A 64-bit number from its eight bytes, one character each. */
function counter(bytes: string): WireNumber {
  let high = 0;
  let low = 0;
  for (let at = 0; at < 4; at++) {
    high = high * 256 + bytes.charCodeAt(at);
    low = low * 256 + bytes.charCodeAt(at + 4);
  }
  return wireNumber(high, low);
}
