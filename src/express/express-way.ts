import { Datagram } from '../../protocols/datagram.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type { Connection, Keeper } from '../../protocols/tcp/connection.ts';
import { RecentSegments, recentSegmentSlots } from '../../protocols/tcp/recent-segments.ts';
import { TcpSegment } from '../../protocols/tcp/segment.ts';
import type { RecordForm } from '../capture/capture-source.ts';
import { ConnectionState, endsOf } from './connection-state.ts';
import { layout, Outcome } from './layout.ts';
import { LentConnections } from './lent-connections.ts';
import { MemoryView } from './memory-view.ts';
import type { ExpressModule } from './module.ts';
import { NotedPackets } from './noted-packets.ts';
import { type ExpressEvents, type OutputEnd, ToldEvents } from './told-events.ts';
import { ToldSegments } from './told-segments.ts';

/** What is written of the packets that are taken. */
export interface ExpressOutputs {
  /** Undefined where no lines are printed. */
  readonly lines: ExpressLines | undefined;
  readonly records: ExpressRecords | undefined;
  /** Undefined where nobody wants to hear of commands. */
  readonly events: ExpressEvents | undefined;
}

export interface ExpressLimits {
  readonly lookAheadPackets: number;
  readonly resetWindow: number;
  readonly keysPerRequest: number;
  /** How long one that is used stays where it is in the list of the idle: see `IdleList`. */
  readonly idleSlackSeconds: number;
}

export interface ExpressLines {
  readonly annotates: boolean;
  readonly absoluteSequence: boolean;
  /** See `TcpdumpLine`. */
  clockText(seconds: number): { readonly text: string; readonly hasFraction: boolean };
  /** How lines of Linux cooked v2 begin, behind the time. */
  interfaceText(index: number): string;
  /** See `TcpdumpLine`. */
  endsOf(ends: Uint8Array, version: 4 | 6): { readonly client: string; readonly server: string };
  basesOf(ends: Uint8Array, version: 4 | 6): { readonly client: number; readonly server: number };
  setBases(ends: Uint8Array, version: 4 | 6, bases: { readonly client: number; readonly server: number }): void;
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

export interface ExpressCounts {
  readonly commands: number;
  readonly backInTime: number;
}

/** Begins a connection for a keeper, with a SYN; undefined where that is the table's. See `ConnectionTable`. */
export type BeginFor = (
  keeper: Keeper,
  datagram: Datagram,
  segment: TcpSegment,
  timeUs: number,
  packet: number,
) => Connection | undefined;

/** Ends a connection that began so, with the last packet that was taken. */
export type EndFor = (connection: Connection, timeUs: number, packet: number) => void;

/** No packet that is taken has this second. */
const noSecond = -1;

/** The express way as the rest of the program sees it; see the README of this folder. */
export class ExpressWay {
  /** What the general way has to note its segments in. */
  readonly recent: RecentSegments;
  readonly #module: ExpressModule;
  readonly #outputs: ExpressOutputs;
  readonly #memory: MemoryView;
  readonly #packets: NotedPackets;
  readonly #state: ConnectionState;
  readonly #connections: LentConnections;
  readonly #told: ToldEvents | undefined;
  #generation = 0;
  #second = noSecond;
  #runText = '';
  readonly #datagram = new Datagram();
  readonly #segment = new TcpSegment();
  /** How far what the module has written was taken. */
  readonly #written: OutputEnd = { line: layout.lines, record: layout.records };

