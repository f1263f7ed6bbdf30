import type { Transaction } from '../../../../protocols/transaction.ts';
import { encodePacket } from '../../../support/binary-messages.ts';
import { readCases } from '../../../support/case-documents.ts';
import { testCases } from '../../../support/parser-cases.ts';

testCases('binary', readCases('test/protocols/memcached/binary/cases', encodePacket), {
  gaps: [1, 7, 24],
  // Answers name their requests.
  isInOrder: false,
  comparable: withSums,
  isSame,
});

/**
 * Bytes that are not understood are said where they are seen, so a split divides what is said: only their sums are
 * compared.
 */
function withSums(events: readonly string[]): string[] {
  const sums = { client: 0, server: 0 };
  const others = events.filter((event) => {
    const match = /^not understood (client|server) (\d+)$/.exec(event);
    if (match !== null) sums[match[1] as 'client' | 'server'] += Number(match[2]);
    return match === null;
  });
  return [...others, `not understood: ${sums.client} of the client's, ${sums.server} of the server's`];
}

/** A request whose answer is missing is unanswered, and a quiet one silent as far as anyone can tell. */
function isSame(told: Transaction, original: Transaction): boolean {
  if (told.line !== original.line) return false;
  if (told.status === 'unknown') return true;
  if (told.status === 'no_reply' && original.status === 'miss') return true;
  return told.status === original.status && told.hits === original.hits && told.bytes === original.bytes;
}
