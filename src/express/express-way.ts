import { type CapturedPacket, emptyPacket, LinkType } from '../../protocols/packet.ts';
import type { AnswerStart, Lender, Standing, WaitingLine } from '../../protocols/standing.ts';
import type { Connection, Keeper } from '../../protocols/tcp/connection.ts';
import type { HalfStream } from '../../protocols/tcp/half-stream.ts';
import { RecentSegments, recentSegmentSlots } from '../../protocols/tcp/recent-segments.ts';
import type { SideFacts } from '../../protocols/tcp/tcp-facts.ts';
import type { RecordForm } from '../capture/capture-source.ts';
import { connectionField, layout, type Outcome, packetField, packets, requestField, side } from './layout.ts';
import type { ExpressModule } from './module.ts';

/** Bytes of input from which on packets are processed, if they can be. */
const muchInput = layout.inputLength / 2;

/** Packets that are noted before the first of them is looked at, beside those that are looked ahead at. */
const batch = 512;

/** Buffers whose packets may not be over: as many as there are packets, and more. */
const chunks = 4096;

/** Packets of a connection that it stays in the general way for when it came back, and that make a stay a long one. */
const firstPatience = 4;
const mostPatience = 1024;
const longStay = 64;

interface Patience {
  left: number;
  readonly whole: number;
}

/** What is written of the packets that are taken. */
export interface ExpressOutputs {
  /** Undefined where no lines are printed. */
  readonly lines: ExpressLines | undefined;
  readonly records: ExpressRecords | undefined;
}

export interface ExpressLines {
  readonly annotates: boolean;
  readonly absoluteSequence: boolean;
  /** See `TcpdumpLine`. */
  clockText(seconds: number): { readonly text: string; readonly hasFraction: boolean };
  textsOf(
    ends: Uint8Array,
    version: 4 | 6,
  ): { readonly client: string; readonly server: string; readonly clientBase: number; readonly serverBase: number };
  readonly generation: number;
  /** Takes whole lines. */
  take(bytes: Uint8Array, start: number, end: number): void;
}

export interface ExpressRecords {
  /** See `JsonLog`. */
  textOfRun(): string;
  textOfCommands(connection: Connection): string;
  /** Takes whole records. */
  take(bytes: Uint8Array, start: number, end: number): void;
}

/** The express way as the rest of the program sees it; see the README of this folder. */
export class ExpressWay implements Keeper {
  /** What the general way has to note its segments in. */
  readonly recent: RecentSegments;
  readonly #module: ExpressModule;
  readonly #outputs: ExpressOutputs;
  readonly #recycle: (buffer: Buffer) => void;
  readonly #bytes: Buffer;
  readonly #words: Int32Array;
  readonly #halves: Uint16Array;
  readonly #doubles: Float64Array;
  /** Packets that were noted, and those of them that are over. */
  #noted = 0;
  #head = 0;
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
  /** The connections that are here, by their index; their lenders. */
  readonly #connections: (Connection | undefined)[] = [];
  readonly #lenders: (Lender | undefined)[] = [];
  /** Segments of each when it came. */
  readonly #before: number[] = [];
  readonly #indexes = new Map<Connection, number>();
  readonly #patience = new WeakMap<Connection, Patience>();
  readonly #standing: Standing = emptyStanding();
  #generation = 0;
  #second = noSecond;
  #runText = '';

