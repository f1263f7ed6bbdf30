/** Who hears of a run's packets and commands, and in which order. */
import { type Listener, Listeners } from '../../protocols/events.ts';
import { type CapturedPacket, timeUsOf } from '../../protocols/packet.ts';
import type { ExpressEvents } from '../express/told-events.ts';
import { OneConnection } from '../one-connection.ts';
import type { Annotation } from '../output/annotation.ts';
import { identityOfCapture } from '../output/run-identity.ts';
import type { View } from '../output/view.ts';
import type { Pipeline } from '../pipeline.ts';
import type { SelectedCommands } from '../selected-commands.ts';
import type { FindingRun } from './finding-run.ts';
import type { Outputs } from './outputs.ts';
import type { Settings } from './settings.ts';

/** Who is told what, in their order. */
export interface Told {
  readonly settings: Settings;
  /** Of the commands, what is shown; undefined where all are. */
  readonly selection: SelectedCommands | undefined;
  readonly outputs: Outputs;
  readonly findings: FindingRun | undefined;
}

/** Who hears of packets that go the general way. */
export function listenersOf({ settings, selection, outputs, findings }: Told): readonly Listener[] {
  const commands = selection === undefined ? sinksOf(outputs) : [selection];
  const { views, heldLines, annotation, explainer, presentation } = outputs;
  const ofViews = (isOfCapture: boolean): readonly Listener[] =>
    presentation.of(views.filter((view) => (view.isOfCapture === true) === isOfCapture).map(({ all }) => all));
  const ofLines = heldLines === undefined ? [] : presentation.of([heldLines.all, ...commandsOf(annotation)]);
  const shown = [...ofLines, ...ofViews(false), ...commands];
  const { connection } = settings;
  const { numbers, processes } = presentation;
  return [
    ...[numbers, processes].filter((names) => names !== undefined),
    ...(findings === undefined ? [] : [findings.listener]),
    ...ofViews(true),
    ...(explainer === undefined ? [] : presentation.of([explainer.all])),
    ...(connection === undefined ? shown : [new OneConnection(connection, new Listeners(shown))]),
  ];
}

/** Who hears of packets that go the express way, beside what is written there; undefined where nobody does. */
export function eventsOf(
  told: Told,
  { lines, records }: { lines: boolean; records: boolean },
): ExpressEvents | undefined {
  const { outputs, findings } = told;
  const { annotation, logs, views, stdout } = outputs;
  const left = { ...outputs, annotation: lines ? undefined : annotation, logs: records ? [] : logs };
  const listeners = listenersOf({ ...told, outputs: left });
  if (listeners.length === 0) return undefined;
  const counting = tallyOf(views, findings);
  return {
    listener: new Listeners(listeners),
    packet: (timeUs, bytes) => counting?.(timeUs, bytes),
    told: () => findings?.isPending === true,
    write: () => {
      findings?.flush();
      findings?.lines?.appendTo(stdout.text);
    },
  };
}

/** Who is told of what is shown. */
export function sinksOf({
  annotation,
  logs,
  compact,
  views,
  explainer,
  heldLines,
  presentation,
}: Outputs): readonly Listener[] {
  const lines = heldLines?.shown ?? annotation;
  return presentation.of(
    [lines, ...logs, compact, ...views.map(({ shown }) => shown), explainer?.shown].filter(
      (sink) => sink !== undefined,
    ),
  );
}

/** What an annotation says of commands, and nothing else. */
function commandsOf(annotation: Annotation | undefined): Listener[] {
  if (annotation === undefined) return [];
  return [
    {
      commandLine: (connection, request) => annotation.commandLine(connection, request),
      dataBlock: (connection, request) => annotation.dataBlock(connection, request),
      transaction: (connection, transaction) => annotation.transaction(connection, transaction),
    },
  ];
}

/** What wants to know of each packet before anything is told of it. */
export function tallyOf(
  views: readonly View[],
  findings: FindingRun | undefined,
): ((timeUs: number, bytes: number) => void) | undefined {
  const counting = views.filter(({ packet }) => packet !== undefined);
  if (findings === undefined && counting.length === 0) return undefined;
  return (timeUs, bytes) => {
    for (const view of counting) view.packet?.(timeUs, bytes);
    findings?.packet(timeUs);
  };
}

/** What wants to know that all was told that a packet tells. */
export function toldOf(
  views: readonly View[],
  findings: FindingRun | undefined,
  pipeline: Pipeline,
): ((packet: CapturedPacket) => void) | undefined {
  const watching = views.filter(({ processed }) => processed !== undefined);
  if (findings === undefined && watching.length === 0) return undefined;
  return (packet) => {
    findings?.flush();
    for (const view of watching) view.processed?.(packet, pipeline.connection);
  };
}

/** What the first packet tells of the run: what records say of one over a file, and where times begin. */
export function firstSeen({ read }: Settings, outputs: Outputs): ((packet: CapturedPacket) => void) | undefined {
  const { presentation } = outputs;
  if (presentation.settings.isRelative) {
    return (packet) => {
      presentation.origin.us = timeUsOf(packet);
    };
  }
  return read === undefined ? undefined : (packet) => identify(outputs, packet);
}

/** What records say of a run over a file. */
function identify({ logs, views }: Outputs, first: CapturedPacket): void {
  const identity = identityOfCapture(first);
  for (const log of logs) log.identify(identity);
  for (const view of views) view.identify(identity);
}
