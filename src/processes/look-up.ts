import { networkInterfaces } from 'node:os';
import { addressOf } from '../../protocols/address.ts';
import type { ConnectionEnd, LocalProcess, LookUpAnswer, LookUpRequest } from './local-process.ts';
import { linkAt, processIds, type SocketOwners, textIn } from './socket-owners.ts';
import { SocketSearch, type TableEnd, tableEnd } from './socket-table.ts';

/** Network namespaces beside the own that are looked at, at most. */
const mostNamespaces = 1024;

/** A connection that is looked up. */
interface Asked {
  readonly request: LookUpRequest;
  readonly ends: readonly TableEnd[];
}

/** Looks up connections in the tables of the kernel: of this network namespace first, then of the containers'. */
export function lookUp(requests: readonly LookUpRequest[], owners: SocketOwners): LookUpAnswer[] {
  const asked = requests.flatMap((request): Asked[] => {
    const ends = request.ends.map(tableEnd).filter((end) => end !== undefined);
    return ends.length === 2 ? [{ request, ends }] : [];
  });
  const search = new SocketSearch();
  for (const { ends } of asked) wantBoth(search, ends);
  const transports = new Set(requests.map(({ transport }) => transport));
  searchTables(search, '/proc/self/net', transports);
  // A table is not read at one point in time, and may leave out what was there all the time.
  if (asked.some((one) => !hasSockets(search, one))) searchTables(search, '/proc/self/net', transports);

  const isLocal = ownAddresses();
  const foreign = asked.filter((one) => isForeign(search, one, isLocal));
  const elsewhere = new SocketSearch();
  if (foreign.length > 0) {
    for (const { ends } of foreign) wantBoth(elsewhere, ends);
    for (const directory of otherNamespaces()) searchTables(elsewhere, directory, transports);
  }

  const found = asked.map(({ request, ends }) => ({
    id: request.id,
    ends: ends.map((end, index) => {
      const remote = ends[1 - index] as TableEnd;
      const isOwn = isLocal(addressOf(request.ends[index] as string));
      // Of loopback every namespace has its own.
      const searched = isOwn || end.isLoopback ? [search] : [search, elsewhere];
      return {
        isLocal: isOwn || searched.some((one) => one.isOwnAddress(end)),
        socket: searched.map((one) => one.socketOf(end, remote)).find((inode) => inode !== undefined),
        listeners: searched.map((one) => one.listenersOf(end)).find((inodes) => inodes.size > 0),
      };
    }),
  }));
  const inodes = found.flatMap(({ ends }) =>
    ends.flatMap(({ socket, listeners }) => [socket ?? [], ...(listeners ?? [])].flat()),
  );
  const processes = owners.find(new Set(inodes));
  return found.map(({ id, ends }) => ({ id, ends: ends.map((end) => describe(end, processes)) }));
}

interface FoundEnd {
  readonly isLocal: boolean;
  readonly socket: string | undefined;
  readonly listeners: ReadonlySet<string> | undefined;
}

function describe(
  { isLocal, socket, listeners }: FoundEnd,
  processes: ReadonlyMap<string, LocalProcess>,
): ConnectionEnd {
  const owner = socket === undefined ? undefined : processes.get(socket);
  // Of several sockets at one address any may have taken the connection.
  const [only, ...others] = listeners ?? [];
  const listener = only === undefined || others.length > 0 ? undefined : processes.get(only);
  return { isLocal, ...(owner === undefined ? {} : { owner }), ...(listener === undefined ? {} : { listener }) };
}

function wantBoth(search: SocketSearch, ends: readonly TableEnd[]): void {
  const [one, other] = ends as [TableEnd, TableEnd];
  search.want(one, other);
  search.want(other, one);
}

function hasSockets(search: SocketSearch, { ends }: Asked): boolean {
  const [one, other] = ends as [TableEnd, TableEnd];
  return search.socketOf(one, other) !== undefined || search.socketOf(other, one) !== undefined;
}

/** An end of it is no address of this network namespace's. */
function isForeign(search: SocketSearch, { request, ends }: Asked, isLocal: (address: string) => boolean): boolean {
  return ends.some((end, index) => {
    const isOwn = isLocal(addressOf(request.ends[index] as string)) || search.isOwnAddress(end);
    return !isOwn && !end.isLoopback;
  });
}

function searchTables(search: SocketSearch, directory: string, transports: ReadonlySet<string>): void {
  for (const transport of transports) {
    search.search(textIn(`${directory}/${transport}`));
    search.search(textIn(`${directory}/${transport}6`));
  }
}

/** Whether an address is one of this network namespace's. */
function ownAddresses(): (address: string) => boolean {
  const addresses = new Set(
    Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address)),
  );
  return (address) => addresses.has(address) || address.startsWith('127.') || address === '::1';
}

/** A directory with tables of each network namespace but the own. */
function otherNamespaces(): string[] {
  const seen = new Set([linkAt('/proc/self/ns/net'), '']);
  const directories: string[] = [];
  for (const pid of processIds()) {
    const namespace = linkAt(`/proc/${pid}/ns/net`);
    if (seen.has(namespace)) continue;
    seen.add(namespace);
    directories.push(`/proc/${pid}/net`);
    if (directories.length >= mostNamespaces) break;
  }
  return directories;
}
