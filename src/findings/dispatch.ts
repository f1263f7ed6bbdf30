import type { Listener } from '../../protocols/events.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { SegmentFact } from '../../protocols/tcp/segment-facts.ts';
import { type Status, statuses, type Transaction } from '../../protocols/transaction.ts';
import { isDueAnAnswer } from './commands.ts';
import type { Detector, DetectorContext, PlainBounds } from './detector.ts';
import { type OpenConnection, OpenConnections } from './open-connection.ts';

/** A detector that has this member. */
type Hearing<Member extends keyof Detector> = Detector & { readonly [M in Member]: NonNullable<Detector[M]> };

/** Takes what happens to those detectors that want to hear of it, in their order. */
export function dispatchTo(detectors: readonly Detector[], context: DetectorContext): Listener {
  const connections = new OpenConnections();
  const opens = hearing(detectors, 'connectionOpen');
  const closes = hearing(detectors, 'connectionClose');
  const lines = hearing(detectors, 'commandLine');
  const leaving = hearing(detectors, 'requestLeaves');
  const answers = hearing(detectors, 'unasked');
  const untold = hearing(detectors, 'bytes');
  return {
    borrows: true,
    connectionOpen: (connection, arrival) => {
      const open = connections.open(connection, arrival.packet);
      for (const one of opens) one.connectionOpen(connection, arrival, open);
    },
    connectionClose: (connection, reason, arrival) => {
      const open = connections.of(connection);
      for (const one of closes) one.connectionClose(connection, reason, arrival, open);
      connections.close(open);
    },
    commandLine: (connection, request) => {
      const open = connections.of(connection);
      open.commands++;
      open.hasQuiet ||= request.noreply;
      if (open.hasQuiet) for (const one of lines) one.commandLine(connection, request, open);
      if (!open.isTcp || !isDueAnAnswer(request)) return;
      if (open.waiting.size === 0 && open.order === undefined) open.inTurn++;
      else for (const one of leaving) one.requestLeaves(connection, request, open);
      open.waiting.add(request);
    },
    unasked: (connection, answer, arrival) => {
      const open = connections.of(connection);
      for (const one of answers) one.unasked(connection, answer, arrival, open);
    },
    bytes: (connection, bytes) => {
      for (const one of untold) one.bytes(connection, bytes);
    },
    transaction: transactionsTo(detectors, connections, context),
    segment: segmentsTo(detectors, connections),
  };
}

function hearing<Member extends keyof Detector>(detectors: readonly Detector[], member: Member): Hearing<Member>[] {
  return detectors.filter((one): one is Hearing<Member> => one[member] !== undefined);
}

/**
 * Few detectors care for a plain command, and nearly all commands are plain: then those are called that hear of how it
 * ended. No detector is asked whether it cares: each call is a look at memory that something else has taken meanwhile.
 */
function transactionsTo(
  detectors: readonly Detector[],
  connections: OpenConnections,
  { keyHashes, plain: bounds }: DetectorContext,
): NonNullable<Listener['transaction']> {
  type Hear = Hearing<'transaction'>['transaction'];
  // Bound, since the engine finds a method of one of many classes anew at each call.
  const hearers = hearing(detectors, 'transaction').map((one) => ({ one, hear: one.transaction.bind(one) as Hear }));
  const all = hearers.map(({ hear }) => hear);
  const byStatus = new Map<Status, readonly Hear[]>(
    statuses.map((status) => [
      status,
      hearers.filter(({ one }) => one.statuses?.includes(status) ?? true).map(({ hear }) => hear),
    ]),
  );
  return (connection: ConnectionInfo, transaction: Transaction): void => {
    const open = connections.of(connection);
    open.waiting.delete(transaction);
    keyHashes.take(transaction.keys);
    const isPlain = isAsBefore(transaction, open) && isSmall(transaction, bounds) && !keyHashes.areBad;
    const some = isPlain ? byStatus.get(transaction.status) : undefined;
    for (const hear of some ?? all) hear(connection, transaction, open);
    open.isNew = false;
  };
}

/**
 * Whether nothing has changed with a command: not the first of its connection, of the same dialect as the one before,
 * waited for by its client, and nothing notable was seen before.
 */
function isAsBefore({ protocol, noreply }: Transaction, open: OpenConnection): boolean {
  const isBinary = protocol === 'binary';
  const isSame = isBinary === open.isBinary;
  open.isBinary = isBinary;
  return isSame && !open.isNew && !open.isNotable && !open.holdsUp && !noreply;
}

function isSmall(transaction: Transaction, { leastUs, leastBytes }: PlainBounds): boolean {
  const { bytes, valueLength, durationUs } = transaction;
  return bytes < leastBytes && valueLength < leastBytes && durationUs < leastUs;
}

/** Undefined where nobody listens to segments: then nobody looks at them. */
function segmentsTo(detectors: readonly Detector[], connections: OpenConnections): Listener['segment'] {
  const hearers = hearing(detectors, 'segment');
  if (hearers.length === 0) return undefined;
  const byKind = new Map<SegmentFact['kind'], readonly Hearing<'segment'>[]>();
  const hearingIt = (kind: SegmentFact['kind']): readonly Hearing<'segment'>[] => {
    const some = hearers.filter(({ facts }) => facts?.includes(kind) ?? true);
    byKind.set(kind, some);
    return some;
  };
  return (connection, fact, arrival) => {
    const some = byKind.get(fact.kind) ?? hearingIt(fact.kind);
    if (some.length === 0) return;
    const open = connections.of(connection);
    for (const one of some) one.segment(connection, fact, arrival, open);
  };
}
