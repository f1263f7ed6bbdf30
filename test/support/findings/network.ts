import { spawnSync } from 'node:child_process';
import { makeVethPair } from '../../bench/veth.ts';

/** Addresses for documentation (RFC 5737): the first is the server's, the others are the clients'. */
export const serverAddress = '192.0.2.100';
export const clientAddresses = Array.from({ length: 12 }, (_, index) => `192.0.2.${index + 1}`);

/** The clients' device, on which is captured. */
export const device = 'sender';

/** Two hosts joined by a cable that can be cut, as two network namespaces; seen from the one of the clients. */
export interface Network {
  /** The words that run a command on the server's host. */
  readonly serverHost: readonly string[];
  /** What the clients' host sends from now on does not arrive: it goes to a hardware address that nobody has. */
  lose(): void;
  /** And arrives again. */
  deliver(): void;
}

const clientMac = '02:00:00:00:00:01';
const serverMac = '02:00:00:00:00:02';
const nobodysMac = '02:00:00:00:00:99';

/** Makes the two hosts and the cable; returns the names of their namespaces. Needs root. */
export function makeHosts(): { readonly names: readonly string[]; readonly remove: () => void } {
  const { sender: client, receiver: server, remove } = makeVethPair();
  try {
    for (const { name, device } of [client, server]) {
      // No segments larger than the cable's, which the kernel would otherwise hand from one end to the other.
      ip('-n', name, 'link', 'set', device, 'gso_max_segs', '1');
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    ip('-n', client.name, 'link', 'set', client.device, 'address', clientMac);
    ip('-n', server.name, 'link', 'set', server.device, 'address', serverMac);
    for (const address of clientAddresses) ip('-n', client.name, 'addr', 'add', `${address}/24`, 'dev', client.device);
    ip('-n', server.name, 'addr', 'add', `${serverAddress}/24`, 'dev', server.device);
  } catch (error) {
    remove();
    throw error;
  }
  return { names: [client.name, server.name], remove };
}

/** The network whose hosts have these names. */
export function networkOf(client: string, server: string): Network {
  const neighbour = (mac: string): void =>
    ip('-n', client, 'neigh', 'replace', serverAddress, 'lladdr', mac, 'dev', device, 'nud', 'permanent');
  neighbour(serverMac);
  return { serverHost: onHost(server), lose: () => neighbour(nobodysMac), deliver: () => neighbour(serverMac) };
}

/** The words that run a command on a host. */
export function onHost(name: string): string[] {
  return ['ip', 'netns', 'exec', name];
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}
