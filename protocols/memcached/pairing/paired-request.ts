import type { WaitingLine } from '../../standing.ts';
import { Transaction } from '../../transaction.ts';

/** Whether the server owes a request an answer. */
export const Due = {
  /** It asked for none: `noreply`. */
  never: 0,
  /** Silence is an answer, too: a quiet command. */
  perhaps: 1,
  always: 2,
} as const;

export type Due = (typeof Due)[keyof typeof Due];

/** A request as pairing needs it: the transaction that the sinks will get, and where it stands in the streams. */
export class PairedRequest extends Transaction {
  due: Due = Due.always;
  /**
   * Offset in the client's stream behind what the server has to have read before it answers: the command line, or
   * header, extras and key.
   */
  headEnd = 0;
  /** How far the client had received the server's stream when it sent the request: its answer can't lie before. */
  acknowledged = -1;
  /** True from the last byte of the request, data block included. */
  isComplete = false;
  /** True where it waits for no answer any more, before its own last byte came: memory was short. */
  isGivenUp = false;
  /** True where it was read from a point that may not start a request: only its answer can prove that it is one. */
  isOnTrial = false;
  /** True where a client that waits for its answers went on without this one's. */
  isOverlooked = false;
  /**
   * Size of the hole in the client's stream right before it, bytes, as far as requests may lie in it; -1 where none is.
   */
  unseenBefore = -1;
  /** How many requests right before it asked for no answer: an answer that nobody is due may be to one of them. */
  silentBefore = 0;

  // Without one of its own the engine makes a list of the arguments, to pass it on.
  constructor(protocol: string, command: string, line: string) {
    super(protocol, command, line);
  }

  override renew(protocol: string, command: string, line: string): void {
    super.renew(protocol, command, line);
    this.due = Due.always;
    this.headEnd = 0;
    this.acknowledged = -1;
    this.isComplete = false;
    this.isGivenUp = false;
    this.isOnTrial = false;
    this.isOverlooked = false;
    this.unseenBefore = -1;
    this.silentBefore = 0;
  }

  /** Somebody else has read it, up to here. */
  resume(line: WaitingLine): void {
    this.startUs = line.startUs;
    this.requestUs = line.timeUs;
    this.linePacket = line.linePacket;
    this.packet = line.packet;
    this.headEnd = line.headEnd;
    this.requestStart = line.requestStart;
    this.requestBytes = line.requestBytes;
    this.acknowledged = line.acknowledged;
    this.silentBefore = line.silentBefore;
    this.isComplete = line.blockRest === 0;
  }

  /** What it costs while it waits, in bytes of `pendingTotalBytes`. */
  get cost(): number {
    return overhead + this.line.length + this.keys.length * keyOverhead;
  }
}

/** What a request that waits costs beside its text, and what each of its keys does. */
const overhead = 576;
const keyOverhead = 48;
