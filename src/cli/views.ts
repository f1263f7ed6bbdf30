import type { CaptureSource } from '../capture/capture-source.ts';
import { listBounds, setHeapBounds } from '../heap-growth.ts';
import type { OpenFile } from '../open-file.ts';
import type { JsonLog } from '../output/json-log.ts';
import type { OutputStream } from '../output/output-stream.ts';
import type { View, ViewOutput } from '../output/view.ts';
import type { Presentation } from '../presentation/presentation.ts';
import type { Settings } from './settings.ts';

/** Columns of what is no terminal, and the fewest that are used of one. */
const leastWidth = 80;

const defaultRows = { text: 10, records: 20 } as const;

/** The view of standard output, if it has one, and what is made beside it. Throws a `CaptureError`. */
export async function openViews(
  settings: Settings,
  stdout: OutputStream,
  log: JsonLog | undefined,
  source: CaptureSource,
  open: OpenFile,
  presentation: Presentation,
): Promise<readonly View[]> {
  const views = [await openView(settings, stdout, log, source, presentation)];
  if (settings.metrics !== undefined) {
    const { openMetrics } = await import('./open-metrics.ts');
    views.push(await openMetrics(settings.metrics, source));
  }
  if (settings.report !== undefined) {
    const { openReport } = await import('./open-report.ts');
    views.push(openReport(settings, settings.report, source, open, presentation));
  }
  return views.filter((view) => view !== undefined);
}

/** What standard output shows in place of lines and records; undefined where it shows these. `log` writes to it. */
async function openView(
  settings: Settings,
  stdout: OutputStream,
  log: JsonLog | undefined,
  source: CaptureSource,
  presentation: Presentation,
): Promise<View | undefined> {
  const output: ViewOutput = {
    lines: (lines) => {
      const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      stdout.text.copy(text, 0, text.length);
      stdout.flushIfFull();
    },
    records: log,
  };
  if (settings.view === 'summary') {
    setHeapBounds(listBounds);
    const { SummaryView } = await import('../output/summary-view.ts');
    const { rows = settings.json ? defaultRows.records : defaultRows.text } = settings.summary;
    const width = Math.max(leastWidth, process.stdout.columns ?? leastWidth);
    return new SummaryView(
      { ...settings.summary, rows, width, patternOf: presentation.patternOf, processOf: presentation.processOf },
      output,
      presentation,
    );
  }
  if (settings.view === 'top') {
    const { openTop } = await import('./open-top.ts');
    return openTop(settings, source, output.lines, presentation);
  }
  if (settings.view !== 'connections') return undefined;
  const { ConnectionsView } = await import('../output/connections-view.ts');
  return new ConnectionsView(settings.selection !== undefined, output, presentation);
}
