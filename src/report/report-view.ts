import { type Listener, Listeners } from '../../protocols/events.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type { Arrival, CloseReason, ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { ByteWriter, escapedText } from '../byte-writer.ts';
import type { Finding } from '../findings/finding.ts';
import { writeOutcome } from '../output/annotation.ts';
import { durationText } from '../output/units.ts';
import type { View } from '../output/view.ts';
import type { Presentation } from '../presentation/presentation.ts';
import { defaultLists } from '../statistics/dimensions.ts';
import { Histogram } from '../statistics/histogram.ts';
import { emptySample, sampleCommand } from '../statistics/sample.ts';
import { Summary } from '../statistics/summary.ts';
import { TimeSeries } from '../statistics/time-series.ts';
import { Ladders } from './ladders.ts';
import { reportPage } from './report-page.ts';

/** Rows of each table. */
const rows = 100;

/** µs. */
const latencyBounds = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 500_000, 1e6];

/** Of a command line or an outcome. */
const longestNote = 120;

export interface ReportOptions {
  /** The file or device that is read. */
  readonly source: string;
  /** Packet time after which the page is written anew, µs; undefined where that is done at the end only. */
  readonly everyUs: number | undefined;
  readonly presentation: Pick<Presentation, 'settings' | 'origin' | 'patternOf'>;
  /** Replaces the page as a whole. */
  readonly write: (page: string) => void;
}

/** Writes a page about the capture. */
export class ReportView implements View {
  readonly isOfCapture = true;
  readonly all: Listener;
  readonly shown: Listener;
  readonly #options: ReportOptions;
  readonly #summary: Summary;
  readonly #series = new TimeSeries();
  readonly #latency = new Histogram(latencyBounds);
  readonly #ladders = new Ladders();
  readonly #sample = emptySample();
  readonly #outcome = new ByteWriter(512);
  #writtenUs: number | undefined;

  constructor(options: ReportOptions) {
    this.#options = options;
    const { patternOf } = options.presentation;
    this.#summary = new Summary({ lists: defaultLists, sort: 'count', rows, patternOf });
    this.all = new Listeners([
      this.#summary,
      {
        connectionOpen: (connection: ConnectionInfo): void => this.#ladders.open(connection),
        connectionClose: (connection: ConnectionInfo, _reason: CloseReason, _arrival: Arrival): void =>
          this.#ladders.close(connection),
      },
    ]);
    this.shown = new Listeners([
      this.#summary.commands,
      { transaction: (connection, transaction) => this.#command(connection, transaction) },
    ]);
  }

  identify(): void {}

  found(finding: Finding): void {
    this.#summary.found(finding);
    this.#ladders.found(finding);
  }

  packet(timeUs: number, bytes: number): void {
    this.#summary.packet(timeUs, bytes);
    const { everyUs } = this.#options;
    this.#writtenUs ??= timeUs;
    if (everyUs === undefined || timeUs - this.#writtenUs < everyUs) return;
    this.#writtenUs = timeUs;
    this.#write();
  }

  processed(packet: CapturedPacket, connection: number): void {
    this.#ladders.packet(packet, connection);
  }

  finish(): void {
    this.#write();
  }

  #write(): void {
    this.#options.write(
      reportPage({
        source: this.#options.source,
        times: this.#options.presentation,
        summary: this.#summary.snapshot(),
        series: this.#series,
        latency: this.#latency,
        ladders: this.#ladders.pictures(),
      }),
    );
  }

  #command(connection: ConnectionInfo, transaction: Transaction): void {
    const { requestUs, endUs, serverUs, latencyUs, line, command, keys } = transaction;
    sampleCommand(transaction, this.#sample);
    this.#series.add(Math.max(requestUs, endUs), this.#sample);
    if (serverUs >= 0) this.#latency.add(serverUs);
    const out = this.#outcome;
    writeOutcome(out, transaction);
    const outcome = out.toString().trim();
    out.clear();
    const said = escapedText(line === '' ? [command, ...keys].join(' ') : line).slice(0, longestNote);
    const took = latencyUs < 0 ? '' : `, ${durationText(latencyUs)}`;
    this.#ladders.command(connection, transaction, said, `=> ${outcome}${took}`.slice(0, longestNote));
  }
}
