import type { Transaction } from '../../../protocols/transaction.ts';
import { faultOfSurprise } from './judge-surprise.ts';
import type { SentCommand, Stream } from './stream.ts';
import type { ToldOfStream } from './told-of-stream.ts';

/** What is wrong with what was told of a stream, in words. */
export interface Verdict {
  /** Of each command that is told wrong, lost, told twice or made up; the surprising one left aside. */
  readonly others: readonly string[];
  /** Of the surprising command and its answers; undefined where nothing is. */
  readonly surprise: string | undefined;
}

export function judge(stream: Stream, told: ToldOfStream): Verdict {
  const left = new Set(told.transactions);
  const others: string[] = [];
  for (const sent of stream.ordinary) {
    const records = [...left].filter((transaction) => isOf(sent, transaction));
    for (const record of records) left.delete(record);
    const fault = faultOf(sent, records);
    if (fault !== undefined) others.push(`${sent.command} ${sent.key}: ${fault}`);
  }
  const surprising: Transaction[] = [];
  for (const transaction of left) {
    if (transaction.packet === stream.packet) surprising.push(transaction);
    else others.push(`made up: ${transaction.command} ${transaction.status}`);
  }
  return { others, surprise: faultOfSurprise(stream, surprising, told.unasked) };
}

function isOf(sent: SentCommand, { packet, command, keys }: Transaction): boolean {
  return packet === sent.packet && command === sent.command && keys[0] === sent.key;
}

function faultOf(sent: SentCommand, records: readonly Transaction[]): string | undefined {
  const [record] = records;
  if (record === undefined) return 'lost';
  if (records.length > 1) return `told ${records.length} times`;
  const { status, bytes, result, latencyUs } = record;
  if (status !== sent.status) return `${status}, not ${sent.status}`;
  if (sent.bytes !== undefined && bytes !== sent.bytes) return `${bytes} bytes, not ${sent.bytes}`;
  if (sent.result !== undefined && result !== sent.result) return `${result}, not ${sent.result}`;
  return latencyUs === sent.latencyUs ? undefined : `after ${latencyUs} us, not ${sent.latencyUs}`;
}
