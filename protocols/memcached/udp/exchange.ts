import { holdsText } from '../../bytes.ts';
import { fingerprint } from '../../fingerprint.ts';
import type {
  AnswerComes,
  Arrival,
  CloseReason,
  ConnectionInfo,
  Session,
  SessionContext,
  SessionEvents,
  UnaskedAnswer,
} from '../../protocol.ts';
import type { Transaction } from '../../transaction.ts';
import { MemcachedSession } from '../session.ts';
import type { AnswerMessage } from './answer-message.ts';
import { AnswerMessages } from './answer-messages.ts';
import { AskedCommands } from './asked-commands.ts';
import type { UdpFrame } from './frame.ts';
import type { RequestDatagram } from './request-datagram.ts';

/** The flow of datagrams that an exchange is of. */
export interface ExchangeFlow {
  readonly connection: ConnectionInfo;
  readonly answerComes: AnswerComes;
  /** Ends an exchange and forgets it. */
  finish(exchange: UdpExchange, reason: CloseReason, arrival: Arrival): void;
}

/** What the exchanges of all flows hold. */
export interface ExchangeBudget {
  readonly context: SessionContext;
  /** One more datagram of its answer is to be known again. */
  noteDatagram(exchange: UdpExchange): void;
  /** A copy of a datagram is held, until it is released. */
  hold(frame: UdpFrame): void;
  release(frame: UdpFrame): void;
}

/**
 * One request datagram and what answers it. To the parsers its bytes are a small connection of their own: a datagram
 * holds whole commands. Since version 1.6 the server sends one message for each command in it, and for each value of
 * a multi-get, all with the request's id and each numbered from 0; before, it sent one message for all.
 */
export class UdpExchange implements SessionEvents {
  readonly request: RequestDatagram;
  readonly flow: ExchangeFlow;
  /** The time from which its age is counted, µs since 1970. */
  sinceUs: number;
  /** Neighbours in the order of their beginning, over all flows. */
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  /** Bytes that it costs beside the answers that are held. */
  ownBytes = 0;
  /** True once anything of the server's came. */
  isAnswered = false;

  readonly #budget: ExchangeBudget;
  readonly #events: SessionEvents;
  /** Undefined once all is told; then only repeated datagrams still come. */
  #session: Session | undefined;
  readonly #commands = new AskedCommands();
  readonly #messages = new AnswerMessages();
  /** Packet time of the answer's datagrams that came, by what they are known again by. */
  readonly #prints = new Map<number, number>();

  constructor(request: RequestDatagram, flow: ExchangeFlow, budget: ExchangeBudget) {
    this.request = request;
    this.flow = flow;
    this.sinceUs = request.timeUs;
    this.#budget = budget;
    this.#events = budget.context.events;
    this.#session = new MemcachedSession(flow.connection, { ...budget.context, events: this });
  }

  /** True until all is told of every command. */
  get isOpen(): boolean {
    return this.#session !== undefined;
  }

