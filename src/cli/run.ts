import { availableParallelism } from 'node:os';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import { ByteWriter } from '../byte-writer.ts';
import { CaptureError } from '../capture/capture-error.ts';
import { CaptureFile } from '../capture/capture-file.ts';
import type { CaptureInfo, CaptureSource, CaptureStatistics } from '../capture/capture-source.ts';
import { defaultInterface, listDevices } from '../capture/devices.ts';
import { compileFilter } from '../capture/filter/evaluate.ts';
import { FilterError } from '../capture/filter/filter-error.ts';
import { describeLinkType } from '../capture/link-types.ts';
import { RefusedFilterError } from '../capture/open-error.ts';
import { type CaptureSink, openCaptureFile, PcapWriter } from '../capture/pcap-writer.ts';
import { Annotation } from '../output/annotation.ts';
import { ExitReport } from '../output/exit-report.ts';
import type { JsonLog } from '../output/json-log.ts';
import type { LinePrinter } from '../output/line-printer.ts';
import { LogFile } from '../output/log-file.ts';
import { OutputStream } from '../output/output-stream.ts';
import { Reporter } from '../output/reporter.ts';
import { standardOutput } from '../output/standard-output.ts';
import { terminalText } from '../output/terminal-text.ts';
import { Pipeline } from '../pipeline.ts';
import { Selection } from '../selection.ts';
import { Sniffer } from '../sniffer.ts';
import { errorCode, systemErrorText } from '../system-error.ts';
import { parseCommandLine } from './command-line.ts';
import { checkDistinctFiles } from './distinct-files.ts';
import { printText } from './print-text.ts';
import { become, type User, unprivilegedUser } from './privileges.ts';
import { type Settings, UsageError } from './settings.ts';
import { handleSignals } from './signals.ts';

const exitStatus = { ok: 0, failed: 1, usage: 2 } as const;

/** Milliseconds after an interrupt without any progress of a reader, until it is given up. */
const readerPatience = 3000;

/** Bytes of a file from which on starting a thread is little beside reading it. */
const largeFile = 8 * 1024 * 1024;

/**
 * Runs the program with the words of its command line; returns the exit status. The process is ended from here only
 * where nothing else would end it: what standard output holds is not taken by its reader.
 */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const commandLine = parseCommandLine(argv);
    if ('text' in commandLine) return await printText(commandLine.text);
    if (commandLine.settings.listInterfaces) return await printText(listDevices().map(terminalText).join('\n'));
    return await sniffFrom(commandLine.settings);
  } catch (error) {
    if (error instanceof UsageError || error instanceof FilterError) {
      say(error.message, "Try 'mcsniff --help' for the options.");
      return exitStatus.usage;
    }
    if (error instanceof CaptureError) {
      say(error.message);
      return exitStatus.failed;
    }
    throw error;
  }
}

async function sniffFrom(settings: Settings): Promise<number> {
  checkDistinctFiles(settings);
  const user = unprivilegedUser(settings.user, process.env, say);
  const source = await openSource(settings);
  try {
    return await sniff(settings, source, user);
  } catch (error) {
    // A child may have been started.
    source.stop();
    throw error;
  }
}

/**
 * Connects capture, pipeline and outputs, and runs them to the end. What only some runs need is loaded here, before the
 * first packet, never in the middle of a run.
 */
async function sniff(settings: Settings, source: CaptureSource, user: User | undefined): Promise<number> {
  const filter = settings.read !== undefined && settings.filter !== '' ? compileFilter(settings.filter) : undefined;
  // Before any file is made for what it would bring.
  source.open();
  const anomalies = new AnomalyCounters();
  const report = new ExitReport(anomalies);
  let status: number = exitStatus.ok;
  const fail = (error: unknown): void => {
    if (!(error instanceof CaptureError)) throw error;
    say(error.message);
    status = error instanceof RefusedFilterError ? exitStatus.usage : exitStatus.failed;
  };
  let isReaderGone = false;
  const output = new OutputStream(standardOutput(), (error) => {
    isReaderGone = errorCode(error) === 'EPIPE';
    if (!isReaderGone) fail(new CaptureError(systemErrorText(error), { source: 'standard output' }));
    source.stop();
  });
  const logFile = settings.log === undefined ? undefined : openLogFile(settings.log);
  const prints = settings.write !== '-' && !settings.json;
  const annotation = prints && settings.annotates ? new Annotation(memcached.name) : undefined;
  const log = settings.json || logFile !== undefined ? await jsonLog(settings, output, logFile) : undefined;
  const printer = prints ? await linePrinter(settings, source, output, anomalies) : undefined;
  const selection = settings.selection === undefined ? undefined : new Selection(settings.selection);
  if (user !== undefined) await printer?.ready();
  // Late, since without its header it is no capture.
  const save = settings.write === undefined ? undefined : new PcapWriter(captureSink(settings.write, output));
  const pipeline = new Pipeline({
    protocol: memcached,
    ports: settings.recognizes ? 'any' : settings.ports,
    udpPorts: settings.udpPorts,
    limits: settings.limits,
    anomalies,
    events: new Reporter({
      annotation,
      log,
      selection,
      report,
      // From then on the lines name the port, too.
      recognized: settings.recognizes ? ({ serverPort }) => void settings.ports.add(serverPort) : undefined,
    }),
    keepValueBytes: settings.keepValueBytes,
  });
  const sniffer = new Sniffer({
    filter,
    save,
    pipeline,
    isComplete: source.size >= 0,
    annotation,
    print:
      printer &&
      ((packet) => {
        if (selection === undefined || annotation?.isEmpty === false) printer.print(packet, annotation);
        else printer.pass();
      }),
    count: settings.count,
    flushesEachPacket: settings.flushesEachPacket,
    report,
    opened: (info) => announce(settings, source, info),
    stop: () => source.stop(),
    flush: () => {
      printer?.flush();
      output.flush();
      save?.flush();
      logFile?.flush();
      return printer === undefined ? output.drained() : printer.drained();
    },
    warn: (message) => say(...message.split('\n')),
  });

  // From here on nothing is loaded or opened any more: the files may be out of an unprivileged user's reach.
  if (user !== undefined) become(user);

  const takeCounts = (): CaptureStatistics => {
    const { received, dropped, droppedByInterface } = source.statistics();
    Object.assign(report, { received, dropped, droppedByInterface });
    report.lostRecords = logFile?.lostLines ?? 0;
    report.abandonedBytes = output.abandonedBytes;
    return source.statistics();
  };
  let isForced = false;
  const releaseSignals = handleSignals({
    interrupt() {
      source.interrupt();
      output.abandonWhenStalled(readerPatience);
    },
    interruptAgain() {
      isForced = true;
      source.stop();
      output.abandon();
    },
    hangUp: logFile && (() => reopen(logFile, settings.log ?? '')),
    async tellCounters() {
      await source.askStatistics();
      takeCounts();
      // In one line, as tcpdump says it.
      say(report.lines().join(', '));
    },
  });
  await source.run(sniffer).catch(fail);
  try {
    // What was read before an error is told.
    sniffer.finish();
  } catch (error) {
    fail(error);
  }
  if (sniffer.isOpen) {
    annotation?.clear();
    pipeline.end();
    try {
      await printer?.finish();
    } catch (error) {
      fail(error);
    }
    const { captured } = takeCounts();
    if (isForced && captured !== undefined) report.abandonedPackets = Math.max(0, captured - report.packets);
    log?.summary(report, pipeline.timeUs);
  }
  try {
    save?.close();
  } catch (error) {
    fail(error);
  }
  logFile?.close();
  await output.finish();
  takeCounts();
  releaseSignals();
  if (sniffer.isOpen && !isReaderGone) for (const line of report.lines()) process.stderr.write(`${line}\n`);
  if (report.lostRecords > 0 || report.abandonedBytes > 0 || report.abandonedPackets > 0) status = exitStatus.failed;
  if (output.isAbandoned) process.exit(status);
  return status;
}

