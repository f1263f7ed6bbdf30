import { movesInIdleTime } from '../../protocols/idle-list.ts';
import type { CaptureSource } from '../capture/capture-source.ts';
import type { ExpressLines, ExpressRecords, ExpressWay } from '../express/express-way.ts';
import type { JsonLog } from '../output/json-log.ts';
import type { LinePrinter } from '../output/line-printer.ts';
import type { OutputStream } from '../output/output-stream.ts';
import type { TcpdumpLine } from '../output/tcpdump-line/tcpdump-line.ts';
import { noSurroundings } from '../selected-commands.ts';
import type { Settings } from './settings.ts';

/** Bytes of a capture file from which on it takes less time to begin than it saves. */
const worthwhile = 512 * 1024;

/** Smaller limits are those of tests, and of whoever wants to see them met. */
const leastPending = 1024;
const leastLine = 2048;
const mostLookAhead = 512;

/**
 * Whether packets may go the express way: lines and records of all commands, as they are. What else looks at each packet,
 * or at each command, needs the general way.
 */
export function mayGoExpress(settings: Settings, source: CaptureSource): boolean {
  const { view, express, recognizes, connection, selection, surroundings, findings, presentation } = settings;
  if (express === 'off' || (express === 'auto' && source.size >= 0 && source.size < worthwhile)) return false;
  if (view !== 'lines' && view !== 'records') return false;
  if (recognizes || connection !== undefined || selection !== undefined || surroundings !== noSurroundings)
    return false;
  if (findings.isShown || presentation.isRelative || presentation.redaction !== undefined) return false;
  if (presentation.hidesLatency || settings.keepValueBytes > 0) return false;
  if (settings.namesProcesses || settings.sample !== undefined) return false;
  const { write, metrics, report, transport, log, logFormat, logRotation, json, format, limits } = settings;
  if (write !== undefined || metrics !== undefined || report !== undefined || transport !== undefined) return false;
  if (log !== undefined && (logFormat !== 'plain' || logRotation !== undefined)) return false;
  if (json && format !== 'plain') return false;
  if (limits.pendingRequests < leastPending || limits.commandLineBytes < leastLine) return false;
  if (limits.lookAheadPackets > mostLookAhead) return false;
  return view !== 'lines' || areLinesPlain(settings);
}

function areLinesPlain({ lines, color }: Settings): boolean {
  const { linkHeader, quiet, verbose, hex, hexAscii, ascii, packetNumber, timestamps } = lines;
  if (linkHeader || packetNumber || quiet + verbose + hex + hexAscii + ascii > 0) return false;
  const isColored = color === 'always' || (color === 'auto' && process.stdout.isTTY === true);
  return !isColored && timestamps !== 3 && timestamps !== 5;
}

/** Where a run writes. */
interface Written {
  readonly stdout: OutputStream;
  readonly printer: LinePrinter | undefined;
  readonly logs: readonly JsonLog[];
}

/** The express way of a run, which writes where its outputs do; undefined where packets may not go there. */
export async function openExpress(
  settings: Settings,
  source: CaptureSource,
  { stdout, printer, logs }: Written,
): Promise<ExpressWay | undefined> {
  if (!mayGoExpress(settings, source)) return undefined;
  const { ExpressWay } = await import('../express/express-way.ts');
  const { loadExpressModule } = await import('../express/module.ts');
  const { limits } = settings;
  const outputs = {
    lines: printer?.line && linesOf(settings, printer.line, stdout),
    records: recordsOf(logs),
  };
  const slack = Math.floor(limits.idleSeconds / movesInIdleTime);
  const recycle = (buffer: Buffer): void => source.recycle?.(buffer);
  const module = loadExpressModule();
  return module && new ExpressWay(module, outputs, limits.lookAheadPackets, slack, recycle);
}

function linesOf({ annotates, lines }: Settings, line: TcpdumpLine, stdout: OutputStream): ExpressLines {
  return {
    annotates,
    absoluteSequence: lines.absoluteSequence,
    clockText: (seconds) => line.clockText(seconds),
    textsOf: (ends, version) => line.textsOf(ends, version),
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
