import { availableParallelism } from 'node:os';
import type { AnomalyCounters } from '../../protocols/anomaly.ts';
import type { Listener } from '../../protocols/events.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import { CaptureError } from '../capture/capture-error.ts';
import type { CaptureSource } from '../capture/capture-source.ts';
import { type CaptureSink, openCaptureFile, type PacketSaver, PcapWriter } from '../capture/pcap-writer.ts';
import type { Rotation } from '../capture/rotating-writer.ts';
import type { OpenFile } from '../open-file.ts';
import { Annotation } from '../output/annotation.ts';
import type { JsonLog } from '../output/json-log.ts';
import type { LinePrinter } from '../output/line-printer.ts';
import { LogFile } from '../output/log-file.ts';
import type { LogRotation, LogRotationSettings } from '../output/log-rotation.ts';
import { OutputStream } from '../output/output-stream.ts';
import { standardOutput } from '../output/standard-output.ts';
import type { TransportSettings, TransportStream } from '../output/transport-stream.ts';
import type { View } from '../output/view.ts';
import { systemErrorText } from '../system-error.ts';
import type { openRecordLogs, RecordLogs } from './record-logs.ts';
import { say } from './say.ts';
import type { Settings } from './settings.ts';
import { openView } from './views.ts';

/** Bytes of a file from which on starting a thread is little beside reading it. */
const largeFile = 8 * 1024 * 1024;

/** All that a run tells goes to one of these; what this run does without is undefined. */
export interface Outputs {
  readonly stdout: OutputStream;
  readonly logFile: LogFile | undefined;
  readonly transport: TransportStream | undefined;
  /** Records, for standard output, the log file and the transport: one of these for each format. */
  readonly logs: readonly JsonLog[];
  /** What standard output shows in place of lines and records. */
  readonly view: View | undefined;
  /** Lines, on standard output, and what is said beside them of the packet under way. */
  readonly printer: LinePrinter | undefined;
  readonly annotation: Annotation | undefined;
  /** One line a command, on standard output. */
  readonly compact: Listener | undefined;
}

/**
 * Opens the log and loads what writes. What only some runs need is loaded here, before the first packet, never in the
 * middle of a run. `closed` is called once where standard output takes no more; `open` opens files. Throws a
 * `CaptureError` where the log can't be opened.
 */
export async function openOutputs(
  settings: Settings,
  source: CaptureSource,
  anomalies: AnomalyCounters,
  closed: (error: Error) => void,
  open: OpenFile,
): Promise<Outputs> {
  const prints = settings.view === 'lines';
  const stdout = new OutputStream(standardOutput(), closed);
  const logFile = settings.log === undefined ? undefined : await openLogFile(settings.log, settings.logRotation, open);
  const transport = settings.transport && (await openTransport(settings.transport));
  const logs = hasRecords(settings) ? await recordLogs(settings, stdout, logFile, transport) : undefined;
  return {
    stdout,
    logFile,
    transport,
    logs: logs?.all ?? [],
    view: await openView(settings, stdout, logs?.view),
    printer: prints ? await linePrinter(settings, source, stdout, anomalies) : undefined,
    annotation: prints && settings.annotates ? new Annotation(memcached.name) : undefined,
    compact: settings.view === 'compact' ? await compactView(settings, stdout) : undefined,
  };
}

function hasRecords({ json, log, transport }: Settings): boolean {
  return json || log !== undefined || transport !== undefined;
}

async function recordLogs(...given: Parameters<typeof openRecordLogs>): Promise<RecordLogs> {
  const { openRecordLogs } = await import('./record-logs.ts');
  return openRecordLogs(...given);
}

async function openTransport(settings: TransportSettings): Promise<TransportStream> {
  const { openTransport } = await import('./transport.ts');
  return openTransport(settings);
}

/**
 * Where `-w` saves to; `finished` is called where `-W` allows no further file. Throws a `CaptureError` where it can't be
 * opened.
 */
export async function openSave(
  { path, rotation }: Save,
  stdout: OutputStream,
  open: OpenFile,
  finished: () => void,
): Promise<PacketSaver> {
  if (path === '-') return new PcapWriter(captureOnStandardOutput(stdout));
  if (rotation === undefined) return new PcapWriter(openCaptureFile(path, open));
  const { RotatingWriter } = await import('../capture/rotating-writer.ts');
  return new RotatingWriter(path, rotation, (name) => openCaptureFile(name, open), finished);
}

/** What `-w` asks for, and `-C`, `-G`, `-W`. */
interface Save {
  readonly path: string;
  readonly rotation: Rotation | undefined;
}

function captureOnStandardOutput({ text }: OutputStream): CaptureSink {
  return {
    name: 'standard output',
    write: (bytes, length) => text.copy(bytes, 0, length),
    close: () => {},
  };
}

async function openLogFile(path: string, rotation: LogRotationSettings | undefined, open: OpenFile): Promise<LogFile> {
  const watcher = {
    failed: (error: unknown) =>
      say(`${path}: ${systemErrorText(error)}: records are lost until it can be written again`),
    recovered: (lost: number) => say(`${path}: it can be written again, ${lost} records were lost`),
    notRotated: (error: unknown) =>
      say(`${path}: can't be rotated (${systemErrorText(error)}), logging goes on in the same file`),
  };
  try {
    return new LogFile(path, watcher, open, rotation && (await logRotation(path, rotation)));
  } catch (error) {
    throw new CaptureError(systemErrorText(error), { source: path });
  }
}

async function logRotation(path: string, settings: LogRotationSettings): Promise<LogRotation> {
  const { LogRotation } = await import('../output/log-rotation.ts');
  return new LogRotation(path, settings, (error) =>
    say(`${path}: a rotated file can't be compressed (${systemErrorText(error)}) and stays as it is`),
  );
}

/** SIGHUP: logrotate has moved the file away. */
export function reopen(logFile: LogFile, path: string): void {
  try {
    logFile.reopen();
  } catch (error) {
    say(`${path}: can't be opened anew (${systemErrorText(error)}), logging goes on in the old file`);
  }
}

async function compactView(settings: Settings, output: OutputStream): Promise<Listener> {
  const { CompactView } = await import('../output/compact-view.ts');
  const { colors, terminalColumns } = await import('../output/terminal.ts');
  return new CompactView(output, { columns: terminalColumns, colors: colors(settings.color, process.env) });
}

/** Prints lines: in a thread where that pays off. */
async function linePrinter(
  settings: Settings,
  source: CaptureSource,
  output: OutputStream,
  anomalies: AnomalyCounters,
): Promise<LinePrinter> {
  const { interfaceNames } = await import('../output/tcpdump-line/interface-names.ts');
  const options = { ...settings.lines, interfaceNames: interfaceNames() };
  const { limits } = settings;
  const capture = isWorthThread(settings, source) ? source.openAgain() : undefined;
  if (capture !== undefined) {
    const { LineThread } = await import('../output/line-thread.ts');
    const script = new URL('./line-worker.js', import.meta.url);
    const changed = (): Error => new CaptureError('the file has changed while it was read', { source: source.name });
    return new LineThread(script, { options, limits, capture, filter: settings.filter }, output, anomalies, changed);
  }
  const { DirectPrinter } = await import('../output/line-printer.ts');
  return new DirectPrinter(options, output, limits, anomalies);
}

/** A thread pays off where there is much to print, no line is waited for, and which ports have names is known. */
function isWorthThread(settings: Settings, source: CaptureSource): boolean {
  return source.size > largeFile && availableParallelism() > 1 && !settings.flushesEachPacket && !settings.recognizes;
}
