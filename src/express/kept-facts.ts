import { SideFacts, TcpFacts } from '../../protocols/tcp/tcp-facts.ts';
import { Closer, connectionField, layout, side } from './layout.ts';
import type { MemoryView } from './memory-view.ts';

/** What is copied under its own name, by how it is kept: 64-bit numbers, and 32-bit ones. */
const doublesOfSide = ['dataUs', 'sentUs', 'bareAckUs', 'dataEnd'] as const;
const wordsOfSide = ['dataBytes', 'dataPacket', 'sentPacket', 'bareAckPacket', 'segments'] as const;

/** What TCP shows of a connection that has no streams, as it is by now. */
class KeptFacts extends TcpFacts {
  readonly client = new KeptSide();
  readonly server = new KeptSide();
}

class KeptSide extends SideFacts {}

/** What the module knows of what TCP shows, and how it gets there and back. */
export class KeptFactsState {
  readonly #memory: MemoryView;

  constructor(memory: MemoryView) {
    this.#memory = memory;
  }

  /** What TCP shows of a connection that began there at `openedUs`, by the last packet that was taken. */
  factsOf(index: number, openedUs: number): TcpFacts {
    const facts = new KeptFacts();
    this.read(index, facts);
    this.readHandshake(index, facts, openedUs);
    this.readEnd(index, facts);
    return facts;
  }

  write(index: number, facts: TcpFacts): void {
    const start = connectionAt(index);
    const double = start >> 3;
    this.#writeSide(start, facts.client);
    this.#writeSide(start + side, facts.server);
    this.#memory.doubles[double + connectionField.lastUs] = facts.lastUs;
    this.#memory.doubles[double + connectionField.lastAnswerEndUs] = facts.lastAnswerEndUs;
  }

  read(index: number, facts: TcpFacts): void {
    const start = connectionAt(index);
    const double = start >> 3;
    this.#readSide(start, facts.client);
    this.#readSide(start + side, facts.server);
    facts.lastUs = this.#memory.doubles[double + connectionField.lastUs] as number;
    facts.lastAnswerEndUs = this.#memory.doubles[double + connectionField.lastAnswerEndUs] as number;
  }

  /** How one that began there began. */
  readHandshake(index: number, facts: TcpFacts, openedUs: number): void {
    const { bytes, doubles } = this.#memory;
    const start = connectionAt(index);
    const double = start >> 3;
    facts.syns = 1;
    facts.firstSynUs = facts.synUs = openedUs;
    facts.synAckUs = doubles[double + connectionField.synAckUs] as number;
    facts.establishedUs = doubles[double + connectionField.establishedUs] as number;
    facts.clientAcknowledges = facts.establishedUs >= 0;
    facts.client.maximumSegmentSize = bytes.readUInt16LE(start + connectionField.clientSegmentSize);
    facts.server.maximumSegmentSize = bytes.readUInt16LE(start + connectionField.serverSegmentSize);
  }

  /** How it ended, if that was told. */
  readEnd(index: number, facts: TcpFacts): void {
    const { bytes, doubles } = this.#memory;
    const start = connectionAt(index);
    const closedBy = bytes[start + connectionField.closedBy];
    if (closedBy === 0) return;
    const fromClient = closedBy === Closer.client;
    facts.closedBy = { kind: 'fin', fromClient, timeUs: doubles[(start >> 3) + connectionField.finUs] as number };
  }

  /** A FIN is told. */
  seeEnd(index: number, fromClient: boolean): void {
    const { bytes } = this.#memory;
    const at = connectionAt(index) + connectionField.closedBy;
    if (bytes[at] === 0) bytes[at] = fromClient ? Closer.client : Closer.server;
  }

  /** A packet that came after both is told. */
  seeLate(index: number, timeUs: number): void {
    const { doubles } = this.#memory;
    const at = (connectionAt(index) >> 3) + connectionField.lastUs;
    doubles[at] = Math.max(doubles[at] as number, timeUs);
  }

  #writeSide(start: number, facts: SideFacts): void {
    const { words, doubles } = this.#memory;
    for (const name of doublesOfSide) doubles[(start >> 3) + connectionField[name]] = facts[name];
    for (const name of wordsOfSide) words[(start >> 2) + connectionField[name]] = facts[name];
  }

  #readSide(start: number, facts: SideFacts): void {
    const { words, doubles } = this.#memory;
    for (const name of doublesOfSide) facts[name] = doubles[(start >> 3) + connectionField[name]] as number;
    for (const name of wordsOfSide) facts[name] = words[(start >> 2) + connectionField[name]] as number;
  }
}

/** Where a connection begins in the module's memory. */
export function connectionAt(index: number): number {
  return layout.connections + index * layout.connectionLength;
}
