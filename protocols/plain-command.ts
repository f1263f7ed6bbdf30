import { latin1 } from './bytes.ts';
import type { Cause, Status, Transaction } from './transaction.ts';

/** The keys that a command has, without a text of any being made before somebody asks for it. */
export interface HeldKeys {
  readonly keysHeld: number;
  /** The key at this place, from 0 on. */
  keyAt(place: number): string;
  /** Whether that is this one. */
  hasKey(place: number, text: string): boolean;
}

/** What a command says of itself without a text being made: one that is a transaction, and one that is plain. */
export type CommandFacts = HeldKeys &
  Readonly<
    Pick<
      Transaction,
      | 'command'
      | 'status'
      | 'noreply'
      | 'retrieves'
      | 'hits'
      | 'misses'
      | 'valueLength'
      | 'bytes'
      | 'requestBytes'
      | 'responseBytes'
      | 'packet'
      | 'startUs'
      | 'requestUs'
      | 'answerUs'
      | 'endUs'
      | 'queueUs'
      | 'cause'
      | 'latencyUs'
      | 'serverUs'
      | 'durationUs'
      | 'whole'
    >
  >;

/**
 * A command in plain words, with one key and a plain answer, that waited for no other one, and holds no user and password: as
 * numbers, and the bytes of its key. One object is used again and again.
 */
export class PlainCommand implements CommandFacts {
  command = '';
  status: Status = 'ok';
  readonly noreply = false;
  retrieves = false;
  hits = 0;
  misses = 0;
  valueLength = -1;
  /** -1 where it has none. */
  exptime = -1;
  bytes = -1;
  requestBytes = 0;
  responseBytes = 0;
  packet = 0;
  startUs = 0;
  requestUs = 0;
  answerUs = 0;
  endUs = 0;
  queueUs = 0;
  cause: Cause | undefined = undefined;
  /** Where its key lies: `keyBytes[keyStart, keyEnd)`, and its `textHash`. */
  readonly keyBytes: Buffer;
  keyStart = 0;
  keyEnd = 0;
  keyHash = 0;
  readonly keysHeld = 1;
  readonly #make: () => Transaction;
  #whole: Transaction | undefined = undefined;

  /** `make`: makes a transaction of what it is now. */
  constructor(keyBytes: Buffer, make: () => Transaction) {
    this.keyBytes = keyBytes;
    this.#make = make;
  }

  get latencyUs(): number {
    return this.answerUs - this.requestUs;
  }

  get serverUs(): number {
    return this.latencyUs - this.queueUs;
  }

  get durationUs(): number {
    return this.endUs - this.startUs;
  }

  keyAt(_place: number): string {
    return latin1(this.keyBytes, this.keyStart, this.keyEnd);
  }

  hasKey(_place: number, text: string): boolean {
    return isText(text, this.keyBytes, this.keyStart, this.keyEnd);
  }

  /** As if nobody had called it plain. */
  get whole(): Transaction {
    this.#whole ??= this.#make();
    return this.#whole;
  }

  /** The transaction that was made of it; from now on it is another one. */
  leave(): Transaction | undefined {
    const whole = this.#whole;
    this.#whole = undefined;
    return whole;
  }
}

/** Whether `bytes[start, end)` are this text, in Latin-1. */
export function isText(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}