  /** `recycle` is called with each buffer that nobody looks at any more. */
  constructor(
    module: ExpressModule,
    outputs: ExpressOutputs,
    { lookAheadPackets, resetWindow, keysPerRequest, idleSlackSeconds }: ExpressLimits,
    recycle: (buffer: Buffer) => void,
  ) {
    this.#module = module;
    this.#outputs = outputs;
    const { buffer } = module.memory;
    this.#memory = new MemoryView(buffer);
    this.#packets = new NotedPackets(module, this.#memory, recycle);
    this.#state = new ConnectionState(this.#memory);
    const { lines, records, events } = outputs;
    this.#connections = new LentConnections(
      module,
      this.#state,
      {
        write: (index, connection) => this.#writeTexts(index, connection),
        writeEnds: (index, connection) => this.#writeEnds(index, connection),
      },
      (slot) => this.#told?.release(slot),
      events && { started: () => events.packet(this.next.timeUs, this.#packets.nextLength) },
    );
    const connectionAt = (index: number): Connection => this.#connections.at(index);
    const segments = events && new ToldSegments(this.#memory, this.#state.facts, events.listener.segment);
    this.#told = segments && new ToldEvents(this.#memory, events, segments, keysPerRequest, connectionAt);
    this.recent = new RecentSegments(
      new Int32Array(buffer, layout.prints, recentSegmentSlots),
      new Float64Array(buffer, layout.printTimes, recentSegmentSlots),
    );
    module.setLookAhead(lookAheadPackets);
    module.setReach(resetWindow);
    module.setSlack(idleSlackSeconds);
    module.setSeed((Math.random() * 2 ** 32) | 0);
    module.setOutputs(lines !== undefined, records !== undefined);
    module.setTells(events !== undefined);
    module.setAnnotates(lines?.annotates ?? false);
    module.setAbsolute(lines?.absoluteSequence ?? false);
    module.setOutput(layout.lines, layout.records);
    module.setSecond(noSecond, 0, false);
  }

  /** True where packets have to be processed before another one is noted. */
  get isFull(): boolean {
    return this.#packets.isFull;
  }

  /** Packets noted, and the number among them of the next that is not over. */
  get noted(): number {
    return this.#packets.noted;
  }

  get head(): number {
    return this.#packets.head;
  }

  /** Commands that were answered; and those of them between whose request and answer the clock of the capture went back. */
  get counts(): ExpressCounts {
    const { commands, backInTime } = this.#module;
    return { commands: commands.value, backInTime: backInTime.value };
  }

  /** Of the last packet that was taken. */
  get last(): { readonly timeUs: number; readonly packet: number; readonly connection: number } {
    const { lastUs, lastPacket, lastConnection } = this.#module;
    return { timeUs: lastUs.value, packet: lastPacket.value, connection: lastConnection.value };
  }

  /** See `NotedPackets`. */
  note(packet: CapturedPacket): void {
    this.#packets.note(packet);
  }

  noteRecords(bytes: Buffer, at: number, form: RecordForm, number: number): number {
    return this.#packets.noteRecords(bytes, at, form, number);
  }

  get notedTo(): number {
    return this.#packets.notedTo;
  }

  packetAt(index: number): CapturedPacket {
    return this.#packets.packetAt(index);
  }

  /** Called where everything that was noted is over: the bytes of packets may change from now on. */
  clear(): void {
    this.#packets.clear();
  }

  /** Takes packets until it meets one that it does not take. `isLast`: no others come. */
  run(isLast: boolean): Outcome {
    this.#state.facts.forget();
    const outcome = this.#module.run(this.noted, isLast) as Outcome;
    this.#packets.passTo(this.#module.head.value);
    this.#handOn(outcome === Outcome.ended);
    return outcome;
  }

  /** The next packet was processed by the general way. */
  leave(): void {
    this.#module.leave();
    this.#packets.head++;
  }

  /** What is done once a second of packet time: the clock of the lines. */
  beginSecond(): void {
    const { seconds } = this.#packets.next;
    const clock = this.#outputs.lines?.clockText(seconds);
    if (clock !== undefined) this.#memory.bytes.write(clock.text, layout.clock, 'latin1');
    this.#second = seconds;
    this.#module.setSecond(seconds, clock?.text.length ?? 0, clock?.hasFraction ?? false);
  }

  /** Says how lines name the interface of the next packet. */
  nameInterface(): void {
    const index = this.#module.interfaceAt.value;
    const text = this.#outputs.lines?.interfaceText(index >>> 0) ?? '';
    const at = this.#module.nameInterface(index, text.length);
    if (at > 0) this.#memory.bytes.write(text, at, 'latin1');
  }

  /** The general way has looked for what is over at this second: then the next packet that is taken has to. */
  noteSecond(second: number): void {
    if (second === this.#second || this.#second === noSecond) return;
    this.#second = noSecond;
    this.#module.setSecond(noSecond, 0, false);
  }

  /** Time and number of the next packet. */
  get next(): { readonly timeUs: number; readonly packet: number } {
    const { seconds, microseconds, packet } = this.#packets.next;
    return { timeUs: seconds * 1e6 + microseconds, packet };
  }

  /** Whether lines may count from elsewhere than when this was asked last: then all connections have to go back. */
  hasNewBases(): boolean {
    const generation = this.#outputs.lines?.generation ?? 0;
    const isNew = generation !== this.#generation;
    this.#generation = generation;
    return isNew;
  }

  /** Connections that have gone back so far. */
  get returned(): number {
    return this.#connections.returned;
  }

  /**
   * Begins a connection with the next packet, a SYN; false where that is not of this way. `beginFor`: see
   * `ConnectionTable`.
   */
  begin(beginFor: BeginFor): boolean {
    const { timeUs, packet } = this.next;
    const hasBegun = this.#connections.begin(() => {
      this.#packets.decode(this.#datagram, this.#segment);
      return beginFor(this.#connections, this.#datagram, this.#segment, timeUs, packet);
    });
    if (!hasBegun) return false;
    this.leave();
    this.#handOn();
    return true;
  }

  /** Ends the connection that is over with the last packet that was taken. */
  end(endFor: EndFor): void {
    const { ended } = this.#module;
    const connection = this.#connections.at(ended.value);
    this.#module.clearEnded();
    const { timeUs, packet } = this.last;
    endFor(connection, timeUs, packet);
    this.#told?.finish();
  }

  /** See `LentConnections`. */
  follow(connection: Connection): void {
    this.#connections.follow(connection);
  }

  /** Hands on what was written, and tells what was told; `goesOn`: of the last packet something is to be told yet. */
  #handOn(goesOn = false): void {
    this.#tellBases();
    const { line, record, event } = this.#module;
    const end = { line: line.value, record: record.value };
    if (this.#told !== undefined && event.value > layout.events) {
      this.#told.tell(event.value, (upTo) => this.#write(upTo));
      this.#module.clearEvents();
    }
    if (end.line !== layout.lines || end.record !== layout.records) {
      this.#write(end);
      this.#written.line = layout.lines;
      this.#written.record = layout.records;
      this.#module.setOutput(layout.lines, layout.records);
    }
    if (!goesOn) this.#told?.finish();
  }

  /** Tells whoever prints the lines that the general way prints from where those of a connection are counted now. */
  #tellBases(): void {
    const { lines } = this.#outputs;
    const { words } = this.#memory;
    const count = this.#module.bases.value;
    if (count === 0) return;
    for (let at = layout.bases >> 2, left = count; left > 0; at++, left--) {
      const index = words[at] as number;
      const connection = this.#connections.at(index);
      lines?.setBases(endsOf(connection), connection.family, this.#state.lineBases(index));
    }
    this.#module.clearBases();
  }

  /** Writes lines and records as far as that. */
  #write({ line, record }: OutputEnd): void {
    const { bytes } = this.#memory;
    const { lines, records } = this.#outputs;
    const written = this.#written;
    if (line > written.line) lines?.take(bytes, written.line, line);
    if (record > written.record) records?.take(bytes, written.record, record);
    written.line = line;
    written.record = record;
  }

  #writeTexts(index: number, connection: Connection): void {
    const { lines } = this.#outputs;
    if (lines !== undefined) {
      const { client, server } = lines.basesOf(endsOf(connection), connection.family);
      this.#state.writeLineBases(index, client, server);
    }
    this.#writeEnds(index, connection);
  }

  #writeEnds(index: number, connection: Connection): void {
    const { bytes } = this.#memory;
    const { lines, records } = this.#outputs;
    if (lines !== undefined) {
      const { client, server } = lines.endsOf(endsOf(connection), connection.family);
      const at = layout.lineTexts + index * layout.lineTextLength;
      const ofClient = bytes.write(client, at, 'latin1');
      const ofServer = bytes.write(server, at + layout.lineTextLength / 2, 'latin1');
      this.#state.writeLineTexts(index, ofClient, ofServer);
    }
    if (records === undefined) return;
    const at = layout.recordTexts + index * layout.recordTextLength;
    this.#state.writeRecordText(index, bytes.write(records.textOfCommands(connection), at, 'latin1'));
    const runText = records.textOfRun();
    if (runText === this.#runText) return;
    this.#runText = runText;
    this.#module.setRunLength(bytes.write(runText, layout.recordRun, 'latin1'));
  }
}
