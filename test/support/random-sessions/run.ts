/**
 * `npm run check:real -- [OPTIONS]`, as root: random clients talk to a real memcached, and what mcsniff tells of them is
 * compared with what the server answered to a twin of each. The exit status is 1 where anything was told wrong.
 *
 *     --connections N   of each dialect, 2000 unless given
 *     --seed N          the same seed asks the same, 1 unless given
 *     --server PATH     the memcached to ask, the installed one unless given, or what MCSNIFF_MEMCACHED names
 *     --mode LIST       of meta, text and binary, all unless given
 *     --loss SHARE      leaves so many of the server's packets out of the capture, and the start of half the connections
 *     --faults N        how many faults of each kind to show, 5 unless given
 *     --keep DIRECTORY  keeps the captures there, as meta.pcap, text.pcap and binary.pcap
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRandomSessions, describeResult } from './check.ts';
import { type Dialect, dialects } from './session.ts';

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    server: { type: 'string', default: process.env.MCSNIFF_MEMCACHED ?? 'memcached' },
    mode: { type: 'string', default: dialects.join(',') },
    loss: { type: 'string' },
    faults: { type: 'string', default: '5' },
    keep: { type: 'string' },
  },
});
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const directory = values.keep ?? mkdtempSync(join(tmpdir(), 'mcsniff-real-'));
mkdirSync(directory, { recursive: true });
try {
  for (const mode of values.mode.split(',')) {
    const dialect = dialects.find((name) => name === mode) as Dialect | undefined;
    if (dialect === undefined) throw new Error(`--mode ${mode}: it is one of ${dialects.join(', ')}`);
    const [connections, seed] = [Number(values.connections), Number(values.seed)];
    const loss = values.loss === undefined ? {} : { loss: Number(values.loss) };
    const result = await checkRandomSessions({
      dialect,
      connections,
      seed,
      program: values.server,
      directory,
      ...loss,
    });
    for (const line of describeResult(dialect, result, Number(values.faults))) say(line);
    if (values.keep !== undefined) say(`${dialect}: mcsniff --json --port ${result.port} -r ${result.file}`);
    if (Object.values(result.tallies).some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
  }
} finally {
  if (values.keep === undefined) rmSync(directory, { recursive: true });
}
