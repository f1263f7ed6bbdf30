import type { Transaction } from '../../protocols/transaction.ts';
import { ByteWriter } from '../../src/byte-writer.ts';
import { writeOutcome } from '../../src/output/annotation.ts';

/** How a transaction ended, as its annotation says it; empty where nothing answered. */
export function outcomeText(transaction: Transaction): string {
  if (['unanswered', 'unknown', 'no_reply'].includes(transaction.status)) return '';
  const out = new ByteWriter();
  writeOutcome(out, transaction);
  return out.toString();
}
