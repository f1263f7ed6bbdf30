import type { AnomalyCounters } from '../protocols/anomaly.ts';
import { type Listener, Listeners } from '../protocols/events.ts';
import type { Limits } from '../protocols/limits.ts';
import { memcached } from '../protocols/memcached/protocol.ts';
import type { ConnectionInfo, Protocol } from '../protocols/protocol.ts';
import type { SeenPacket } from '../protocols/seen-packet.ts';
import { SplitTimes } from '../protocols/split-times.ts';
import type { RecentSegments } from '../protocols/tcp/recent-segments.ts';
import { Pipeline } from './pipeline.ts';
import { RecognizedConnections } from './recognized-connections.ts';

interface MemcachedPipelineOptions {
  /** TCP ports of memcached; with `any` its servers are recognized by what they say. */
  readonly ports: ReadonlySet<number> | 'any';
  readonly udpPorts: ReadonlySet<number>;
  readonly limits: Limits;
  readonly anomalies: AnomalyCounters;
  /** First bytes kept of each value; 0 keeps none. */
  readonly keepValueBytes: number;
  /** Counts what is told, whoever listens. */
  readonly counts: Listener;
  /** Who is told, in this order. */
  readonly listeners: readonly Listener[];
  /** Called with the port of each connection that is recognized, where ports are `any`. */
  readonly recognized: (serverPort: number) => void;
  /** Makes a protocol of it whose sessions are watched. */
  readonly watch?: ((protocol: Protocol) => Protocol) | undefined;
  /** As of a `Pipeline`. */
  readonly recent?: RecentSegments | undefined;
  readonly followed?: ((seen: SeenPacket, connection: ConnectionInfo | undefined) => void) | undefined;
}

/** The pipeline of memcached, and who is told of what it finds. The command line and the library both begin here. */
export function memcachedPipeline(options: MemcachedPipelineOptions): Pipeline {
  const { ports, udpPorts, limits, anomalies, keepValueBytes, counts, listeners, recognized, watch, followed, recent } =
    options;
  const protocol = watch?.(memcached) ?? memcached;
  // Nobody wants the times of commands of which nothing is said.
  const times = listeners.length > 0 ? [new SplitTimes()] : [];
  const told = new Listeners([...times, counts, ...listeners]);
  const events = ports === 'any' ? new RecognizedConnections(told, ({ serverPort }) => recognized(serverPort)) : told;
  return new Pipeline({ protocol, ports, udpPorts, limits, anomalies, events, keepValueBytes, followed, recent });
}
