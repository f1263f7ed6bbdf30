import type { AnswerForm } from '../constants.ts';
import { PairedRequest } from '../pairing/paired-request.ts';
import { Swallower } from '../server-habits.ts';
import type { Flags } from './meta-flags.ts';

/** A request of the text protocol. */
export class Request extends PairedRequest {
  /** What kind of answer it gets, if its line is accepted. */
  answerForm: AnswerForm;
  /** Words that answer it, where those are known; undefined where it may be any that belongs to no other command. */
  words: readonly string[] | undefined = undefined;
  /** Keys beyond the limit of those that are kept. */
  keysLeftOut = 0;
  /** True where some version of the server refuses the line for its form, or does not know the command. */
  refused = false;
  /** True where it has other words than the command takes, or one more than most versions read. */
  isMisworded = false;
  /** True where a server is likely to say an error, although the line is read here. */
  isRisky = false;
  /**
   * Bytes behind a line which some versions of the server swallow as its data block and others run as commands; 0 where
   * there is no doubt.
   */
  doubtfulBlock = 0;
  /** Who swallows it, where it is in doubt. */
  swallower: Swallower = Swallower.unknown;
  /** Flag `q` of a meta command, or `refresh_certs noreply`: where the answer is the one to be expected, none comes. */
  isQuiet = false;
  /** Letters of a meta command's flags. */
  flagSet: Flags = 0;
  /** What a meta answer brings back of its request: the opaque, and the key where the flag `k` asks for it. */
  opaque: string | undefined = undefined;
  returnedKey: string | undefined = undefined;
  /** Bytes of its data block that were never captured. */
  missingBytes = 0;
  /** True where its first byte is that of a segment. */
  startsSegment = false;

  constructor(protocol: string, command: string, line: string, answerForm: AnswerForm) {
    super(protocol, command, line);
    this.answerForm = answerForm;
  }

  override renew(protocol: string, command: string, line: string): void {
    super.renew(protocol, command, line);
    this.words = undefined;
    this.keysLeftOut = 0;
    this.refused = false;
    this.isMisworded = false;
    this.isRisky = false;
    this.doubtfulBlock = 0;
    this.swallower = Swallower.unknown;
    this.isQuiet = false;
    this.flagSet = 0;
    this.opaque = undefined;
    this.returnedKey = undefined;
    this.missingBytes = 0;
    this.startsSegment = false;
  }

  /** Keys that were asked for. */
  get keyCount(): number {
    return this.keys.length + this.keysLeftOut;
  }

  /** Not every server swallows the block of `length` bytes behind the line. */
  doubtBlock(length: number, swallower: Swallower): void {
    this.doubtfulBlock = length + 2;
    this.swallower = swallower;
  }

  /** Size of the data block and its line end, in bytes; 0 where the command takes none. */
  get blockLength(): number {
    return this.valueLength < 0 ? 0 : this.valueLength + 2;
  }
}
