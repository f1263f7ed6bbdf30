import { holdsText } from '../../bytes.ts';
import { fingerprint } from '../../fingerprint.ts';
import type { Arrival, CloseReason, ConnectionInfo, Session, SessionEvents } from '../../protocol.ts';
import type { Transaction } from '../../transaction.ts';
import { MemcachedSession } from '../session.ts';
import { UdpAnswer } from './answer.ts';
import type { UdpConversation } from './conversation.ts';
import type { UdpFrame } from './frame.ts';
import type { UdpRequests } from './requests.ts';

/** What a held datagram costs beside its bytes. */
const datagramOverhead = 448;

/** Messages of one answer of which datagrams are awaited, however many have begun: the oldest of them. */
const mostLacking = 64;

/** What a request datagram is known again by. */
interface RequestDatagram {
  /** Number made of its bytes. */
  readonly print: number;
  /** Bytes of commands in it. */
  readonly length: number;
  /** IP's number for it, 0 where none is known. */
  readonly identification: number;
  /** Packet time, µs since 1970. */
  readonly timeUs: number;
}

/**
 * One request datagram and what answers it. To the parsers its bytes are a small connection of their own: a datagram
 * holds whole commands. Since version 1.6 the server sends one message for each command in it, and for each value of
 * a multi-get, all with the request's id and each numbered from 0; before, it sent one message for all.
 */
export class UdpExchange implements SessionEvents {
  readonly requestId: number;
  readonly conversation: UdpConversation;
  /** Time of the request, µs since 1970. */
  readonly requestUs: number;
  /** IP's number for the request, 0 where none is known. */
  readonly identification: number;
  /** The time from which its age is counted. */
  sinceUs: number;
  /** Neighbours in the order of their beginning, over all flows. */
  older: UdpExchange | undefined;
  newer: UdpExchange | undefined;
  /** Bytes that it costs beside the answers that are held. */
  ownBytes = 0;
  /** True once anything of the server's came. */
  isAnswered = false;

  readonly #shared: UdpRequests;
  readonly #events: SessionEvents;
  readonly #print: number;
  readonly #length: number;
  /** Undefined once all is told; then only repeated datagrams still come. */
  #session: Session | undefined;
  #commands = 0;
  /** Commands that are not told yet. */
  #awaited = 0;
  readonly #keys: (readonly string[])[] = [];
  /** Whether a key was asked for more than once; undefined until that is asked. */
  #repeatsKeys: boolean | undefined = undefined;
  /** Bytes of the request that were told of in some way. */
  #toldBytes = 0;
  /** Messages of which something is missing, and those that came after them. */
  readonly #answers: UdpAnswer[] = [];
  /** How many of them are one value of several. */
  #values = 0;
  /** Those that are not whole, in the same order. */
  readonly #lacking = new Set<UdpAnswer>();
  /** Packet time of the datagrams that came, by what they are known again by. */
  readonly #prints = new Map<number, number>();

  constructor(requestId: number, conversation: UdpConversation, shared: UdpRequests, request: RequestDatagram) {
    this.requestId = requestId;
    this.conversation = conversation;
    this.requestUs = request.timeUs;
    this.sinceUs = request.timeUs;
    this.identification = request.identification;
    this.#shared = shared;
    this.#events = shared.context.events;
    this.#print = request.print;
    this.#length = request.length;
    this.#session = new MemcachedSession(conversation.connection, { ...shared.context, events: this });
  }

  /** True until all is told of every command. */
  get isOpen(): boolean {
    return this.#session !== undefined;
  }

  /** Whether another request datagram has the same bytes. */
  isRepeated(print: number, length: number): boolean {
    return print === this.#print && length === this.#length;
  }

