import { readFileSync } from 'node:fs';

/** A port that has a name, and the transports for which it has it. */
export interface Service {
  readonly port: number;
  readonly tcp: boolean;
  readonly udp: boolean;
}

/** The name that mcsniff prints for memcached's port is accepted even where the system does not know it. */
const memcache: Service = { port: 11211, tcp: true, udp: true };

let known: Map<string, Service> | undefined;

/** Looks a name up in the system's list, services(5), which is read on the first call. */
export function serviceByName(name: string, path = '/etc/services'): Service | undefined {
  known ??= readServices(path);
  return known.get(name) ?? (name === 'memcache' ? memcache : undefined);
}

function readServices(path: string): Map<string, Service> {
  const services = new Map<string, Service>();
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // A system without the list knows no names.
  }
  for (const line of text.split('\n')) {
    const [name, portAndProtocol, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const match = /^(\d+)\/(tcp|udp)$/.exec(portAndProtocol ?? '');
    if (name === undefined || match === null) continue;
    for (const each of [name, ...aliases]) add(services, each, Number(match[1]), match[2] === 'tcp');
  }
  return services;
}

function add(services: Map<string, Service>, name: string, port: number, tcp: boolean): void {
  const before = services.get(name);
  if (before !== undefined && before.port !== port) return;
  services.set(name, { port, tcp: tcp || before?.tcp === true, udp: !tcp || before?.udp === true });
}
