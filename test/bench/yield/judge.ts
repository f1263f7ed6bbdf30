import type { CapturedPacket } from '../../../protocols/packet.ts';
import type { ConnectionInfo } from '../../../protocols/protocol.ts';
import type { Transaction } from '../../../protocols/transaction.ts';
import { capturedPacket } from '../../support/captured-packet.ts';
import { throughPipeline } from '../../support/through-pipeline.ts';
import type { Captured } from './losses.ts';
import { isUnknown, type Match, match } from './matching.ts';
import type { Recording, Truth } from './recording.ts';

/** Something that was told and is not true. */
export interface Wrong {
  /** Number of the packet in the capture, from 1; 0 where none is known. */
  readonly packet: number;
  readonly told: string;
  /** What is true instead. */
  readonly truth: string;
  /** True where an answered request is called unanswered. */
  readonly isUnanswered: boolean;
}

/**
 * What became of the requests that were captured whole, with their answers: where the server stays silent, with its
 * answers before and after that.
 */
export interface Verdict {
  /** Those of which the bytes tell how they went. Each was told right, unknown, missing or wrong. */
  readonly survivors: number;
  readonly right: number;
  readonly unknown: number;
  /** Not told. */
  readonly missing: number;
  /** Those of which not even the whole connection's bytes tell how they went; no survivors. */
  readonly untellable: number;
  /** Of all that was told, also of requests that were not captured whole. */
  readonly wrong: readonly Wrong[];
}

/** An event that sessions may come to tell of. In this traffic there is no answer that nobody asked for. */
interface UnaskedEvent {
  unasked(connection: ConnectionInfo, ...details: readonly unknown[]): void;
}

interface Heard {
  readonly transactions: readonly Transaction[];
  readonly unasked: number;
}

/** Sends what was captured through the pipeline, and compares what is told with the truth. */
export function judge(recording: Recording, captured: Captured): Verdict {
  const { transactions, unasked } = hear(packetsOf(recording, captured));
  const matches = match(transactions, recording, captured);
  const tellings = new Map(matches.map((one) => [one.truth, one]));
  const inCapture = new Set(captured);
  const counts = { survivors: 0, right: 0, unknown: 0, missing: 0, untellable: 0 };
  for (const truth of recording.truths) {
    if (!survives(truth, inCapture)) continue;
    if (!truth.isTellable) {
      counts.untellable++;
      continue;
    }
    counts.survivors++;
    const one = tellings.get(truth);
    if (one === undefined) counts.missing++;
    else if (one.faults.length === 0) counts[isUnknown(one.told) ? 'unknown' : 'right']++;
  }
  const nobodys = { packet: 0, told: 'an answer that nobody asked for', truth: 'there is none', isUnanswered: false };
  const wrong = [...matches.flatMap(wrongOf), ...new Array<Wrong>(unasked).fill(nobodys)];
  return { ...counts, wrong };
}

/** What a reader makes of a file with these packets. */
function packetsOf({ packets }: Recording, captured: Captured): CapturedPacket[] {
  return captured.flatMap((index, place) => {
    const packet = packets[index];
    if (packet === undefined) return [];
    const { bytes, seconds, nanoseconds } = packet;
    return [capturedPacket(bytes, { seconds, nanoseconds, number: place + 1 })];
  });
}

function hear(packets: readonly CapturedPacket[]): Heard {
  const transactions: Transaction[] = [];
  let unasked = 0;
  const further: UnaskedEvent = {
    unasked: () => {
      unasked++;
    },
  };
  throughPipeline(packets, {
    ...further,
    transaction: (_connection, transaction) => transactions.push(transaction),
  });
  return { transactions, unasked };
}

function survives(truth: Truth, captured: ReadonlySet<number>): boolean {
  const needed = [truth.requestPackets, truth.answerPackets, truth.silencePackets];
  return needed.every((packets) => packets.every((packet) => captured.has(packet)));
}

function wrongOf({ told, truth, faults }: Match): Wrong[] {
  const { packet, command, keys, status, latencyUs } = told;
  const said = { packet, told: `${command} ${keys.join(' ')} => ${status}, latency ${latencyUs} us` };
  if (truth === undefined) return [{ ...said, truth: 'no such request ends here', isUnanswered: false }];
  if (faults.length === 0) return [];
  return [{ ...said, truth: faults.join('; '), isUnanswered: status === 'unanswered' }];
}
