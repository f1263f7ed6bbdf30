import type { AnswerStart, Standing, WaitingLine } from '../../protocols/standing.ts';
import type { Connection } from '../../protocols/tcp/connection.ts';
import type { HalfStream } from '../../protocols/tcp/half-stream.ts';
import type { SideFacts } from '../../protocols/tcp/tcp-facts.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { connectionField, layout, requestField, side } from './layout.ts';
import type { MemoryView } from './memory-view.ts';

/** What is copied under its own name, by how it is kept: 64-bit numbers, 32-bit ones, and bytes that are 1 or 0. */
const factDoubles = ['dataUs', 'sentUs', 'bareAckUs', 'dataEnd'] as const;
const factWords = ['dataBytes', 'dataPacket', 'sentPacket', 'bareAckPacket', 'segments'] as const;
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
] as const;
const standingFlags = ['sendsOn', 'hasSilent', 'hasSeveral'] as const;
const useWords = ['listedSeconds', 'listedPacket', 'lastSeconds', 'lastPacket'] as const;

const lineEnd = '\r\n';

/** What the module knows of connections, and how it gets there and back. */
export class ConnectionState {
  readonly #memory: MemoryView;

  constructor(memory: MemoryView) {
    this.#memory = memory;
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
    this.#writeSide(start, client, facts?.client);
    this.#writeSide(start + side, server, facts?.server);
    doubles[double + connectionField.lastUs] = facts?.lastUs ?? 0;
    doubles[double + connectionField.lastAnswerEndUs] = facts?.lastAnswerEndUs ?? Number.NEGATIVE_INFINITY;
    for (const name of standingDoubles) doubles[double + connectionField[name]] = standing[name];
    for (const name of standingWords) words[at + connectionField[name]] = standing[name];
    for (const name of useWords) words[at + connectionField[name]] = connection[name];
    for (const name of standingFlags) bytes[start + connectionField[name]] = standing[name] ? 1 : 0;
    words[at + connectionField.number] = connection.id;
    bytes[start + connectionField.isMidStream] = connection.startedMidStream ? 1 : 0;
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
    this.#readSide(start, client, facts?.client);
    this.#readSide(start + side, server, facts?.server);
    if (facts !== undefined) {
      facts.lastUs = doubles[double + connectionField.lastUs] as number;
      facts.lastAnswerEndUs = doubles[double + connectionField.lastAnswerEndUs] as number;
    }
    standing.clientOffset = client.next;
    standing.serverOffset = server.next;
    for (const name of standingDoubles) standing[name] = doubles[double + connectionField[name]] as number;
    for (const name of standingWords) standing[name] = words[at + connectionField[name]] as number;
    for (const name of standingFlags) standing[name] = bytes[start + connectionField[name]] === 1;
  }

  /** Sets when a connection was last used. */
  readUse(index: number, connection: Connection): void {
    const at = connectionAt(index) >> 2;
    for (const name of useWords) connection[name] = this.#memory.words[at + connectionField[name]] as number;
  }

  /** Segments of both sides. */
  segments(index: number): number {
    const { words } = this.#memory;
    const at = (connectionAt(index) >> 2) + connectionField.segments;
    return (words[at] as number) + (words[at + (side >> 2)] as number);
  }

  /** Writes what the sequence numbers in lines are counted from, and how long the texts of a connection are. */
  writeLineTexts(index: number, clientBase: number, serverBase: number, client: number, server: number): void {
    const { bytes, words } = this.#memory;
    const start = connectionAt(index);
    bytes.writeUInt16LE(client, start + connectionField.clientTextLength);
    bytes.writeUInt16LE(server, start + connectionField.serverTextLength);
    words[(start >> 2) + connectionField.lineBase] = clientBase;
    words[((start + side) >> 2) + connectionField.lineBase] = serverBase;
  }

  writeRecordText(index: number, length: number): void {
    this.#memory.bytes.writeUInt16LE(length, connectionAt(index) + connectionField.recordTextLength);
  }

