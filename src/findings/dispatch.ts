import { type Listener, Listeners } from '../../protocols/events.ts';
import type { SegmentFact } from '../../protocols/tcp/segment-facts.ts';
import { type Status, statuses } from '../../protocols/transaction.ts';
import type { Detector } from './detector.ts';

type HearsTransactions = Detector & { readonly transaction: NonNullable<Detector['transaction']> };
type HearsSegments = Detector & { readonly segment: NonNullable<Detector['segment']> };

/** Takes what happens to those detectors that want to hear of it, in their order. */
export function dispatchTo(detectors: readonly Detector[]): Listener {
  const all = new Listeners(detectors);
  return {
    connectionOpen: (connection, arrival) => all.connectionOpen(connection, arrival),
    connectionClose: (connection, reason, arrival) => all.connectionClose(connection, reason, arrival),
    commandLine: (connection, request) => all.commandLine(connection, request),
    unasked: (connection, answer, arrival) => all.unasked(connection, answer, arrival),
    bytes: (connection, bytes) => all.bytes(connection, bytes),
    transaction: transactionsTo(detectors),
    segment: segmentsTo(detectors),
  };
}

/** Few detectors care for a plain hit: they are called by how a command ended. */
function transactionsTo(detectors: readonly Detector[]): NonNullable<Listener['transaction']> {
  const hearers = detectors.filter((one): one is HearsTransactions => one.transaction !== undefined);
  const byStatus = new Map<Status, readonly HearsTransactions[]>(
    statuses.map((status) => [status, hearers.filter((one) => one.statuses?.includes(status) ?? true)]),
  );
  return (connection, transaction) => {
    for (const one of byStatus.get(transaction.status) ?? hearers) one.transaction(connection, transaction);
  };
}

/** Undefined where nobody listens to segments: then nobody looks at them. */
function segmentsTo(detectors: readonly Detector[]): Listener['segment'] {
  const hearers = detectors.filter((one): one is HearsSegments => one.segment !== undefined);
  if (hearers.length === 0) return undefined;
  const byKind = new Map<SegmentFact['kind'], readonly HearsSegments[]>();
  const hearing = (kind: SegmentFact['kind']): readonly HearsSegments[] => {
    const hearingIt = hearers.filter(({ facts }) => facts?.includes(kind) ?? true);
    byKind.set(kind, hearingIt);
    return hearingIt;
  };
  return (connection, fact, arrival) => {
    for (const one of byKind.get(fact.kind) ?? hearing(fact.kind)) one.segment(connection, fact, arrival);
  };
}
