import type { Transaction } from './transaction.ts';

/**
 * How things stand between a client and its server while nothing unusual is under way: all that a session knows of them
 * beside the requests that wait for their answers, as numbers. With these somebody else can go on where the session is,
 * and the session where he is.
 */
export interface Standing {
  /** Offsets in the streams of the client's and the server's next byte. */
  clientOffset: number;
  serverOffset: number;
  /** How far each had received the other's stream when it last sent something; -2 where that was never captured. */
  serverReceived: number;
  clientReceived: number;
  /** Times of the last packet with data of either side, and of the client's, ms, 32 bits of it. */
  lastMs: number;
  clientMs: number;
  /** How often in a row the client waited for all its answers; the longest run that ended; the same behind a hole. */
  waited: number;
  endedRun: number;
  seemedToWait: number;
  /** Whether it was seen to send on while answers were under way. */
  sendsOn: boolean;
  /** Requests in a row, behind the last that waits, that asked for no answer. */
  silentBehind: number;
  /** Whether it has ever asked for something to which no answer need come. */
  hasSilent: boolean;
  /** Whether several requests were ever due an answer at a time. */
  hasSeveral: boolean;
  /** Bytes of the client's longest segment. */
  largestSegment: number;
  /** Requests that came since it was written down. */
  added: number;
}

/** A request that waits for its answer: its line, and where it stands in the stream. */
export interface WaitingLine {
  /** The request itself, where its line was told. */
  readonly request: Transaction | undefined;
  /** `bytes[start, end)`, without line end. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Times of its first and its last byte, and the packets of the end of its line, and of its end. */
  readonly startUs: number;
  readonly timeUs: number;
  readonly linePacket: number;
  readonly packet: number;
  /** Bytes of its data block, with the line end, that are to come. */
  readonly blockRest: number;
  readonly headEnd: number;
  readonly requestStart: number;
  readonly requestBytes: number;
  readonly startsSegment: boolean;
  readonly acknowledged: number;
  readonly silentBefore: number;
}

/** An answer of which the first line came, and a part of the value that it announces. */
export interface AnswerStart {
  /** Its first line, with the line end, is `bytes[start, end)`. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Offset in the server's stream of its first byte, and the packet that brought it. */
  readonly from: number;
  readonly timeUs: number;
  readonly packet: number;
  readonly acknowledged: number;
}

/** A session that somebody else can stand in for. */
export interface Lender {
  /** Writes down how things stand; false where something unusual is under way, or a request waits. */
  lend(standing: Standing): boolean;
  /** Goes on from there, with the requests that wait by now. */
  takeBack(standing: Standing, waiting: readonly WaitingLine[], answer: AnswerStart | undefined): void;
}
