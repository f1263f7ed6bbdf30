import type { Arrival } from '../protocol.ts';

/** One direction's parser, as far as it can be lost behind a hole. */
interface Direction {
  /** Offset in the stream of the next byte. */
  readonly offset: number;
  /** True where it is not known what the next byte is. */
  readonly isLost: boolean;
  /** Takes up again: the next byte starts a message. */
  resume(): void;
}

interface RequestDirection extends Direction {
  /** True where the next byte is only believed to start a request. */
  readonly isCautious: boolean;
  /** True where the next byte starts a request. */
  readonly isBetweenMessages: boolean;
}

interface Pairing {
  readonly isCertain: boolean;
  /** True where a server that was heard owes more than one answer. */
  readonly awaitsSeveral: boolean;
  /** What was pending will not be answered; what comes is in order. `isProven`: a request is known to start here. */
  takeUp(isProven: boolean): void;
  answersMissing(): void;
}

/**
 * Judges where the streams of a connection are certain again after a hole. The sign is a *quiet point*: the client,
 * having received all that the server sent, sends something new, and the server had received all that the client sent
 * before when it last spoke. Nothing is under way then, so a request starts here and the server's next byte answers
 * it. A value that goes on behind a hole can't look like that: the server says nothing until it has the whole value.
 */
export class QuietPoint {
  readonly #requests: RequestDirection;
  readonly #responses: Direction;
  readonly #pairing: Pairing;
  /**
   * How far the server had received the client's stream when it last sent something. Infinite where that was
   * never captured: it may have been anything, so the next sign is believed, once.
   */
  #serverReceived: number;

  /** `isMidStream`: the connection was open before the capture began. */
  constructor(requests: RequestDirection, responses: Direction, pairing: Pairing, isMidStream: boolean) {
    this.#requests = requests;
    this.#responses = responses;
    this.#pairing = pairing;
    this.#serverReceived = isMidStream ? Number.POSITIVE_INFINITY : -1;
    if (isMidStream) pairing.answersMissing();
  }

  /** How far the server had received the client's stream when it last sent something. */
  get serverReceived(): number {
    return this.#serverReceived;
  }

  /** The server sent something. */
  serverSpoke(arrival: Arrival): void {
    if (arrival.acknowledged >= 0) this.#serverReceived = arrival.acknowledged;
  }

  /** Something that the server sent was never captured. */
  serverBytesMissing(): void {
    this.#serverReceived = Number.POSITIVE_INFINITY;
  }

  /** The client sends something: takes the streams up again where something was uncertain and this is a quiet point. */
  clientSpeaks(arrival: Arrival): void {
    const requests = this.#requests;
    if (this.#pairing.isCertain && !requests.isLost && !this.#responses.isLost) return;
    if (!this.#isQuiet(arrival)) return;
    // A pipeline may only pause here, in the middle of a value: the first answer that fits is the proof.
    this.#pairing.takeUp(!requests.isLost && !requests.isCautious);
    this.#responses.resume();
    if (requests.isLost) requests.resume();
    if (this.#serverReceived === Number.POSITIVE_INFINITY) this.#serverReceived = -1;
  }

  #isQuiet(arrival: Arrival): boolean {
    const requests = this.#requests;
    if (arrival.acknowledged !== this.#responses.offset || this.#serverReceived < requests.offset) return false;
    // Of a pipeline, only some of the answers may lie in the hole.
    if (this.#serverReceived === Number.POSITIVE_INFINITY && this.#pairing.awaitsSeveral) return false;
    return requests.isLost || requests.isBetweenMessages;
  }
}
