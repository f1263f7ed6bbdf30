import { defaultLimits, type Limits } from '../../protocols/limits.ts';
import { memcachedPort, memcachedServiceName } from '../../protocols/memcached/constants.ts';
import { type Engine, engines } from '../capture/engine-names.ts';
import { type Direction, directions } from '../capture/live-options.ts';
import type { Rotation } from '../capture/rotating-writer.ts';
import type { MetricsAddress } from '../metrics/metrics-server.ts';
import type { Language } from '../output/explain/language.ts';
import type { LogRotationSettings } from '../output/log-rotation.ts';
import { type RecordFormat, recordFormats } from '../output/record-format.ts';
import type { SampleSettings } from '../output/record-sample.ts';
import type { LineOptions } from '../output/tcpdump-line/context.ts';
import type { TransportSettings } from '../output/transport-stream.ts';
import type { PresentationSettings } from '../presentation/presentation.ts';
import type { Surroundings } from '../selected-commands.ts';
import type { SelectionConditions } from '../selection.ts';
import { type FindingSettings, findingsOf } from './finding-options.ts';
import {
  all,
  choice,
  counted,
  flag,
  list,
  name,
  optionalInteger,
  optionName,
  type ParsedOptions,
  text,
  UsageError,
} from './option-values.ts';
import { logRotationOf, rotationOf } from './rotation-options.ts';
import { sampleOf } from './sample-options.ts';
import { selectionOf, surroundingsOf } from './selection-options.ts';
import { transportOf } from './transport-options.ts';
import {
  languageOf,
  metricsOf,
  namesProcesses,
  type SummarySettings,
  summaryOf,
  type TopSettings,
  topOf,
  type View,
  viewOf,
} from './view-options.ts';

export { UsageError } from './option-values.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const expressChoices = ['auto', 'on', 'off'] as const;
export type ExpressChoice = (typeof expressChoices)[number];

const colorChoices = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof colorChoices)[number];

/** What the user wants, checked: nothing behind this looks at the command line. */
export interface Settings {
  /** A capture file, `-` for standard input; undefined where packets are captured live. */
  readonly read: string | undefined;
  /** A device; undefined for the default. */
  readonly interface: string | undefined;
  readonly listInterfaces: boolean;
  readonly write: string | undefined;
  /** When another file of `-w` begins; undefined for never. */
  readonly rotation: Rotation | undefined;
  /** Packets after which to stop; Infinity for all. */
  readonly count: number;
  /** Bytes kept of a packet; 0 for the maximum. */
  readonly snapLength: number;
  /** Size of the kernel's capture buffer in KiB; undefined for the engine's default. */
  readonly bufferKibibytes: number | undefined;
  readonly promiscuous: boolean;
  /** Whom root becomes; undefined for the default. */
  readonly user: string | undefined;
  /** A name of a link type, unchecked; undefined for the device's own. */
  readonly linkType: string | undefined;
  readonly listLinkTypes: boolean;
  /** Print the code of the filter: 1 to read, 2 as C, 3 as numbers; 0 for a run. */
  readonly filterCode: number;
  readonly direction: Direction | undefined;
  /** `auto` for the first that is there. */
  readonly engine: Engine | 'auto';
  /** memcached's TCP ports; where they are recognized, those that were so far. */
  readonly ports: Set<number>;
  /** memcached is recognized on any TCP port by its content (`--port auto`). */
  readonly recognizes: boolean;
  readonly udpPorts: ReadonlySet<number>;
  readonly limits: Limits;
  /** The filter expression, its words joined by blanks; empty where there is none. */
  readonly filter: string;
  /** A file that has the filter expression (`-F`). */
  readonly filterFile: string | undefined;
  readonly lines: Omit<LineOptions, 'interfaceNames'>;
  readonly annotates: boolean;
  readonly flushesEachPacket: boolean;
  readonly json: boolean;
  /** What standard output shows. */
  readonly view: View;
  readonly summary: SummarySettings;
  readonly top: TopSettings;
  /** Where Prometheus is answered; undefined where it is not. */
  readonly metrics: MetricsAddress | undefined;
  /** Where the page is written; undefined for nowhere. */
  readonly report: string | undefined;
  readonly findings: FindingSettings;
  /** Of explanations. */
  readonly language: Language;
  /** The number of the only connection that is shown; undefined where all are. */
  readonly connection: number | undefined;
  readonly color: ColorChoice;
  /** The shell whose completions are asked for. */
  readonly completion: Shell | undefined;
  /** Of records, wherever they go. */
  readonly format: RecordFormat;
  readonly log: string | undefined;
  /** Of records in the log. */
  readonly logFormat: RecordFormat;
  readonly transport: TransportSettings | undefined;
  /** When the log is put aside; undefined for never. */
  readonly logRotation: LogRotationSettings | undefined;
  /** Say whose connections are (`--process`). */
  readonly namesProcesses: boolean;
  /** Which part of the records of commands is written; undefined for all. */
  readonly sample: SampleSettings | undefined;
  readonly keepValueBytes: number;
  readonly selection: SelectionConditions | undefined;
  readonly surroundings: Surroundings;
  readonly presentation: PresentationSettings;
  /** Whether packets go the express way: where it pays off, wherever they can, or never. */
  readonly express: ExpressChoice;
}

