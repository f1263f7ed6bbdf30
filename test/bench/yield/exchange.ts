import type { Status } from '../../../protocols/transaction.ts';
import type { Cache } from './cache.ts';

/** What is true of a request, as far as a record says it. */
export interface Outcome {
  readonly status: Status;
  /** Of retrievals. */
  readonly hits?: number;
  readonly misses?: number;
  /** Value bytes stored or retrieved. */
  readonly bytes?: number;
  /** The number that incr answers. */
  readonly result?: string;
}

/** One request with what the server does about it. */
export interface Exchange {
  readonly command: string;
  readonly keys: readonly string[];
  /** As sent, line end and data block included. */
  readonly request: Buffer;
  /** Bytes of `request` up to where the command can be read: a text line, or a binary header with extras and key. */
  readonly lineLength: number;
  /** Empty where the server stays silent. */
  readonly answer: Buffer;
  readonly outcome: Outcome;
  /** True where the server may stay silent. */
  readonly isQuiet: boolean;
  /** Answers that this request can get, by all that tells whose an answer is: code, key, opaque. */
  readonly possibleForms: readonly string[];
  /** The one that it got; undefined where the server stays silent. */
  readonly form: string | undefined;
}

/** Requests that a client writes without waiting in between; it waits for all of their answers. */
export type Round = readonly Exchange[];

/** A client and its server's memory together: each call is the next round on the connection. */
export interface Conversation {
  /** What the server holds. */
  readonly cache: Cache;
  /** `isEdge`: the connection's first or last round. */
  round(isEdge: boolean): Round;
}