  /** The request itself; what answers it comes later. */
  ask(frame: UdpFrame): void {
    this.#pass(true, frame);
    if (this.#commands.areTold) this.#close('fin', frame.arrival);
  }

  /** One datagram of the server's. `isMoreThere`: the caller has another one at hand. */
  answer(frame: UdpFrame, isMoreThere = false): void {
    if (!this.isOpen) return;
    const print = fingerprint(frame.bytes, frame.start, frame.end) ^ ((frame.sequence << 16) | frame.total);
    const before = this.#prints.get(print);
    const isRepeated = before !== undefined && (before === frame.arrival.timeUs || !this.#mayComeAgain(frame));
    const lacking = this.#messages.lacking(frame);
    if (lacking !== undefined || !isRepeated) {
      this.isAnswered = true;
      if (before === undefined) this.#budget.noteDatagram(this);
      this.#prints.set(print, frame.arrival.timeUs);
      this.#take(lacking ?? this.#messages.begin(frame.total), frame);
    }
    if (!isMoreThere || !this.#commands.areMultiGet) this.answerAgain(frame.arrival);
  }

  /** What seemed to come was there before: tells all that is certain now. */
  answerAgain(arrival: Arrival): void {
    if (!this.isOpen || (this.#commands.areMultiGet && !this.#isSorted())) return;
    this.#messages.takeInOrder((held) => this.#passHeld(held));
    if (this.#commands.areTold && this.#messages.isEmpty) this.#close('fin', arrival);
  }

  waiting(tell: (request: Transaction) => void): void {
    this.#session?.waiting(tell);
  }

  /** Nothing more comes: says what is missing and what stays unanswered. */
  end(reason: CloseReason, arrival: Arrival): void {
    if (this.#commands.areMultiGet) this.#messages.sort(this.#commands.firstKeys);
    const miss = (bytes: number): void => {
      arrival.acknowledged = -1;
      this.#session?.gap(false, bytes, arrival);
    };
    this.#messages.takeRest((held) => this.#passHeld(held), miss);
    this.#close(reason, arrival);
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    this.#commands.read(request);
    this.#events.commandLine(connection, request);
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    this.#events.dataBlock(connection, request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    this.#commands.told(transaction);
    this.#events.transaction(connection, transaction);
  }

  unasked(connection: ConnectionInfo, answer: UnaskedAnswer, arrival: Arrival): void {
    this.#events.unasked(connection, answer, arrival);
  }

  gap(connection: ConnectionInfo, fromClient: boolean, length: number, arrival: Arrival): void {
    if (fromClient) this.#commands.toldBytes += length;
    this.#events.gap(connection, fromClient, length, arrival);
  }

  notUnderstood(
    connection: ConnectionInfo,
    fromClient: boolean,
    length: number,
    arrival: Arrival,
    protocol?: string,
  ): void {
    if (fromClient) this.#commands.toldBytes += length;
    this.#events.notUnderstood(connection, fromClient, length, arrival, protocol);
  }

  passedOver(connection: ConnectionInfo, length: number): void {
    this.#events.passedOver(connection, length);
  }

  unfinished(connection: ConnectionInfo, fromClient: boolean, length: number): void {
    // A command that goes on behind its datagram is told as not understood.
    if (!fromClient) this.#events.unfinished(connection, fromClient, length);
  }

  #close(reason: CloseReason, arrival: Arrival): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    arrival.acknowledged = -1;
    session.end(reason, arrival);
    // A command that goes on behind its datagram is never executed.
    const untold = this.request.length - this.#commands.toldBytes;
    if (untold > 0) this.#events.notUnderstood(this.flow.connection, true, untold, arrival);
  }

  /** Passes a datagram on if it is its turn, or holds it. */
  #take(message: AnswerMessage, frame: UdpFrame): void {
    const messages = this.#messages;
    messages.note(message, frame);
    if (messages.isNext(message, frame) && !this.#commands.areMultiGet) {
      message.next++;
      this.#pass(false, frame);
      return;
    }
    const held = frame.copy();
    message.hold(held);
    this.#budget.hold(held);
  }

  /**
   * Whether a datagram equal to an earlier one, but not captured at the same time, may be another answer. Equal words
   * may answer several commands, but an equal value comes again only where its key was asked for again.
   */
  #mayComeAgain({ sequence, bytes, start, end }: UdpFrame): boolean {
    if (sequence > 0) return false;
    if (this.#commands.areSeveral && (end - start < 6 || !holdsText(bytes, start, 'VALUE '))) return true;
    return this.#commands.repeatKeys;
  }

  /**
   * Of a multi-get, each value may have a message of its own, and nothing tells their order but that of the keys. Puts
   * them in order once they are whole, the one with the end is there, and no more of them are known to come.
   */
  #isSorted(): boolean {
    if (!this.#messages.areWholeWithEnd) return false;
    const { requestId, timeUs, identification } = this.request;
    if (this.flow.answerComes(requestId, timeUs, identification)) return false;
    this.#messages.sort(this.#commands.firstKeys);
    return true;
  }

  #passHeld(held: UdpFrame): void {
    this.#budget.release(held);
    this.#pass(false, held);
  }

  #pass(fromClient: boolean, { bytes, start, end, length, arrival }: UdpFrame): void {
    arrival.acknowledged = -1;
    if (end > start) this.#session?.data(fromClient, bytes, start, end, arrival);
    const cut = length - (end - start);
    if (cut > 0) this.#session?.gap(fromClient, cut, { ...arrival, isCut: true });
  }
}
