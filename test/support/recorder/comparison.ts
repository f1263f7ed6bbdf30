import { recordsOf, unescaped } from '../records.ts';
import { runMcsniff } from '../run-program.ts';
import { expectedStatus } from './expected-status.ts';
import type { Recording } from './recording.ts';
import type { LoggedCommand, LoggedConnection } from './server-log.ts';
import { countersOf } from './server-stats.ts';

/** A line of `mcsniff --json`, with keys as they were on the wire (Latin-1). */
export interface CommandRecord {
  readonly event: string;
  readonly conn: number;
  readonly client: string;
  readonly transport: string;
  readonly protocol: string;
  readonly command: string;
  readonly key?: string;
  readonly keys?: readonly string[];
  readonly status: string;
  readonly packet: number;
  readonly hits?: number;
  readonly misses?: number;
  readonly result?: string;
  readonly metaFlags?: string;
  readonly noreply?: boolean;
  readonly direction?: string;
  readonly bytes?: number;
}

/** Differences between what mcsniff reads from a recording and what its server logged and counted; none is right. */
export async function differences(recording: Recording): Promise<string[]> {
  const { file, port, connections, stats } = recording;
  const records = await sniff(file, port, port);
  return [...compareWithLog(records, connections), ...(stats === undefined ? [] : compareCounters(records, stats))];
}

/** The records of a capture file; fails where mcsniff does. */
export async function sniff(file: string, port: number, udpPort: number): Promise<CommandRecord[]> {
  const ports = ['--port', `${port}`, '--udp-port', `${udpPort}`];
  const { stdout, stderr, exitCode } = await runMcsniff(['--json', ...ports, '-r', file]);
  if (exitCode !== 0) throw new Error(`mcsniff failed: ${stderr}`);
  return readRecords(stdout.toString('utf8'));
}

/** Differences between records and what the server logged. */
export function compareWithLog(records: readonly CommandRecord[], connections: readonly LoggedConnection[]): string[] {
  return [
    ...records.filter(({ event }) => event === 'gap' || event === 'not_understood').map(describeBytes),
    ...compareConnections(
      records.filter(({ event }) => event === 'command'),
      connections,
    ),
  ];
}

function readRecords(json: string): CommandRecord[] {
  const records = recordsOf<CommandRecord & { key?: string; keys?: string[] }>(json);
  for (const record of records) {
    if (record.key !== undefined) record.key = unescaped(record.key);
    if (record.keys !== undefined) record.keys = record.keys.map(unescaped);
  }
  return records;
}

function describeBytes({ conn, event, direction, bytes }: CommandRecord): string {
  return `connection ${conn}: ${event} of ${bytes} bytes of the ${direction}`;
}

/** Pairs the connections of both sides, by what was said on them, and compares each pair. */
function compareConnections(records: readonly CommandRecord[], logged: readonly LoggedConnection[]): string[] {
  const groups = groupByConnection(records);
  const served = [
    ...logged.filter(({ isUdp }) => !isUdp).map(({ commands }) => commands),
    // Over UDP all requests come to one descriptor, whoever sends them.
    logged.filter(({ isUdp }) => isUdp).flatMap(({ commands }) => commands),
  ].filter((commands) => commands.length > 0);
  const pairs: [CommandRecord[], LoggedCommand[]][] = [];
  const unpaired = served.filter((commands) => {
    const index = groups.findIndex((group) => fingerprint(group, commands) === fingerprint(commands, commands));
    if (index >= 0) pairs.push([groups.splice(index, 1)[0] as CommandRecord[], [...commands]]);
    return index < 0;
  });
  for (const commands of unpaired) pairs.push([groups.shift() ?? [], [...commands]]);
  for (const group of groups) pairs.push([group, []]);
  return pairs.flatMap(([group, commands]) => {
    // Records are in the order of completion, the log is in that of the requests, which is that of their packets
    // unless segments came out of order. Array.sort is stable.
    const byPacket = compareCommands(
      [...group].sort((a, b) => a.packet - b.packet),
      commands,
    );
    return byPacket.length > 0 && compareCommands(group, commands).length === 0 ? [] : byPacket;
  });
}