  /** Addresses and ports as an IP header and the ports behind it hold them. */
  ends(index: number): Buffer {
    const { bytes } = this.#memory;
    const start = connectionAt(index);
    const isIpv6 = bytes[start + connectionField.isIpv6] === 1;
    const length = isIpv6 ? 16 : 4;
    const addresses = isIpv6 ? 8 : 12;
    const ends = Buffer.alloc(64);
    bytes.copy(ends, addresses, start + connectionField.clientAddress, start + connectionField.clientAddress + length);
    bytes.copy(
      ends,
      addresses + length,
      start + connectionField.serverAddress,
      start + connectionField.serverAddress + length,
    );
    bytes.copy(ends, addresses + 2 * length, start + connectionField.ports, start + connectionField.ports + 4);
    return ends;
  }

  /** The answer of the first of them, where its value is under way. */
  answerUnderWay(index: number): AnswerStart | undefined {
    const { words, doubles } = this.#memory;
    const start = connectionAt(index);
    const rest = words[(start >> 2) + connectionField.answerRest] as number;
    if (rest === 0) return undefined;
    const request = words[(start >> 2) + connectionField.firstPending] as number;
    const head = layout.requests + request * layout.requestLength + requestField.answerHead;
    const end = this.#memory.bytes.indexOf(lineEnd, head) + lineEnd.length;
    return {
      bytes: this.#memory.bytes,
      start: head,
      end,
      from: doubles[(start >> 3) + connectionField.answerStart] as number,
      timeUs: doubles[(start >> 3) + connectionField.answerUs] as number,
      packet: words[(start >> 2) + connectionField.answerPacket] as number,
      acknowledged: doubles[(start >> 3) + connectionField.answerAcknowledged] as number,
    };
  }

  /** The requests that wait, oldest first; `release` gives up one that was told of. */
  waiting(index: number, release: (slot: number) => Transaction | undefined): WaitingLine[] {
    const { words, doubles } = this.#memory;
    const at = connectionAt(index) >> 2;
    const waiting: WaitingLine[] = [];
    let request = words[at + connectionField.firstPending] as number;
    for (let left = words[at + connectionField.pending] as number; left > 0; left--) {
      const start = layout.requests + request * layout.requestLength;
      const word = start >> 2;
      const double = start >> 3;
      const line = start + requestField.line;
      waiting.push({
        request: release(request),
        bytes: this.#memory.bytes,
        start: line,
        end: line + (words[word + requestField.lineLength] as number),
        startUs: doubles[double + requestField.startUs] as number,
        timeUs: doubles[double + requestField.timeUs] as number,
        linePacket: words[word + requestField.linePacket] as number,
        packet: words[word + requestField.packet] as number,
        blockRest: left === 1 ? (words[at + connectionField.requestRest] as number) : 0,
        headEnd: doubles[double + requestField.headEnd] as number,
        requestStart: doubles[double + requestField.requestStart] as number,
        requestBytes: words[word + requestField.requestBytes] as number,
        startsSegment: this.#memory.bytes[start + requestField.startsSegment] === 1,
        acknowledged: doubles[double + requestField.acknowledged] as number,
        silentBefore: words[word + requestField.silentBefore] as number,
      });
      request = words[word + requestField.next] as number;
    }
    return waiting;
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

  #writeSide(start: number, half: HalfStream, facts: SideFacts | undefined): void {
    const { words, doubles } = this.#memory;
    const at = start >> 2;
    const double = start >> 3;
    words[at + connectionField.nextSequence] = half.nextSequence;
    doubles[double + connectionField.nextOffset] = half.next;
    doubles[double + connectionField.acknowledged] = half.acknowledged;
    if (facts === undefined) return;
    for (const name of factDoubles) doubles[double + connectionField[name]] = facts[name];
    for (const name of factWords) words[at + connectionField[name]] = facts[name];
  }

  #readSide(start: number, half: HalfStream, facts: SideFacts | undefined): void {
    const { words, doubles } = this.#memory;
    const at = start >> 2;
    const double = start >> 3;
    half.nextSequence = words[at + connectionField.nextSequence] as number;
    half.next = doubles[double + connectionField.nextOffset] as number;
    half.acknowledged = doubles[double + connectionField.acknowledged] as number;
    if (facts === undefined) return;
    for (const name of factDoubles) facts[name] = doubles[double + connectionField[name]] as number;
    for (const name of factWords) facts[name] = words[at + connectionField[name]] as number;
  }
}

function connectionAt(index: number): number {
  return layout.connections + index * layout.connectionLength;
}
