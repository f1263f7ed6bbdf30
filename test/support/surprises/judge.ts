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
  const ofPacket = new Map<number, Transaction[]>();
  for (const transaction of told.transactions) {
    const { packet } = transaction;
    ofPacket.set(packet, [...(ofPacket.get(packet) ?? []), transaction]);
  }
  const others: string[] = [];
  for (const sent of stream.ordinary) {
    const transactions = ofPacket.get(sent.packet) ?? [];
    const fault = faultOf(
      sent,
      transactions.filter((transaction) => isOf(sent, transaction)),
    );
    if (fault !== undefined) others.push(`${sent.command} ${sent.key}: ${fault}`);
    ofPacket.set(
      sent.packet,
      transactions.filter((transaction) => !isOf(sent, transaction)),
    );
  }
  const surprising = ofPacket.get(stream.packet) ?? [];
  ofPacket.delete(stream.packet);
  for (const { command, status } of [...ofPacket.values()].flat()) others.push(`made up: ${command} ${status}`);
  return { others, surprise: faultOfSurprise(stream, surprising, told.unasked) };
}

function isOf(sent: SentCommand, { command, keys }: Transaction): boolean {
  return command === sent.command && keys[0] === sent.key;
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
