import { isIP } from 'node:net';
import { defaultLimits, type Limits } from '../../protocols/limits.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import { type Status, statuses } from '../../protocols/transaction.ts';
import { type Engine, engines } from '../capture/engine-names.ts';
import { type Direction, directions } from '../capture/live-options.ts';
import type { LineOptions } from '../output/tcpdump-line/context.ts';
import type { SelectionConditions } from '../selection.ts';

/** What the user wants, checked: nothing behind this looks at the command line. */
export interface Settings {
  /** A capture file, `-` for standard input; undefined where packets are captured live. */
  readonly read: string | undefined;
  /** A device; undefined for the default. */
  readonly interface: string | undefined;
  readonly listInterfaces: boolean;
  readonly write: string | undefined;
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
  readonly lines: Omit<LineOptions, 'interfaceNames'>;
  readonly annotates: boolean;
  readonly flushesEachPacket: boolean;
  readonly json: boolean;
  readonly log: string | undefined;
  readonly keepValueBytes: number;
  readonly selection: SelectionConditions | undefined;
}

/** A command line that can't be obeyed; the message says what is wrong with which option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The values of the options as yargs gives them: unchecked text and counts. */
interface ParsedOptions {
  readonly [option: string]: unknown;
}

/** Checks every option, and options against each other. Throws a `UsageError`. */
export function checkOptions(parsed: ParsedOptions, words: readonly string[]): Settings {
  const read = name(parsed, 'read', 'r');
  const write = name(parsed, 'write', 'w');
  const device = name(parsed, 'interface', 'i');
  const json = flag(parsed, 'json');
  if (read !== undefined && device !== undefined) {
    throw new UsageError('--read (-r) and --interface (-i) exclude each other: read a file, or capture live');
  }
  if (read !== undefined) refuseLiveOptions(parsed);
  if (write === '-' && json) {
    throw new UsageError(
      '--write - (-w -) takes standard output, and --json (-j) wants it too: use --log FILE for the records',
    );
  }
  const recognizes = text(parsed, 'port') === 'auto';
  const ports = recognizes ? new Set([memcached.port]) : portList(parsed, 'port');
  const udpPorts = portList(parsed, 'udp-port');
  return {
    read,
    interface: device,
    listInterfaces: flag(parsed, 'list-interfaces'),
    write,
    count: optionalInteger(parsed, 'count', 'c', 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY,
    snapLength: optionalInteger(parsed, 'snapshot-length', 's', 0, 262_144) ?? 0,
    bufferKibibytes: optionalInteger(parsed, 'buffer-size', 'B', 1, 2_097_151),
    promiscuous: !flag(parsed, 'no-promiscuous-mode'),
    user: name(parsed, 'relinquish-privileges', 'Z'),
    linkType: name(parsed, 'linktype', 'y'),
    listLinkTypes: flag(parsed, 'list-data-link-types'),
    direction: directionOf(parsed),
    engine: engineOf(parsed),
    ports,
    recognizes,
    udpPorts,
    limits: limitsOf(parsed),
    filter: words.join(' '),
    lines: {
      absoluteSequence: flag(parsed, 'absolute-tcp-sequence-numbers'),
      timestamps: counted(parsed, 't'),
      linkHeader: flag(parsed, 'e'),
      quiet: counted(parsed, 'q'),
      verbose: counted(parsed, 'v'),
      hex: counted(parsed, 'x'),
      hexAscii: counted(parsed, 'X'),
      ascii: counted(parsed, 'A'),
      packetNumber: flag(parsed, 'number'),
      skipChecksums: flag(parsed, 'dont-verify-checksums'),
      service: counted(parsed, 'n') > 0 ? null : { name: memcached.serviceName, tcp: ports, udp: udpPorts },
    },
    annotates: !flag(parsed, 'no-annotate'),
    flushesEachPacket: flag(parsed, 'packet-buffered'),
    json,
    log: name(parsed, 'log'),
    keepValueBytes: optionalInteger(parsed, 'values', undefined, 0, 1024 * 1024) ?? 0,
    selection: selectionOf(parsed),
  };
}

function selectionOf(parsed: ParsedOptions): SelectionConditions | undefined {
  const command = text(parsed, 'command');
  const key = text(parsed, 'key');
  const status = text(parsed, 'status');
  const slowerThan = text(parsed, 'slower-than');
  const client = text(parsed, 'client');
  const conditions: SelectionConditions = {
    ...(command === undefined ? {} : { commands: new Set(list(command).map((word) => word.toLowerCase())) }),
    ...(key === undefined ? {} : { key }),
    ...(status === undefined ? {} : { statuses: new Set(list(status).map(asStatus)) }),
    ...(slowerThan === undefined ? {} : { slowerThanUs: duration(slowerThan) }),
    ...(client === undefined ? {} : { client: asClient(client) }),
  };
  return Object.keys(conditions).length === 0 ? undefined : conditions;
}

function asStatus(word: string): Status {
  const status = statuses.find((candidate) => candidate === word);
  if (status === undefined)
    throw new UsageError(`--status ${word}: there is no such status; choose from ${statuses.join(', ')}`);
  return status;
}

function asClient(word: string): string {
  const [, bracketed, plain] = /^(?:\[(.+)\]|([\d.]+)):\d{1,5}$/.exec(word) ?? [];
  if (isIP(bracketed ?? plain ?? word) === 0)
    throw new UsageError(`--client ${word}: not an address; write 10.0.0.1, 10.0.0.1:46103, ::1 or [::1]:46103`);
  return word;
}

/** What only a live capture can do, and whose silence would mislead. Throws a `UsageError`. */
function refuseLiveOptions(parsed: ParsedOptions): void {
  const live = { linktype: 'y', 'list-data-link-types': 'L', direction: 'Q' };
  for (const [option, letter] of Object.entries(live)) {
    if (parsed[option] !== undefined)
      throw new UsageError(`${optionName(option, letter)} and --read (-r) exclude each other: it is about a device`);
  }
}

function directionOf(parsed: ParsedOptions): Direction | undefined {
  const word = text(parsed, 'direction');
  const direction = directions.find((candidate) => candidate === word);
  if (word !== undefined && direction === undefined)
    throw new UsageError(`--direction (-Q) ${word}: there is no such direction; choose ${directions.join(', ')}`);
  return direction;
}

function engineOf(parsed: ParsedOptions): Settings['engine'] {
  const word = text(parsed, 'engine');
  const engine = (['auto', ...engines] as const).find((candidate) => candidate === word);
  if (engine === undefined)
    throw new UsageError(`--engine ${word}: there is no such engine; choose auto, ${engines.join(', ')}`);
  return engine;
}

const microseconds: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1000, s: 1e6 };

