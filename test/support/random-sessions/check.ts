import { join } from 'node:path';
import { Random } from '../random.ts';
import { startCapture } from '../recorder/capture.ts';
import { type Server, type ServerOptions, sayLastWords, startServer } from '../recorder/server.ts';
import { type JsonRecord, recordsOf } from '../records.ts';
import { runMcsniff } from '../run-program.ts';
import { clientPackets } from './client-packets.ts';
import { converse, type Heard } from './conversation.ts';
import { judge, type Verdict } from './judge.ts';
import { isAlike } from './likeness.ts';
import { writeLossy } from './lossy-capture.ts';
import { type Dialect, type Pace, paces, type Session } from './session.ts';
import { askTwin } from './twin.ts';

export interface CheckOptions {
  readonly dialect: Dialect;
  readonly connections: number;
  readonly seed: number;
  /** A memcached, as a path or a name. */
  readonly program: string;
  /** Where the capture is written, as `DIALECT.pcap`. */
  readonly directory: string;
  /** The share of the server's packets that are missing where something is: then half the connections begin late, too. */
  readonly loss?: number;
}

/** What was told right and wrong of clients of one pace. */
export interface Tally extends Verdict {
  commands: number;
}

export interface CheckResult {
  readonly file: string;
  readonly port: number;
  readonly tallies: Readonly<Record<Pace, Tally>>;
  /** Connections that were answered otherwise than their twin, and so have no truth. */
  readonly unlikeTwin: number;
}

/** Records random sessions with a real server and compares what mcsniff tells of them with what their twins know. */
export async function checkRandomSessions(options: CheckOptions): Promise<CheckResult> {
  const { dialect, connections, seed, program } = options;
  const server: ServerOptions = { program };
  const sessions = await askTwin(dialect, connections, new Random(seed), server);
  const file = join(options.directory, `${dialect}.pcap`);
  const { port, heard } = await recordSessions(file, sessions, seed, server);
  const { loss } = options;
  const lossy = join(options.directory, `${dialect}-lossy.pcap`);
  const numbers = loss === undefined ? undefined : writeLossy(file, lossy, port, loss, new Random(seed));
  const records = await recordsByClient(loss === undefined ? file : lossy, port, numbers);
  const packets = clientPackets(file, port);
  const tallies = { 'lock-step': newTally(), batch: newTally(), pipeline: newTally() } satisfies Record<Pace, Tally>;
  let unlikeTwin = 0;
  for (const [index, session] of sessions.entries()) {
    const { client, bytes } = heard[index] as Heard;
    const packetOf = packets.get(client);
    if (packetOf === undefined) throw new Error(`the capture lacks the client ${client}`);
    const truth = Buffer.concat(session.commands.map(({ answer }) => answer));
    if (!isAlike(bytes, truth, dialect === 'binary')) {
      unlikeTwin++;
      continue;
    }
    const verdict = judge(dialect, session, records.get(client) ?? [], packetOf, loss !== undefined);
    const tally = tallies[session.pace];
    tally.commands += session.commands.length;
    tally.right += verdict.right;
    tally.unknown += verdict.unknown;
    tally.wrong.push(...verdict.wrong.map((fault) => `connection ${index + 1}, ${fault}`));
  }
  return { file, port, tallies, unlikeTwin };
}

/** One line a pace, and the first few faults of each. */
export function describeResult(dialect: Dialect, { tallies, unlikeTwin }: CheckResult, faults: number): string[] {
  const lines = paces.flatMap((pace) => {
    const { commands, right, unknown, wrong } = tallies[pace];
    const line = `${dialect}, ${pace}: ${commands} commands, ${right} right, ${unknown} unknown, ${wrong.length} wrong`;
    return [line, ...wrong.slice(0, faults).map((fault) => `    ${fault}`)];
  });
  return unlikeTwin === 0
    ? lines
    : [...lines, `${dialect}: ${unlikeTwin} connections were answered unlike their twins`];
}

async function recordSessions(
  file: string,
  sessions: readonly Session[],
  seed: number,
  options: ServerOptions,
): Promise<{ port: number; heard: Heard[] }> {
  const server = await startServer(options);
  try {
    const { host, port } = server;
    const capture = await startCapture(file, `tcp port ${port}`);
    try {
      const heard = await converseAll(server, sessions, new Random(seed));
      await capture.stopAfter(await sayLastWords(host, port));
      return { port, heard };
    } finally {
      await capture.stop();
    }
  } finally {
    await server.stop();
  }
}

/** One connection after the other, so that the server has the items that its twin had. */
async function converseAll(server: Server, sessions: readonly Session[], random: Random): Promise<Heard[]> {
  const heard: Heard[] = [];
  for (const [number, session] of sessions.entries()) heard.push(await converse(server, session, number, random));
  return heard;
}

/** `numbers`: which packets those of the file are, where some are missing. */
async function recordsByClient(
  file: string,
  port: number,
  numbers: readonly number[] | undefined,
): Promise<Map<string, JsonRecord[]>> {
  const { stdout, stderr, exitCode } = await runMcsniff(['--json', '--port', `${port}`, '-r', file]);
  if (exitCode !== 0) throw new Error(`mcsniff failed: ${stderr}`);
  const byClient = new Map<string, JsonRecord[]>();
  for (const record of recordsOf(stdout)) {
    const client = String(record.client);
    if (numbers !== undefined) Object.assign(record, { packet: numbers[Number(record.packet)] });
    const records = byClient.get(client);
    if (records) records.push(record);
    else byClient.set(client, [record]);
  }
  return byClient;
}

function newTally(): Tally {
  return { commands: 0, right: 0, unknown: 0, wrong: [] };
}
