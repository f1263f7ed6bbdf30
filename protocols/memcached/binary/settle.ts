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

/** Writes the answer into its request. */
export function settle(request: BinaryRequest, answer: Answer): void {
  request.answerUs = answer.startUs;
  request.answerStart = answer.start;
  request.answerPacket = answer.packet;
  request.endUs = answer.endUs;
  request.responseBytes = answer.length;
  if (!fits(request, answer)) {
    request.status = 'misfit';
    request.result = answer.line;
    request.outcome = answer.line;
    request.misnamed = misnamedIn(request, answer);
    return;
  }
  request.status = statusOf(answer.status, request.opcode.kind);
  if (answer.status === StatusCode.success) settleSuccess(request, answer);
  else settleFailure(request, answer.status);
}

/** The key, or opaque, which the answer names and the request did not ask for. */
function misnamedIn(request: BinaryRequest, { opaque, key }: Answer): string | undefined {
  if (opaque !== request.opaque) return `opaque ${opaque}`;
  return key !== undefined && request.isHeadWhole && request.keys[0] !== key ? key : undefined;
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
      request.result = `${answer.lines} lines`;
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
