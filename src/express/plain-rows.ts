import { statusOfLine } from '../../protocols/memcached/text/answer-words.ts';
import { expressCommands, expressWords } from '../../protocols/memcached/text/express-commands.ts';
import type { PlainCommand } from '../../protocols/plain-command.ts';
import type { Cause, Status } from '../../protocols/transaction.ts';
import { eventField } from './layout.ts';
import type { MemoryView } from './memory-view.ts';

/** By the module's numbers. */
export const causes: readonly (Cause | undefined)[] = [undefined, 'request', 'queue', 'server', 'transfer'];

/** What commands, and words that answer them, mean, by the numbers that `module.ts` gives them. */
const names = expressCommands.map(({ name }) => name);
const retrievals = expressCommands.map(({ answer }) => answer === 'retrieval');
const statuses = expressWords.map((word) => statusOfLine(word) ?? 'error');

/** Reads a plain command from the row of its line, at `at`, and that of its answer, behind it. */
export function readPlainRows(memory: MemoryView, at: number, plain: PlainCommand): void {
  const answer = at + (memory.words[(at >> 2) + eventField.rowLength] as number);
  readLine(memory, at, plain);
  readAnswer(memory, answer, plain);
}

function readLine({ bytes, words, doubles }: MemoryView, at: number, plain: PlainCommand): void {
  const word = at >> 2;
  const number = bytes[at + eventField.numberOfCommand] as number;
  plain.command = names[number] as string;
  plain.retrieves = retrievals[number] as boolean;
  plain.valueLength = words[word + eventField.bytesOfBlock] as number;
  plain.exptime = words[word + eventField.expiresIn] as number;
  plain.requestBytes = words[word + eventField.bytesOfRequest] as number;
  plain.startUs = doubles[(at >> 3) + eventField.begunUs] as number;
  plain.keyStart = words[word + eventField.keyAt] as number;
  plain.keyEnd = plain.keyStart + (words[word + eventField.keyLength] as number);
  plain.keyHash = words[word + eventField.hashOfKey] as number;
}

function readAnswer({ bytes, words, doubles }: MemoryView, at: number, plain: PlainCommand): void {
  const word = at >> 2;
  const double = at >> 3;
  plain.requestUs = doubles[double + eventField.endOfRequestUs] as number;
  plain.packet = words[word + eventField.packetOfRequest] as number;
  plain.answerUs = doubles[double + eventField.firstUs] as number;
  plain.endUs = doubles[double + eventField.lastUs] as number;
  plain.responseBytes = words[word + eventField.bytesOfAnswer] as number;
  plain.queueUs = words[word + eventField.waitedUs] as number;
  plain.cause = causes[bytes[at + eventField.cause] as number];
  if (!plain.retrieves) {
    const isNumber = bytes[at + eventField.isNumber] === 1;
    plain.status = isNumber ? 'ok' : (statuses[bytes[at + eventField.numberOfWord] as number] as Status);
    plain.hits = plain.misses = 0;
    plain.bytes = plain.valueLength;
    return;
  }
  const hits = words[word + eventField.hitCount] as number;
  plain.status = hits === 0 ? 'miss' : 'hit';
  plain.hits = hits;
  plain.misses = 1 - hits;
  plain.bytes = doubles[double + eventField.valueBytes] as number;
}
