import type { PairedRequest } from './paired-request.ts';

/** An answer as pairing needs it. The parsers reuse one object: `copy` what must outlive the call. */
export interface PairedAnswer {
  /** Offset of its first byte in the server's stream, and its bytes on the stream. */
  readonly start: number;
  readonly length: number;
  /** Time of the packet with its first byte, µs since 1970. */
  readonly startUs: number;
  /** How far the server had received the client's stream when it sent the first byte; -1 if unknown. */
  readonly acknowledged: number;
  /** What it costs while it is held, in bytes of `pendingTotalBytes`. */
  readonly cost: number;
  copy(): this;
}

/** What an answer repeats of its request. */
export const Naming = {
  /** Nothing. */
  none: 0,
  /** A key that the request asks for, and others may, too. */
  key: 1,
  /** An opaque that no other request of the connection has. */
  unique: 2,
} as const;

export type Naming = (typeof Naming)[keyof typeof Naming];

/**
 * What pairing has to know of requests and answers. The order is the same for all of memcached's dialects; what an
 * answer looks like is not.
 */
export interface Dialect<R extends PairedRequest, A extends PairedAnswer> {
  /** 0 where the answer is one that the request can be expected to get, else `Cost.odd`. */
  misfit(request: R, answer: A): number;
  /** How many looks `misfit` takes, see `LookAllowance`. */
  looks(request: R, answer: A): number;
  /** By what the answer, which fits, names the request. */
  naming(request: R, answer: A): Naming;
  /** The name that it names it by; empty where it names none. */
  nameOf(answer: A): string;
  /** What it costs to take the answer for one to a request that asked for none. */
  unaskedBySilent(answer: A): number;
  /** Whether it is an answer for which the server may drop others, whatever it is said to. */
  mayDropEarlier(answer: A): boolean;
  /** Whether the server, where it says this to the request, drops the answers before it that it has not sent yet. */
  dropsEarlier(request: R, answer: A): boolean;
  /** Whether two answers say the same of their requests, whichever they belong to. */
  saySame(one: A, other: A): boolean;
  /** The places that lost answers of so many bytes lead to from these, see `Reach`. */
  readonly reach: Reach<R>;
  /** The least that an answer to the request takes, in bytes. */
  leastAnswerBytes(request: R): number;
  /** The least that a request with such an answer takes, in bytes. */
  leastRequestBytes(answer: A): number;
  /** Whether any command may be answered so: an error that names none. */
  fitsAll(answer: A): boolean;
  /** Whether no command that has a value is answered so. */
  isOfRetrieval(answer: A): boolean;
  /** Whether an answer that was read from an unsure point may be the tail of one that began before it. */
  mayBeTail(answer: A): boolean;
  /** Writes the answer into its request. */
  settle(request: R, answer: A): void;
  /** Writes into a request of which nobody knows the answer that this may be it, and else it got none. */
  settlePossible?(request: R, answer: A): void;
  /** Writes into the request that silence is its answer. */
  settleSilence(request: R): void;
}

/** Requests by their place, counted from the first of the connection. */
export interface Places<R> {
  at(place: number): R | undefined;
  /** The place behind the last one. */
  readonly end: number;
}

/**
 * The places in `requests` that are reached from one of `from` by answers that take exactly `room` bytes, or at most as
 * many, ascending. `tailRoom`: size of a hole in the requests behind the last one, -1 where there is none.
 */
export type Reach<R> = (
  requests: Places<R>,
  from: readonly number[],
  room: number,
  tailRoom: number,
) => readonly number[];
