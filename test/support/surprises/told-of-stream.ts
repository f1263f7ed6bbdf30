import type { CapturedPacket } from '../../../protocols/packet.ts';
import type { Arrival, ConnectionInfo, SessionEvents } from '../../../protocols/protocol.ts';
import type { Transaction } from '../../../protocols/transaction.ts';
import { throughPipeline } from '../through-pipeline.ts';

/** What the sessions tell of one connection. */
export interface ToldOfStream {
  readonly transactions: readonly Transaction[];
  readonly unasked: readonly UnaskedAnswer[];
}

export interface UnaskedAnswer {
  /** Its first line. */
  readonly text: string;
  /** Number of the packet that brought it. */
  readonly packet: number;
}

/** An event that sessions may tell of. */
interface UnaskedEvents {
  unasked?(
    connection: ConnectionInfo,
    answer: { readonly text: string; readonly bytes: number },
    arrival: Arrival,
  ): void;
}

export function toldOfStream(packets: readonly CapturedPacket[]): ToldOfStream {
  const transactions: Transaction[] = [];
  const unasked: UnaskedAnswer[] = [];
  const events: Partial<SessionEvents> & UnaskedEvents = {
    transaction: (_connection, transaction) => void transactions.push(transaction),
    unasked: (_connection, { text }, { packet }) => void unasked.push({ text, packet }),
  };
  throughPipeline(packets, events);
  return { transactions, unasked };
}