async function openSource(settings: Settings): Promise<CaptureSource> {
  if (settings.read !== undefined) return new CaptureFile(settings.read);
  const options = {
    device: settings.interface ?? defaultInterface(),
    filter: settings.filter === '' ? defaultFilter(settings) : settings.filter,
    snapLength: settings.snapLength,
  };
  const { bufferKibibytes, promiscuous } = settings;
  if (settings.engine === 'tcpdump') {
    const { tcpdumpCapture } = await import('../capture/tcpdump-capture.ts');
    return tcpdumpCapture({ ...options, bufferKibibytes, promiscuous });
  }
  if (!promiscuous) say('the cap engine always captures in promiscuous mode: -p has no effect');
  const { defaultBufferBytes, liveCapture } = await import('../capture/live-capture.ts');
  const bufferBytes = bufferKibibytes === undefined ? defaultBufferBytes : bufferKibibytes * 1024;
  return liveCapture({ ...options, bufferBytes });
}

/** Live, and where the user gives no filter: the memcached ports, so that a busy host's other traffic costs nothing. */
function defaultFilter(settings: Settings): string {
  const tcp = settings.recognizes ? ['tcp'] : [...settings.ports].map((port) => `tcp port ${port}`);
  const udp = [...settings.udpPorts].map((port) => `udp port ${port}`);
  return [...tcp, ...udp].join(' or ');
}

function openLogFile(path: string): LogFile {
  try {
    return new LogFile(path, {
      failed: (error) => say(`${path}: ${systemErrorText(error)}: records are lost until it can be written again`),
      recovered: (lost) => say(`${path}: it can be written again, ${lost} records were lost`),
    });
  } catch (error) {
    throw new CaptureError(systemErrorText(error), { source: path });
  }
}

/** SIGHUP: logrotate has moved the file away. */
function reopen(logFile: LogFile, path: string): void {
  try {
    logFile.reopen();
  } catch (error) {
    say(`${path}: can't be opened anew (${systemErrorText(error)}), logging goes on in the old file`);
  }
}

function captureSink(path: string, output: OutputStream): CaptureSink {
  if (path !== '-') return openCaptureFile(path);
  return {
    name: 'standard output',
    write: (bytes, length) => output.text.copy(bytes, 0, length),
    close: () => {},
  };
}

async function jsonLog(settings: Settings, output: OutputStream, logFile: LogFile | undefined): Promise<JsonLog> {
  const { JsonLog } = await import('../output/json-log.ts');
  const { text } = output;
  if (settings.json) {
    return new JsonLog(text, (start) => {
      logFile?.write(text, start);
      output.flushIfFull();
    });
  }
  const line = new ByteWriter();
  return new JsonLog(line, () => {
    logFile?.write(line, 0);
    line.clear();
  });
}

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

/** As tcpdump does, standard error says when a live capture has begun. */
function announce(settings: Settings, source: CaptureSource, info: CaptureInfo): void {
  if (settings.read !== undefined) return;
  const linkType = describeLinkType(info.linkType);
  say(`listening on ${source.name}, link-type ${linkType}, snapshot length ${info.snapLength} bytes`);
}

/** One message, of one line or more; names in it that others chose can't break a line. */
function say(...lines: string[]): void {
  process.stderr.write(`mcsniff: ${lines.map(terminalText).join('\n')}\n`);
}
