import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { defaultLimits } from '../../protocols/limits.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import { CaptureError, systemErrorText } from '../capture/capture-error.ts';
import { CaptureFile } from '../capture/capture-file.ts';
import type { CaptureInfo, CaptureSource } from '../capture/capture-source.ts';
import { defaultInterface, listDevices } from '../capture/devices.ts';
import { compileFilter } from '../capture/filter/evaluate.ts';
import { FilterError } from '../capture/filter/filter-error.ts';
import { describeLinkType } from '../capture/link-types.ts';
import { type CaptureSink, openCaptureFile, PcapWriter } from '../capture/pcap-writer.ts';
import { Annotation } from '../output/annotation.ts';
import { ExitReport } from '../output/exit-report.ts';
import type { JsonLog } from '../output/json-log.ts';
import { LogFile } from '../output/log-file.ts';
import { OutputStream } from '../output/output-stream.ts';
import { Reporter } from '../output/reporter.ts';
import { Pipeline } from '../pipeline.ts';
import { Selection } from '../selection.ts';
import { Sniffer } from '../sniffer.ts';
import { parseCommandLine } from './command-line.ts';
import { type Settings, UsageError } from './settings.ts';

const exitStatus = { ok: 0, failed: 1, usage: 2 } as const;

/** Runs the program with the words of its command line; returns the exit status. Nothing here ends the process. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const commandLine = parseCommandLine(argv);
    if ('text' in commandLine) process.stdout.write(`${commandLine.text}\n`);
    else if (commandLine.settings.listInterfaces) process.stdout.write(`${(await listDevices()).join('\n')}\n`);
    else return await sniff(commandLine.settings);
    return exitStatus.ok;
  } catch (error) {
    if (error instanceof UsageError || error instanceof FilterError) {
      say(`${error.message}\nTry 'mcsniff --help' for the options.`);
      return exitStatus.usage;
    }
    if (error instanceof CaptureError) {
      say(error.message);
      return exitStatus.failed;
    }
    throw error;
  }
}

/**
 * Connects capture, pipeline and outputs, and runs them to the end. What only some runs need is loaded here, before the
 * first packet, never in the middle of a run.
 */
async function sniff(settings: Settings): Promise<number> {
  const filter = settings.read !== undefined && settings.filter !== '' ? compileFilter(settings.filter) : undefined;
  const anomalies = new AnomalyCounters();
  const report = new ExitReport(anomalies);
  const source = await openSource(settings);
  let isReaderGone = false;
  const output = new OutputStream(process.stdout, (error) => {
    isReaderGone = error.code === 'EPIPE';
    if (!isReaderGone) say(`standard output: ${systemErrorText(error)}`);
    source.stop();
  });
  const logFile = settings.log === undefined ? undefined : openLogFile(settings.log);
  const save = settings.write === undefined ? undefined : new PcapWriter(captureSink(settings.write, output));
  const prints = settings.write !== '-' && !settings.json;
  const annotation = prints && settings.annotates ? new Annotation(memcached.name) : undefined;
  const log = settings.json || logFile !== undefined ? await jsonLog(settings, output, logFile) : undefined;
  const selection = settings.selection === undefined ? undefined : new Selection(settings.selection);
  const pipeline = new Pipeline({
    protocol: memcached,
    ports: settings.recognizes ? 'any' : settings.ports,
    udpPorts: settings.udpPorts,
    limits: defaultLimits,
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
    isComplete: source.isComplete,
    annotation,
    print: prints ? await packetPrinter(settings, output, annotation, selection) : undefined,
    count: settings.count,
    flushesEachPacket: settings.flushesEachPacket,
    report,
    opened: (info) => announce(settings, source, info),
    stop: () => source.stop(),
    flush: () => {
      output.flush();
      save?.flush();
      logFile?.flush();
      return output.drained();
    },
    warn: say,
  });

  const signals = handleSignals(source, logFile);
  let status: number = exitStatus.ok;
  const fail = (error: unknown): void => {
    if (!(error instanceof CaptureError)) throw error;
    say(error.message);
    status = exitStatus.failed;
  };
  await source.run(sniffer).catch(fail);
  signals.release();
  try {
    // What was read before an error is told.
    sniffer.finish();
  } catch (error) {
    fail(error);
  }
  if (sniffer.isOpen) {
    annotation?.clear();
    pipeline.end();
    Object.assign(report, source.statistics());
    log?.summary(report, pipeline.timeUs);
  }
  save?.close();
  logFile?.close();
  await output.finish();
  if (sniffer.isOpen && !isReaderGone) for (const line of report.lines()) process.stderr.write(`${line}\n`);
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
    return new LogFile(path);
  } catch (error) {
    throw new CaptureError(`${path}: ${systemErrorText(error)}`);
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
  return new JsonLog((line) => {
    if (settings.json) {
      output.text.text(line);
      output.flushIfFull();
    }
    logFile?.write(line);
  });
}

async function packetPrinter(
  settings: Settings,
  output: OutputStream,
  annotation: Annotation | undefined,
  selection: Selection | undefined,
): Promise<(packet: CapturedPacket) => void> {
  const { interfaceNames } = await import('../output/tcpdump-line/interface-names.ts');
  const { TcpdumpLine } = await import('../output/tcpdump-line/tcpdump-line.ts');
  const line = new TcpdumpLine({ ...settings.lines, interfaceNames: interfaceNames() });
  return (packet) => {
    if (selection !== undefined && annotation?.isEmpty !== false) return;
    line.begin(packet, output.text);
    annotation?.appendTo(output.text);
    line.finish(packet, output.text);
    output.flushIfFull();
  };
}

/** As tcpdump does, standard error says when a live capture has begun. */
function announce(settings: Settings, source: CaptureSource, info: CaptureInfo): void {
  if (settings.read !== undefined) return;
  const linkType = describeLinkType(info.linkType);
  say(`listening on ${source.name}, link-type ${linkType}, snapshot length ${info.snapLength} bytes`);
}

/** SIGINT and SIGTERM end the capture, and what was captured is still told; SIGHUP opens the log anew. */
function handleSignals(source: CaptureSource, logFile: LogFile | undefined): { release(): void } {
  const interrupt = (): void => source.interrupt();
  const hangUp = (): void => {
    if (logFile === undefined) {
      source.interrupt();
      return;
    }
    try {
      logFile.reopen();
    } catch (error) {
      say(`the log can't be opened anew, logging goes on in the old file: ${systemErrorText(error)}`);
    }
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', hangUp);
  return {
    release: () => {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', hangUp);
    },
  };
}

function say(message: string): void {
  process.stderr.write(`mcsniff: ${message}\n`);
}
