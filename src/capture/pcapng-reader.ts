import { emptyPacket } from '../../protocols/packet.ts';
import { CaptureError } from './capture-error.ts';
import {
  type ByteOrder,
  believedSnapLength,
  bigEndian,
  type CaptureReader,
  type CaptureReceiver,
  littleEndian,
  maximumSnapLength,
} from './capture-reader.ts';
import { linkTypeOfDlt } from './link-types.ts';
import { PcapngInterface } from './pcapng-interface.ts';
import { RecordCutter, type RecordFormat } from './record-cutter.ts';

/** Block types. Source: draft-ietf-opsawg-pcapng §4. */
const blockType = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  /** Obsolete, still found in old files. */
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
} as const;

/** Type of the block that every pcapng file begins with; reads the same in both byte orders. */
export const pcapngMagic = blockType.sectionHeader;

const byteOrderMagic = 0x1a2b3c4d;
/** Block type, total length, and the first four bytes of the body, where a section header has its byte order. */
const blockStartLength = 12;
const blockOverhead = 12;
/** As libpcap has it: no packet needs more, and a damaged length is told from a real one. */
const maximumBlockLength = 16 * 1024 * 1024;
/** A packet in a longer block is copied out of it: who keeps the packet would keep the block, 64 of them a gigabyte. */
const longestSharedBlock = 1024 * 1024;
/** Far more than any machine has; a file with more is made to exhaust memory. */
const maximumInterfaces = 65_536;

/** Reads pcapng (draft-ietf-opsawg-pcapng), any number of sections and interfaces. */
export class PcapngReader implements CaptureReader, RecordFormat {
  readonly headerLength = blockStartLength;
  readonly #receiver: CaptureReceiver;
  readonly #cutter = new RecordCutter();
  readonly #packet = emptyPacket();
  #order: ByteOrder = littleEndian;
  #interfaces: PcapngInterface[] = [];
  #first: PcapngInterface | undefined;
  #nanoseconds = false;
  #begun = false;

  constructor(receiver: CaptureReceiver) {
    this.#receiver = receiver;
  }

