import type { Datagram } from '../../../protocols/datagram.ts';
import { RecentSegments } from '../../../protocols/tcp/recent-segments.ts';
import { TcpFlag, type TcpSegment } from '../../../protocols/tcp/segment.ts';
import { sequenceAfter } from '../../../protocols/tcp/sequence.ts';
import { stepsOf } from './segment-steps.ts';
import { type DecodedOption, decodeOptions } from './tcp-options.ts';
import type { Party, Step } from './texts.ts';
import { beginSide, type Scale, scaleOf, WatchedConnection } from './watched-connection.ts';

const { syn: synFlag, ack: ackFlag, fin: finFlag, rst: rstFlag } = TcpFlag;

/** What one segment is in its connection. */
export interface Reading {
  readonly from: Party;
  readonly to: Party;
  readonly steps: readonly Step[];
  readonly options: readonly DecodedOption[];
  /** The numbers of its bytes, from `first` up to but not `end`; equal where it has none. */
  readonly first: number;
  readonly end: number;
  /** Bytes before these that were not seen; equal where there are none. */
  readonly hole: { readonly from: number; readonly to: number };
  /** The number that it expects next of the other side; -1 where it acknowledges nothing. */
  readonly acknowledged: number;
  /** Whether that are more bytes than it has acknowledged before. */
  readonly bringsBytes: boolean;
  readonly acknowledgesFin: boolean;
  readonly scale: Scale;
  /** Counts as sent what the other side has acknowledged: it is told that it was never captured. */
  readonly countMissing: () => void;
  /** Whether it acknowledges more than was captured. */
  readonly isAhead: () => boolean;
  /** The number of the byte at a sequence number of the other side's. */
  readonly peerNumber: (sequence: number) => number;
  /** The SYN of the sender was captured. */
  readonly isFromStart: boolean;
  readonly connection: WatchedConnection;
}

/** What is known of a segment beside what it says itself. */
export interface Circumstances {
  readonly timeUs: number;
  readonly number: number;
  /** It was told to be all sent before, or to fill a hole; undefined where nothing was told. */
  readonly fact: 'retransmission' | 'out_of_order' | undefined;
  readonly isServerPort: (port: number) => boolean;
}

/** Follows connections packet by packet, in the order of the capture, and says what each is in its connection. */
export class TcpWatch {
  readonly #limit: number;
  /** Two generations: where the younger one is full, the older one is dropped. */
  #young = new Map<string, WatchedConnection>();
  #old = new Map<string, WatchedConnection>();
  readonly #recent = new RecentSegments();
  #ids = 0;

