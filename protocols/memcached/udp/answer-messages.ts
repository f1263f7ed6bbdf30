import { AnswerMessage } from './answer-message.ts';
import type { UdpFrame } from './frame.ts';

/** Messages of one answer of which datagrams are awaited, however many have begun: the oldest of them. */
const mostLacking = 64;

/** The messages that answer one request, without those at their head of which all is passed on. */
export class AnswerMessages {
  readonly #messages: AnswerMessage[] = [];
  /** How many of them are one value of several. */
  #values = 0;
  /** Those that are not whole, in the same order. */
  readonly #lacking = new Set<AnswerMessage>();

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** None lacks a datagram, and one of them is more than a value: it says that there are no others. */
  get areWholeWithEnd(): boolean {
    return this.#lacking.size === 0 && this.#values < this.#messages.length;
  }

  begin(total: number): AnswerMessage {
    const message = new AnswerMessage(total);
    this.#messages.push(message);
    this.#lacking.add(message);
    return message;
  }

  /** The message that lacks this datagram: the newest, if that is where it goes on, else the oldest. */
  lacking({ sequence, total }: UdpFrame): AnswerMessage | undefined {
    const newest = this.#messages.at(-1);
    if (newest === undefined) return undefined;
    if (newest.total === total && newest.next === sequence && !newest.has(sequence)) return newest;
    let left = mostLacking;
    for (const message of this.#lacking) {
      if (left-- === 0) break;
      if (message.total === total && !message.has(sequence)) return message;
    }
    return undefined;
  }

  /** Takes note of a datagram of one of them, which is passed on or held. */
  note(message: AnswerMessage, frame: UdpFrame): void {
    message.note(frame);
    if (message.isWhole) this.#lacking.delete(message);
    if (message.isOneOfSeveral) this.#values++;
  }

  /** Whether this datagram of one of them is the next of all. */
  isNext(message: AnswerMessage, { sequence }: UdpFrame): boolean {
    return message === this.#messages[0] && sequence === message.next;
  }

  /** Puts the values in the order of their keys, the first of equal ones, and what is no value behind them. */
  sort(keys: readonly string[]): void {
    const places = firstPlaces(keys);
    const place = ({ key, isOneOfSeveral }: AnswerMessage): number =>
      key === undefined || !isOneOfSeveral ? keys.length : (places.get(key) ?? -1);
    this.#messages.sort((a, b) => place(a) - place(b));
  }

  /** Takes out the held datagrams that are in order. */
  takeInOrder(take: (frame: UdpFrame) => void): void {
    let passedOn = 0;
    for (const message of this.#messages) {
      takeHeld(message, take);
      if (!message.isPassedOn) break;
      if (message.isOneOfSeveral) this.#values--;
      passedOn++;
    }
    this.#messages.splice(0, passedOn);
  }

  /** Nothing more comes: takes out all held datagrams; where some are missing, `miss` is told of how many bytes. */
  takeRest(take: (frame: UdpFrame) => void, miss: (bytes: number) => void): void {
    const messages = this.#messages.splice(0);
    for (const [place, message] of messages.entries()) {
      takeHeld(message, take);
      while (!message.isPassedOn) {
        const missing = message.passOverMissing(place === messages.length - 1);
        if (missing > 0) miss(missing);
        takeHeld(message, take);
      }
    }
  }
}

/** Takes out as much of a message as is in order. */
function takeHeld(message: AnswerMessage, take: (frame: UdpFrame) => void): void {
  for (let held = message.takeNext(); held !== undefined; held = message.takeNext()) take(held);
}

function firstPlaces(keys: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [place, key] of keys.entries()) if (!places.has(key)) places.set(key, place);
  return places;
}