function duration(word: string): number {
  const match = /^(\d+(?:\.\d+)?)(us|µs|ms|s)$/.exec(word);
  if (match === null) throw new UsageError(`--slower-than ${word}: not a duration; write 500us, 5ms or 1s`);
  return Number(match[1]) * (microseconds[match[2] as string] as number);
}

function portList(parsed: ParsedOptions, option: string): Set<number> {
  const ports = new Set<number>();
  for (const word of list(text(parsed, option) ?? '')) {
    const port = /^\d{1,5}$/.test(word) ? Number(word) : 0;
    if (port < 1 || port > 65_535)
      throw new UsageError(
        `--${option} ${word}: not a port; write numbers from 1 to 65535, separated by commas${option === 'port' ? ', or auto' : ''}`,
      );
    ports.add(port);
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

function list(words: string): string[] {
  return words.split(',').map((word) => word.trim());
}

function optionalInteger(
  parsed: ParsedOptions,
  option: string,
  letter: string | undefined,
  least: number,
  most: number,
): number | undefined {
  const word = text(parsed, option);
  if (word === undefined) return undefined;
  const value = /^\d{1,16}$/.test(word) ? Number(word) : Number.NaN;
  if (value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`${optionName(option, letter)} ${word}: not a whole number ${range}`);
}

/** Every value of an option that may be repeated. */
function all(parsed: ParsedOptions, option: string): string[] {
  const value = parsed[option];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function text(parsed: ParsedOptions, option: string): string | undefined {
  const value = parsed[option];
  // Given twice, the last one counts, as in getopt(3).
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined ? undefined : String(last);
}

/** Of a file, a device or a user: any text but none. */
function name(parsed: ParsedOptions, option: string, letter?: string): string | undefined {
  const word = text(parsed, option);
  if (word === '') throw new UsageError(`${optionName(option, letter)}: the name is empty`);
  return word;
}

function optionName(option: string, letter: string | undefined): string {
  return letter === undefined ? `--${option}` : `--${option} (-${letter})`;
}

function flag(parsed: ParsedOptions, option: string): boolean {
  return parsed[option] === true;
}

function counted(parsed: ParsedOptions, option: string): number {
  return Number(parsed[option] ?? 0);
}
