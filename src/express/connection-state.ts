import type { AnswerStart, LineBeginning, Standing, UnderWay, WaitingLine } from '../../protocols/standing.ts';
import type { Connection } from '../../protocols/tcp/connection.ts';
import type { HalfStream } from '../../protocols/tcp/half-stream.ts';
import { sequenceAfter } from '../../protocols/tcp/sequence.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { connectionAt, KeptFactsState } from './kept-facts.ts';
import { connectionField, heldField, layout, Phase, requestField, side } from './layout.ts';
import type { MemoryView } from './memory-view.ts';

/** What is copied under its own name, by how it is kept: 64-bit numbers, 32-bit ones, and bytes that are 1 or 0. */
const standingDoubles = ['serverReceived', 'clientReceived'] as const;
const standingWords = [
  'lastMs',
  'clientMs',
  'waited',
  'endedRun',
  'seemedToWait',
  'silentBehind',
  'largestSegment',
  'added',
  'lastOpaque',
  'looks',
] as const;
const standingFlags = ['sendsOn', 'hasSilent', 'hasSeveral', 'isBinary', 'opaquesRise', 'opaquesRiseReversed'] as const;
const useWords = ['listedSeconds', 'listedPacket', 'lastSeconds', 'lastPacket'] as const;

/** Takes the request that waits in a place of the module's memory, where somebody was told of it. */
export type Release = (slot: number) => Transaction | undefined;

/** What the module knows of connections, and how it gets there and back. */
export class ConnectionState {
  readonly facts: KeptFactsState;
  readonly #memory: MemoryView;

  constructor(memory: MemoryView) {
    this.#memory = memory;
    this.facts = new KeptFactsState(memory);
  }

  /** Writes down what is known of a connection. */
  write(index: number, connection: Connection, standing: Standing): void {
    const { bytes, words, doubles } = this.#memory;
    const start = connectionAt(index);
    const at = start >> 2;
    const double = start >> 3;
    const { streams } = connection;
    if (streams === undefined) return;
    const { client, server, facts } = streams;
    this.#writeEnds(start, connection);
    this.#writeSide(start, client);
    this.#writeSide(start + side, server);
    if (facts === undefined) doubles[double + connectionField.lastAnswerEndUs] = Number.NEGATIVE_INFINITY;
    else this.facts.write(index, facts);
    for (const name of standingDoubles) doubles[double + connectionField[name]] = standing[name];
    for (const name of standingWords) words[at + connectionField[name]] = standing[name];
    for (const name of useWords) words[at + connectionField[name]] = connection[name];
    for (const name of standingFlags) bytes[start + connectionField[name]] = standing[name] ? 1 : 0;
    words[at + connectionField.number] = connection.id;
    bytes[start + connectionField.hasSpoken] = 1;
    bytes[start + connectionField.isMidStream] = connection.startedMidStream ? 1 : 0;
  }

  /** Writes down the number of a connection that begins there. */
  writeNumber(index: number, number: number): void {
    this.#memory.words[(connectionAt(index) >> 2) + connectionField.number] = number;
  }

  /** Whether the client has said something. */
  hasSpoken(index: number): boolean {
    return this.#memory.bytes[connectionAt(index) + connectionField.hasSpoken] === 1;
  }

  /** Whether no request waits, nothing has begun, and nothing is missing. */
  isIdle(index: number): boolean {
    const { words } = this.#memory;
    const at = connectionAt(index) >> 2;
    const isBegun = words[at + connectionField.begun] !== 0 || words[at + connectionField.answerAt] !== 0;
    return words[at + connectionField.pending] === 0 && !isBegun && !this.#isOwed(index);
  }

  /** The first sequence number of the client's stream, signed. */
  clientStart(index: number): number {
    const { words, doubles } = this.#memory;
    const start = connectionAt(index);
    const next = words[(start >> 2) + connectionField.nextSequence] as number;
    return sequenceAfter(next, -(doubles[(start >> 3) + connectionField.nextOffset] as number));
  }

  /** What the sequence numbers in lines are counted from. */
  lineBases(index: number): { readonly client: number; readonly server: number } {
    const { words } = this.#memory;
    const start = connectionAt(index);
    return {
      client: words[(start >> 2) + connectionField.lineBase] as number,
      server: words[((start + side) >> 2) + connectionField.lineBase] as number,
    };
  }

  /** Brings streams that know nothing yet to where a connection that began there came with its handshake. */
  readBeginning(index: number, { openedUs, streams }: Connection): void {
    if (streams === undefined) return;
    const { client, server, facts } = streams;
    const hasAnswer = this.#memory.bytes[connectionAt(index) + connectionField.phase] !== Phase.synSent;
    client.known = client.synSeen = true;
    server.known = server.synSeen = hasAnswer;
    if (facts !== undefined) this.facts.readHandshake(index, facts, openedUs);
  }

