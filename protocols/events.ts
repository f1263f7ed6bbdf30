import type { PlainCommand } from './plain-command.ts';
import type {
  Arrival,
  CloseReason,
  ConnectionEvents,
  ConnectionInfo,
  SessionEvents,
  UnaskedAnswer,
} from './protocol.ts';
import type { SegmentFact } from './tcp/segment-facts.ts';
import type { Transaction } from './transaction.ts';

/** Bytes of a connection that belong to no command that is told; `fromClient`: who sent them. */
export type UntoldBytes =
  /** Never captured; `arrival` is the packet that proves it. */
  | { readonly kind: 'missing'; readonly length: number; readonly fromClient: boolean; readonly arrival: Arrival }
  /** Captured, and not understood; `protocol`: what the connection speaks instead, where that is known. */
  | {
      readonly kind: 'not_understood';
      readonly length: number;
      readonly fromClient: boolean;
      readonly arrival: Arrival;
      readonly protocol: string | undefined;
    }
  /** Further bytes of a connection of which it was said that it can't be understood. */
  | { readonly kind: 'passed_over'; readonly length: number }
  /** Of a request or an answer which had not come to its end when the connection or the capture had. */
  | { readonly kind: 'unfinished'; readonly length: number; readonly fromClient: boolean };

/**
 * Who is told what becomes certain of connections and their commands, in the order in which it does. Every member is
 * optional: what nobody listens to is not made. What is passed is borrowed for the call, but for transactions and
 * unasked answers, which do not change any more, as long as not all who listen borrow transactions, too.
 */
export interface Listener {
  /**
   * It borrows transactions from when their lines are told until they are: those that it holds any longer it keeps
   * (`Transaction.keep`), all others may become those of later commands.
   */
  readonly borrows?: boolean;
  /** Before anything else is told of it. */
  connectionOpen?(connection: ConnectionInfo, arrival: Arrival): void;
  /** After everything else was told of it, but what segments show that come after both FINs. */
  connectionClose?(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void;
  /** A command line is complete; its data block, if it has one, is still to come. */
  commandLine?(connection: ConnectionInfo, request: Transaction): void;
  /** The data block of a request is complete. */
  dataBlock?(connection: ConnectionInfo, request: Transaction): void;
  /** The answer of a request is complete, or it is certain that none will come. */
  transaction?(connection: ConnectionInfo, transaction: Transaction): void;
  /**
   * A plain command is answered: told in place of its line and its transaction. That may happen where all who hear of
   * commands have this member, and to some commands only: who has it takes transactions as well. The command is borrowed for
   * the call.
   *
   * @internal No part of the package's types: programs that import it hear of transactions.
   */
  plain?: ((connection: ConnectionInfo, command: PlainCommand) => void) | undefined;
  /** An answer that no request was due; `arrival` is the packet that brought it. */
  unasked?(connection: ConnectionInfo, answer: UnaskedAnswer, arrival: Arrival): void;
  bytes?(connection: ConnectionInfo, bytes: UntoldBytes): void;
  /** A TCP segment shows something beside its bytes; what is known of the connection is in `connection.tcp`. */
  segment?: ((connection: ConnectionInfo, fact: SegmentFact, arrival: Arrival) => void) | undefined;
}

/** A listener that has this member. */
type Hearing<Member extends keyof Listener> = Listener & { readonly [M in Member]: NonNullable<Listener[M]> };

/** Takes what the sessions tell to those that listen to it, in their order. Is a listener itself, for lists in lists. */
export class Listeners implements SessionEvents, ConnectionEvents, Listener {
  readonly #connectionOpen: readonly Hearing<'connectionOpen'>[];
  readonly #connectionClose: readonly Hearing<'connectionClose'>[];
  readonly #commandLine: readonly Hearing<'commandLine'>[];
  readonly #dataBlock: readonly Hearing<'dataBlock'>[];
  readonly #transaction: readonly Hearing<'transaction'>[];
  readonly #unasked: readonly Hearing<'unasked'>[];
  readonly #bytes: readonly Hearing<'bytes'>[];
  /** Undefined where nobody listens to it: then nobody looks at segments. */
  readonly segment: Listener['segment'];
  /** Undefined where somebody has to be told of each command in full. */
  readonly plain: Listener['plain'];
  readonly borrows: boolean;

  constructor(listeners: readonly Listener[]) {
    this.#connectionOpen = hearing(listeners, 'connectionOpen');
    this.#connectionClose = hearing(listeners, 'connectionClose');
    this.#commandLine = hearing(listeners, 'commandLine');
    this.#dataBlock = hearing(listeners, 'dataBlock');
    this.#transaction = hearing(listeners, 'transaction');
    this.#unasked = hearing(listeners, 'unasked');
    this.#bytes = hearing(listeners, 'bytes');
    const ofCommands = [...this.#commandLine, ...this.#dataBlock, ...this.#transaction];
    this.borrows = ofCommands.every(({ borrows }) => borrows === true);
    const plain = hearing(listeners, 'plain');
    if (ofCommands.every(({ plain }) => plain !== undefined)) {
      this.plain = (connection, command): void => {
        for (const listener of plain) listener.plain(connection, command);
      };
    }
    const hearers = hearing(listeners, 'segment');
    if (hearers.length > 0) {
      this.segment = (connection, fact, arrival): void => {
        for (const listener of hearers) listener.segment(connection, fact, arrival);
      };
    }
  }

  connectionOpen(connection: ConnectionInfo, arrival: Arrival): void {
    for (const listener of this.#connectionOpen) listener.connectionOpen(connection, arrival);
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void {
    for (const listener of this.#connectionClose) listener.connectionClose(connection, reason, arrival);
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    for (const listener of this.#commandLine) listener.commandLine(connection, request);
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    for (const listener of this.#dataBlock) listener.dataBlock(connection, request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    for (const listener of this.#transaction) listener.transaction(connection, transaction);
  }

  unasked(connection: ConnectionInfo, answer: UnaskedAnswer, arrival: Arrival): void {
    for (const listener of this.#unasked) listener.unasked(connection, answer, arrival);
  }

  gap(connection: ConnectionInfo, fromClient: boolean, length: number, arrival: Arrival): void {
    this.bytes(connection, { kind: 'missing', length, fromClient, arrival });
  }

  notUnderstood(
    connection: ConnectionInfo,
    fromClient: boolean,
    length: number,
    arrival: Arrival,
    protocol?: string,
  ): void {
    this.bytes(connection, { kind: 'not_understood', length, fromClient, arrival, protocol });
  }

  passedOver(connection: ConnectionInfo, length: number): void {
    this.bytes(connection, { kind: 'passed_over', length });
  }

  unfinished(connection: ConnectionInfo, fromClient: boolean, length: number): void {
    this.bytes(connection, { kind: 'unfinished', length, fromClient });
  }

  bytes(connection: ConnectionInfo, bytes: UntoldBytes): void {
    for (const listener of this.#bytes) listener.bytes(connection, bytes);
  }
}

function hearing<Member extends keyof Listener>(listeners: readonly Listener[], member: Member): Hearing<Member>[] {
  return listeners.filter((listener): listener is Hearing<Member> => listener[member] !== undefined);
}
