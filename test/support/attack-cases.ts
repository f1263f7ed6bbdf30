import {
  endlessAnswers,
  endlessLines,
  mixture,
  neverAnswered,
  neverClosed,
  onlyOutOfOrder,
  synFlood,
  udpFlood,
} from './attacks.ts';
import { type Attack, besideHonest, honestClient } from './hostile-traffic.ts';
import { type MeasuredRun, measuredRun } from './measured-run.ts';

interface AttackCase {
  readonly name: string;
  /** The attack and its steps at full size, which is 1; 0.1 has a tenth of the connections and steps. */
  readonly at: (size: number) => readonly [Attack, number];
  readonly args?: readonly string[];
  /** The anomaly, in the exit report's words, that the attack is bounded by at any size. */
  readonly anomaly: RegExp;
}

/** What an attacker can do to memory. */
export const attackCases: readonly AttackCase[] = [
  {
    name: 'a flood of SYNs',
    at: (size) => [synFlood, 1e6 * size],
    anomaly: /connections dropped at the connection limit/,
  },
  { name: 'connections that never close', at: (size) => [neverClosed, 1e6 * size], anomaly: /connection limit/ },
  {
    name: 'only out-of-order bytes',
    at: (size) => [onlyOutOfOrder(20_000 * size, 1400), 400_000 * size + 60_000],
    anomaly: /out-of-order limit for all/,
  },
  {
    name: 'only out-of-order bytes, one at a time',
    at: (size) => [onlyOutOfOrder(5000 * size, 1), 1e6 * size + 200_000],
    anomaly: /out-of-order limit/,
  },
  {
    name: 'get lines without end',
    at: (size) => [endlessLines(400 * size, 'get ', 20_000), 50_000 * size + 8000],
    anomaly: /unfinished lines|line length/,
  },
  {
    name: 'other lines without end',
    at: (size) => [endlessLines(20_000 * size, 'set ', 1000), 400_000 * size],
    anomaly: /line length/,
  },
  {
    name: 'a nearly complete line on each of many connections',
    at: (size) => [endlessLines(200_000 * size, 'get ', 2000), 200_000 * size],
    args: ['--limit', 'unfinishedTotalBytes=10000000'],
    anomaly: /unfinished lines/,
  },
  {
    name: 'requests that nobody answers',
    at: (size) => [neverAnswered(20_000 * size), 40_000 * size],
    args: ['--limit', 'pendingTotalBytes=20000000'],
    anomaly: /pending requests were given up/,
  },
  {
    name: 'one pipeline that nobody answers',
    at: (size) => [neverAnswered(1), 20_000 * size + 5000],
    anomaly: /requests given up/,
  },
  {
    name: 'answers without end',
    at: (size) => [endlessAnswers(2000 * size), 100_000 * size + 60_000],
    anomaly: /unfinished lines/,
  },
  { name: 'a flood of UDP requests', at: (size) => [udpFlood, 1e6 * size], anomaly: /UDP requests given up/ },
  {
    name: 'undecided connections on any port',
    at: (size) => [endlessLines(100_000 * size, 'get ', 2000), 300_000 * size],
    args: ['--port', 'auto', '--limit', 'unfinishedTotalBytes=10000000'],
    anomaly: /unfinished lines/,
  },
  {
    name: 'all of it at once',
    at: (size) => [
      mixture(
        synFlood,
        neverClosed,
        onlyOutOfOrder(5000 * size, 1400),
        endlessLines(200 * size, 'get ', 10_000),
        endlessLines(20_000 * size, 'set ', 1000),
        neverAnswered(1000 * size),
        endlessAnswers(500 * size),
        udpFlood,
      ),
      1_600_000 * size,
    ],
    anomaly: /connection limit|unfinished lines|pending requests/,
  },
];

/** Requests of the connection that behaves. */
export const honestCommands = 200;

interface AttackResult extends MeasuredRun {
  /** Records of the connection that behaves: requests that were told with their right answer, and all others. */
  readonly right: number;
  readonly wrong: readonly string[];
  /** The record `summary`. */
  readonly summary: { readonly failures?: number; readonly anomalies?: Readonly<Record<string, number>> };
}

/** Sends an attack through the program, with a connection beside it that behaves. */
export async function runAttack({ at, args = [] }: AttackCase, size: number): Promise<AttackResult> {
  const [attack, steps] = at(size);
  const wrong: string[] = [];
  let right = 0;
  let summary: AttackResult['summary'] = {};
  const all = ['--json', '--client', honestClient, '--limit', `connections=${Math.floor(131_072 * size)}`];
  const run = await measuredRun([...all, '--limit', `udpRequests=${Math.floor(16_384 * size)}`, ...args, '-r', '-'], {
    input: besideHonest(attack, Math.floor(steps), honestCommands),
    line: (line) => {
      const record = JSON.parse(line) as Record<string, unknown>;
      if (record.event === 'summary') summary = record;
      else if (record.key === `honest:${right}` && record.status === 'hit' && record.bytes === 5) right++;
      else wrong.push(line);
    },
    timeout: 600_000,
  });
  return { ...run, right, wrong, summary };
}
