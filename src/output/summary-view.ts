import { type Listener, Listeners } from '../../protocols/events.ts';
import type { Finding } from '../findings/finding.ts';
import type { Presentation } from '../presentation/presentation.ts';
import type { CommandListsOptions } from '../statistics/command-lists.ts';
import { Spans } from '../statistics/spans.ts';
import { Summary, type SummarySnapshot } from '../statistics/summary.ts';
import type { ExitReport } from './exit-report.ts';
import type { RunIdentity } from './run-identity.ts';
import { summaryFields } from './summary-record.ts';
import { summaryLines } from './summary-text.ts';
import { countText } from './units.ts';
import type { View, ViewOutput } from './view.ts';

export interface SummaryViewOptions extends CommandListsOptions {
  /** Length of a span, µs of packet time; undefined where only all is summed up. */
  readonly everyUs: number | undefined;
  /** Columns of the terminal. */
  readonly width: number;
}

/** Numbers at the end, after each span of time, and whenever they are asked for. */
export class SummaryView implements View {
  readonly isOfCapture = true;
  readonly all: Listener;
  readonly shown: Listener;
  readonly #options: SummaryViewOptions;
  readonly #output: ViewOutput;
  readonly #presentation: Presentation;
  readonly #summary: Summary;
  /** Of the span under way. */
  readonly #span: Summary | undefined;
  readonly #spans: Spans | undefined;
  #hasShown = false;

  constructor(options: SummaryViewOptions, output: ViewOutput, presentation: Presentation) {
    this.#presentation = presentation;
    this.#options = options;
    this.#output = output;
    this.#summary = new Summary(options);
    const { everyUs } = options;
    if (everyUs === undefined) {
      this.all = this.#summary;
      this.shown = this.#summary.commands;
      return;
    }
    const span = new Summary(options);
    this.#span = span;
    this.#spans = new Spans(everyUs, span, (snapshot) => this.#tell(snapshot, {}));
    this.all = new Listeners([this.#summary, span]);
    this.shown = new Listeners([this.#summary.commands, span.commands]);
  }

  found(finding: Finding): void {
    this.#summary.found(finding);
    this.#span?.found(finding);
  }

  identify(identity: RunIdentity): void {
    this.#output.records?.identify(identity);
  }

  packet(timeUs: number, bytes: number): void {
    this.#spans?.packet(timeUs, bytes);
    this.#summary.packet(timeUs, bytes);
  }

  tellSoFar(report: ExitReport): void {
    this.#tell(this.#summary.snapshot(), report.fields());
  }

  finish(report: ExitReport): void {
    this.#spans?.end();
    this.#tell(this.#summary.snapshot(), report.fields());
  }

  /** `counters`: of the exit report, in records. */
  #tell(snapshot: SummarySnapshot, counters: object): void {
    const { records, lines } = this.#output;
    const { packets, total, toUs = 0 } = snapshot;
    const shown = this.#presented(snapshot);
    if (records !== undefined) {
      const message = `${countText(packets, 'packet', 'packets')}, ${countText(total.count, 'command', 'commands')}`;
      records.record('summary', toUs, { ...counters, ...summaryFields(shown) }, message);
      return;
    }
    if (this.#hasShown) lines(['']);
    this.#hasShown = true;
    lines(summaryLines(shown, { ...this.#options, isRelative: this.#presentation.settings.isRelative }));
  }

  /** With times as they are to be shown, or without. */
  #presented(snapshot: SummarySnapshot): SummarySnapshot {
    const { origin, settings, hidesTimes } = this.#presentation;
    const { fromUs, toUs } = snapshot;
    if (!settings.isRelative || fromUs === undefined || toUs === undefined) return snapshot;
    if (hidesTimes) return { ...snapshot, fromUs: undefined, toUs: undefined };
    return { ...snapshot, fromUs: fromUs - origin.us, toUs: toUs - origin.us };
  }
}
