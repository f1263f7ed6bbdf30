import type { Datagram } from '../../protocols/datagram.ts';
import { decodeIpv4 } from '../../protocols/ip/ipv4.ts';
import { decodeIpv6 } from '../../protocols/ip/ipv6.ts';
import { type CapturedPacket, emptyPacket, LinkType } from '../../protocols/packet.ts';
import { decodeTcpSegment, type TcpSegment } from '../../protocols/tcp/segment.ts';
import type { RecordForm } from '../capture/capture-source.ts';
import { layout, packetField, packets } from './layout.ts';
import type { MemoryView } from './memory-view.ts';
import type { ExpressModule } from './module.ts';

/** Bytes of input from which on packets are processed, if they can be. */
const muchInput = layout.inputLength / 2;

/** Packets that are noted before the first of them is looked at, those that are looked ahead at included. */
const most = 512 + packets.lookAheadAtMost;

/** Buffers whose packets may not be over: as many as there are packets, and more. */
const chunks = 4096;

/** Later ones have no time in tcpdump's lines. */
const lastSecond = 2 ** 31 - 1;

/** Bytes behind the input that may be read with it. */
const slackOfInput = 64;

/** The packets that were noted and are not over yet, and copies of the buffers that they lie in, in the module's memory. */
export class NotedPackets {
  /** Packets that were noted, and those of them that are over. */
  noted = 0;
  head = 0;
  readonly #module: ExpressModule;
  readonly #memory: MemoryView;
  readonly #recycle: (buffer: Buffer) => void;
  /** The buffers that packets lie in, by their number in a ring; where their copies begin, 0 for none; `#used` before. */
  readonly #chunks: (Buffer | undefined)[] = new Array<Buffer | undefined>(chunks).fill(undefined);
  readonly #copies = new Int32Array(chunks);
  /** 1 where the general way has got a packet of it. */
  readonly #isLent = new Uint8Array(chunks);
  readonly #usedBefore = new Float64Array(chunks);
  /** Number of the last one, and of the first that is still kept. */
  #chunk = 0;
  #oldestChunk = 0;
  /** Bytes of the input that were ever used, those left out at its end included. */
  #used = 0;
  /** True where packets should be processed before more input comes. */
  #isMuch = false;
  #form: RecordForm | undefined;
  readonly #packet = emptyPacket();

  /** `recycle` is called with each buffer that nobody looks at any more. */
  constructor(module: ExpressModule, memory: MemoryView, recycle: (buffer: Buffer) => void) {
    this.#module = module;
    this.#memory = memory;
    this.#recycle = recycle;
  }

  /** True where packets have to be processed before another one is noted. */
  get isFull(): boolean {
    return this.noted - this.head >= most || this.#isMuch;
  }

  /** Second, microsecond and number of the next packet. */
  get next(): { readonly seconds: number; readonly microseconds: number; readonly packet: number } {
    const { words } = this.#memory;
    const at = this.#entry(this.head);
    return {
      seconds: words[at + packetField.seconds] as number,
      microseconds: words[at + packetField.microseconds] as number,
      packet: words[at + packetField.number] as number,
    };
  }

