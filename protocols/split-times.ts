import type { Listener } from './events.ts';
import type { ConnectionInfo } from './protocol.ts';
import { Part, troubleIn } from './tcp/part-trouble.ts';
import type { TcpFacts } from './tcp/tcp-facts.ts';
import type { Cause, Transaction } from './transaction.ts';

/** A client that waited for less is not worth a cause, µs. */
const longUs = 10_000;

const words = ['request', 'queue', 'server', 'transfer'] as const;

/**
 * Says of each command what took its time, before the listeners behind it hear of it: fills `queueUs`, `retransmits` and
 * `cause` of its transaction.
 */
export class SplitTimes implements Listener {
  /** Of flows without TCP: when the last answer ended. */
  readonly #flowEnds = new WeakMap<ConnectionInfo, number>();

  /** Heard so that `connection.tcp` is kept. */
  segment(): void {}

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const { answerUs, endUs, latencyUs } = transaction;
    if (answerUs < 0) return;
    const { tcp } = connection;
    if (latencyUs > 0) transaction.queueUs = this.#queueUs(connection, transaction);
    if (endUs >= 0) {
      if (tcp === undefined) this.#flowEnds.set(connection, endUs);
      else if (!(tcp.lastAnswerEndUs > endUs)) tcp.lastAnswerEndUs = endUs;
    }
    if (tcp?.retransmitted !== undefined) transaction.retransmits = retransmitsOf(tcp, transaction);
    if (latencyUs >= 0 && transaction.durationUs >= longUs) transaction.cause = causeOf(transaction, tcp);
  }

  /** The part of the latency in which the answer before was still under way. */
  #queueUs(connection: ConnectionInfo, { requestUs, answerUs }: Transaction): number {
    const { tcp } = connection;
    const before = tcp === undefined ? this.#flowEnds.get(connection) : tcp.lastAnswerEndUs;
    if (before === undefined || !(before > requestUs)) return 0;
    return Math.min(before, answerUs) - requestUs;
  }
}

/** The longest part of the time of a command that was answered, or what held it up. */
export function causeOf(transaction: Transaction, tcp: TcpFacts | undefined): Cause {
  const { startUs, requestUs, queueUs, answerUs, endUs } = transaction;
  const servedUs = requestUs + queueUs;
  let longest: Part = Part.request;
  let fromUs = startUs;
  let most = requestUs - startUs;
  if (queueUs > most) {
    longest = Part.queue;
    fromUs = requestUs;
    most = queueUs;
  }
  if (answerUs - servedUs > most) {
    longest = Part.server;
    fromUs = servedUs;
    most = answerUs - servedUs;
  }
  if (endUs - answerUs > most) {
    longest = Part.transfer;
    fromUs = answerUs;
    most = endUs - answerUs;
  }
  const trouble = tcp && troubleIn(tcp, transaction, longest, fromUs, fromUs + most);
  return trouble ?? words[longest];
}

function retransmitsOf(tcp: TcpFacts, transaction: Transaction): number {
  let count = 0;
  for (const retransmission of tcp.retransmitted ?? []) if (tcp.carried(retransmission, transaction)) count++;
  return count;
}