  /** `limit`: connections of a generation. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Undefined where neither side is known to be the server. */
  read(datagram: Datagram, segment: TcpSegment, bytes: Uint8Array, about: Circumstances): Reading | undefined {
    const source = endOf(datagram, true, segment.sourcePort);
    const destination = endOf(datagram, false, segment.destinationPort);
    const connection = this.#connection(source, destination, segment, about.isServerPort);
    if (connection === undefined) return undefined;
    const from: Party = connection.clientEnd === source ? 'client' : 'server';
    const to: Party = from === 'client' ? 'server' : 'client';
    const own = connection.side(from);
    const other = connection.side(to);
    const { flags, payloadLength, sequence } = segment;
    const isSyn = (flags & synFlag) !== 0;
    const isFin = (flags & finFlag) !== 0;
    const acknowledges = (flags & ackFlag) !== 0;
    const options = decodeOptions(segment, bytes);

    const isRepeatedSyn = isSyn && own.initial === sequence;
    if (isSyn && !isRepeatedSyn) beginSide(own, sequence, options);
    const isReset = (flags & rstFlag) !== 0;
    if (!own.isKnown && !isReset) own.begin(sequence, 0);
    if (acknowledges && !other.isKnown && !isReset) other.begin(segment.acknowledgment, 1);
    const first = own.numberOf(isSyn ? sequenceAfter(sequence, 1) : sequence);
    const end = first + payloadLength;
    const acknowledged = acknowledges ? other.numberOf(segment.acknowledgment) : -1;
    const before = own.next;
    const direction = from === 'client' ? connection.id : -connection.id;
    const arrival = { timeUs: about.timeUs, packet: about.number, acknowledged: -1 };
    const hasBody = payloadLength > 0 || isSyn || isFin;
    const isCopy = (hasBody || isReset) && this.#recent.isCopy(direction, datagram.identification, segment, arrival);

    const acknowledgesFin = other.fin !== undefined && acknowledged > other.fin;
    const isNews = acknowledged > own.lastAcknowledgment;
    const bringsBytes = acknowledged - (acknowledgesFin ? 1 : 0) > own.lastAcknowledgment;
    const steps: Step[] = isCopy
      ? ['copy']
      : stepsOf({ connection, from, to, segment, first, end, acknowledged, isRepeatedSyn, isNews, fact: about.fact });

    if (!isReset) own.see(first, isFin ? end + 1 : end);
    if (isFin) own.fin = end;
    if (acknowledgesFin) other.isFinAcknowledged = true;
    if (acknowledges) {
      other.acknowledged = Math.max(other.acknowledged, acknowledged);
      own.lastAcknowledgment = Math.max(own.lastAcknowledgment, acknowledged);
    }
    // That of a SYN is not scaled: nothing can be compared with it.
    if (!isReset) own.window = isSyn ? -1 : segment.window;
    // What the other side has acknowledged was on its way before, and is told as missing.
    const hasHole = hasBody && !isSyn && first > before && before > 0 && own.acknowledged < first;
    return {
      from,
      to,
      steps,
      options,
      first,
      end,
      hole: { from: hasHole ? before : first, to: first },
      acknowledged,
      bringsBytes,
      acknowledgesFin,
      scale: scaleOf(own.scale, other.scale),
      countMissing: () => other.advance(acknowledged),
      isAhead: () => acknowledged > other.next,
      peerNumber: (edge) => other.numberOf(edge),
      isFromStart: own.initial !== undefined,
      connection,
    };
  }

  #connection(
    source: string,
    destination: string,
    { flags, sequence, acknowledgment, sourcePort, destinationPort }: TcpSegment,
    isServerPort: (port: number) => boolean,
  ): WatchedConnection | undefined {
    const key = source < destination ? `${source} ${destination}` : `${destination} ${source}`;
    const known = this.#find(key);
    const isSyn = (flags & (synFlag | rstFlag)) === synFlag;
    const isFirst = isSyn && (flags & ackFlag) === 0;
    if (known !== undefined && !(isSyn && isAnother(known, source, isFirst, sequence, acknowledgment))) return known;
    const client = isSyn
      ? isFirst
        ? source
        : destination
      : clientOf(source, destination, isServerPort(sourcePort), isServerPort(destinationPort));
    if (client === undefined) return undefined;
    const connection = new WatchedConnection(++this.#ids, client);
    this.#add(key, connection);
    return connection;
  }

  #find(key: string): WatchedConnection | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.#add(key, old);
    return old;
  }

  #add(key: string, connection: WatchedConnection): void {
    if (this.#young.size >= this.#limit && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, connection);
  }
}

function endOf(datagram: Datagram, isSource: boolean, port: number): string {
  const { source0, source1, source2, source3, destination0, destination1, destination2, destination3 } = datagram;
  const words = isSource
    ? [source0, source1, source2, source3]
    : [destination0, destination1, destination2, destination3];
  return `${words.join('.')}:${port}`;
}

function clientOf(source: string, destination: string, isFromServer: boolean, isToServer: boolean): string | undefined {
  if (isFromServer === isToServer) return undefined;
  return isToServer ? source : destination;
}

/** Whether a SYN begins another connection between the same ports than the one that is known. */
function isAnother(
  known: WatchedConnection,
  source: string,
  isFirst: boolean,
  sequence: number,
  acknowledgment: number,
): boolean {
  const own = known.clientEnd === source ? known.client : known.server;
  const other = own === known.client ? known.server : known.client;
  if (own.initial !== undefined) return own.initial !== sequence;
  // The SYN of a side that is known already, by packets that were captured before it.
  if (own.isKnown) return own.numberOf(sequence) !== 0;
  return !isFirst && other.isKnown && Math.abs(other.numberOf(acknowledgment) - other.next) > 65_536;
}