  /** The same of its end. */
  readEnd(index: number, { streams }: Connection): void {
    if (streams === undefined) return;
    const start = connectionAt(index);
    const phase = this.#memory.bytes[start + connectionField.phase] as number;
    if (phase < Phase.clientClosed) return;
    const { client, server, facts } = streams;
    if (phase !== Phase.serverClosed) client.finish(client.next);
    if (phase !== Phase.clientClosed) server.finish(server.next);
    if (facts !== undefined) this.facts.readEnd(index, facts);
  }

  /** Puts what came out of order where it would be. */
  readDisorder(index: number, { streams }: Connection): void {
    if (streams === undefined || !this.#isOwed(index)) return;
    const { bytes, words, doubles } = this.#memory;
    const start = connectionAt(index);
    const { client, server } = streams;
    client.prove(client.next + bytes.readUInt16LE(start + connectionField.clientOwes));
    server.prove(server.next + bytes.readUInt16LE(start + connectionField.serverOwes));
    const at = words[(start >> 2) + connectionField.held] as number;
    if (at === 0) return;
    const from = at + heldField.bytes;
    server.hold(bytes, from, from + (words[(at >> 2) + heldField.length] as number), client, {
      timeUs: doubles[(at >> 3) + heldField.timeUs] as number,
      packet: words[(at >> 2) + heldField.packet] as number,
      acknowledged: doubles[(at >> 3) + heldField.acknowledged] as number,
    });
  }

  #isOwed(index: number): boolean {
    const { bytes } = this.#memory;
    const at = connectionAt(index);
    return (
      bytes.readUInt16LE(at + connectionField.clientOwes) + bytes.readUInt16LE(at + connectionField.serverOwes) > 0
    );
  }

  /** Brings the streams of a connection, and how things stand on it, to where they are by now. */
  read(index: number, connection: Connection, standing: Standing): void {
    const { bytes, words, doubles } = this.#memory;
    const start = connectionAt(index);
    const at = start >> 2;
    const double = start >> 3;
    const { streams } = connection;
    if (streams === undefined) return;
    const { client, server, facts } = streams;
    this.#readSide(start, client);
    this.#readSide(start + side, server);
    if (facts !== undefined) this.facts.read(index, facts);
    standing.clientOffset = client.next;
    standing.serverOffset = server.next;
    for (const name of standingDoubles) standing[name] = doubles[double + connectionField[name]] as number;
    for (const name of standingWords) standing[name] = words[at + connectionField[name]] as number;
    for (const name of standingFlags) standing[name] = bytes[start + connectionField[name]] === 1;
  }

  /** Sets when a connection was last used; where it was not since that was read last, the table may know better. */
  readUse(index: number, connection: Connection): void {
    const at = connectionAt(index) >> 2;
    if (this.#memory.words[at + connectionField.lastPacket] === connection.lastPacket) return;
    for (const name of useWords) connection[name] = this.#memory.words[at + connectionField[name]] as number;
  }

  /** Segments of both sides. */
  segments(index: number): number {
    const { words } = this.#memory;
    const at = (connectionAt(index) >> 2) + connectionField.segments;
    return (words[at] as number) + (words[at + (side >> 2)] as number);
  }

  /** Writes how long the texts of a connection's ends are. */
  writeLineTexts(index: number, client: number, server: number): void {
    const { bytes } = this.#memory;
    const start = connectionAt(index);
    bytes.writeUInt16LE(client, start + connectionField.clientTextLength);
    bytes.writeUInt16LE(server, start + connectionField.serverTextLength);
  }

  /** Writes what the sequence numbers in lines are counted from. */
  writeLineBases(index: number, client: number, server: number): void {
    const { words } = this.#memory;
    const start = connectionAt(index);
    words[(start >> 2) + connectionField.lineBase] = client;
    words[((start + side) >> 2) + connectionField.lineBase] = server;
  }

  writeRecordText(index: number, length: number): void {
    this.#memory.bytes.writeUInt16LE(length, connectionAt(index) + connectionField.recordTextLength);
  }

  /** What is under way on a connection; `release` gives up a request that was told of. */
  underWay(index: number, release: Release): UnderWay {
    const { words } = this.#memory;
    const at = connectionAt(index) >> 2;
    const rest = words[at + connectionField.requestRest] as number;
    const begun = words[at + connectionField.begun] as number;
    const waiting: WaitingLine[] = [];
    let request = words[at + connectionField.firstPending] as number;
    for (let left = words[at + connectionField.pending] as number; left > 0; left--) {
      waiting.push(this.#waitingLine(request, release, left === 1 && begun === 0 ? rest : 0));
      request = words[(requestAt(request) >> 2) + requestField.next] as number;
    }
    return {
      waiting,
      silent: begun !== 0 && rest > 0 ? this.#waitingLine(begun, release, rest) : undefined,
      line: begun !== 0 && rest === 0 ? this.#beginning(begun, index) : undefined,
      answer: this.#answer(index),
    };
  }

  /** The answer of the first of those that wait, where it is under way. */
  #answer(index: number): AnswerStart | undefined {
    const { bytes, words, doubles } = this.#memory;
    const start = connectionAt(index);
    const word = start >> 2;
    const double = start >> 3;
    const at = words[word + connectionField.answerAt] as number;
    if (at === 0) return undefined;
    const end = at + (words[word + connectionField.answerLength] as number);
    return {
      bytes,
      start: at,
      end,
      from: doubles[double + connectionField.answerStart] as number,
      timeUs: doubles[double + connectionField.answerUs] as number,
      packet: words[word + connectionField.answerPacket] as number,
      acknowledged: doubles[double + connectionField.answerAcknowledged] as number,
      lineUs: doubles[double + connectionField.answerLineUs] as number,
      part: {
        start: end - (words[word + connectionField.answerPart] as number),
        timeUs: doubles[double + connectionField.partUs] as number,
        packet: words[word + connectionField.partPacket] as number,
        acknowledged: doubles[double + connectionField.partAcknowledged] as number,
      },
    };
  }

  /** A line that has not come to its end. */
  #beginning(request: number, index: number): LineBeginning {
    const { bytes, words, doubles } = this.#memory;
    const at = requestAt(request);
    const word = at >> 2;
    const double = at >> 3;
    const start = words[word + requestField.lineAt] as number;
    return {
      bytes,
      start,
      end: start + (words[(connectionAt(index) >> 2) + connectionField.begunLength] as number),
      timeUs: doubles[double + requestField.startUs] as number,
      packet: words[word + requestField.linePacket] as number,
      acknowledged: doubles[double + requestField.acknowledged] as number,
    };
  }

