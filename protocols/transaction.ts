/** How a request ended; the words of the JSON field `status`. */
export const statuses = [
  'hit',
  'miss',
  'partial',
  'stored',
  'not_stored',
  'exists',
  'not_found',
  'deleted',
  'touched',
  'ok',
  'error',
  'client_error',
  'server_error',
  'no_reply',
  /** It got an answer that, by its kind, key or opaque, is none to it. */
  'misfit',
  /** An answer was due, and it is proven that none came. */
  'unanswered',
  /** An answer was due, and it was never captured, or can't be told from others. */
  'unknown',
] as const;

export type Status = (typeof statuses)[number];

/** What took most of the time that a client waited: a part of it, or what held that part up. */
export type Cause = 'request' | 'queue' | 'server' | 'transfer' | 'retransmission' | 'zero_window' | 'delayed_ack';

/** A number as on the wire; text where it exceeds 2^53 and a JavaScript number would lose digits. */
export type WireNumber = number | string;

/**
 * One request and, once it is known, its answer. The request's parser fills the first part and pairing the
 * second; then it belongs to the sinks. Text from the wire is held as Latin-1, one character a byte, and
 * is escaped on the way out.
 */
export class Transaction {
  protocol: string;
  /** Lower case, as on the wire; empty for an empty line. */
  command: string;
  /** The command line as sent, without line end. */
  line: string;
  keys: readonly string[] = noKeys;
  flags: WireNumber | undefined = undefined;
  exptime: WireNumber | undefined = undefined;
  cas: WireNumber | undefined = undefined;
  delta: WireNumber | undefined = undefined;
  /** What follows the command, and its key, on the line as sent, as far as no other field holds it. */
  args: string | undefined = undefined;
  /** It is a binary one that holds the unique of the item which it replaces. */
  comparesCas = false;
  /** Size of the data block without its line end; -1 where the command has none. */
  valueLength = -1;
  noreply = false;
  /** First bytes of the value sent or received, as many as the caller asked for. */
  value: string | undefined = undefined;
  valueTruncated = false;
  /** Of the first `set` of a text connection: its value is two words, as a user and a password are. */
  holdsTwoWords = false;
  /** The two bytes behind its data block were captured, and are no line end. */
  isMiscounted = false;

  /** Time of the packet with the request's first byte, µs since 1970. */
  startUs = 0;
  /** Time of the packet with the request's last byte, or of the one that proves it missing, µs since 1970. */
  requestUs = 0;
  /** True where the request's last byte was never captured: when it was sent nobody knows. */
  endIsMissing = false;
  /** Offset in the client's stream of the request's first byte; -1 where nobody knows. */
  requestStart = -1;
  /** Number of the packet with the end of the command line, from 1. */
  linePacket = 0;
  /** Number of the packet with the request's last byte, from 1. */
  packet = 0;
  /** Bytes on the stream, line ends and data block included. */
  requestBytes = 0;

  /**
   * When the client had last heard of the server before it, µs since 1970, `never` where it had not; -1 where that stands
   * in `connection.tcp` when its line is told.
   */
  heardUs = -1;

  /** Further fields of the record that only one protocol has. */
  extra: Record<string, string | number | boolean> | undefined = undefined;

  status: Status = 'unanswered';
  /** True for commands that retrieve: `hits` and `misses` then apply once answered. */
  retrieves = false;
  hits = 0;
  misses = 0;
  missed: readonly string[] | undefined = undefined;
  /** Of a retrieval of several keys: those that came, in the order of the answer, and the bytes of each one's value. */
  found: readonly string[] | undefined = undefined;
  foundBytes: readonly number[] | undefined = undefined;
  /** Value bytes stored or retrieved, summed over keys; -1 where none apply. */
  bytes = -1;
  /**
   * The answer's own word, number or text where `status` does not say it all; of one that does not fit its first line,
   * at most `firstLineBytes` of it.
   */
  result: string | undefined = undefined;
  /** Of a meta answer: its flags as the server sent them, or the words behind `ME` and the key. */
  answerFlags: string | undefined = undefined;
  /** Of a misfit: the key, or in words the opaque, that its answer names and it did not ask for. */
  misnamed: string | undefined = undefined;
  /** Of one whose answer is unknown: an error line, at `start` of the server's stream, that is its answer or another's. */
  possibleError:
    | { readonly text: string; readonly start: number; readonly timeUs: number; readonly packet: number }
    | undefined = undefined;
  /** What the answer to `stats settings` says of the size of an item, bytes; -1 where none does. */
  itemSizeMax = -1;
  /**
   * The answer's word or number as an annotation says it: `STORED`, `42 lines`; empty where `hits` and `misses` say it.
   */
  outcome = '';
  /** Time of the packet with the answer's first byte, µs since 1970; -1 where none came. */
  answerUs = -1;
  /** Number of the packet with the answer's first byte, from 1; 0 where none came, or nobody knows. */
  answerPacket = 0;
  /** Time of the packet with the answer's last byte, µs since 1970; -1 where that was never captured. */
  endUs = 0;
  responseBytes = -1;
  /** Offset in the server's stream of the answer's first byte; -1 where none came. */
  answerStart = -1;