function groupByConnection(records: readonly CommandRecord[]): CommandRecord[][] {
  const groups = new Map<string, CommandRecord[]>();
  for (const record of records) {
    const name = record.transport === 'udp' ? 'udp' : `${record.conn}`;
    const group = groups.get(name);
    if (group) group.push(record);
    else groups.set(name, [record]);
  }
  return [...groups.values()];
}

/** Commands and keys, but not keys of commands of which the server writes none. */
function fingerprint(side: readonly (CommandRecord | LoggedCommand)[], log: readonly LoggedCommand[]): string {
  const keyless = new Set(log.filter(({ keys }) => keys === undefined).map(({ command }) => command));
  const words = side.map((one) => `${one.command} ${keyless.has(one.command) ? '' : keysOf(one).join(' ')}`);
  return words.sort().join('\n');
}

function keysOf(command: CommandRecord | LoggedCommand): readonly string[] {
  if ('replies' in command) return command.keys ?? [];
  return command.keys ?? (command.key === undefined ? [] : [command.key]);
}

/** Requests in one packet may be told in another order (noreply is told at once, others with their answer). */
function compareCommands(group: readonly CommandRecord[], commands: readonly LoggedCommand[]): string[] {
  const told = [...group];
  const found: string[] = [];
  for (const [place, command] of commands.entries()) {
    // The connection ended before the whole data block came.
    if (place === commands.length - 1 && told.length === 0 && awaitsData(command)) continue;
    const packet = told[0]?.packet;
    const index = told.findIndex((record) => record.packet === packet && isSame(record, command));
    if (index < 0) {
      const next = told[0];
      found.push(`${describe(command)} is ${next ? `not what was told: ${describe(next)}` : 'not told'}`);
      if (found.length > 5) return found;
      // Goes on with the next that is told in its place, or without it.
      if (told.some((record) => isSame(record, command)))
        while (!isSame(told[0] as CommandRecord, command)) told.shift();
      else continue;
    }
    const [record] = told.splice(Math.max(0, index), 1) as [CommandRecord];
    const status = expectedStatus(command);
    if (status !== undefined && status !== record.status) {
      found.push(`${describe(command)}: told as ${record.status}, the server logged ${status}`);
    }
  }
  // What the client sent last may never have been read.
  while (told.at(-1)?.status === 'unanswered') told.pop();
  return [...found, ...told.slice(0, 5).map((record) => `${describe(record)} is not in the server's log`)];
}

function awaitsData({ command, replies }: LoggedCommand): boolean {
  return replies.length === 0 && /^(?:set|add|replace|append|prepend|cas|ms)$/.test(command);
}

function isSame(record: CommandRecord, command: LoggedCommand): boolean {
  if (record.command !== command.command) return false;
  if ((record.protocol === 'binary') !== (command.protocol === 'binary')) return false;
  return command.keys === undefined || keysOf(record).join(' ') === command.keys.join(' ');
}

function describe(command: CommandRecord | LoggedCommand): string {
  const keys = keysOf(command).join(' ');
  const where = 'packet' in command ? ` (connection ${command.conn}, packet ${command.packet})` : '';
  return `${command.protocol} ${command.command} ${keys.length > 60 ? `${keys.slice(0, 60)}…` : keys}${where}`;
}

function compareCounters(records: readonly CommandRecord[], stats: Readonly<Record<string, number>>): string[] {
  const commands = records.filter(({ event }) => event === 'command');
  return Object.entries(countersOf(commands)).flatMap(([name, { least, most }]) => {
    const value = stats[name] ?? Number.NaN;
    if (value >= least && value <= most) return [];
    return [`${name}: the server counted ${value}, mcsniff tells ${least === most ? least : `${least} to ${most}`}`];
  });
}
