import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { Listeners } from '../../protocols/events.ts';
import { defaultLimits } from '../../protocols/limits.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type { ConnectionEvents, SessionEvents } from '../../protocols/protocol.ts';
import { Pipeline } from '../../src/pipeline.ts';

interface Options {
  /** Of memcached, TCP and UDP. */
  readonly port?: number;
  readonly keepValueBytes?: number;
}

/** Sends a whole capture through the pipeline; `events` are told of what they want to hear. */
export function throughPipeline(
  packets: readonly CapturedPacket[],
  events: Listeners | Partial<SessionEvents & ConnectionEvents>,
  { port = memcached.port, keepValueBytes = 0 }: Options = {},
): void {
  const ports = new Set([port]);
  const pipeline = new Pipeline({
    protocol: memcached,
    ports,
    udpPorts: ports,
    limits: defaultLimits,
    anomalies: new AnomalyCounters(),
    keepValueBytes,
    events: events instanceof Listeners ? events : { ...unheard, ...events },
  });
  for (const packet of packets) {
    if (pipeline.isFull) pipeline.process();
    pipeline.add(packet);
  }
  pipeline.end();
}

const unheard: SessionEvents & ConnectionEvents = {
  connectionOpen: () => {},
  connectionClose: () => {},
  commandLine: () => {},
  dataBlock: () => {},
  transaction: () => {},
  unasked: () => {},
  gap: () => {},
  notUnderstood: () => {},
  passedOver: () => {},
  unfinished: () => {},
};
