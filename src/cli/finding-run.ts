import type { Listener } from '../../protocols/events.ts';
import type { Finding } from '../findings/finding.ts';
import { type FindingSubject, Findings } from '../findings/findings.ts';
import { FindingLines, type FindingOutput, FindingRecords } from '../output/finding-outputs.ts';
import type { Selection } from '../selection.ts';
import type { Outputs } from './outputs.ts';
import type { Settings } from './settings.ts';

/** Fewer copies are no sign of a capture that has all packets twice. */
const fewestCopies = 3;

/**
 * Packets of such a capture to each copy of a segment that brings something: an exchange is four packets and two of
 * these, and acknowledgments, which are none, add to it.
 */
const mostPacketsToCopy = 8;

/** Looking for findings, and telling them to all outputs that show them. */
export class FindingRun {
  readonly listener: Listener;
  readonly #findings: Findings;
  readonly #records: readonly FindingRecords[];
  /** Undefined where no lines are printed. */
  readonly lines: FindingLines | undefined;
  /** Segments that were captured twice. */
  #copies = 0;

  /** `selection`: of what is shown; undefined where that is everything. */
  constructor(
    settings: Settings,
    { logs, views, printer, compact, presentation }: Outputs,
    selection: Selection | undefined,
  ) {
    const { isShown, changes } = settings.findings;
    this.#records = isShown ? logs.map((log) => new FindingRecords(log)) : [];
    this.lines = isShown && printer !== undefined ? new FindingLines() : undefined;
    const asked: readonly (FindingOutput | undefined)[] = isShown ? [...this.#records, this.lines, compact] : [];
    const outputs = asked.filter((output) => output !== undefined);
    const found = (original: Finding, subject: FindingSubject): void => {
      if (!isWanted({ ...original, ...subject }, settings.connection, selection)) return;
      const finding = presentation.finding(original);
      for (const view of views) view.found?.(finding);
      if (finding.isCounted) return;
      for (const output of outputs) output.found(finding);
    };
    const counts = views.some((view) => view.found !== undefined);
    this.#findings = new Findings(changes, found, presentation.showWire, counts);
    const findings = this.#findings;
    for (const view of views) view.awaitFindings?.((connection) => findings.isUndecided(connection));
    const { listener } = findings;
    this.listener = {
      ...listener,
      segment: (connection, fact, arrival) => {
        if (fact.kind === 'copy') this.#copies++;
        listener.segment?.(connection, fact, arrival);
      },
    };
  }

  /** Says that a capture of so many packets has them all twice; undefined where it has not. */
  copiesHint(packets: number): string | undefined {
    if (this.#copies < fewestCopies || this.#copies * mostPacketsToCopy < packets) return undefined;
    return `packets were captured twice, as on all devices (-i any) or behind a mirror port: ${this.#copies} copies of segments are counted once`;
  }

  /** A packet, before anything is told of it. */
  packet(timeUs: number): void {
    this.#findings.packet(timeUs);
  }

  /** Whether something was found that is still to be written. */
  get isPending(): boolean {
    return this.lines?.isEmpty === false || this.#records.some(({ isEmpty }) => !isEmpty);
  }

  /** All that a packet tells was told. */
  flush(): void {
    for (const records of this.#records) records.flush();
  }

  /** Every connection has ended. */
  end(): void {
    this.#findings.end();
    this.flush();
  }
}

function isWanted(finding: Finding, connection: number | undefined, selection: Selection | undefined): boolean {
  if (connection !== undefined && finding.connection?.id !== connection) return false;
  return selection === undefined || selection.matchesFinding(finding);
}