  /** `bytes[start, end)` were captured of the commands, which have `length` bytes. */
  request(bytes: Buffer, start: number, end: number, length: number, arrival: Arrival): void {
    this.#pass(true, bytes, start, end, length, arrival);
    if (this.#awaited === 0) this.#close('fin', arrival);
  }

  /**
   * One datagram of the server's; `bytes[start, end)` were captured behind the frame header, which has `length` bytes.
   * `isMoreThere`: the caller has another one at hand.
   */
  answer(
    frame: UdpFrame,
    bytes: Buffer,
    start: number,
    end: number,
    length: number,
    arrival: Arrival,
    isMoreThere = false,
  ): void {
    if (!this.isOpen) return;
    const { sequence, total } = frame;
    const print = fingerprint(bytes, start, end) ^ ((sequence << 16) | total);
    const before = this.#prints.get(print);
    const isRepeated =
      before !== undefined && (before === arrival.timeUs || !this.#mayComeAgain(sequence, bytes, start, end));
    const answer = this.#lackingOne(sequence, total);
    if (answer !== undefined || !isRepeated) {
      this.isAnswered = true;
      if (before === undefined) this.#shared.noteDatagram(this);
      this.#prints.set(print, arrival.timeUs);
      this.#take(answer ?? this.#begin(total), sequence, bytes, start, end, length, arrival);
    }
    if (!isMoreThere || !this.#isMultiGet) this.answerAgain(arrival);
  }

  /** What seemed to come was there before: tells all that is certain now. */
  answerAgain(arrival: Arrival): void {
    if (!this.isOpen || (this.#isMultiGet && !this.#isSorted())) return;
    this.#passOn();
    if (this.#awaited === 0 && this.#answers.length === 0) this.#close('fin', arrival);
  }

  /** Nothing more comes: says what is missing and what stays unanswered. */
  end(reason: CloseReason, arrival: Arrival): void {
    if (this.#isMultiGet) this.#sort();
    const answers = this.#answers.splice(0);
    for (const [place, answer] of answers.entries()) {
      this.#passOnHeld(answer);
      while (!answer.isPassedOn) {
        const missing = answer.passOverMissing(place === answers.length - 1);
        arrival.acknowledged = -1;
        if (missing > 0) this.#session?.gap(false, missing, arrival);
        this.#passOnHeld(answer);
      }
    }
    this.#close(reason, arrival);
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    this.#commands++;
    this.#awaited++;
    if (request.keys.length > 0) this.#keys.push(request.keys);
    this.#repeatsKeys = undefined;
    this.#events.commandLine(connection, request);
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    this.#events.dataBlock(connection, request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    this.#awaited--;
    this.#toldBytes += transaction.requestBytes;
    this.#events.transaction(connection, transaction);
  }

  gap(connection: ConnectionInfo, fromClient: boolean, length: number, arrival: Arrival): void {
    if (fromClient) this.#toldBytes += length;
    this.#events.gap(connection, fromClient, length, arrival);
  }

  notUnderstood(
    connection: ConnectionInfo,
    fromClient: boolean,
    length: number,
    arrival: Arrival,
    protocol?: string,
  ): void {
    if (fromClient) this.#toldBytes += length;
    this.#events.notUnderstood(connection, fromClient, length, arrival, protocol);
  }

  passedOver(connection: ConnectionInfo, length: number): void {
    this.#events.passedOver(connection, length);
  }

  #close(reason: CloseReason, arrival: Arrival): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    arrival.acknowledged = -1;
    session.end(reason, arrival);
    // A command that goes on behind its datagram is never executed.
    const untold = this.#length - this.#toldBytes;
    if (untold > 0) this.#events.notUnderstood(this.conversation.connection, true, untold, arrival);
  }

  /** One retrieval of several keys is all that was asked. */
  get #isMultiGet(): boolean {
    return this.#commands === 1 && (this.#keys[0]?.length ?? 0) > 1;
  }

  #begin(total: number): UdpAnswer {
    const answer = new UdpAnswer(total);
    this.#answers.push(answer);
    this.#lacking.add(answer);
    return answer;
  }

  /** Passes a datagram on if it is its turn, or holds it. */
  #take(
    answer: UdpAnswer,
    sequence: number,
    bytes: Buffer,
    start: number,
    end: number,
    length: number,
    arrival: Arrival,
  ): void {
    answer.note(sequence, bytes, start, end, length);
    if (answer.isWhole) this.#lacking.delete(answer);
    if (answer.isOneOfSeveral) this.#values++;
    if (answer === this.#answers[0] && sequence === answer.next && !this.#isMultiGet) {
      answer.next++;
      this.#pass(false, bytes, start, end, length, arrival);
      return;
    }
    const { timeUs, packet } = arrival;
    // Memory of its own: a slice of a pooled buffer would keep the whole pool alive.
    const copy = Buffer.allocUnsafeSlow(end - start);
    bytes.copy(copy, 0, start, end);
    answer.hold(sequence, { bytes: copy, length, timeUs, packet, acknowledged: -1 });
    this.#shared.heldBytes += copy.length + datagramOverhead;
  }

  /** The message that lacks this datagram: the newest, if that is where it goes on, else the oldest. */
  #lackingOne(sequence: number, total: number): UdpAnswer | undefined {
    const newest = this.#answers.at(-1);
    if (newest === undefined) return undefined;
    if (newest.total === total && newest.next === sequence && !newest.has(sequence)) return newest;
    let left = mostLacking;
    for (const answer of this.#lacking) {
      if (left-- === 0) break;
      if (answer.total === total && !answer.has(sequence)) return answer;
    }
    return undefined;
  }

  /**
   * Whether a datagram equal to an earlier one, but not captured at the same time, may be another answer. Equal words
   * may answer several commands, but an equal value comes again only where its key was asked for again.
   */
  #mayComeAgain(sequence: number, bytes: Buffer, start: number, end: number): boolean {
    if (sequence > 0) return false;
    if (this.#commands > 1 && (end - start < 6 || !holdsText(bytes, start, 'VALUE '))) return true;
    this.#repeatsKeys ??= hasRepeated(this.#keys.flat());
    return this.#repeatsKeys;
  }

  /**
   * Of a multi-get, each value may have a message of its own, and nothing tells their order but that of the keys. Puts
   * them in order once they are whole, the one with the end is there, and no more of them are known to come.
   */
  #isSorted(): boolean {
    if (this.#lacking.size > 0 || this.#values === this.#answers.length) return false;
    if (this.conversation.answerComes(this.requestId, this.requestUs, this.identification)) return false;
    this.#sort();
    return true;
  }

  #sort(): void {
    const keys = this.#keys[0] ?? [];
    const places = firstPlaces(keys);
    const place = ({ key, isOneOfSeveral }: UdpAnswer): number =>
      key === undefined || !isOneOfSeveral ? keys.length : (places.get(key) ?? -1);
    this.#answers.sort((a, b) => place(a) - place(b));
  }

  /** Passes on all that is in order. */
  #passOn(): void {
    let passedOn = 0;
    for (const answer of this.#answers) {
      this.#passOnHeld(answer);
      if (!answer.isPassedOn) break;
      if (answer.isOneOfSeveral) this.#values--;
      passedOn++;
    }
    this.#answers.splice(0, passedOn);
  }

  /** Passes on as much of a message as is in order. */
  #passOnHeld(answer: UdpAnswer): void {
    for (let held = answer.takeNext(); held !== undefined; held = answer.takeNext()) {
      const { bytes, length } = held;
      this.#shared.heldBytes -= bytes.length + datagramOverhead;
      this.#pass(false, bytes, 0, bytes.length, length, held);
    }
  }

  #pass(fromClient: boolean, bytes: Buffer, start: number, end: number, length: number, arrival: Arrival): void {
    arrival.acknowledged = -1;
    if (end > start) this.#session?.data(fromClient, bytes, start, end, arrival);
    if (length > end - start) this.#session?.gap(fromClient, length - (end - start), { ...arrival, isCut: true });
  }
}

function hasRepeated(keys: readonly string[]): boolean {
  return new Set(keys).size < keys.length;
}

function firstPlaces(keys: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [place, key] of keys.entries()) if (!places.has(key)) places.set(key, place);
  return places;
}