  /** µs of the latency in which an earlier command of the connection was still being answered. See `SplitTimes`. */
  queueUs = 0;
  /** Segments with bytes of the request or the answer that were seen again. See `SplitTimes`. */
  retransmits = 0;
  /** Where the client waited for long: why. See `SplitTimes`. */
  cause: Cause | undefined = undefined;

  /** Somebody goes on holding it. */
  isKept = false;

  constructor(protocol: string, command: string, line: string) {
    this.protocol = protocol;
    this.command = command;
    this.line = line;
  }

  /** As if it was made anew. */
  renew(protocol: string, command: string, line: string): void {
    this.protocol = protocol;
    this.command = command;
    this.line = line;
    this.keys = noKeys;
    this.flags = undefined;
    this.exptime = undefined;
    this.cas = undefined;
    this.delta = undefined;
    this.args = undefined;
    this.comparesCas = false;
    this.valueLength = -1;
    this.noreply = false;
    this.value = undefined;
    this.valueTruncated = false;
    this.holdsTwoWords = false;
    this.isMiscounted = false;
    this.startUs = 0;
    this.requestUs = 0;
    this.endIsMissing = false;
    this.requestStart = -1;
    this.linePacket = 0;
    this.packet = 0;
    this.requestBytes = 0;
    this.heardUs = -1;
    this.extra = undefined;
    this.status = 'unanswered';
    this.retrieves = false;
    this.hits = 0;
    this.misses = 0;
    this.missed = undefined;
    this.found = undefined;
    this.foundBytes = undefined;
    this.bytes = -1;
    this.result = undefined;
    this.answerFlags = undefined;
    this.misnamed = undefined;
    this.possibleError = undefined;
    this.itemSizeMax = -1;
    this.outcome = '';
    this.answerUs = -1;
    this.answerPacket = 0;
    this.endUs = 0;
    this.responseBytes = -1;
    this.answerStart = -1;
    this.queueUs = 0;
    this.retransmits = 0;
    this.cause = undefined;
    this.isKept = false;
  }

  /** Whoever borrows it, and goes on holding it behind the call that told it, says so. See `Listener.borrows`. */
  keep(): this {
    this.isKept = true;
    return this;
  }

  setExtra(name: string, value: string | number | boolean): void {
    this.extra ??= {};
    this.extra[name] = value;
  }

  /**
   * µs from the packet with the request's last byte to the packet with the answer's first byte; -1 where one of them is
   * missing, and where the clock went back in between.
   */
  get latencyUs(): number {
    return this.answerUs < 0 || this.endIsMissing ? -1 : Math.max(-1, this.answerUs - this.requestUs);
  }

  /** True where the answer, by the packets' times, came before its request: the clock of the capture went back. */
  get isBackInTime(): boolean {
    return this.answerUs >= 0 && (this.answerUs < this.requestUs || (this.endUs >= 0 && this.endUs < this.startUs));
  }

  /** What the server took of the latency, µs; -1 where that is not known. */
  get serverUs(): number {
    const { latencyUs } = this;
    return latencyUs < 0 ? -1 : latencyUs - this.queueUs;
  }

  /** µs from the packet with the answer's first byte to the one with its last; -1 where one of them is missing. */
  get transferUs(): number {
    return this.answerUs < 0 || this.endUs < 0 ? -1 : Math.max(0, this.endUs - this.answerUs);
  }

  /**
   * What the client waited: µs from the packet with the request's first byte to the one with the answer's last; -1 where
   * one of them is missing, and where the clock went back in between.
   */
  get durationUs(): number {
    return this.answerUs < 0 || this.endUs < 0 || this.isBackInTime ? -1 : this.endUs - this.startUs;
  }
}

const noKeys: readonly string[] = [];