  /** A request with a whole line, of whose block so many bytes are to come. */
  #waitingLine(request: number, release: Release, blockRest: number): WaitingLine {
    const { bytes, words, doubles } = this.#memory;
    const at = requestAt(request);
    const word = at >> 2;
    const double = at >> 3;
    const start = words[word + requestField.lineAt] as number;
    return {
      request: release(request),
      bytes,
      start,
      end: start + (words[word + requestField.lineLength] as number),
      startUs: doubles[double + requestField.startUs] as number,
      timeUs: doubles[double + requestField.timeUs] as number,
      linePacket: words[word + requestField.linePacket] as number,
      packet: words[word + requestField.packet] as number,
      blockRest,
      headEnd: doubles[double + requestField.headEnd] as number,
      requestStart: doubles[double + requestField.requestStart] as number,
      requestBytes: words[word + requestField.requestBytes] as number,
      startsSegment: bytes[at + requestField.startsSegment] === 1,
      acknowledged: doubles[double + requestField.acknowledged] as number,
      silentBefore: words[word + requestField.silentBefore] as number,
    };
  }

  #writeEnds(start: number, connection: Connection): void {
    const { bytes } = this.#memory;
    const words = connection.addressWords;
    const isIpv6 = connection.family === 6;
    bytes.writeUInt16BE(connection.clientPort, start + connectionField.ports);
    bytes.writeUInt16BE(connection.serverPort, start + connectionField.ports + 2);
    bytes[start + connectionField.isIpv6] = isIpv6 ? 1 : 0;
    const each = words.length / 2;
    for (let word = 0; word < each; word++) {
      bytes.writeInt32BE(words[word] as number, start + connectionField.clientAddress + word * 4);
      bytes.writeInt32BE(words[each + word] as number, start + connectionField.serverAddress + word * 4);
    }
  }

  #writeSide(start: number, half: HalfStream): void {
    const { words, doubles } = this.#memory;
    const at = start >> 2;
    const double = start >> 3;
    words[at + connectionField.nextSequence] = half.nextSequence;
    doubles[double + connectionField.nextOffset] = half.next;
    doubles[double + connectionField.acknowledged] = half.acknowledged;
  }

  #readSide(start: number, half: HalfStream): void {
    const { words, doubles } = this.#memory;
    const at = start >> 2;
    const double = start >> 3;
    half.nextSequence = words[at + connectionField.nextSequence] as number;
    half.next = doubles[double + connectionField.nextOffset] as number;
    half.acknowledged = doubles[double + connectionField.acknowledged] as number;
  }
}

function requestAt(request: number): number {
  return layout.requests + request * layout.requestLength;
}

/** The longest header, and the ports behind it. */
const ends = Buffer.alloc(44);

/** Addresses and ports as an IP header and the ports behind it hold them; borrowed until the next call. */
export function endsOf({ addressWords, family, clientPort, serverPort }: Connection): Buffer {
  let at = family === 6 ? 8 : 12;
  for (const word of addressWords) at = ends.writeInt32BE(word, at);
  at = ends.writeUInt16BE(clientPort, at);
  ends.writeUInt16BE(serverPort, at);
  return ends;
}
