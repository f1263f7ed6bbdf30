import type { Listener } from '../../protocols/events.ts';
import type { CommandFacts, PlainCommand } from '../../protocols/plain-command.ts';
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
  const commandLine = (connection: ConnectionInfo, request: Transaction): void => {
    const open = connections.of(connection);
    open.commands++;
    open.hasQuiet ||= request.noreply;
    if (open.hasQuiet) for (const one of lines) one.commandLine(connection, request, open);
    if (!open.isTcp || !isDueAnAnswer(request)) return;
    if (open.waiting.size === 0 && open.order === undefined) open.inTurn++;
    else for (const one of leaving) one.requestLeaves(connection, request, open);
    open.waiting.add(request);
  };
  const { transaction, plain } = commandsTo(detectors, context);
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
    commandLine,
    unasked: (connection, answer, arrival) => {
      const open = connections.of(connection);
      for (const one of answers) one.unasked(connection, answer, arrival, open);
    },
    bytes: (connection, bytes) => {
      for (const one of untold) one.bytes(connection, bytes);
    },
    transaction: (connection, told) => transaction(connection, told, connections.of(connection)),
    plain: (connection, command) => {
      const open = connections.of(connection);
      if (plain(connection, command, open)) return;
      const { whole } = command;
      commandLine(connection, whole);
      transaction(connection, whole, open);
    },
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
function commandsTo(
  detectors: readonly Detector[],
  { keyHashes, plain: bounds }: DetectorContext,
): {
  transaction(connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void;
  /** False where it is not so plain that nobody else hears of it. */
  plain(connection: ConnectionInfo, command: PlainCommand, open: OpenConnection): boolean;
} {
  type Hear<Command> = (connection: ConnectionInfo, command: Command, open: OpenConnection) => void;
  const isHeard = ({ statuses }: Detector, status: Status): boolean => statuses?.includes(status) ?? true;
  // Bound, since the engine finds a method of one of many classes anew at each call.
  const ofBoth: readonly [Detector, Hear<CommandFacts>][] = hearing(detectors, 'command').map((one) => [
    one,
    one.command.bind(one),
  ]);
  const byDetector = new Map<Detector, Hear<Transaction>>([
    ...hearing(detectors, 'transaction').map((one): [Detector, Hear<Transaction>] => [one, one.transaction.bind(one)]),
    ...ofBoth,
  ]);
  const hearers = detectors.flatMap((one) => {
    const hear = byDetector.get(one);
    return hear === undefined ? [] : [{ one, hear }];
  });
  const all = hearers.map(({ hear }) => hear);
  const byStatus = new Map<Status, readonly Hear<Transaction>[]>(
    statuses.map((status) => [status, hearers.filter(({ one }) => isHeard(one, status)).map(({ hear }) => hear)]),
  );
  const ofPlain = new Map<Status, readonly Hear<CommandFacts>[]>(
    plainStatuses.map((status) => [status, ofBoth.filter(([one]) => isHeard(one, status)).map(([, hear]) => hear)]),
  );
  return {
    transaction: (connection, transaction, open) => {
      open.waiting.delete(transaction);
      keyHashes.take(transaction.keys);
      const isPlain = isAsBefore(transaction, open) && isSmall(transaction, bounds) && !keyHashes.areBad;
      const some = isPlain ? byStatus.get(transaction.status) : undefined;
      for (const hear of some ?? all) hear(connection, transaction, open);
      open.isNew = false;
    },
    // What is asked here says of each detector without `command` that a plain one is nothing to it.
    plain: (connection, command, open) => {
      if (!isInTurn(open) || !isSmall(command, bounds) || command.exptime > bounds.mostExptime) return false;
      const length = command.keyEnd - command.keyStart;
      const some = ofPlain.get(command.status);
      if (some === undefined || length > keyHashes.longest || command.command === 'cas') return false;
      open.commands++;
      open.inTurn++;
      keyHashes.takeOne(command.keyHash);
      for (const hear of some) hear(connection, command, open);
      open.isNew = false;
      return true;
    },
  };
}

/** How plain commands end. */
const plainStatuses = ['hit', 'miss', 'stored', 'deleted', 'touched', 'ok', 'not_found'] as const;

/** Whether nothing notable was seen on a connection, which speaks text, and nothing is under way. */
function isInTurn(open: OpenConnection): boolean {
  if (!open.isTcp || open.isBinary || open.isNotable || open.holdsUp || open.hasQuiet) return false;
  return open.waiting.size === 0 && open.order === undefined;
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

function isSmall(command: CommandFacts, { leastUs, leastBytes }: PlainBounds): boolean {
  const { bytes, valueLength, durationUs } = command;
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