/** Checks every option, and options against each other. Throws a `UsageError`. */
export function checkOptions(parsed: ParsedOptions, words: readonly string[]): Settings {
  const read = name(parsed, 'read', 'r');
  const write = name(parsed, 'write', 'w');
  const device = name(parsed, 'interface', 'i');
  const format = formatOf(parsed);
  const log = name(parsed, 'log');
  // Beside --no-lines the format is the log's.
  const json = format !== undefined && !flag(parsed, 'no-lines');
  if (format !== undefined && !json && log === undefined) {
    const wayOut = 'leave one out, or name a file for the records with --log';
    throw new UsageError(`--json and --no-lines each say what standard output shows: ${wayOut}`);
  }
  if (read !== undefined && device !== undefined) {
    throw new UsageError('--read (-r) and --interface (-i) exclude each other: read a file, or capture live');
  }
  if (read !== undefined) refuseLiveOptions(parsed);
  const view = viewOf(parsed, json, write);
  const recognizes = list(parsed, 'port').includes('auto');
  if (recognizes && list(parsed, 'port').length > 1)
    throw new UsageError('--port auto finds memcached on every port: leave the other ports out');
  const ports = recognizes ? new Set([memcachedPort]) : portList(parsed, 'port');
  const udpPorts = portList(parsed, 'udp-port');
  const transport = transportOf(parsed);
  const selection = selectionOf(parsed);
  const presentation = presentationOf(parsed);
  return {
    read,
    interface: device,
    listInterfaces: flag(parsed, 'list-interfaces'),
    write,
    rotation: rotationOf(parsed, write),
    count: optionalInteger(parsed, 'count', 'c', 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY,
    snapLength: optionalInteger(parsed, 'snapshot-length', 's', 0, 262_144) ?? 0,
    bufferKibibytes: optionalInteger(parsed, 'buffer-size', 'B', 1, 2_097_151),
    promiscuous: !flag(parsed, 'no-promiscuous-mode'),
    user: name(parsed, 'relinquish-privileges', 'Z'),
    linkType: name(parsed, 'linktype', 'y'),
    listLinkTypes: flag(parsed, 'list-data-link-types'),
    filterCode: filterCodeOf(parsed, read),
    direction: choice(parsed, 'direction', 'direction', directions, 'Q'),
    engine: choice(parsed, 'engine', 'engine', ['auto', ...engines] as const) ?? 'auto',
    ports,
    recognizes,
    udpPorts,
    limits: limitsOf(parsed),
    filter: words.join(' '),
    filterFile: name(parsed, 'filter-file', 'F'),
    lines: {
      absoluteSequence: flag(parsed, 'absolute-tcp-sequence-numbers'),
      timestamps: timestampsOf(counted(parsed, 't'), presentation),
      linkHeader: flag(parsed, 'e'),
      quiet: counted(parsed, 'q'),
      verbose: counted(parsed, 'v'),
      hex: counted(parsed, 'x'),
      hexAscii: counted(parsed, 'X'),
      ascii: counted(parsed, 'A'),
      packetNumber: flag(parsed, 'number'),
      skipChecksums: flag(parsed, 'dont-verify-checksums'),
      service: counted(parsed, 'n') > 0 ? null : { name: memcachedServiceName, tcp: ports, udp: udpPorts },
    },
    annotates: !flag(parsed, 'no-annotate'),
    flushesEachPacket: flag(parsed, 'packet-buffered'),
    json,
    view,
    summary: summaryOf(parsed),
    top: topOf(parsed),
    metrics: metricsOf(parsed),
    report: name(parsed, 'report'),
    findings: findingsOf(parsed),
    language: languageOf(parsed),
    connection: optionalInteger(parsed, 'connection', undefined, 1, Number.MAX_SAFE_INTEGER),
    color: choice(parsed, 'color', 'choice', colorChoices) ?? 'auto',
    express: choice(parsed, 'express', 'choice', expressChoices) ?? 'auto',
    completion: choice(parsed, 'completion', 'shell', shells),
    format: format ?? 'plain',
    log,
    logFormat: logFormatOf(parsed, log) ?? format ?? 'plain',
    transport,
    logRotation: logRotationOf(parsed, log),
    namesProcesses: namesProcesses(parsed, read),
    sample: sampleOf(parsed, view === 'records' || log !== undefined || transport !== undefined),
    keepValueBytes: valuesOf(parsed, presentation),
    selection,
    surroundings: surroundingsOf(parsed, selection, view),
    presentation,
  };
}

/** Undefined where records are not to be printed. */
function formatOf(parsed: ParsedOptions): RecordFormat | undefined {
  return text(parsed, 'json') === '' ? 'plain' : choice(parsed, 'json', 'format', recordFormats);
}

/** Throws a `UsageError` where times are to be left out of what is about times. */
function presentationOf(parsed: ParsedOptions): PresentationSettings {
  const salt = text(parsed, 'redact-keys');
  const ofTimes = ['report', 'top', 'metrics'].find(
    (option) => parsed[option] !== undefined && parsed[option] !== false,
  );
  if (flag(parsed, 'no-latency') && ofTimes !== undefined)
    throw new UsageError(`--no-latency and --${ofTimes} exclude each other: much of that is measured times`);
  return {
    isRelative: flag(parsed, 'relative'),
    hidesLatency: flag(parsed, 'no-latency'),
    redaction: salt === undefined ? undefined : { salt: salt === '' ? undefined : salt },
  };
}

/** Which time stamps lines have, as of `LineOptions`. */
function timestampsOf(chosen: number, { isRelative, hidesLatency }: PresentationSettings): number {
  if (!isRelative || chosen === 1) return chosen;
  if (hidesLatency) return 1;
  return chosen === 3 ? 3 : 5;
}

/** How many bytes are kept of a value: none where values are withheld. */
function valuesOf(parsed: ParsedOptions, { redaction }: PresentationSettings): number {
  const wanted = optionalInteger(parsed, 'values', undefined, 0, 1024 * 1024) ?? 0;
  return redaction === undefined ? wanted : 0;
}

function logFormatOf(parsed: ParsedOptions, log: string | undefined): RecordFormat | undefined {
  const format = choice(parsed, 'log-format', 'format', recordFormats);
  if (format !== undefined && log === undefined)
    throw new UsageError('--log-format says how --log FILE is written: name a file with --log');
  return format;
}

/** What only a live capture can do, and whose silence would mislead. Throws a `UsageError`. */
function refuseLiveOptions(parsed: ParsedOptions): void {
  const live = { linktype: 'y', 'list-data-link-types': 'L', direction: 'Q' };
  for (const [option, letter] of Object.entries(live)) {
    if (parsed[option] !== undefined)
      throw new UsageError(`${optionName(option, letter)} and --read (-r) exclude each other: it is about a device`);
  }
}

/** Ports and ranges of them. Throws a `UsageError`. */
function portList(parsed: ParsedOptions, option: string): Set<number> {
  const ports = new Set<number>();
  for (const word of list(parsed, option)) {
    const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(word) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (from < 1 || to < from || to > 65_535)
      throw new UsageError(
        `--${option} ${word}: not a port; write numbers from 1 to 65535 and ranges such as 11211-11215, separated by commas${option === 'port' ? ', or auto' : ''}`,
      );
    for (let port = from; port <= to; port++) ports.add(port);
  }
  return ports;
}

/** The default limits but for those that were given, one `NAME=NUMBER` each. */
function limitsOf(parsed: ParsedOptions): Limits {
  const changed: Record<string, number> = {};
  for (const word of all(parsed, 'limit')) {
    const match = /^([^=]*)=(.*)$/s.exec(word);
    const name = match?.[1] ?? word;
    if (!Object.hasOwn(defaultLimits, name)) {
      const names = Object.keys(defaultLimits).join(', ');
      throw new UsageError(`--limit ${word}: there is no such limit; write NAME=NUMBER with one of ${names}`);
    }
    const number = /^\d{1,10}$/.test(match?.[2] ?? '') ? Number(match?.[2]) : Number.NaN;
    if (!(number >= 1 && number <= mostOf(name))) {
      throw new UsageError(`--limit ${word}: not a whole number from 1 to ${mostOf(name)}`);
    }
    changed[name] = number;
  }
  return { ...defaultLimits, ...changed };
}

/** Sequence numbers have 32 bits, and the look-ahead searches all its packets for each. */
function mostOf(limit: string): number {
  if (limit === 'lookAheadPackets') return 1024;
  if (limit === 'sequenceWindow' || limit === 'resetWindow') return 2 ** 30;
  return 2 ** 32;
}

function filterCodeOf(parsed: ParsedOptions, read: string | undefined): number {
  const form = Math.min(counted(parsed, 'd'), 3);
  if (form > 0 && read !== undefined)
    throw new UsageError(
      '-d prints what libpcap makes of a live filter, and --read (-r) needs no libpcap: name a device',
    );
  return form;
}