  get place(): { packet: number; offset: number } {
    return { packet: this.#packet.number + 1, offset: this.#cutter.offset };
  }

  feed(chunk: Buffer): void {
    this.#cutter.feed(chunk);
  }

  next(): boolean {
    return this.#cutter.next(this);
  }

  stop(): void {
    this.#cutter.stopped = true;
  }

  end(): void {
    const { pending, offset, stopped } = this.#cutter;
    if (stopped) return;
    if (pending > 0) {
      const expected = this.#cutter.expected(this);
      throw this.#error(
        `the file ends in the middle of a block, which begins at byte offset ${offset}, at packet ${this.#packet.number + 1}: ` +
          `${pending} of at least ${expected} bytes are there`,
      );
    }
    if (!this.#begun) this.#begin();
  }

  measure(bytes: Buffer, at: number): number {
    if (this.#order.u32(bytes, at) === blockType.sectionHeader) this.#byteOrder(bytes, at + 8);
    else if (this.#cutter.offset === 0) throw new CaptureError('not a pcapng file', { offset: 0 });
    const length = this.#order.u32(bytes, at + 4);
    if (length < blockOverhead || length > maximumBlockLength || length % 4 !== 0)
      throw this.#damaged(`it claims a length of ${length} bytes`);
    return length;
  }

  record(bytes: Buffer, at: number, end: number): void {
    const order = this.#order;
    const closing = order.u32(bytes, end - 4);
    if (closing !== end - at)
      throw this.#damaged(`it begins with a length of ${end - at} bytes and ends with ${closing}`);
    const body = at + 8;
    const bodyEnd = end - 4;
    switch (order.u32(bytes, at)) {
      case blockType.sectionHeader:
        this.#section(bytes, body, bodyEnd);
        break;
      case blockType.interfaceDescription:
        this.#interface(bytes, body, bodyEnd);
        break;
      case blockType.enhancedPacket:
        this.#need(bodyEnd - body, 20);
        this.#timed(bytes, body, bodyEnd, order.u32(bytes, body));
        break;
      case blockType.packet:
        // The same layout, but for the drop count in the upper half of the first word.
        this.#need(bodyEnd - body, 20);
        this.#timed(bytes, body, bodyEnd, order.u16(bytes, body));
        break;
      case blockType.simplePacket:
        this.#need(bodyEnd - body, 4);
        this.#simple(bytes, body, bodyEnd);
        break;
    }
  }

  #byteOrder(bytes: Buffer, at: number): void {
    if (littleEndian.u32(bytes, at) === byteOrderMagic) this.#order = littleEndian;
    else if (bigEndian.u32(bytes, at) === byteOrderMagic) this.#order = bigEndian;
    else throw this.#damaged('a section header without a valid byte order mark');
  }

  #section(bytes: Buffer, body: number, end: number): void {
    this.#need(end - body, 16);
    const major = this.#order.u16(bytes, body + 4);
    const minor = this.#order.u16(bytes, body + 6);
    if (major !== 1) throw this.#error(`pcapng version ${major}.${minor} is not supported, version 1 is`);
    this.#interfaces = [];
  }

  #interface(bytes: Buffer, body: number, end: number): void {
    this.#need(end - body, 8);
    if (this.#interfaces.length >= maximumInterfaces)
      throw this.#damaged(`a section with more than ${maximumInterfaces} interfaces`);
    const order = this.#order;
    const linkType = linkTypeOfDlt(order.u16(bytes, body));
    const added = new PcapngInterface(linkType, believedSnapLength(order.u32(bytes, body + 4)));
    if (!added.options(bytes, body + 8, end, order)) throw this.#damaged('an option is longer than its block');
    this.#interfaces.push(added);
    this.#first ??= added;
    if (added.nanoseconds) this.#nanoseconds = true;
  }

  /** Enhanced and obsolete packet blocks: interface, time stamp, captured length, original length, bytes. */
  #timed(bytes: Buffer, body: number, end: number, index: number): void {
    const order = this.#order;
    const source = this.#source(index);
    const captured = order.u32(bytes, body + 12);
    this.#bytes(bytes, body + 20, end, captured);
    source.time(order.u32(bytes, body + 4), order.u32(bytes, body + 8), this.#packet);
    this.#deliver(source, order.u32(bytes, body + 16));
  }

  /** Has neither time nor captured length: the packet was cut at the first interface's snapshot length, if at all. */
  #simple(bytes: Buffer, body: number, end: number): void {
    const source = this.#source(0);
    const original = this.#order.u32(bytes, body);
    this.#bytes(bytes, body + 4, end, Math.min(original, source.snapLength));
    this.#packet.seconds = 0;
    this.#packet.nanoseconds = 0;
    this.#deliver(source, original);
  }

  #source(index: number): PcapngInterface {
    const source = this.#interfaces[index];
    if (source === undefined) throw this.#damaged(`it names interface ${index}, which the file does not describe`);
    return source;
  }

  #bytes(bytes: Buffer, start: number, end: number, captured: number): void {
    if (captured > end - start || captured > maximumSnapLength)
      throw this.#damaged(`it claims ${captured} captured bytes and has room for ${end - start}`);
    const packet = this.#packet;
    // The buffer of a carried block may be up to twice as long as the block.
    const isShared = bytes.length <= longestSharedBlock;
    packet.bytes = isShared ? bytes : Buffer.from(bytes.subarray(start, start + captured));
    packet.start = isShared ? start : 0;
    packet.end = packet.start + captured;
  }

  #deliver(source: PcapngInterface, originalLength: number): void {
    if (!this.#begun) this.#begin();
    const packet = this.#packet;
    packet.originalLength = originalLength;
    packet.linkType = source.linkType;
    packet.number++;
    this.#receiver.packet(packet);
  }

  /** Late, so that all interfaces described before the first packet have a say in the resolution of time. */
  #begin(): void {
    const first = this.#first;
    if (first === undefined) throw this.#error('the file describes no interface and holds no packet');
    this.#begun = true;
    this.#receiver.begin({
      format: 'pcapng',
      linkType: first.linkType,
      snapLength: first.snapLength,
      nanoseconds: this.#nanoseconds,
    });
  }

  #need(length: number, needed: number): void {
    if (length < needed) throw this.#damaged(`${length} bytes are too few for its type, which needs ${needed}`);
  }

  #damaged(what: string): CaptureError {
    return this.#error(
      `the block at byte offset ${this.#cutter.offset}, at packet ${this.#packet.number + 1}, is damaged: ${what}`,
    );
  }

  #error(message: string): CaptureError {
    return new CaptureError(message, { packet: this.#packet.number + 1, offset: this.#cutter.offset });
  }
}
