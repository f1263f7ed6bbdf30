import type { Peers } from '../peers.ts';
import type { Arrival, CloseReason, Session } from '../protocol.ts';
import type { TcpContext } from './context.ts';
import { Advance, HalfStream, type PairContext } from './half-stream.ts';
import { TcpFlag, type TcpSegment } from './segment.ts';
import { sequenceAfter, sequenceDistance } from './sequence.ts';
import { TcpFacts } from './tcp-facts.ts';

const { fin: finFlag, syn: synFlag, rst: rstFlag, ack: ackFlag } = TcpFlag;

/** A SYN that comes after data of its own connection may lie this far before the first byte known. */
const lateSynDistance = 65_536;

/** Stands in for the session once it has ended. */
const ended: Session = { data() {}, gap() {}, waiting() {}, end() {} };

/**
 * The two directions of one connection, and what each segment means to both: its acknowledgment speaks of
 * the other direction and is read first, its payload, FIN or RST of its own.
 */
export class StreamPair extends TcpFacts implements PairContext {
  readonly context: TcpContext;
  readonly connection: Peers;
  session: Session;
  readonly client: HalfStream;
  readonly server: HalfStream;
  /** A reset was seen, but the look-ahead knows of earlier bytes to come. */
  #resetting = false;

  constructor(context: TcpContext, connection: Peers, session: Session) {
    super();
    this.context = context;
    this.connection = connection;
    this.session = session;
    this.client = new HalfStream(this);
    this.server = new HalfStream(this);
  }

  /** Undefined where nobody listens. */
  get facts(): TcpFacts | undefined {
    return this.context.observer && this;
  }

  /**
   * Whether this SYN begins another connection than this one. A SYN may be of this one although bytes
   * came before: repeated, or captured late.
   */
  isForeignSyn(segment: TcpSegment, fromClient: boolean, closed: boolean): boolean {
    const own = fromClient ? this.client : this.server;
    const other = fromClient ? this.server : this.client;
    const first = sequenceAfter(segment.sequence, 1);
    const acknowledges = (segment.flags & ackFlag) !== 0;
    if (!own.known) {
      if (!acknowledges || !other.known) return false;
      const distance = sequenceDistance(segment.acknowledgment, other.baseSequence);
      return distance < 0 || distance > other.next + lateSynDistance;
    }
    const distance = sequenceDistance(own.baseSequence, first);
    if (distance === 0) {
      own.synSeen = true;
      return false;
    }
    if (!own.synSeen) {
      if (distance < 0 || distance > lateSynDistance) return true;
      own.synSeen = true;
      return false;
    }
    const untouched = own.next === 0 && !own.pending && own.fin < 0;
    if (acknowledges && untouched && !closed && segment.acknowledgment === other.baseSequence) {
      // The server forgot its first answer, as with SYN cookies or a restart, before it sent any byte.
      own.begin(first, false);
      return false;
    }
    return true;
  }

  /**
   * Whether this segment without SYN, captured after the end of this connection, is of a later one: it has
   * data far from all that this one sent.
   */
  isForeignData(segment: TcpSegment, fromClient: boolean): boolean {
    const own = fromClient ? this.client : this.server;
    if (segment.payloadLength === 0 || (segment.flags & rstFlag) !== 0 || !own.known) return false;
    const distance = sequenceDistance(segment.sequence, own.nextSequence);
    return Math.abs(distance) > this.context.limits.resetWindow;
  }

