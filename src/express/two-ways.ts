import type { CapturedPacket } from '../../protocols/packet.ts';
import type { RecordForm } from '../capture/capture-source.ts';
import type { Pipeline } from '../pipeline.ts';
import type { BeginFor, EndFor, ExpressCounts, ExpressWay } from './express-way.ts';
import { Outcome } from './layout.ts';
import { Worth } from './worth.ts';

type Failed = (error: unknown, packet: number) => void;

/**
 * Takes each packet the express way, if that takes it, and else the general one: the pipeline. Both see the same packets
 * ahead of the one under way.
 */
export class TwoWays {
  readonly #express: ExpressWay;
  readonly #pipeline: Pipeline;
  readonly #lookAheadPackets: number;
  readonly #worth: Worth;
  /** Packets, of those noted, that the pipeline has taken in; it holds those from the next one on. */
  #fed = 0;
  /** The first, of those noted, that the pipeline holds. */
  #first = 0;
  #counted: ExpressCounts = { commands: 0, backInTime: 0 };
  /** True while the pipeline's next packet is the next of all. */
  #isPipelines = false;

  readonly #beginFor: BeginFor = (keeper, datagram, segment, timeUs, packet) =>
    this.#pipeline.beginFor(keeper, datagram, segment, timeUs, packet);

  readonly #endFor: EndFor = (connection, timeUs, packet) => this.#pipeline.endFor(connection, timeUs, packet);

  constructor(express: ExpressWay, pipeline: Pipeline, lookAheadPackets: number, worth = new Worth()) {
    this.#express = express;
    this.#pipeline = pipeline;
    this.#lookAheadPackets = lookAheadPackets;
    this.#worth = worth;
  }

  get isFull(): boolean {
    return this.#express.isFull;
  }

  add(packet: CapturedPacket): void {
    this.#express.note(packet);
  }

  /** As `ExpressWay.noteRecords`; `recordsEnd` is where it went on from. */
  addRecords(bytes: Buffer, at: number, form: RecordForm, number: number): number {
    return this.#express.noteRecords(bytes, at, form, number);
  }

  get recordsEnd(): number {
    return this.#express.notedTo;
  }

  /**
   * Takes packets the express way up to one that is the pipeline's, which is `pipeline.next` then; false where there is none
   * among those that can be looked at. `isLast`: no others come. `failed` is called where one met a bug when the pipeline
   * took it in.
   */
  advance(isLast: boolean, failed: Failed): boolean {
    const express = this.#express;
    if (this.#isPipelines) this.#behindPipeline();
    for (;;) {
      const isNone = this.#pipeline.hasAside || this.#worth.isResting(express.head);
      const outcome = isNone ? this.#declines(isLast) : express.run(isLast);
      if (outcome === Outcome.second) {
        const { timeUs, packet } = express.next;
        if (this.#pipeline.pass(timeUs, packet)) express.beginSecond();
        else return this.#feed(failed);
      } else if (outcome === Outcome.declined) return this.#feed(failed);
      else if (outcome === Outcome.unnamed) express.nameInterface();
      else if (outcome === Outcome.begins) {
        if (!express.begin(this.#beginFor)) return this.#feed(failed);
      } else if (outcome === Outcome.ended) express.end(this.#endFor);
      else if (outcome === Outcome.done) break;
    }
    if (express.head === express.noted) express.clear();
    return false;
  }

  /** Of the packets so far: what the pipeline has not counted. */
  takeCounts(): ExpressCounts {
    const { commands, backInTime } = this.#counted;
    this.#counted = this.#express.counts;
    return { commands: this.#counted.commands - commands, backInTime: this.#counted.backInTime - backInTime };
  }

  /** Tells the pipeline how far it is by now; returns the number of the last packet that went the express way. */
  settle(): number {
    const { timeUs, packet, connection } = this.#express.last;
    this.#drop();
    if (packet > this.#pipeline.packet) this.#pipeline.passed(timeUs, packet, connection);
    return packet;
  }

  /** While it rests, and while packets are set aside with which all others are compared, none is taken. */
  #declines(isLast: boolean): Outcome {
    const { head, noted } = this.#express;
    const isAtHand = head < noted && (isLast || noted - head >= this.#lookAheadPackets);
    return isAtHand ? Outcome.declined : Outcome.done;
  }

  /** Has the pipeline take in the next packet, and those that it looks ahead at, if it does. */
  #feed(failed: Failed): true {
    const { head, noted } = this.#express;
    this.#worth.decline(head, this.#express.returned);
    this.#drop();
    this.#feedTo(head + 1, failed);
    if (!this.#pipeline.isNextOther || this.#pipeline.hasAside)
      this.#feedTo(Math.min(noted, head + this.#lookAheadPackets), failed);
    this.#isPipelines = true;
    return true;
  }

  #feedTo(end: number, failed: Failed): void {
    while (this.#fed < end) {
      const packet = this.#express.packetAt(this.#fed++);
      try {
        this.#pipeline.add(packet);
      } catch (error) {
        failed(error, packet.number);
      }
    }
  }

  /** Takes from the pipeline what it was fed before and went the express way since. */
  #drop(): void {
    const { head } = this.#express;
    for (; this.#first < Math.min(head, this.#fed); this.#first++) this.#pipeline.skip();
    if (this.#fed < head) this.#fed = head;
    this.#first = head;
  }

  #behindPipeline(): void {
    this.#isPipelines = false;
    const express = this.#express;
    const pipeline = this.#pipeline;
    express.leave();
    this.#first++;
    if (express.hasNewBases()) pipeline.takeAllBack();
    const { lendable } = pipeline;
    if (lendable !== undefined && !this.#worth.isResting(express.head)) express.follow(lendable);
    express.noteSecond(pipeline.second);
  }
}
