import { Transaction } from '../transaction.ts';
import type { AnswerForm } from './constants.ts';

/** A request as pairing needs it: the transaction that the sinks will get, and where it stands in the streams. */
export class Request extends Transaction {
  /** What kind of answer the server owes. */
  answerForm: AnswerForm;
  /** Words that answer it, where those are known; undefined where it may be any that belongs to no other command. */
  words: readonly string[] | undefined = undefined;
  /** Keys beyond the limit of those that are kept. */
  keysLeftOut = 0;
  /** True where the server refuses the line for its form, or does not know the command: it takes no data block. */
  refused = false;
  /**
   * Bytes behind a line which some versions of the server swallow and others run as commands: the key is too long
   * (swallowed by 1.6.45, run by 1.6.18), or the size has the form of before 1.6.0. 0 where there is no doubt.
   */
  doubtfulBlock = 0;
  /** Flag `q` of a meta command, or `refresh_certs noreply`: where the answer is the one to be expected, none comes. */
  isQuiet = false;
  /** What a meta answer brings back of its request: the opaque, and the key where the flag `k` asks for it. */
  opaque: string | undefined = undefined;
  returnedKey: string | undefined = undefined;
  /** True where it waits for no answer any more, before its own last byte came: memory was short. */
  isGivenUp = false;
  /** Bytes of its data block that were never captured. */
  missingBytes = 0;
  /** True from the last byte of the request, data block included. */
  isComplete = false;
  /** Offset in the client's stream after the command line, before any data block. */
  lineEnd = 0;
  /** How far the client had received the server's stream when it sent the request: its answer can't lie before. */
  acknowledged = -1;
  /** True where its first byte is that of a segment. */
  startsSegment = false;
  /**
   * Size of the hole in the client's stream right before it, bytes, as far as requests may lie in it; -1 where none is.
   */
  unseenBefore = -1;

  /** True where it turned out that nothing will ever prove that these bytes are a request. */
  isRefuted = false;

  constructor(protocol: string, command: string, line: string, answerForm: AnswerForm) {
    super(protocol, command, line);
    this.answerForm = answerForm;
  }

  /** Keys that were asked for. */
  get keyCount(): number {
    return this.keys.length + this.keysLeftOut;
  }

  /** Size of the data block and its line end, in bytes; 0 where the command takes none. */
  get blockLength(): number {
    return this.valueLength < 0 ? 0 : this.valueLength + 2;
  }
}
