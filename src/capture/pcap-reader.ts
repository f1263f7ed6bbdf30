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
import type { RecordForm } from './capture-source.ts';
import { linkTypeOfDlt } from './link-types.ts';
import { RecordCutter, type RecordFormat } from './record-cutter.ts';

/** Magic numbers in the file's own byte order. Source: pcap-savefile(5); the third is Kuznetzov's modified format. */
export const pcapMagic = {
  microseconds: 0xa1b2c3d4,
  nanoseconds: 0xa1b23c4d,
  modified: 0xa1b2cd34,
} as const;

const fileHeaderLength = 24;
const recordHeaderLength = 16;
/** The modified format adds interface index, protocol and packet type. */
const modifiedRecordHeaderLength = 24;

/** The byte order of a file that begins with these four bytes; undefined where it is not pcap. */
export function pcapByteOrder(bytes: Buffer, at = 0): ByteOrder | undefined {
  for (const order of [littleEndian, bigEndian]) {
    const magic = order.u32(bytes, at);
    if (magic === pcapMagic.microseconds || magic === pcapMagic.nanoseconds || magic === pcapMagic.modified)
      return order;
  }
  return undefined;
}

/** Reads pcap (draft-ietf-opsawg-pcap): microseconds or nanoseconds, both byte orders, versions 2.0 to 2.4. */
export class PcapReader implements CaptureReader, RecordFormat {
  headerLength = fileHeaderLength;
  readonly #receiver: CaptureReceiver;
  readonly #cutter = new RecordCutter();
  readonly #packet = emptyPacket();
  /** Undefined before the file's header, and where records are unusual. */
  #form: RecordForm | undefined;
  #begun = false;
  #order: ByteOrder = littleEndian;
  #nanosecondsPerUnit = 1000;
  #snapLength = 0;
  /** Before version 2.3 original length stood first; files marked 2.3 exist with either order. */
  #lengthsSwapped: 'no' | 'maybe' | 'yes' = 'no';

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
    const { records } = this.#receiver;
    const form = this.#form;
    if (records !== undefined && form !== undefined) {
      form.lastNumber = this.#packet.number;
      this.#cutter.skip((bytes, at) => records(bytes, at, form));
      this.#packet.number = form.lastNumber;
    }
    return this.#cutter.next(this);
  }

  stop(): void {
    this.#cutter.stopped = true;
  }

  end(): void {
    const { pending, offset, stopped } = this.#cutter;
    if (stopped || (pending === 0 && this.#begun)) return;
    const expected = this.#cutter.expected(this);
    if (!this.#begun)
      throw new CaptureError(`the file ends in its pcap header: ${pending} of ${expected} bytes are there`, { offset });
    const number = this.#packet.number + 1;
    throw new CaptureError(
      `the file ends in the middle of packet ${number}, which begins at byte offset ${offset}: ` +
        `${pending} of at least ${expected} bytes are there`,
      { packet: number, offset },
    );
  }

  measure(bytes: Buffer, at: number): number {
    if (!this.#begun) return fileHeaderLength;
    const captured = this.#capturedLength(bytes, at);
    if (captured > maximumSnapLength) {
      const number = this.#packet.number + 1;
      const offset = this.#cutter.offset;
      throw new CaptureError(
        `packet ${number} at byte offset ${offset} is damaged: ` +
          `it claims ${captured} captured bytes, more than the ${maximumSnapLength} that a packet can have`,
        { packet: number, offset },
      );
    }
    return this.headerLength + captured;
  }

  record(bytes: Buffer, at: number, end: number): void {
    if (!this.#begun) {
      this.#fileHeader(bytes, at);
      return;
    }
    const packet = this.#packet;
    const order = this.#order;
    const captured = this.#capturedLength(bytes, at);
    packet.bytes = bytes;
    packet.start = at + this.headerLength;
    // Some old systems wrote more than the snapshot length that they claimed; libpcap cuts there, too.
    packet.end = captured > this.#snapLength ? packet.start + this.#snapLength : end;
    packet.originalLength = this.#swapped(bytes, at) ? order.u32(bytes, at + 8) : order.u32(bytes, at + 12);
    packet.seconds = order.u32(bytes, at);
    packet.nanoseconds = order.u32(bytes, at + 4) * this.#nanosecondsPerUnit;
    if (packet.nanoseconds >= 1e9) {
      packet.seconds += Math.floor(packet.nanoseconds / 1e9);
      packet.nanoseconds %= 1e9;
    }
    packet.number++;
    this.#receiver.packet(packet);
  }

  #capturedLength(bytes: Buffer, at: number): number {
    return this.#order.u32(bytes, this.#swapped(bytes, at) ? at + 12 : at + 8);
  }

  #swapped(bytes: Buffer, at: number): boolean {
    if (this.#lengthsSwapped === 'no') return false;
    return this.#lengthsSwapped === 'yes' || this.#order.u32(bytes, at + 8) > this.#order.u32(bytes, at + 12);
  }

  #fileHeader(bytes: Buffer, at: number): void {
    const order = pcapByteOrder(bytes, at);
    if (order === undefined) throw new CaptureError('not a pcap file', { offset: 0 });
    const magic = order.u32(bytes, at);
    const major = order.u16(bytes, at + 4);
    const minor = order.u16(bytes, at + 6);
    // 543.0 is what DG/UX wrote.
    if (!((major === 2 && minor <= 4) || (major === 543 && minor === 0)))
      throw new CaptureError(`pcap version ${major}.${minor} is not supported, versions 2.0 to 2.4 are`, { offset: 4 });
    if (major === 543 || minor < 3) this.#lengthsSwapped = 'yes';
    else if (minor === 3) this.#lengthsSwapped = 'maybe';

    this.#order = order;
    this.#snapLength = believedSnapLength(order.u32(bytes, at + 16));
    // The upper six bits tell the length of the frame check sequence; the rest is the LINKTYPE_ value.
    const linkType = linkTypeOfDlt(order.u32(bytes, at + 20) & 0x03ffffff);
    const modified = magic === pcapMagic.modified;
    // Captured in cooked mode, a made-up Ethernet header came on top of the snapshot length.
    if (modified && linkType === 1) this.#snapLength += 14;
    if (magic === pcapMagic.nanoseconds) this.#nanosecondsPerUnit = 1;
    this.headerLength = modified ? modifiedRecordHeaderLength : recordHeaderLength;
    this.#packet.linkType = linkType;
    this.#begun = true;
    if (!modified && this.#lengthsSwapped === 'no') {
      this.#form = {
        isBigEndian: order === bigEndian,
        nanosecondsPerUnit: magic === pcapMagic.nanoseconds ? 1 : 1000,
        snapLength: this.#snapLength,
        linkType,
        lastNumber: 0,
      };
    }
    const nanoseconds = magic === pcapMagic.nanoseconds;
    this.#receiver.begin({ format: 'pcap', linkType, snapLength: this.#snapLength, nanoseconds });
  }
}
