import type { CapturedPacket } from '../../../protocols/packet.ts';
import type { Transaction } from '../../../protocols/transaction.ts';
import { replay, type Told } from './replay.ts';
import type { Segment } from './segments.ts';

/** A capture, what is told of it, and its segments. */
export interface Whole {
  readonly packets: readonly CapturedPacket[];
  readonly segments: readonly Segment[];
  readonly told: readonly Told[];
  readonly port: number;
}

/**
 * What is wrong with what is told where these segments are missing, against what is told of the whole: commands
 * that the server did not see, other statuses, or commands that are not told although nothing of them is missing
 * and the stream was certain.
 */
export function wrongWithout(dropped: readonly Segment[], whole: Whole): string[] {
  const indexes = new Set(dropped.map(({ index }) => index));
  const left = whole.packets.filter((_, index) => !indexes.has(index));
  const { told, missing } = replay(left, whole.port);
  const unseen = dropped.filter((segment) => !isSeenToMiss(segment, whole.segments));
  const wrong = [...madeUp(told, whole.told, unseen), ...lost(told, whole, dropped)];
  if (missing === 0 && unseen.length < dropped.length) {
    wrong.push('nothing is said to be missing');
  }
  return wrong;
}

/**
 * Nothing may show that the last segment of a direction was ever sent (the answer to a quit, for example), and
 * datagrams are not numbered.
 */
function isSeenToMiss({ index, client, fromServer, isUdp }: Segment, segments: readonly Segment[]): boolean {
  if (isUdp) return false;
  return segments.some((other) => other.index > index && other.client === client && other.fromServer === fromServer);
}

function madeUp(told: readonly Told[], whole: readonly Told[], unseen: readonly Segment[]): string[] {
  const requests = count(whole.map(request));
  const outcomes = count(whole.map(outcome));
  return told.flatMap((one) => {
    if (!take(requests, request(one))) return [`made up: ${outcome(one)}`];
    if (isSilent(one) || isUnanswered(one, unseen) || take(outcomes, outcome(one))) return [];
    return [`not its status: ${outcome(one)}`];
  });
}

/**
 * Nothing is claimed of an answer. A quit is not wrong without one, since the connection is closed; and over UDP
 * each value of several is a message of its own, of which nothing shows that it was sent.
 */
function isSilent({ transaction, transport }: Told): boolean {
  const { status, command, keys } = transaction;
  if (status === 'unknown' || (status === 'no_reply' && command === 'quit')) return true;
  return transport === 'udp' && keys.length > 1;
}

/** Nothing shows that the server sent anything more. */
function isUnanswered({ client, transaction }: Told, unseen: readonly Segment[]): boolean {
  const isAfter = (segment: Segment): boolean => segment.timeUs >= transaction.requestUs;
  return (
    transaction.status === 'unanswered' &&
    unseen.some((segment) => segment.fromServer && segment.client === client && isAfter(segment))
  );
}

/** Requests that are under way together: before and after them nothing is, in neither direction. */
interface Round {
  isHit: boolean;
  readonly transactions: Transaction[];
}

function lost(told: readonly Told[], whole: Whole, dropped: readonly Segment[]): string[] {
  const outcomes = count(told.map(outcome));
  const clients = new Set(whole.told.map(({ client }) => client));
  return [...clients].flatMap((client) => {
    let isCertain = true;
    const waits = waitsForAnswers(client, whole);
    if (!waits) return lostBehindExclusion(client, whole, dropped, outcomes);
    return roundsOf(client, whole, dropped).flatMap(({ isHit, transactions }) => {
      if (isHit) isCertain = false;
      else if (isCertain) {
        return transactions
          .map((transaction) => outcome({ client, transaction, transport: '' }))
          .filter((name) => !take(outcomes, name))
          .map((name) => `not told: ${name}`);
      }
      // Behind a hole the first round that is valid makes the stream certain again; an error proves nothing.
      else isCertain = transactions.some(({ status }) => !status.endsWith('error'));
      return [];
    });
  });
}

/**
 * Behind a hole of a client that sends on, the order is found by exclusion, and what came before since the hole is told
 * then, too. That takes as many answers as fit into the missing requests, and keys that differ; segments of clients
 * that are dropped here hold one request or a few.
 */
const hitsThatDecide = 40;

function lostBehindExclusion(
  client: string,
  { told, segments }: Whole,
  dropped: readonly Segment[],
  outcomes: Map<string, number>,
): string[] {
  const own = told.filter((one) => one.client === client).map(({ transaction }) => transaction);
  const holes = dropped.filter((segment) => segment.client === client).map(({ timeUs }) => timeUs);
  const times = [segments[0]?.timeUs ?? 0, ...holes, Number.POSITIVE_INFINITY];
  return times.flatMap((from, index) => {
    const to = times[index + 1] ?? 0;
    const between = own.filter(
      ({ startUs, endUs, answerUs }) => answerUs >= 0 && startUs > from && startUs < to && endUs < to,
    );
    const keyed = between.filter(({ status, keys }) => status === 'hit' || (status === 'partial' && keys.length > 0));
    const decided = index === 0 ? between : between.slice(between.indexOf(keyed[hitsThatDecide] as Transaction));
    if (index > 0 && keyed.length <= hitsThatDecide) return [];
    return decided
      .map((transaction) => outcome({ client, transaction, transport: '' }))
      .filter((name) => !take(outcomes, name))
      .map((name) => `not told: ${name}`);
  });
}

/** Whether a client never sent a request while another was unanswered. */
function waitsForAnswers(client: string, { told }: Whole): boolean {
  const answered = told
    .filter((one) => one.client === client && one.transaction.answerUs >= 0)
    .map(({ transaction }) => transaction)
    .sort((a, b) => a.startUs - b.startUs);
  let until = 0;
  return answered.every(({ startUs, endUs }) => {
    const waited = startUs >= until;
    until = Math.max(until, endUs);
    return waited;
  });
}

function roundsOf(client: string, { told, segments }: Whole, dropped: readonly Segment[]): Round[] {
  const own = told.filter((one) => one.client === client).map(({ transaction }) => transaction);
  // What the server has received, it need not have read: of a client that does not wait, requests may be left over.
  const owes = (timeUs: number): boolean => own.some(({ startUs, endUs }) => startUs < timeUs && endUs > timeUs);
  const starts = segments.filter(
    (segment) => segment.client === client && segment.beginsRound && !owes(segment.timeUs),
  );
  const rounds = starts.map((): Round => ({ isHit: false, transactions: [] }));
  const roundAt = (timeUs: number): Round | undefined =>
    rounds[starts.findLastIndex((segment) => segment.timeUs <= timeUs)];
  for (const transaction of own) roundAt(transaction.startUs)?.transactions.push(transaction);
  for (const segment of dropped) {
    const round = segment.client === client ? roundAt(segment.timeUs) : undefined;
    if (round !== undefined) round.isHit = true;
  }
  return rounds;
}

function request({ client, transaction }: Told): string {
  return `${client} ${transaction.command} ${transaction.keys.join(' ')} ${transaction.line}`;
}

function outcome(one: Told): string {
  const { status, hits, result = '' } = one.transaction;
  return `${request(one)} => ${status} ${hits} ${result}`;
}

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function take(counts: Map<string, number>, name: string): boolean {
  const left = counts.get(name) ?? 0;
  if (left > 0) counts.set(name, left - 1);
  return left > 0;
}
