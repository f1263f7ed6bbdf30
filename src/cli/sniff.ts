import { openSync } from 'node:fs';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { Listeners } from '../../protocols/events.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import { become } from '../become.ts';
import { CaptureError } from '../capture/capture-error.ts';
import type { CaptureInfo, CaptureSource } from '../capture/capture-source.ts';
import { compileFilter } from '../capture/filter/evaluate.ts';
import { describeLinkType } from '../capture/link-types.ts';
import type { Account } from '../capture/live-options.ts';
import type { PacketSaver } from '../capture/pcap-writer.ts';
import type { ExpressWay } from '../express/express-way.ts';
import { TwoWays } from '../express/two-ways.ts';
import { memcachedPipeline } from '../memcached-pipeline.ts';
import type { OpenFile } from '../open-file.ts';
import { ExitReport } from '../output/exit-report.ts';
import type { Progress } from '../output/progress.ts';
import type { Pipeline } from '../pipeline.ts';
import type { CaptureRedaction } from '../redaction/capture-redaction.ts';
import { SelectedCommands } from '../selected-commands.ts';
import { Selection } from '../selection.ts';
import { Sniffer } from '../sniffer.ts';
import { waitingRequests } from '../statistics/waiting-requests.ts';
import { openExpress } from './express.ts';
import type { FindingRun } from './finding-run.ts';
import { eventsOf, firstSeen, listenersOf, sinksOf, type Told, tallyOf, toldOf } from './listeners.ts';
import { Outcome } from './outcome.ts';
import { type Outputs, openOutputs, openSave, reopen } from './outputs.ts';
import { portHint, watchForSilence } from './port-hint.ts';
import { say } from './say.ts';
import type { Settings } from './settings.ts';
import { handleSignals, type SignalActions } from './signals.ts';
import type { OpenedSource } from './source.ts';

/** Milliseconds after an interrupt without any progress of a reader, until it is given up. */
const readerPatience = 3000;

/** What one run is made of. */
interface Run extends Told {
  /** Of a file; live, libpcap filters. */
  readonly filter: ((packet: CapturedPacket) => boolean) | undefined;
  readonly anomalies: AnomalyCounters;
  readonly outcome: Outcome;
  readonly source: CaptureSource;
  /** Undefined where every packet goes the general way. */
  readonly express: ExpressWay | undefined;
  readonly save: PacketSaver | undefined;
  /** What is in `save`, where keys and values are overwritten. */
  readonly redaction: CaptureRedaction | undefined;
}

/**
 * Connects all that a run is made of with an open source, gives up the rights of root, runs, and ends, in this order;
 * returns the exit status.
 */
export async function sniff(
  settings: Settings,
  { source, processes }: OpenedSource,
  user: Account | undefined,
): Promise<number> {
  const filter = settings.read !== undefined && settings.filter !== '' ? compileFilter(settings.filter) : undefined;
  const anomalies = new AnomalyCounters();
  const outcome = new Outcome(new ExitReport(anomalies));

  const open = await fileOpener(user);
  const closed = (error: Error): void => {
    outcome.outputClosed(error);
    source.stop();
  };
  const outputs = await openOutputs(settings, source, anomalies, closed, open, processes);
  // A thread that prints loads files of its own.
  if (user !== undefined) await outputs.printer?.ready();
  const { rotation } = settings;
  // Late, since without its header it is no capture.
  const save =
    settings.write === undefined
      ? undefined
      : await openSave({ path: settings.write, rotation }, outputs.stdout, open, () => source.stop());
  const redaction = save && (await captureRedaction(settings, save));

  const selected = settings.selection && new Selection(settings.selection);
  const selection = selected && new SelectedCommands(selected, new Listeners(sinksOf(outputs)), settings.surroundings);
  const findings = await openFindings(settings, outputs, selected);
  const express = await openExpress(settings, source, {
    ...outputs,
    events: (written) => eventsOf({ settings, selection, outputs, findings }, written),
  });
  const savers = { save: redaction ?? save, redaction };
  const run = { settings, filter, selection, anomalies, outcome, source, outputs, findings, express, ...savers };
  const pipeline = pipelineOf(run);
  const progress = await openProgress(settings, source);
  const sniffer = snifferOf(run, pipeline, progress);
  outputs.logFile?.follow(() => pipeline.timeUs / 1e6);

  // From here on nothing is loaded or opened any more: the files may be out of an unprivileged user's reach.
  if (user !== undefined) become(user);
  // But a module that is not mcsniff's own, which never gets the rights of root.
  await startTransport(settings, outputs);

  if (settings.read === undefined) watchForSilence(settings, () => outcome.report.connections, say);
  const releaseSignals = handleSignals(signalActions(run, pipeline));
  await outcome.attempt(() => source.run(sniffer));
  progress?.clear();
  // What was read before an error is told.
  await outcome.attempt(() => sniffer.finish());
  if (sniffer.isOpen) await tellRest(run, pipeline);
  for (const view of outputs.views) await view.untilClosed?.();
  await close(run);
  releaseSignals();

  if (sniffer.isOpen) tellReport(run, pipeline);
  if (outputs.stdout.isAbandoned) process.exit(outcome.status);
  return outcome.status;
}

