import type { Arrival, ConnectionInfo } from '../../protocol.ts';
import type { Standing } from '../../standing.ts';

/** In place of an offset: nothing is known of it. */
const anywhere = -2;

/** ms without a word from either side after which a server has answered all that it received. */
const longSilence = 1000;

/** ms after which a client that writes one request at a time, and waits, has given up waiting. */
const overlookingSilence = 50;

/** Requests in a row that had waited for all answers, from which on a client is known to wait for them. */
const waitingRun = 3;
/** The same where it was seen before to send on, or where the capture began after the connection. */
export const longWaitingRun = 4;
/** Longest run that is counted. */
const mostWaitingRun = 1 << 20;

/** What it means that a client sends something. One reused object. */
export interface Moment {
  /** True where it has heard something since it sent before; false where that was never captured. */
  hasHeard: boolean;
  /** True where it has heard something since it sent the packet before that was captured. */
  hasHeardSince: boolean;
  /** How far it has received the server's stream. */
  received: number;
  /** True where it has received all that the server sent. */
  hasHeardAll: boolean;
  /**
   * True where it has received all that the server sent, and the server had received all that it sent when it last
   * spoke, as far as is known.
   */
  isQuiet: boolean;
  /** True where nothing is known of what the server had received: what it said last was never captured. */
  isBlind: boolean;
  /** True where neither side had said anything for so long that nothing can be under way. */
  isLong: boolean;
  /** True where it sends on after it has waited in vain, having received all that the server sent. */
  isImpatient: boolean;
}

/**
 * How a client sends: whether it waits for the answers to what it asked before it asks for more. It is judged from what
 * was seen while the order was certain, and from whether it sends while something is under way.
 */
export class Pace {
  /**
   * How far the server had received the client's stream when it last sent something; `anywhere` where that was never
   * captured.
   */
  #serverReceived: number;
  /** How far the client had received the server's stream when it last sent something that was captured. */
  #clientReceived = 0;
  /** True where it has sent more since then. */
  #isClientMissing = false;
  /**
   * Times of the last packet with data of either side, or of the first at all, and of the client's, ms, 32 bits of it:
   * small integers.
   */
  #lastMs: number;
  #clientMs = 0;
  /** How often in a row the client had all its answers when it sent on. */
  #waited = 0;
  /** The same behind a hole, as far as was captured. */
  #seemedToWait = 0;
  /** True once it was seen to send on while answers were under way. */
  #sendsOn = false;
  /** The longest run of waiting that it ended so: one that is not much longer says nothing. */
  #endedRun = 0;
  readonly #isMidStream: boolean;

  constructor({ startedMidStream: isMidStream, openedUs }: ConnectionInfo) {
    this.#isMidStream = isMidStream;
    this.#lastMs = milliseconds(openedUs);
    this.#serverReceived = isMidStream ? anywhere : -1;
  }