  /** Length on the wire of the next packet. */
  get nextLength(): number {
    return (this.#memory.words[this.#entry(this.head) + packetField.original] as number) >>> 0;
  }

  /** Takes note of a packet; its bytes have to stay as they are until it is over. */
  note(packet: CapturedPacket): void {
    const { bytes, start, end } = packet;
    if (bytes !== this.#chunks[this.#chunk & (chunks - 1)]) this.#take(bytes);
    const copy = this.#copies[this.#chunk & (chunks - 1)] as number;
    const { words } = this.#memory;
    const at = this.#entry(this.noted++);
    const link = linkOf(packet.linkType);
    const isHere = link >= 0 && copy > 0 && packet.seconds >= 0 && packet.seconds <= lastSecond;
    words[at + packetField.address] = isHere ? copy + start : 0;
    words[at + packetField.captured] = end - start;
    words[at + packetField.original] = packet.originalLength;
    words[at + packetField.seconds] = packet.seconds;
    words[at + packetField.microseconds] = Math.floor(packet.nanoseconds / 1000);
    words[at + packetField.number] = packet.number;
    words[at + packetField.link] = link;
    words[at + packetField.nanoseconds] = packet.nanoseconds;
    words[at + packetField.chunk] = this.#chunk;
    words[at + packetField.chunkStart] = start;
    words[at + packetField.linkType] = packet.linkType;
    this.#memory.doubles[(at >> 1) + packetField.exactSeconds] = packet.seconds;
  }

  /**
   * Takes note of the packets of all whole records in `bytes[at, bytes.length)`, as far as there is room, the first of
   * which is packet `number`. Returns how many.
   */
  noteRecords(bytes: Buffer, at: number, form: RecordForm, number: number): number {
    const link = linkOf(form.linkType);
    if (link < 0) return 0;
    if (bytes !== this.#chunks[this.#chunk & (chunks - 1)]) this.#take(bytes);
    const copy = this.#copies[this.#chunk & (chunks - 1)] as number;
    if (copy === 0) return 0;
    if (form !== this.#form) {
      this.#form = form;
      this.#module.setForm(form.isBigEndian, form.nanosecondsPerUnit, form.snapLength, link, form.linkType);
    }
    const room = most - (this.noted - this.head);
    const end = copy + bytes.length;
    const count = this.#module.noteRecords(copy + at, end, this.noted, number, room, this.#chunk, copy);
    this.noted += count;
    return count;
  }

  /** Where, in the bytes of the last records, the first lies that was not noted. */
  get notedTo(): number {
    return this.#module.notedTo.value - (this.#copies[this.#chunk & (chunks - 1)] as number);
  }

  /** The packet that was noted at this number; borrowed until the next call. */
  packetAt(index: number): CapturedPacket {
    const { words } = this.#memory;
    const at = this.#entry(index);
    const packet = this.#packet;
    const chunk = (words[at + packetField.chunk] as number) & (chunks - 1);
    // Whoever gets the packet may keep its bytes.
    this.#isLent[chunk] = 1;
    packet.bytes = this.#chunks[chunk] as Buffer;
    packet.start = words[at + packetField.chunkStart] as number;
    packet.end = packet.start + (words[at + packetField.captured] as number);
    packet.originalLength = (words[at + packetField.original] as number) >>> 0;
    packet.seconds = this.#memory.doubles[(at >> 1) + packetField.exactSeconds] as number;
    packet.nanoseconds = words[at + packetField.nanoseconds] as number;
    packet.linkType = words[at + packetField.linkType] as number;
    packet.number = words[at + packetField.number] as number;
    return packet;
  }

  /** Reads the headers of the next packet, a plain segment of which all is here. */
  decode(datagram: Datagram, segment: TcpSegment): void {
    const { bytes, words } = this.#memory;
    const entry = this.#entry(this.head);
    const captured = words[entry + packetField.captured] as number;
    datagram.networkStart = words[entry + packetField.network] as number;
    datagram.networkEnd = (words[entry + packetField.address] as number) + captured;
    datagram.networkLength = datagram.networkEnd - datagram.networkStart;
    const isIpv6 = (bytes[datagram.networkStart] as number) >> 4 === 6;
    if (isIpv6) decodeIpv6(bytes, datagram);
    else decodeIpv4(bytes, datagram);
    decodeTcpSegment(bytes, datagram.payloadStart, datagram.payloadEnd, datagram.payloadLength, segment);
  }

  /** All packets before this one are over. */
  passTo(head: number): void {
    this.head = head;
    this.#isMuch = false;
  }

  /** Called where everything that was noted is over: the bytes of packets may change from now on. */
  clear(): void {
    this.#release();
    this.#chunks[this.#chunk & (chunks - 1)] = undefined;
  }

  #entry(index: number): number {
    return (layout.packets >> 2) + (index & (packets.places - 1)) * packets.words;
  }

  /** Copies a buffer with packets into the memory. */
  #take(buffer: Buffer): void {
    this.#release();
    const chunk = ++this.#chunk & (chunks - 1);
    this.#chunks[chunk] = buffer;
    this.#isLent[chunk] = 0;
    this.#copies[chunk] = 0;
    this.#usedBefore[chunk] = this.#used;
    const { length } = buffer;
    const room = layout.inputLength - slackOfInput;
    const at = this.#used % layout.inputLength;
    // What does not fit in front of the end goes to the beginning.
    const leftOut = at + length > room ? layout.inputLength - at : 0;
    // What lies there is still looked at: then the packets of this one are left to the general way.
    if (this.#liveInput + leftOut + length > room) return;
    this.#used += leftOut;
    this.#usedBefore[chunk] = this.#used;
    const copy = layout.input + (this.#used % layout.inputLength);
    this.#copies[chunk] = copy;
    this.#memory.bytes.set(buffer, copy);
    this.#used += length;
    this.#isMuch = this.#liveInput > muchInput;
  }

  /** Lets go of buffers whose packets are over. */
  #release(): void {
    const isOver = this.head === this.noted;
    const used = isOver ? this.#chunk : (this.#memory.words[this.#entry(this.head) + packetField.chunk] as number);
    for (; this.#oldestChunk < used; this.#oldestChunk++) {
      const chunk = this.#oldestChunk & (chunks - 1);
      const buffer = this.#chunks[chunk];
      if (buffer !== undefined && this.#isLent[chunk] === 0) this.#recycle(buffer);
      this.#chunks[chunk] = undefined;
    }
  }

  /** Bytes of the input that are not over. */
  get #liveInput(): number {
    if (this.head === this.noted) return 0;
    const chunk = this.#memory.words[this.#entry(this.head) + packetField.chunk] as number;
    return this.#used - (this.#usedBefore[chunk & (chunks - 1)] as number);
  }
}

/** How the packets of a link type begin, in the module's numbers; -1 for those that it does not know. */
function linkOf(linkType: number): number {
  switch (linkType) {
    case LinkType.ethernet:
      return 1;
    case LinkType.linuxCooked:
      return 2;
    case LinkType.linuxCooked2:
      return 4;
    case LinkType.null:
    case LinkType.loop:
      return 3;
    case LinkType.raw:
    case LinkType.ipv4:
    case LinkType.ipv6:
      return 0;
    default:
      return -1;
  }
}
