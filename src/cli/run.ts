import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import { CaptureError } from '../capture/capture-error.ts';
import type { CaptureInfo, CaptureSource, CaptureStatistics } from '../capture/capture-source.ts';
import { listDevices } from '../capture/devices.ts';
import { compileFilter } from '../capture/filter/evaluate.ts';
import { FilterError } from '../capture/filter/filter-error.ts';
import { describeLinkType } from '../capture/link-types.ts';
import { RefusedFilterError } from '../capture/open-error.ts';
import { PcapWriter } from '../capture/pcap-writer.ts';
import { Annotation } from '../output/annotation.ts';
import { ExitReport } from '../output/exit-report.ts';
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
import { captureSink, jsonLog, linePrinter, openLogFile, reopen } from './outputs.ts';
import { printText } from './print-text.ts';
import { become, type User, unprivilegedUser } from './privileges.ts';
import { say } from './say.ts';
import { type Settings, UsageError } from './settings.ts';
import { handleSignals } from './signals.ts';
import { openSource } from './source.ts';

const exitStatus = { ok: 0, failed: 1, usage: 2 } as const;

/** Milliseconds after an interrupt without any progress of a reader, until it is given up. */
const readerPatience = 3000;

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

/** As tcpdump does, standard error says when a live capture has begun. */
function announce(settings: Settings, source: CaptureSource, info: CaptureInfo): void {
  if (settings.read !== undefined) return;
  const linkType = describeLinkType(info.linkType);
  say(`listening on ${source.name}, link-type ${linkType}, snapshot length ${info.snapLength} bytes`);
}
