import type { Transaction } from '../../../protocols/transaction.ts';
import type { BuiltPacket } from '../../support/capture-file.ts';
import type { Truth } from './recording.ts';

/** Statuses that say nothing of how the request went. */
const withoutOutcome: ReadonlySet<string> = new Set(['unknown', 'unanswered', 'misfit']);

/** What is told of this request and is not true of it; `packets`: of the whole capture. */
export function faultsOf(told: Transaction, truth: Truth, packets: readonly BuiltPacket[]): string[] {
  return [...outcomeFaults(told, truth), ...timeFaults(told, truth, packets)];
}

function outcomeFaults(told: Transaction, { outcome }: Truth): string[] {
  const status: string = told.status;
  if (status === 'unknown') return [];
  if (status !== outcome.status) return [`status ${outcome.status}`];
  if (withoutOutcome.has(status)) return [];
  return [
    ...fault('hits', told.hits, outcome.hits),
    ...fault('misses', told.misses, outcome.misses),
    ...fault('bytes', told.bytes, outcome.bytes),
    ...fault('result', told.result, outcome.result),
  ];
}

function timeFaults(told: Transaction, truth: Truth, packets: readonly BuiltPacket[]): string[] {
  const timeOf = (packet: number | undefined): number => microseconds(packets[packet ?? -1]);
  const faults: string[] = [];
  if (!told.endIsMissing) faults.push(...fault('requestUs', told.requestUs, timeOf(truth.requestPackets.at(-1))));
  faults.push(...fault('startUs', told.startUs, timeOf(truth.requestPackets[0])));
  if (told.answerUs < 0) return faults;
  faults.push(...fault('answerUs', told.answerUs, timeOf(truth.answerPackets[0])));
  if (told.endUs >= 0) faults.push(...fault('endUs', told.endUs, timeOf(truth.answerPackets.at(-1))));
  return faults;
}

/** Of what is true nothing is said where it is undefined. */
function fault(name: string, told: number | string | undefined, truth: number | string | undefined): string[] {
  return truth === undefined || told === truth ? [] : [`${name} ${truth}, not ${told}`];
}

/** -1 where there is no such packet. */
function microseconds(packet: BuiltPacket | undefined): number {
  return packet === undefined ? -1 : packet.seconds * 1e6 + Math.floor(packet.nanoseconds / 1000);
}
