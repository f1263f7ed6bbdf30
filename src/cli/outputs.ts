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
import type { Explainer } from '../output/explain/explainer.ts';
import type { FindingOutput } from '../output/finding-outputs.ts';
import type { HeldLines } from '../output/held-lines.ts';
import type { JsonLog } from '../output/json-log.ts';
import type { LinePrinter } from '../output/line-printer.ts';
import { LogFile } from '../output/log-file.ts';
import type { LogRotation, LogRotationSettings } from '../output/log-rotation.ts';
import { OutputStream } from '../output/output-stream.ts';
import { standardOutput } from '../output/standard-output.ts';
import type { ItemColors } from '../output/status-colors.ts';
import type { LineOptions } from '../output/tcpdump-line/context.ts';
import type { TransportSettings, TransportStream } from '../output/transport-stream.ts';
import type { View } from '../output/view.ts';
import type { Presentation } from '../presentation/presentation.ts';
import type { ConnectionProcesses } from '../processes/connection-processes.ts';
import { noSurroundings } from '../selected-commands.ts';
import { systemErrorText } from '../system-error.ts';
import { mayGoExpress } from './express.ts';
import type { openRecordLogs, RecordLogs } from './record-logs.ts';
import { say } from './say.ts';
import type { Settings } from './settings.ts';
import { openViews } from './views.ts';

/** Bytes of a file from which on starting a thread is little beside reading it. */
const largeFile = 8 * 1024 * 1024;

