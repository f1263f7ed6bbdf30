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
  /** True where requests are read from a point that may not start one. */
  readonly isTentative: boolean;
  /** True where the next byte starts a request. */
  readonly isBetweenMessages: boolean;
}

interface Pairing {
  readonly isCertain: boolean;
  /** Requests that await their answer. */
  readonly pendingCount: number;
  /** The least that the answers of all pending requests take, in bytes. */
  readonly leastAnswerBytes: number;
  /** As `leastAnswerBytes`, for requests that may be none. */
  readonly leastTentativeBytes: number;
  /** Offset in the server's stream behind the last answer that was paired. */
  readonly answeredTo: number;
  /** True where the client was ever seen to send on while earlier requests were unanswered. */
  readonly keepsRequestsUnderWay: boolean;
  /** True where requests may lie in a hole, and nothing that was said can have answered them. */
  readonly mayOweUnseen: boolean;
  /** The client was seen behind a hole to send on while earlier requests were unanswered. */
  sendsOn(): void;
  /** What was pending will not be answered; what comes is in order. `isProven`: a request is known to start here. */
  takeUp(isProven: boolean): void;
}

/**
 * ms without a word from either side after which a server has answered all that it received. While a client keeps
 * several requests under way, nothing less tells that none is: that the server has received a request does not mean
 * that it has read it.
 */
const longSilence = 1000;

/** In place of an offset: nothing is known of it. */
const anywhere = -2;

/**
 * Judges where the streams of a connection are certain again after a hole. The sign is a *quiet point*: the client,
 * having received all that the server sent, sends something new, and the server had received all that the client sent
 * before when it last spoke. Nothing is under way then, so a request starts here and the server's next byte answers
 * it. A value that goes on behind a hole can't look like that: the server says nothing until it has the whole value.
 */
export class QuietPoint {
  /**
   * How far the server had received the client's stream when it last sent something; `anywhere` where that was never
   * captured: it may have been anything, so the next sign is believed, once.
   */
  #serverReceived: number;
  /** True where it was proven behind the hole that the client sends on while requests are unanswered. */
  #isPipelined = false;
  /** Time of the last packet with data of either side, ms, 32 bits of it: a number that needs no memory of its own. */
  #lastMs = 0;
  /** How far the client had received the server's stream when it last sent something, or `anywhere`. */
  #clientReceived = -1;

  /** `isMidStream`: the connection was open before the capture began. */
  constructor(isMidStream: boolean) {
    this.#serverReceived = isMidStream ? anywhere : -1;
  }

  /**
   * Whether the server had received the client's stream as far as that when it last sent something, as far as is known.
   */
  hasServerReceived(offset: number): boolean {
    return this.#serverReceived === anywhere || this.#serverReceived >= offset;
  }

  /** The server sent something. */
  serverSpoke(arrival: Arrival): void {
    this.#lastMs = milliseconds(arrival);
    if (arrival.acknowledged >= 0) this.#serverReceived = arrival.acknowledged;
  }

  /** Something that the client sent was never captured. */
  clientBytesMissing(): void {
    this.#clientReceived = anywhere;
  }

  /** Something that the server sent was never captured. */
  serverBytesMissing(): void {
    this.#serverReceived = anywhere;
  }

  /** The client sends something: takes the streams up again where something was uncertain and this is a quiet point. */
  clientSpeaks(arrival: Arrival, requests: RequestDirection, responses: Direction, pairing: Pairing): void {
    const now = milliseconds(arrival);
    const silence = (now - this.#lastMs) | 0;
    const hasHeardMore = this.#clientReceived !== anywhere && arrival.acknowledged > this.#clientReceived;
    this.#lastMs = now;
    this.#clientReceived = arrival.acknowledged;
    if (pairing.isCertain && !requests.isLost && !requests.isTentative && !responses.isLost) return;
    // A client that waits sends all of a request before it hears of it, and hears all of the answer before it goes on.
    if (hasHeardMore && this.#isMidway(arrival, requests, responses)) pairing.sendsOn();
    if (!this.#isQuiet(arrival, silence, requests, responses, pairing)) return;
    this.#isPipelined = false;
    // A pipeline may only pause here, in the middle of a value: the first answer that fits is the proof.
    pairing.takeUp(!requests.isLost && !requests.isTentative && !requests.isCautious);
    responses.resume();
    if (requests.isLost || requests.isTentative) requests.resume();
    if (this.#serverReceived === anywhere) this.#serverReceived = -1;
  }

  /** True where something is under way: the client has not received all, or the server had not when it last spoke. */
  #isMidway(arrival: Arrival, requests: RequestDirection, responses: Direction): boolean {
    return arrival.acknowledged !== responses.offset || !this.hasServerReceived(requests.offset);
  }

  #isQuiet(
    arrival: Arrival,
    silence: number,
    requests: RequestDirection,
    responses: Direction,
    pairing: Pairing,
  ): boolean {
    if (this.#isMidway(arrival, requests, responses)) return false;
    const isAdrift = requests.isLost || requests.isTentative;
    if (!isAdrift && !requests.isBetweenMessages) return false;
    // What the server has said is too little to answer all that is pending: the client does not wait for answers.
    if (pairing.leastAnswerBytes > arrival.acknowledged - pairing.answeredTo) {
      this.#isPipelined = true;
      return false;
    }
    // Nor has it answered what seem to be requests, if they are some.
    if (requests.isTentative && pairing.leastTentativeBytes > arrival.acknowledged - pairing.answeredTo) return false;
    const isPatient = silence >= longSilence;
    if (isPatient || !(this.#isPipelined || pairing.keepsRequestsUnderWay)) {
      // Of a pipeline, only some of the answers may lie in the hole; with requests missing too, none of the others may.
      if (this.#serverReceived === anywhere) return pairing.pendingCount <= (isAdrift ? 0 : 1);
      return isPatient || !pairing.mayOweUnseen;
    }
    // Answers still owed may come before that of the request that starts here. But an answer starts with the next byte,
    // and pairing finds out whether it can belong to only one of all that are pending.
    if (requests.isBetweenMessages) responses.resume();
    return false;
  }
}

/** Packet time in ms, the lower 32 bits of it, signed. */
function milliseconds(arrival: Arrival): number {
  return (arrival.timeUs / 1000) | 0;
}
