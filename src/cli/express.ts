import { movesInIdleTime } from '../../protocols/idle-list.ts';
import { defaultLimits } from '../../protocols/limits.ts';
import type { CaptureSource } from '../capture/capture-source.ts';
import type { ExpressLines, ExpressRecords, ExpressWay } from '../express/express-way.ts';
import type { ExpressEvents } from '../express/told-events.ts';
import type { JsonLog } from '../output/json-log.ts';
import type { LinePrinter } from '../output/line-printer.ts';
import type { OutputStream } from '../output/output-stream.ts';
import type { TcpdumpLine } from '../output/tcpdump-line/tcpdump-line.ts';
import { noSurroundings } from '../selected-commands.ts';
import type { Settings } from './settings.ts';

/** Bytes of a capture file from which on it takes less time to begin than it saves. */
const worthwhile = 512 * 1024;

/** Smaller limits are those of tests, and of whoever wants to see them met; without them the express way meets none. */
const least = [
  'pendingRequests',
  'pendingTotalBytes',
  'unfinishedTotalBytes',
  'commandLineBytes',
  'retrievalLineBytes',
  'keysPerRequest',
  'outOfOrderBytes',
  'outOfOrderSegments',
  'outOfOrderTotalBytes',
] as const;
const mostLookAhead = 512;

/** What of a run the express way writes by itself; what else hears of packets and commands is told of them. */
interface Written {
  readonly lines: boolean;
  readonly records: boolean;
}

/**
 * Whether packets may go the express way, and what it writes there; undefined where something looks at packets that only
 * the general way can show it.
 */
function writtenBy(settings: Settings, source: CaptureSource): Written | undefined {
  const { view, express, recognizes, write, report, limits } = settings;
  if (express === 'off' || (express === 'auto' && source.size >= 0 && source.size < worthwhile)) return undefined;
  if (recognizes || write !== undefined || report !== undefined || settings.keepValueBytes > 0) return undefined;
  if (least.some((name) => limits[name] < defaultLimits[name])) return undefined;
  if (limits.lookAheadPackets > mostLookAhead) return undefined;
  if (view === 'explain') return undefined;
  if (view === 'lines' && !(areLinesPlain(settings) && isAllShown(settings))) return undefined;
  return { lines: view === 'lines', records: areRecordsPlain(settings) && isAllShown(settings) };
}

/** Whether packets may go the express way. */
export function mayGoExpress(settings: Settings, source: CaptureSource): boolean {
  return writtenBy(settings, source) !== undefined;
}

/** Whether all commands are shown, and as they are. */
function isAllShown({ connection, selection, surroundings, presentation }: Settings): boolean {
  if (connection !== undefined || selection !== undefined || surroundings !== noSurroundings) return false;
  return !presentation.isRelative && !presentation.hidesLatency && presentation.redaction === undefined;
}

function areLinesPlain({ lines, color }: Settings): boolean {
  const { linkHeader, quiet, verbose, hex, hexAscii, ascii, packetNumber, timestamps } = lines;
  if (linkHeader || packetNumber || quiet + verbose + hex + hexAscii + ascii > 0) return false;
  const isColored = color === 'always' || (color === 'auto' && process.stdout.isTTY === true);
  return !isColored && timestamps !== 3 && timestamps !== 5;
}

/** Whether records go to one place, or to several, all in the plain format and with all that was told. */
function areRecordsPlain(settings: Settings): boolean {
  const { transport, log, logFormat, logRotation, json, format, namesProcesses, sample } = settings;
  if (transport !== undefined || namesProcesses || sample !== undefined) return false;
  return (log === undefined || (logFormat === 'plain' && logRotation === undefined)) && (!json || format === 'plain');
}

/** Where a run writes, and who else hears of commands. */
interface ExpressTargets {
  readonly stdout: OutputStream;
  readonly printer: LinePrinter | undefined;
  readonly logs: readonly JsonLog[];
  /** Made of who hears of all commands, those left out that the express way writes. */
  readonly events: (written: Written) => ExpressEvents | undefined;
}

/** The express way of a run, which writes where its outputs do; undefined where packets may not go there. */
export async function openExpress(
  settings: Settings,
  source: CaptureSource,
  { stdout, printer, logs, events }: ExpressTargets,
): Promise<ExpressWay | undefined> {
  const written = writtenBy(settings, source);
  if (written === undefined) return undefined;
  const { ExpressWay } = await import('../express/express-way.ts');
  const { loadExpressModule } = await import('../express/module.ts');
  const { limits } = settings;
  const outputs = {
    lines: printer?.line && linesOf(settings, printer.line, stdout),
    records: written.records ? recordsOf(logs) : undefined,
    events: events(written),
  };
  const idleSlackSeconds = Math.floor(limits.idleSeconds / movesInIdleTime);
  const recycle = (buffer: Buffer): void => source.recycle?.(buffer);
  const module = loadExpressModule();
  return module && new ExpressWay(module, outputs, { ...limits, idleSlackSeconds }, recycle);
}

function linesOf({ annotates, lines }: Settings, line: TcpdumpLine, stdout: OutputStream): ExpressLines {
  return {
    annotates,
    absoluteSequence: lines.absoluteSequence,
    clockText: (seconds) => line.clockText(seconds),
    interfaceText: (index) => line.interfaceText(index),
    endsOf: (ends, version) => line.endsOf(ends, version),
    basesOf: (ends, version) => line.basesOf(ends, version),
    setBases: (ends, version, bases) => line.setBases(ends, version, bases),
    get generation() {
      return line.generation;
    },
    take: (bytes, start, end) => {
      stdout.text.copy(bytes, start, end);
      stdout.flushIfFull();
    },
  };
}

/** All of a run are of one format. */
function recordsOf([log]: readonly JsonLog[]): ExpressRecords | undefined {
  return log;
}