  /**
   * Takes one segment; `identification` is that of its IP packet. Returns why the connection is over now, if it is.
   */
  segment(
    segment: TcpSegment,
    identification: number,
    fromClient: boolean,
    bytes: Buffer,
    arrival: Arrival,
  ): CloseReason | undefined {
    const own = fromClient ? this.client : this.server;
    const other = fromClient ? this.server : this.client;
    const { flags, payloadLength } = segment;
    const { observer } = this.context;
    this.lastUs = arrival.timeUs;
    own.segments++;
    if ((flags & rstFlag) !== 0) return this.#reset(segment, own, other, arrival);

    const first = (flags & synFlag) === 0 ? segment.sequence : sequenceAfter(segment.sequence, 1);
    if (!own.known) {
      own.synSeen = (flags & synFlag) !== 0;
      if (own.synSeen) own.begin(first, false);
      else own.beginMidStream(first, payloadLength === 0 && (flags & finFlag) === 0, false);
    }
    const offset = own.offsetOf(first);
    const ahead = offset - own.next;
    const { sequenceWindow } = this.context.limits;
    if (ahead > sequenceWindow || ahead < -sequenceWindow) {
      this.context.anomalies.count('sequenceOutsideWindow');
      return undefined;
    }
    observer?.see(this.connection, this, segment, identification, offset, fromClient, bytes, own, other, arrival);
    arrival.acknowledged =
      (flags & ackFlag) === 0
        ? -1
        : this.#acknowledge(segment.acknowledgment, payloadLength, offset, own, other, arrival);
    if (payloadLength > 0) {
      own.receive(offset, bytes, segment.payloadStart, segment.payloadEnd, payloadLength, arrival, other);
    } else if (ahead > 0) {
      // One further than known may be the sequence number of a FIN that was not captured.
      if (ahead === 1 && own.fin < 0) own.finGuess = own.next;
      else own.showSent(offset);
    }
    if ((flags & finFlag) !== 0) own.finish(offset + payloadLength);
    if (own.pending || other.pending) this.#advance(own, other, arrival, Advance.proven);
    if (this.#resetting) return this.#isSpent(own) && this.#isSpent(other) ? 'rst' : undefined;
    return own.finished && other.finished ? 'fin' : undefined;
  }

  /** Takes a segment that comes after both FINs, for what it shows alone: the streams are at their end. */
  late(segment: TcpSegment, identification: number, fromClient: boolean, arrival: Arrival): void {
    const { connection } = this;
    const { observer } = this.context;
    const own = fromClient ? this.client : this.server;
    const other = fromClient ? this.server : this.client;
    const { flags } = segment;
    if (observer === undefined || !own.known || !other.known) return;
    if ((flags & (rstFlag | synFlag)) !== 0) return;
    this.lastUs = Math.max(this.lastUs, arrival.timeUs);
    const offset = own.offsetOf(segment.sequence);
    const acknowledged = (flags & ackFlag) === 0 ? -1 : other.offsetOf(segment.acknowledgment);
    observer.seeLate(connection, this, segment, identification, offset, fromClient, own, acknowledged, other, arrival);
  }

  /** Declares what is missing and passes on what is held, in the order in which the sides can have sent it. */
  flush(arrival: Arrival): void {
    const { client, server } = this;
    client.proveAll(server);
    server.proveAll(client);
    this.#advance(client, server, arrival, Advance.final);
    // Left are bytes whose acknowledgments contradict each other.
    client.advance(server, arrival, Advance.forced);
    server.advance(client, arrival, Advance.forced);
  }

  /** Whether nothing is open on either side, and nothing went wrong that commands are told of. */
  get isPlain(): boolean {
    return (
      !this.#resetting &&
      this.client.isPlain &&
      this.server.isPlain &&
      (this.isUntroubled || this.context.observer === undefined)
    );
  }

  /** Both sides have sent their FIN. */
  get hasFinished(): boolean {
    return this.client.finished && this.server.finished;
  }

  /** True once the session was let go of. */
  get isReleased(): boolean {
    return this.session === ended;
  }

  /** Drops all that is held and lets go of the session. */
  release(): void {
    this.session = ended;
    this.client.release();
    this.server.release();
  }

  /**
   * Reads the acknowledgment in a segment whose payload lies at `offset`. Returns it as an offset of the
   * other direction, or -1 if it is not to be believed.
   */
  #acknowledge(
    acknowledgment: number,
    payloadLength: number,
    offset: number,
    own: HalfStream,
    other: HalfStream,
    arrival: Arrival,
  ): number {
    if (!other.known) other.beginMidStream(acknowledgment, false, true);
    let acknowledged = other.offsetOf(acknowledgment);
    const ahead = acknowledged - other.next;
    if (ahead <= 0) {
      if (ahead < -this.context.limits.sequenceWindow) return this.#disbelieve();
      if (acknowledged > other.acknowledged) other.acknowledged = acknowledged;
      return Math.max(acknowledged, 0);
    }
    if (ahead > this.context.limits.sequenceWindow) return this.#disbelieve();
    if (other.fin >= 0 && acknowledged > other.fin) acknowledged = other.fin;
    if (acknowledged > other.acknowledged) other.acknowledged = acknowledged;
    if (acknowledged === other.next) return acknowledged;
    if (ahead === 1 && payloadLength === 0 && other.fin < 0 && other.sent <= other.next) {
      // Either one byte or a FIN that was not captured: what follows will tell.
      other.finGuess = other.next;
      return other.next;
    }
    // A segment beyond a hole of its own that also speaks of bytes never captured: both sides lost something.
    if (offset > own.next && !other.comesLater(acknowledged)) own.prove(offset);
    other.prove(acknowledged);
    this.#advance(own, other, arrival, Advance.proven);
    return acknowledged;
  }

  #disbelieve(): -1 {
    this.context.anomalies.count('acknowledgmentOutsideWindow');
    return -1;
  }

  /** RFC 9293 §3.5.3: a reset counts inside the window, or as the answer to a SYN. Its payload is not data. */
  #reset(segment: TcpSegment, own: HalfStream, other: HalfStream, arrival: Arrival): CloseReason | undefined {
    const acknowledges = (segment.flags & ackFlag) !== 0 && other.known;
    if (own.known) {
      const offset = own.offsetOf(segment.sequence);
      const top = Math.max(own.sent, own.next);
      if (offset >= own.acknowledged && offset <= top + this.context.limits.resetWindow) {
        if (acknowledges) this.#acknowledge(segment.acknowledgment, 0, offset, own, other, arrival);
        // One further than known may be the sequence number of a FIN that was not captured.
        if (offset !== own.next + 1) own.showSent(offset);
      } else if (!(acknowledges && other.answersSyn(segment.acknowledgment)) || own.next > 0 || own.pending) {
        this.context.anomalies.count('resetOutsideWindow');
        return undefined;
      }
    }
    const at = own.known ? own.offsetOf(segment.sequence) : -1;
    this.context.observer?.close(this.connection, this, 'rst', own === this.client, at, arrival);
    if (this.context.comesLater === undefined) return 'rst';
    own.proveAll(other);
    other.proveAll(own);
    this.#advance(own, other, arrival, Advance.proven);
    this.#resetting = !(this.#isSpent(own) && this.#isSpent(other));
    return this.#resetting ? undefined : 'rst';
  }

  /** After a reset: nothing of this direction waits, and nothing that was under way comes later. */
  #isSpent(half: HalfStream): boolean {
    if (!half.settled) return false;
    return !half.known || half.finished || !half.comesLater(half.next + this.context.limits.resetWindow);
  }

  #advance(own: HalfStream, other: HalfStream, arrival: Arrival, how: Advance): void {
    let moved = true;
    while (moved) {
      moved = own.advance(other, arrival, how);
      moved = other.advance(own, arrival, how) || moved;
    }
  }
}
