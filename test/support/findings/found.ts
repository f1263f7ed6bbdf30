import { AnomalyCounters } from '../../../protocols/anomaly.ts';
import { Listeners } from '../../../protocols/events.ts';
import { defaultLimits } from '../../../protocols/limits.ts';
import { memcached } from '../../../protocols/memcached/protocol.ts';
import { SplitTimes } from '../../../protocols/split-times.ts';
import { readChunk } from '../../../src/capture/capture-reader.ts';
import { PcapReader } from '../../../src/capture/pcap-reader.ts';
import type { FindingChanges } from '../../../src/findings/catalog.ts';
import type { Finding } from '../../../src/findings/finding.ts';
import { FindingList } from '../../../src/findings/finding-list.ts';
import { Findings } from '../../../src/findings/findings.ts';
import { Pipeline } from '../../../src/pipeline.ts';
import { lending } from '../lending.ts';

/** What is found in a pcap file, as summaries have it: equal findings as one entry, errors first. */
export function foundIn(file: Buffer, changes: FindingChanges = new Map()): readonly Finding[] {
  const list = new FindingList();
  const findings = new Findings(changes, (finding) => list.add(finding));
  const ports = new Set([memcached.port]);
  const pipeline = new Pipeline({
    protocol: memcached,
    ports,
    udpPorts: ports,
    limits: defaultLimits,
    anomalies: new AnomalyCounters(),
    keepValueBytes: 0,
    events: new Listeners([new SplitTimes(), lending(findings.listener)]),
  });
  const process = (): void => {
    const { next } = pipeline;
    if (next === undefined) return;
    findings.packet(next.seconds * 1e6 + Math.floor(next.nanoseconds / 1000));
    pipeline.process();
  };
  let number = 0;
  const reader = new PcapReader({
    begin: () => {},
    packet(packet) {
      packet.number = ++number;
      if (pipeline.isFull) process();
      pipeline.add(packet);
    },
  });
  readChunk(reader, file);
  reader.end();
  while (pipeline.next !== undefined) process();
  pipeline.end();
  findings.end();
  return list.snapshot();
}