/** Overwrites what `-w` saves, where keys are to be replaced. */
async function captureRedaction(
  { presentation, limits }: Settings,
  save: PacketSaver,
): Promise<CaptureRedaction | undefined> {
  if (presentation.redaction === undefined) return undefined;
  const { CaptureRedaction } = await import('../redaction/capture-redaction.ts');
  return new CaptureRedaction(save, limits.lookAheadPackets);
}

/** Of a file; only a terminal shows it, and only one on which nothing else is printed meanwhile. */
async function openProgress({ view }: Settings, source: CaptureSource): Promise<Progress | undefined> {
  const isQuiet = !process.stdout.isTTY || view === 'none' || view === 'summary';
  if (source.size <= 0 || process.stderr.isTTY !== true || !isQuiet) return undefined;
  const { Progress } = await import('../output/progress.ts');
  const file = {
    size: source.size,
    get position() {
      return source.position ?? 0;
    },
  };
  return new Progress(
    file,
    (text) => process.stderr.write(text),
    () => performance.now(),
  );
}

/** Throws a `CaptureError` where the module can't be loaded, or fails. */
async function startTransport({ transport }: Settings, outputs: Outputs): Promise<void> {
  try {
    await outputs.transport?.start();
  } catch (error) {
    throw new CaptureError(`--transport ${transport?.module}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Opens the files that are written: as root, with the rights of the user that it becomes. */
async function fileOpener(user: Account | undefined): Promise<OpenFile> {
  if (user === undefined) return openSync;
  const { openAs, openFor } = await import('./as-user.ts');
  // Later on it is that user.
  return (path, flags, mode) => (process.geteuid?.() === 0 ? openFor : openAs)(user, path, flags, mode);
}

/** The pipeline, and who is told of what it finds. */
function pipelineOf(run: Run): Pipeline {
  const { settings, anomalies, outcome, express, redaction } = run;
  const { ports, recognizes, udpPorts, limits, keepValueBytes } = settings;
  return memcachedPipeline({
    ports: recognizes ? 'any' : ports,
    udpPorts,
    limits,
    anomalies,
    keepValueBytes,
    counts: outcome.report,
    listeners: [...listenersOf(run), ...(redaction === undefined ? [] : [redaction])],
    // From then on the lines name the port, too.
    recognized: (serverPort) => ports.add(serverPort),
    recent: express?.recent,
    watch: redaction && ((protocol) => redaction.watch(protocol)),
    followed: redaction && ((seen, connection) => redaction.followed(seen, connection)),
  });
}

/** What looks for findings, where they are shown or a view counts them; undefined else. */
async function openFindings(
  settings: Settings,
  outputs: Outputs,
  selection: Selection | undefined,
): Promise<FindingRun | undefined> {
  const isCounted = outputs.views.some(({ found }) => found !== undefined);
  if (!settings.findings.isShown && !isCounted) return undefined;
  const { FindingRun } = await import('./finding-run.ts');
  return new FindingRun(settings, outputs, selection);
}

/** What happens with each packet. */
function snifferOf(run: Run, pipeline: Pipeline, progress: Progress | undefined): Sniffer {
  const { settings, filter, selection, outcome, source, outputs, findings, express, save } = run;
  const { stdout, logFile, transport, printer, annotation, views } = outputs;
  // Live, nothing waits: the kernel's buffer would overflow.
  const taken = settings.read === undefined ? () => undefined : () => transport?.drained();
  const isShown = (): boolean => {
    if (settings.connection !== undefined && pipeline.connection !== settings.connection) return false;
    return selection === undefined || annotation?.isEmpty === false;
  };
  return new Sniffer({
    filter,
    ways: express && new TwoWays(express, pipeline, settings.limits.lookAheadPackets),
    first: firstSeen(settings, outputs),
    save,
    pipeline,
    tally: tallyOf(views, findings),
    isComplete: source.size >= 0,
    annotation,
    told: toldOf(views, findings, pipeline),
    print:
      printer &&
      ((packet) => {
        if (isShown()) {
          printer.print(packet, annotation);
          findings?.lines?.appendTo(stdout.text);
        } else {
          printer.pass(packet);
          findings?.lines?.clear();
        }
      }),
    count: settings.count,
    flushesEachPacket: settings.flushesEachPacket,
    report: outcome.report,
    opened: (info) => {
      announce(settings, source, info);
      for (const view of views) view.begin?.();
    },
    stop: () => source.stop(),
    flush: () => {
      printer?.flush();
      stdout.flush();
      save?.flush();
      logFile?.flush();
      progress?.tell(outcome.report.packets);
      const drained = printer === undefined ? stdout.drained() : printer.drained();
      const room = taken();
      return room === undefined ? drained : Promise.all([drained, room]).then(() => undefined);
    },
    failed: (error, packet) => {
      if (outcome.report.failures === 1) sayFailure(error, packet);
    },
  });
}

/** Says that a packet met a bug, once a run. */
function sayFailure(error: unknown, packet: number): void {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = `packet ${packet}: an internal error, please report it; its connection is given up: ${words}`.split(
    '\n',
  );
  say(...lines);
}

function signalActions(run: Run, pipeline: Pipeline): SignalActions {
  const { settings, outcome, source, outputs } = run;
  const { stdout, logFile, transport } = outputs;
  return {
    interrupt() {
      source.interrupt();
      transport?.interrupt();
      stdout.abandonWhenStalled(readerPatience);
    },
    interruptAgain() {
      outcome.isForced = true;
      source.stop();
      stdout.abandon();
      logFile?.abandon();
      transport?.abandon();
    },
    hangUp: logFile && (() => reopen(logFile, settings.log ?? '')),
    async tellCounters() {
      await source.askStatistics();
      takeCounts(run);
      takeWaiting(run, pipeline);
      // In one line, as tcpdump says it.
      say(outcome.report.lines().join(', '));
      for (const view of outputs.views) view.tellSoFar?.(outcome.report, pipeline.timeUs);
      stdout.flush();
    },
  };
}

/** No packet comes any more: tells what still waited for others, and the summary. */
async function tellRest(run: Run, pipeline: Pipeline): Promise<void> {
  const { outcome, source, outputs, findings } = run;
  const { report } = outcome;
  outputs.annotation?.clear();
  takeWaiting(run, pipeline);
  pipeline.end();
  findings?.end();
  findings?.lines?.appendTo(outputs.stdout.text);
  await outcome.attempt(() => outputs.printer?.finish());
  takeCounts(run);
  const { captured } = source.statistics();
  if (outcome.isForced && captured !== undefined) report.abandonedPackets = Math.max(0, captured - report.packets);
  for (const log of outputs.logs) log.summary(report, pipeline.timeUs);
  for (const view of outputs.views) await outcome.attempt(() => view.finish(report, pipeline.timeUs));
}

function tellReport({ settings, outcome, findings }: Run, { otherSegments }: Pipeline): void {
  outcome.tellReport();
  const copies = findings?.copiesHint(outcome.report.packets);
  if (copies !== undefined) say(copies);
  const hint = portHint(settings, { connections: outcome.report.connections, otherSegments });
  if (hint !== undefined) say(hint);
}

/** Hands everything on, and counts what could not be. */
async function close(run: Run): Promise<void> {
  const { outcome, outputs, save } = run;
  await outcome.attempt(() => save?.close());
  await outputs.transport?.finish();
  await outputs.logFile?.close();
  await outputs.stdout.finish();
  takeCounts(run);
}

/** Takes into the report what the system and the outputs have counted until now. */
function takeCounts({ outcome, selection, source, outputs }: Run): void {
  const { received, dropped, droppedByInterface } = source.statistics();
  const lostRecords = outputs.logFile?.lostLines ?? 0;
  const droppedRecords = outputs.transport?.dropped ?? 0;
  const { abandonedBytes } = outputs.stdout;
  const matched = selection?.matched;
  // Each log has the same sample.
  const sampled = outputs.logs[0]?.sampled;
  const ofOutputs = { lostRecords, droppedRecords, abandonedBytes };
  Object.assign(outcome.report, { received, dropped, droppedByInterface, matched, sampled, ...ofOutputs });
}

/** Takes into the report which requests wait for their answer; those that did at the end stay there. */
function takeWaiting({ settings, outcome, outputs }: Run, pipeline: Pipeline): void {
  if (pipeline.hasEnded) return;
  // Live, time goes on where no packet comes: a server that hangs says nothing.
  const nowUs = settings.read === undefined ? Math.max(pipeline.timeUs, Date.now() * 1000) : pipeline.timeUs;
  const { presentation } = outputs;
  const waiting = waitingRequests(
    (tell) => pipeline.waiting((request) => tell(presentation.transaction(request))),
    nowUs,
  );
  outcome.report.waiting = waiting;
  outcome.report.hidesTimes = presentation.settings.hidesLatency;
}

/** As tcpdump does, standard error says when a live capture has begun. */
function announce(settings: Settings, source: CaptureSource, info: CaptureInfo): void {
  if (settings.read !== undefined) return;
  const linkType = describeLinkType(info.linkType);
  say(`listening on ${source.name}, link-type ${linkType}, snapshot length ${info.snapLength} bytes`);
}