  /** Whether the client is known to wait for its answers. */
  get isKnownToWait(): boolean {
    if (!this.#sendsOn) return this.#waited >= (this.#isMidStream ? longWaitingRun : waitingRun);
    return this.#waited >= Math.max(longWaitingRun, 2 * this.#endedRun);
  }

  /** Whether it was seen to send on while answers were under way. */
  get hasSentOn(): boolean {
    return this.#sendsOn;
  }

  /** Whether it waits, as far as was seen: most clients do. */
  get seemsToWait(): boolean {
    return this.isKnownToWait || !(this.#sendsOn || this.#isMidStream);
  }

  /** Whether its waiting is relied on where something is missing: never again once it was seen to do otherwise there. */
  get hasWaited(): boolean {
    return this.seemsToWait || this.needsNames;
  }

  /**
   * Whether it waited since the capture began in the middle of its connection, as far as was seen: a client that keeps as
   * many requests under way from before looks the same, but for the names in its answers.
   */
  get needsNames(): boolean {
    return !this.isKnownToWait && this.#isMidStream && !this.#sendsOn && this.#seemedToWait >= longWaitingRun;
  }

  /** Whether it waited behind a hole, as far as was seen there, and never otherwise: too little to go on, but not to end. */
  get hasSeemedToWait(): boolean {
    return this.hasWaited || (this.#seemedToWait > 0 && !this.#sendsOn);
  }

  /** Whether the server had received the client's stream as far as that when it last sent something. */
  hasServerReceived(offset: number): boolean {
    return this.#serverReceived === anywhere || this.#serverReceived >= offset;
  }

  /** Whether the client had received the server's stream as far as that when it last sent something. */
  hasClientReceived(offset: number): boolean {
    return this.#clientReceived >= offset;
  }

  /** Writes down how the client sends. */
  lend(standing: Standing): void {
    standing.serverReceived = this.#serverReceived;
    standing.clientReceived = this.#clientReceived;
    standing.lastMs = this.#lastMs;
    standing.clientMs = this.#clientMs;
    standing.waited = this.#waited;
    standing.endedRun = this.#endedRun;
    standing.seemedToWait = this.#seemedToWait;
    standing.sendsOn = this.#sendsOn;
  }

  takeBack(standing: Standing): void {
    this.#serverReceived = standing.serverReceived;
    this.#clientReceived = standing.clientReceived;
    this.#lastMs = standing.lastMs;
    this.#clientMs = standing.clientMs;
    this.#waited = standing.waited;
    this.#endedRun = standing.endedRun;
    this.#seemedToWait = standing.seemedToWait;
    this.#sendsOn = standing.sendsOn;
  }

  get isClientMissing(): boolean {
    return this.#isClientMissing;
  }

  /** The server sent something. */
  serverSpeaks(arrival: Arrival): void {
    this.#lastMs = milliseconds(arrival.timeUs);
    if (arrival.acknowledged >= 0) this.#serverReceived = arrival.acknowledged;
  }

  /** Something that the client sent was never captured. */
  clientBytesMissing(): void {
    this.#isClientMissing = true;
  }

  /** Something that the server sent was never captured. */
  serverBytesMissing(): void {
    this.#serverReceived = anywhere;
  }

  /** The client sends something; the offsets are those of the streams' next bytes. */
  clientSpeaks(arrival: Arrival, clientOffset: number, serverOffset: number): Moment {
    const now = milliseconds(arrival.timeUs);
    const { acknowledged } = arrival;
    moment.hasHeardSince = acknowledged > this.#clientReceived;
    moment.hasHeard = moment.hasHeardSince && !this.#isClientMissing;
    moment.received = acknowledged;
    moment.isBlind = this.#serverReceived === anywhere;
    moment.hasHeardAll = acknowledged === serverOffset;
    moment.isQuiet = moment.hasHeardAll && this.hasServerReceived(clientOffset);
    moment.isLong = ((now - this.#lastMs) | 0) >= longSilence;
    moment.isImpatient =
      !moment.hasHeard &&
      moment.hasHeardAll &&
      this.isKnownToWait &&
      ((now - this.#clientMs) | 0) >= overlookingSilence;
    this.#lastMs = now;
    this.#clientMs = now;
    this.#clientReceived = acknowledged;
    this.#isClientMissing = false;
    return moment;
  }

  /** The client had all its answers when it sent on. */
  waited(): void {
    if (this.#waited < mostWaitingRun) this.#waited++;
  }

  /** Behind a hole, it seemed to have all its answers when it sent on. */
  seemedToWait(): void {
    if (this.#seemedToWait < longWaitingRun) this.#seemedToWait++;
  }

  /** The client sent on while requests were due an answer. */
  sentOn(): void {
    this.#sendsOn = true;
    if (this.#waited > this.#endedRun) this.#endedRun = this.#waited;
    this.#waited = 0;
    this.#seemedToWait = 0;
  }

  /** Where both streams were certain again without anything being known of before. */
  heardAll(): void {
    if (this.#serverReceived === anywhere) this.#serverReceived = -1;
  }
}

const moment: Moment = {
  hasHeard: false,
  hasHeardSince: false,
  received: -1,
  hasHeardAll: false,
  isQuiet: false,
  isBlind: false,
  isLong: false,
  isImpatient: false,
};

/** Packet time in ms, the lower 32 bits of it, signed. */
function milliseconds(timeUs: number): number {
  return (timeUs / 1000) | 0;
}