/** All that a run tells goes to one of these; what this run does without is undefined. */
export interface Outputs {
  readonly stdout: OutputStream;
  readonly logFile: LogFile | undefined;
  readonly transport: TransportStream | undefined;
  /** Records, for standard output, the log file and the transport: one of these for each format. */
  readonly logs: readonly JsonLog[];
  /** What standard output shows in place of lines and records, and what is made beside it. */
  readonly views: readonly View[];
  /** Lines, on standard output, and what is said beside them of the packet under way. */
  readonly printer: LinePrinter | undefined;
  readonly annotation: Annotation | undefined;
  /** The printer, where lines may be found worth showing only later. */
  readonly heldLines: HeldLines | undefined;
  /** What is said below lines. */
  readonly explainer: Explainer | undefined;
  /** One line a command, on standard output. */
  readonly compact: (Listener & FindingOutput) | undefined;
  /** Through which every one of them is told what it shows. */
  readonly presentation: Presentation;
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
  processes: ConnectionProcesses | undefined,
): Promise<Outputs> {
  const isExplained = settings.view === 'explain';
  const prints = settings.view === 'lines' || isExplained;
  const explainer = isExplained ? await openExplainer(settings) : undefined;
  const stdout = new OutputStream(standardOutput(), closed);
  const logFile = settings.log === undefined ? undefined : await openLogFile(settings.log, settings.logRotation, open);
  const presentation = await openPresentation(settings, processes);
  const transport = settings.transport && (await openTransport(settings.transport));
  const logs = hasRecords(settings) ? await recordLogs(settings, stdout, logFile, transport, presentation) : undefined;
  const holds = prints && settings.surroundings !== noSurroundings;
  const heldLines = holds ? await heldLinePrinter(settings, stdout, anomalies, presentation) : undefined;
  const printer =
    heldLines ?? (prints ? await linePrinter(settings, source, stdout, anomalies, presentation, explainer) : undefined);
  return {
    stdout,
    logFile,
    transport,
    logs: logs?.all ?? [],
    views: await openViews(settings, stdout, logs?.view, source, open, presentation),
    printer,
    heldLines,
    annotation: prints && settings.annotates ? new Annotation(memcached.name, await itemColors(settings)) : undefined,
    compact: settings.view === 'compact' ? await compactView(settings, stdout, presentation) : undefined,
    explainer,
    presentation,
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

/** Of lines on a terminal; undefined where nothing is coloured. */
async function itemColors({ color, selection }: Settings): Promise<ItemColors | undefined> {
  if (color === 'never' || (color === 'auto' && !process.stdout.isTTY)) return undefined;
  const { colors } = await import('../output/terminal.ts');
  const chosen = colors(color, process.env);
  if (chosen.end === '') return undefined;
  const { ItemColors } = await import('../output/status-colors.ts');
  return new ItemColors(chosen, selection?.patterns ?? []);
}

async function compactView(
  settings: Settings,
  output: OutputStream,
  presentation: Presentation,
): Promise<Listener & FindingOutput> {
  const { CompactView } = await import('../output/compact-view.ts');
  const { colors, terminalColumns } = await import('../output/terminal.ts');
  const view = new CompactView(output, {
    columns: terminalColumns,
    colors: colors(settings.color, process.env),
    patterns: settings.selection?.patterns ?? [],
    presentation,
  });
  if (!presentation.hidesTimes) return view;
  const { RequestOrder } = await import('../presentation/request-order.ts');
  return new RequestOrder(view);
}

/** What is loaded of it depends on what is asked for: most runs hide nothing. */
async function openPresentation(
  { presentation }: Settings,
  processes: ConnectionProcesses | undefined,
): Promise<Presentation> {
  const { Presentation } = await import('../presentation/presentation.ts');
  const numbers = presentation.isRelative
    ? new (await import('../presentation/connection-numbers.ts')).ConnectionNumbers()
    : undefined;
  if (presentation.redaction === undefined) return new Presentation(presentation, numbers, processes);
  const { KeyNames } = await import('../redaction/key-names.ts');
  const { KeyRedaction } = await import('../redaction/text-redaction.ts');
  return new Presentation(
    presentation,
    numbers,
    processes,
    new KeyRedaction(new KeyNames(presentation.redaction.salt)),
  );
}

/** Prints lines: in a thread where that pays off. */
async function linePrinter(
  settings: Settings,
  source: CaptureSource,
  output: OutputStream,
  anomalies: AnomalyCounters,
  presentation: Presentation,
  explainer: Explainer | undefined,
): Promise<LinePrinter> {
  const options = await lineOptions(settings, presentation);
  const { limits } = settings;
  const isDirect = explainer !== undefined || mayGoExpress(settings, source);
  const capture = !isDirect && isWorthThread(settings, source) ? source.openAgain() : undefined;
  if (capture !== undefined) {
    const { LineThread } = await import('../output/line-thread.ts');
    const script = new URL('./line-worker.js', import.meta.url);
    const changed = (): Error => new CaptureError('the file has changed while it was read', { source: source.name });
    return new LineThread(script, { options, limits, capture, filter: settings.filter }, output, anomalies, changed);
  }
  const { DirectPrinter } = await import('../output/line-printer.ts');
  const printer = new DirectPrinter(options, output, limits, anomalies);
  if (explainer === undefined) return printer;
  const { ExplainingPrinter } = await import('../output/explain/explaining-printer.ts');
  return new ExplainingPrinter(printer, explainer, output, options.quiet === 0);
}

async function openExplainer(settings: Settings): Promise<Explainer> {
  const { ports, recognizes, udpPorts, limits, lines, annotates, selection } = settings;
  const { Explainer } = await import('../output/explain/explainer.ts');
  const { loadCatalogue } = await import('../output/explain/language.ts');
  const { opcodeNamed, statusCode } = await import('../../protocols/memcached/binary/codes.ts');
  return new Explainer({
    texts: await loadCatalogue(settings.language),
    codes: { opcode: opcodeNamed, status: statusCode },
    // Where servers are recognized, any may turn out to be one.
    isServerPort: (port) => ports.has(port),
    isServerUdpPort: (port) => udpPorts.has(port),
    looksAtAll: recognizes,
    portName: lines.service?.name,
    isTimed: lines.timestamps !== 1,
    isAbsolute: lines.absoluteSequence,
    isAnnotated: annotates,
    isSelective: selection !== undefined,
    limits,
  });
}

async function heldLinePrinter(
  settings: Settings,
  output: OutputStream,
  anomalies: AnomalyCounters,
  presentation: Presentation,
): Promise<HeldLines> {
  const { HeldLines } = await import('../output/held-lines.ts');
  return new HeldLines(await lineOptions(settings, presentation), output, settings.limits, anomalies);
}

async function lineOptions(settings: Settings, { numbers }: Presentation): Promise<LineOptions> {
  const { interfaceNames } = await import('../output/tcpdump-line/interface-names.ts');
  const options = { ...settings.lines, interfaceNames: interfaceNames(), numbers };
  if (settings.presentation.redaction === undefined) return options;
  const { PacketMask } = await import('../redaction/payload.ts');
  return { ...options, mask: new PacketMask() };
}

/**
 * A thread pays off where there is much to print, no line is waited for, nothing stands between lines, and which ports
 * have names is known.
 */
function isWorthThread(settings: Settings, source: CaptureSource): boolean {
  const { flushesEachPacket, recognizes, findings, presentation } = settings;
  // It would have to be told which connection has which number.
  const isAsCaptured = !presentation.isRelative && presentation.redaction === undefined;
  const isPlain = isAsCaptured && !flushesEachPacket && !recognizes && !findings.isShown;
  return isPlain && source.size > largeFile && availableParallelism() > 1;
}
