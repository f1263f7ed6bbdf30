import type { Transaction } from '../../../../protocols/transaction.ts';
import { encodePacket } from '../../../support/binary-messages.ts';
import { readCases } from '../../../support/case-documents.ts';
import { testCases } from '../../../support/parser-cases.ts';

testCases('binary', readCases('test/protocols/memcached/binary/cases', encodePacket), {
  gaps: [1, 7, 24],
  // Answers name their requests.
  isInOrder: false,
  isSame,
});

/** A request whose answer is missing is unanswered, and a quiet one silent as far as anyone can tell. */
function isSame(told: Transaction, original: Transaction): boolean {
  if (told.line !== original.line) return false;
  if (told.status === 'unknown') return true;
  if (told.status === 'no_reply' && original.status === 'miss') return true;
  return told.status === original.status && told.hits === original.hits && told.bytes === original.bytes;
}
