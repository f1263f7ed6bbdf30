import { listsFloorBytes, setHeapFloor } from '../heap-growth.ts';
import type { JsonLog } from '../output/json-log.ts';
import type { OutputStream } from '../output/output-stream.ts';
import type { View, ViewOutput } from '../output/view.ts';
import type { Presentation } from '../presentation/presentation.ts';
import type { Settings } from './settings.ts';

/** Columns of what is no terminal, and the fewest that are used of one. */
const leastWidth = 80;

const defaultRows = { text: 10, records: 20 } as const;

/** What standard output shows in place of lines and records; undefined where it shows these. `log` writes to it. */
export async function openView(
  settings: Settings,
  stdout: OutputStream,
  log: JsonLog | undefined,
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
    setHeapFloor(listsFloorBytes);
    const { SummaryView } = await import('../output/summary-view.ts');
    const { rows = settings.json ? defaultRows.records : defaultRows.text } = settings.summary;
    const width = Math.max(leastWidth, process.stdout.columns ?? leastWidth);
    return new SummaryView(
      { ...settings.summary, rows, width, patternOf: presentation.patternOf },
      output,
      presentation,
    );
  }
  if (settings.view !== 'connections') return undefined;
  const { ConnectionsView } = await import('../output/connections-view.ts');
  return new ConnectionsView(settings.selection !== undefined, output, presentation);
}
