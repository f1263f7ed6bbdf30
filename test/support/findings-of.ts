import { Listeners } from '../../protocols/events.ts';
import { SplitTimes } from '../../protocols/split-times.ts';
import type { FindingChanges } from '../../src/findings/catalog.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { Findings } from '../../src/findings/findings.ts';
import type { BuiltPacket } from './capture-file.ts';
import { capturedPackets } from './captured-packet.ts';
import { lending } from './lending.ts';
import { throughPipeline } from './through-pipeline.ts';

/** What is found in a capture. */
export function findingsOf(packets: readonly BuiltPacket[], changes: FindingChanges = new Map()): Finding[] {
  const all: Finding[] = [];
  const findings = new Findings(changes, (finding) => all.push(finding));
  throughPipeline(capturedPackets(packets), new Listeners([new SplitTimes(), lending(findings.listener)]));
  findings.end();
  return all;
}
