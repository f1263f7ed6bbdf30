import type { Transaction } from '../../protocols/transaction.ts';
import { ByteWriter, escapedText } from '../byte-writer.ts';
import { writeTransaction } from '../output/annotation.ts';

/**
 * A command and its answer in the words of the program's annotations: `get userId => hit 4 bytes, 198 us`. Printable
 * ASCII, whatever was on the wire.
 */
export function describeTransaction(transaction: Transaction): string {
  const out = new ByteWriter(256);
  writeTransaction(out, transaction);
  return out.toString();
}

/** Text from the wire (a key, a line, a value) with all that is not printable ASCII as `\xNN`, and a backslash as `\\`. */
export function escapeText(text: string): string {
  return escapedText(text);
}