  /** `recycle` is called with each buffer that nobody looks at any more. */
  constructor(
    module: ExpressModule,
    outputs: ExpressOutputs,
    lookAheadPackets: number,
    idleSlackSeconds: number,
    recycle: (buffer: Buffer) => void,
  ) {
    this.#recycle = recycle;
    this.#module = module;
    this.#outputs = outputs;
    const { buffer } = module.memory;
    this.#bytes = Buffer.from(buffer);
    this.#words = new Int32Array(buffer);
    this.#halves = new Uint16Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.recent = new RecentSegments(
      new Int32Array(buffer, layout.prints, recentSegmentSlots),
      new Float64Array(buffer, layout.printTimes, recentSegmentSlots),
    );
    const { lines, records } = outputs;
    module.setLookAhead(lookAheadPackets);
    module.setSlack(idleSlackSeconds);
    module.setSeed((Math.random() * 2 ** 32) | 0);
    module.setOutputs(lines !== undefined, records !== undefined);
    module.setAnnotates(lines?.annotates ?? false);
    module.setAbsolute(lines?.absoluteSequence ?? false);
    module.setOutput(layout.lines, layout.records);
    module.setSecond(noSecond, 0, false);
  }

  /** True where packets have to be processed before another one is noted. */
  get isFull(): boolean {
    return this.#noted - this.#head >= batch + packets.lookAheadAtMost || this.#isMuch;
  }

  /** Packets noted, and the number among them of the next that is not over. */
  get noted(): number {
    return this.#noted;
  }

  get head(): number {
    return this.#head;
  }

  /** Commands that were answered. */
  get commands(): number {
    return this.#module.commands.value;
  }

  /** Of the last packet that was taken. */
  get last(): { readonly timeUs: number; readonly packet: number; readonly connection: number } {
    const { lastUs, lastPacket, lastConnection } = this.#module;
    return { timeUs: lastUs.value, packet: lastPacket.value, connection: lastConnection.value };
  }

  /** Takes note of a packet; its bytes have to stay as they are until it is over. */
  note(packet: CapturedPacket): void {
    const { bytes, start, end } = packet;
    if (bytes !== this.#chunks[this.#chunk & (chunks - 1)]) this.#take(bytes);
    const copy = this.#copies[this.#chunk & (chunks - 1)] as number;
    const words = this.#words;
    const at = this.#entry(this.#noted++);
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
    this.#doubles[(at >> 1) + packetField.exactSeconds] = packet.seconds;
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
    const most = batch + packets.lookAheadAtMost - (this.#noted - this.#head);
    const end = copy + bytes.length;
    const count = this.#module.noteRecords(copy + at, end, this.#noted, number, most, this.#chunk, copy);
    this.#noted += count;
    return count;
  }

  /** Where, in the bytes of the last records, the first lies that was not noted. */
  get notedTo(): number {
    return this.#module.notedTo.value - (this.#copies[this.#chunk & (chunks - 1)] as number);
  }

  /** The packet that was noted at this number; borrowed until the next call. */
  packetAt(index: number): CapturedPacket {
    const words = this.#words;
    const at = this.#entry(index);
    const packet = this.#packet;
    const chunk = (words[at + packetField.chunk] as number) & (chunks - 1);
    // Whoever gets the packet may keep its bytes.
    this.#isLent[chunk] = 1;
    packet.bytes = this.#chunks[chunk] as Buffer;
    packet.start = words[at + packetField.chunkStart] as number;
    packet.end = packet.start + (words[at + packetField.captured] as number);
    packet.originalLength = (words[at + packetField.original] as number) >>> 0;
    packet.seconds = this.#doubles[(at >> 1) + packetField.exactSeconds] as number;
    packet.nanoseconds = words[at + packetField.nanoseconds] as number;
    packet.linkType = words[at + packetField.linkType] as number;
    packet.number = words[at + packetField.number] as number;
    return packet;
  }

  /** Takes packets until it meets one that it does not take. `isLast`: no others come. */
  run(isLast: boolean): Outcome {
    const outcome = this.#module.run(this.#noted, isLast) as Outcome;
    this.#head = this.#module.head.value;
    this.#isMuch = false;
    this.#handOn();
    return outcome;
  }

  /** The next packet was processed by the general way. */
  leave(): void {
    this.#module.leave();
    this.#head++;
  }

  /** Called where everything that was noted is over: the bytes of packets may change from now on. */
  clear(): void {
    this.#release();
    this.#chunks[this.#chunk & (chunks - 1)] = undefined;
  }

  /** What is done once a second of packet time: the clock of the lines. */
  beginSecond(): void {
    const seconds = this.#words[this.#entry(this.head) + packetField.seconds] as number;
    const clock = this.#outputs.lines?.clockText(seconds);
    if (clock !== undefined) this.#bytes.write(clock.text, layout.clock, 'latin1');
    this.#second = seconds;
    this.#module.setSecond(seconds, clock?.text.length ?? 0, clock?.hasFraction ?? false);
  }

  /** The general way has looked for what is over at this second: then the next packet that is taken has to. */
  noteSecond(second: number): void {
    if (second === this.#second || this.#second === noSecond) return;
    this.#second = noSecond;
    this.#module.setSecond(noSecond, 0, false);
  }

  /** Time and number of the next packet. */
  get next(): { readonly timeUs: number; readonly packet: number } {
    const at = this.#entry(this.head);
    const seconds = (this.#words[at + packetField.seconds] as number) >>> 0;
    const timeUs = seconds * 1e6 + (this.#words[at + packetField.microseconds] as number);
    return { timeUs, packet: this.#words[at + packetField.number] as number };
  }

  /** False where lines may count from elsewhere than they did: then all connections have to go back. */
  get countsOn(): boolean {
    const generation = this.#outputs.lines?.generation ?? 0;
    const isSame = generation === this.#generation;
    this.#generation = generation;
    return isSame;
  }

  /** Follows a connection from now on, if it can: nothing is open on it, as far as its streams know. */
  follow(connection: Connection): void {
    if (this.#indexes.has(connection) || !this.#isPatient(connection)) return;
    const lender = connection.streams?.session.lender;
    if (lender === undefined || !lender.lend(this.#standing) || !this.#agrees(connection)) return;
    const index = this.#module.admit();
    if (index === 0) return;
    this.#write(index, connection);
    this.#before[index] = this.#segmentsOf(index);
    this.#module.link(index);
    this.#connections[index] = connection;
    this.#lenders[index] = lender;
    this.#indexes.set(connection, index);
    connection.keeper = this;
  }

  tellLastUse(connection: Connection): void {
    const words = this.#words;
    const at = connectionAt(this.#indexOf(connection)) >> 2;
    connection.lastSeconds = words[at + connectionField.lastSeconds] as number;
    connection.lastPacket = words[at + connectionField.lastPacket] as number;
    connection.listedSeconds = words[at + connectionField.listedSeconds] as number;
    connection.listedPacket = words[at + connectionField.listedPacket] as number;
  }

  giveBack(connection: Connection): void {
    const index = this.#indexOf(connection);
    this.tellLastUse(connection);
    connection.keeper = undefined;
    this.#wait(index, connection);
    this.#read(index, connection);
    this.#module.dismiss(index);
    this.#connections[index] = undefined;
    this.#lenders[index] = undefined;
    this.#indexes.delete(connection);
  }

  #indexOf(connection: Connection): number {
    return this.#indexes.get(connection) as number;
  }

  /** Coming and going costs more than a packet: one that stayed but shortly comes back later each time. */
  #isPatient(connection: Connection): boolean {
    const patience = this.#patience.get(connection);
    return patience === undefined || --patience.left < 0;
  }

  #wait(index: number, connection: Connection): void {
    const taken = this.#segmentsOf(index) - (this.#before[index] as number);
    const last = this.#patience.get(connection)?.whole ?? 0;
    const whole = taken >= longStay ? 0 : Math.min(mostPatience, Math.max(firstPatience, 2 * last));
    this.#patience.set(connection, { left: whole, whole });
  }

  #segmentsOf(index: number): number {
    const at = connectionAt(index) >> 2;
    const segments = at + connectionField.segments;
    return (this.#words[segments] as number) + (this.#words[segments + (side >> 2)] as number);
  }

  /** Whether streams and session count from the same bytes on. */
  #agrees({ streams }: Connection): boolean {
    const { clientOffset, serverOffset } = this.#standing;
    return streams?.client.next === clientOffset && streams.server.next === serverOffset;
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
    this.#bytes.set(buffer, copy);
    this.#used += length;
    this.#isMuch = this.#liveInput > muchInput;
  }

  /** Lets go of buffers whose packets are over. */
  #release(): void {
    const isOver = this.#head === this.#noted;
    const used = isOver ? this.#chunk : (this.#words[this.#entry(this.#head) + packetField.chunk] as number);
    for (; this.#oldestChunk < used; this.#oldestChunk++) {
      const chunk = this.#oldestChunk & (chunks - 1);
      const buffer = this.#chunks[chunk];
      if (buffer !== undefined && this.#isLent[chunk] === 0) this.#recycle(buffer);
      this.#chunks[chunk] = undefined;
    }
  }

  /** Bytes of the input that are not over. */
  get #liveInput(): number {
    if (this.#head === this.#noted) return 0;
    const chunk = this.#words[this.#entry(this.#head) + packetField.chunk] as number;
    return this.#used - (this.#usedBefore[chunk & (chunks - 1)] as number);
  }

  /** Hands on what was written. */
  #handOn(): void {
    const { line, record } = this.#module;
    const { lines, records } = this.#outputs;
    if (line.value > layout.lines) lines?.take(this.#bytes, layout.lines, line.value);
    if (record.value > layout.records) records?.take(this.#bytes, layout.records, record.value);
    this.#module.setOutput(layout.lines, layout.records);
  }

  /** Writes down what is known of a connection. */
  #write(index: number, connection: Connection): void {
    const words = this.#words;
    const doubles = this.#doubles;
    const start = connectionAt(index);
    const at = start >> 2;
    const half = start >> 3;
    const standing = this.#standing;
    const { streams } = connection;
    if (streams === undefined) return;
    const { client, server, facts } = streams;
    this.#writeEnds(start, connection);
    this.#writeSide(start, client, facts?.client);
    this.#writeSide(start + side, server, facts?.server);
    doubles[half + connectionField.lastUs] = facts?.lastUs ?? 0;
    doubles[half + connectionField.lastAnswerEndUs] = facts?.lastAnswerEndUs ?? Number.NEGATIVE_INFINITY;
    doubles[half + connectionField.serverReceived] = standing.serverReceived;
    doubles[half + connectionField.clientReceived] = standing.clientReceived;
    words[at + connectionField.lastMs] = standing.lastMs;
    words[at + connectionField.clientMs] = standing.clientMs;
    words[at + connectionField.waited] = standing.waited;
    words[at + connectionField.endedRun] = standing.endedRun;
    words[at + connectionField.seemedToWait] = standing.seemedToWait;
    words[at + connectionField.listedSeconds] = connection.listedSeconds;
    words[at + connectionField.listedPacket] = connection.listedPacket;
    words[at + connectionField.lastSeconds] = connection.lastSeconds;
    words[at + connectionField.lastPacket] = connection.lastPacket;
    words[at + connectionField.silentBehind] = standing.silentBehind;
    words[at + connectionField.largestSegment] = standing.largestSegment;
    words[at + connectionField.number] = connection.id;
    this.#bytes[start + connectionField.sendsOn] = standing.sendsOn ? 1 : 0;
    this.#bytes[start + connectionField.hasSeveral] = standing.hasSeveral ? 1 : 0;
    this.#bytes[start + connectionField.hasSilent] = standing.hasSilent ? 1 : 0;
    this.#bytes[start + connectionField.isMidStream] = connection.startedMidStream ? 1 : 0;
    this.#writeTexts(index, connection);
  }

  #writeEnds(start: number, connection: Connection): void {
    const bytes = this.#bytes;
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
    const words = this.#words;
    const doubles = this.#doubles;
    const at = start >> 2;
    const double = start >> 3;
    words[at + connectionField.nextSequence] = half.nextSequence;
    doubles[double + connectionField.nextOffset] = half.next;
    doubles[double + connectionField.acknowledged] = half.acknowledged;
    if (facts === undefined) return;
    doubles[double + connectionField.dataUs] = facts.dataUs;
    doubles[double + connectionField.sentUs] = facts.sentUs;
    doubles[double + connectionField.bareAckUs] = facts.bareAckUs;
    doubles[double + connectionField.dataEnd] = facts.dataEnd;
    words[at + connectionField.dataBytes] = facts.dataBytes;
    words[at + connectionField.dataPacket] = facts.dataPacket;
    words[at + connectionField.sentPacket] = facts.sentPacket;
    words[at + connectionField.bareAckPacket] = facts.bareAckPacket;
    words[at + connectionField.segments] = facts.segments;
  }

  #writeTexts(index: number, connection: Connection): void {
    const bytes = this.#bytes;
    const start = connectionAt(index);
    const { lines, records } = this.#outputs;
    if (lines !== undefined) {
      const { client, server, clientBase, serverBase } = lines.textsOf(this.#ends(start), connection.family);
      const at = layout.lineTexts + index * layout.lineTextLength;
      this.#halves[(start + connectionField.clientTextLength) >> 1] = bytes.write(client, at, 'latin1');
      this.#halves[(start + connectionField.serverTextLength) >> 1] = bytes.write(
        server,
        at + layout.lineTextLength / 2,
        'latin1',
      );
      this.#words[(start >> 2) + connectionField.lineBase] = clientBase;
      this.#words[((start + side) >> 2) + connectionField.lineBase] = serverBase;
    }
    if (records === undefined) return;
    const text = records.textOfCommands(connection);
    this.#halves[(start + connectionField.recordTextLength) >> 1] = bytes.write(
      text,
      layout.recordTexts + index * layout.recordTextLength,
      'latin1',
    );
    const runText = records.textOfRun();
    if (runText === this.#runText) return;
    this.#runText = runText;
    this.#module.setRunLength(bytes.write(runText, layout.recordRun, 'latin1'));
  }

  /** Addresses and ports as an IP header and the ports behind it hold them. */
  #ends(start: number): Buffer {
    const bytes = this.#bytes;
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

  /** Brings streams and session to where the connection is by now. */
  #read(index: number, connection: Connection): void {
    const words = this.#words;
    const doubles = this.#doubles;
    const start = connectionAt(index);
    const at = start >> 2;
    const half = start >> 3;
    const { streams } = connection;
    if (streams === undefined) return;
    const { client, server, facts } = streams;
    this.#readSide(start, client, facts?.client);
    this.#readSide(start + side, server, facts?.server);
    if (facts !== undefined) {
      facts.lastUs = doubles[half + connectionField.lastUs] as number;
      facts.lastAnswerEndUs = doubles[half + connectionField.lastAnswerEndUs] as number;
    }
    const standing = this.#standing;
    standing.clientOffset = client.next;
    standing.serverOffset = server.next;
    standing.serverReceived = doubles[half + connectionField.serverReceived] as number;
    standing.clientReceived = doubles[half + connectionField.clientReceived] as number;
    standing.lastMs = words[at + connectionField.lastMs] as number;
    standing.clientMs = words[at + connectionField.clientMs] as number;
    standing.waited = words[at + connectionField.waited] as number;
    standing.endedRun = words[at + connectionField.endedRun] as number;
    standing.seemedToWait = words[at + connectionField.seemedToWait] as number;
    standing.sendsOn = this.#bytes[start + connectionField.sendsOn] === 1;
    standing.hasSeveral = this.#bytes[start + connectionField.hasSeveral] === 1;
    standing.hasSilent = this.#bytes[start + connectionField.hasSilent] === 1;
    standing.silentBehind = words[at + connectionField.silentBehind] as number;
    standing.largestSegment = words[at + connectionField.largestSegment] as number;
    standing.added = words[at + connectionField.added] as number;
    this.#lenders[index]?.takeBack(standing, this.#waiting(index), this.#answerUnderWay(index));
  }

  #readSide(start: number, half: HalfStream, facts: SideFacts | undefined): void {
    const words = this.#words;
    const doubles = this.#doubles;
    const at = start >> 2;
    const double = start >> 3;
    half.nextSequence = words[at + connectionField.nextSequence] as number;
    half.next = doubles[double + connectionField.nextOffset] as number;
    half.acknowledged = doubles[double + connectionField.acknowledged] as number;
    if (facts === undefined) return;
    facts.dataUs = doubles[double + connectionField.dataUs] as number;
    facts.sentUs = doubles[double + connectionField.sentUs] as number;
    facts.bareAckUs = doubles[double + connectionField.bareAckUs] as number;
    facts.dataEnd = doubles[double + connectionField.dataEnd] as number;
    facts.dataBytes = words[at + connectionField.dataBytes] as number;
    facts.dataPacket = words[at + connectionField.dataPacket] as number;
    facts.sentPacket = words[at + connectionField.sentPacket] as number;
    facts.bareAckPacket = words[at + connectionField.bareAckPacket] as number;
    facts.segments = words[at + connectionField.segments] as number;
  }

  /** The answer of the first of them, where its value is under way. */
  #answerUnderWay(index: number): AnswerStart | undefined {
    const words = this.#words;
    const doubles = this.#doubles;
    const start = connectionAt(index);
    const rest = words[(start >> 2) + connectionField.answerRest] as number;
    if (rest === 0) return undefined;
    const request = words[(start >> 2) + connectionField.firstPending] as number;
    const head = layout.requests + request * layout.requestLength + requestField.answerHead;
    const end = this.#bytes.indexOf(lineEnd, head) + lineEnd.length;
    return {
      bytes: this.#bytes,
      start: head,
      end,
      from: doubles[(start >> 3) + connectionField.answerStart] as number,
      timeUs: doubles[(start >> 3) + connectionField.answerUs] as number,
      packet: words[(start >> 2) + connectionField.answerPacket] as number,
      acknowledged: doubles[(start >> 3) + connectionField.answerAcknowledged] as number,
    };
  }

  /** The requests that wait, oldest first. */
  #waiting(index: number): WaitingLine[] {
    const words = this.#words;
    const doubles = this.#doubles;
    const at = connectionAt(index) >> 2;
    const waiting: WaitingLine[] = [];
    let request = words[at + connectionField.firstPending] as number;
    for (let left = words[at + connectionField.pending] as number; left > 0; left--) {
      const start = layout.requests + request * layout.requestLength;
      const word = start >> 2;
      const double = start >> 3;
      const line = start + requestField.line;
      waiting.push({
        bytes: this.#bytes,
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
        startsSegment: this.#bytes[start + requestField.startsSegment] === 1,
        acknowledged: doubles[double + requestField.acknowledged] as number,
        silentBefore: words[word + requestField.silentBefore] as number,
      });
      request = words[word + requestField.next] as number;
    }
    return waiting;
  }
}

/** No packet that is taken has this second. */
const noSecond = -1;

/** Later ones have no time in tcpdump's lines. */
const lastSecond = 2 ** 31 - 1;

const lineEnd = '\r\n';

/** Bytes behind the input that may be read with it. */
const slackOfInput = 64;

function connectionAt(index: number): number {
  return layout.connections + index * layout.connectionLength;
}

/** How the packets of a link type begin, in the module's numbers; -1 for those that it does not know. */
function linkOf(linkType: number): number {
  switch (linkType) {
    case LinkType.ethernet:
      return 1;
    case LinkType.linuxCooked:
      return 2;
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

function emptyStanding(): Standing {
  return {
    clientOffset: 0,
    serverOffset: 0,
    serverReceived: 0,
    clientReceived: 0,
    lastMs: 0,
    clientMs: 0,
    waited: 0,
    endedRun: 0,
    seemedToWait: 0,
    sendsOn: false,
    hasSilent: false,
    hasSeveral: false,
    silentBehind: 0,
    largestSegment: 0,
    added: 0,
  };
}
