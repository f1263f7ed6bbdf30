import type { CommandFacts } from '../../protocols/plain-command.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { LocalProcess } from '../processes/local-process.ts';
import type { ClientAddresses } from './client-addresses.ts';
import type { KeyText } from './key-text.ts';

/** What commands can be put together by. */
export const dimensions = ['command', 'pattern', 'key', 'client', 'server', 'status', 'connection', 'process'] as const;
export type Dimension = (typeof dimensions)[number];

/** The lists of a summary that nobody has chosen others for. */
export const defaultLists: readonly (readonly Dimension[])[] = [
  ['command'],
  ['pattern'],
  ['key'],
  ['client'],
  ['server'],
];

/** The fields by which an entry names itself. Text from the wire is Latin-1, not escaped yet. */
export type Names = Partial<Record<Dimension | 'conn', string | number>>;

/** A command, or one key of it, as lists see it. */
export interface Subject {
  connection: ConnectionInfo;
  command: CommandFacts;
  /** Undefined where the command as a whole is meant. */
  key: KeyText | undefined;
  /** Of the key. */
  keyHash: number;
  /** Its pattern, before words are folded that only the whole traffic can tell. */
  pattern: string | undefined;
  patternHash: number;
  /** Of clients. */
  readonly addresses: ClientAddresses;
  /** Undefined where nobody looks for processes. */
  readonly processOf: ProcessOf | undefined;
}

/** Finds the process at the local end of a connection. */
export type ProcessOf = (connection: ConnectionInfo) => LocalProcess | undefined;

/** Whether the keys of a command count for themselves. */
export function isByKey(list: readonly Dimension[]): boolean {
  return list.includes('key') || list.includes('pattern');
}

/** What an entry is called in one dimension; undefined where a command has no place in such a list. */
export function nameIn(
  dimension: Dimension,
  { connection, command, key, pattern, addresses, processOf }: Subject,
): string | undefined {
  switch (dimension) {
    case 'command':
      return command.command;
    case 'pattern':
      return pattern;
    case 'key':
      return key?.text;
    case 'client':
      return addresses.of(connection);
    case 'server':
      return connection.server;
    case 'status':
      return command.status;
    case 'connection':
      return `${connection.id}`;
    case 'process':
      return processOf?.(connection)?.process;
  }
}

/** What entries say of a connection that they name. */
export interface NamedConnection {
  readonly conn: number;
  readonly client: string;
  readonly server: string;
}

export function namedConnection({ id, client, server }: ConnectionInfo): NamedConnection {
  return { conn: id, client, server };
}

/**
 * The fields that an entry of a list begins with; `names`: what it is called in each dimension; `connection`: the one
 * that it names, where connections are a dimension.
 */
export function namesOf(
  list: readonly Dimension[],
  names: readonly string[],
  connection: NamedConnection | undefined,
): Names {
  const fields: Names = {};
  for (const [index, dimension] of list.entries()) {
    if (dimension === 'connection') Object.assign(fields, connection);
    else fields[dimension] ??= names[index] as string;
  }
  return fields;
}
