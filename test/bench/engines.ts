/**
 * What the engines lose, and how true their times are, under the load of memcslap on loopback. A tcpdump of its own
 * captures beside them, with the kernel's times: packets are compared by their bytes. Prints a table for docs/live.md. As
 * root.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { engines } from '../../src/capture/engine-names.ts';
import { mainPath } from '../support/run-program.ts';
import { known, lagFigures, lags } from './lag.ts';

const port = 22_211;
const connections = 10;
const requests = 4000;

interface Figures {
  readonly engine: string;
  /** What the server counted of sets and gets, and how many records there are of them. */
  readonly served: number;
  readonly logged: number;
  readonly report: string;
  /** Microseconds by which the engine's times differ from the kernel's, in order. */
  readonly differences: readonly number[];
}

async function started(
  command: string,
  args: readonly string[],
  sign: string,
): Promise<ChildProcess & { said(): string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  for (let turn = 0; turn < 500 && !text.includes(sign); turn++) await sleep(20);
  return Object.assign(child, { said: () => text });
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGINT');
  await once(child, 'close');
}

async function ask(command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
    if (/(END|OK|RESET)\r\n$/.test(answer)) socket.end();
  });
  socket.write(`${command}\r\n`);
  await once(socket, 'close');
  return answer;
}

/** Sets, then gets of the same keys, as fast as they go. */
async function load(): Promise<void> {
  for (const test of ['set', 'get']) {
    const size = [`--concurrency=${connections}`, `--execute-number=${requests}`];
    await once(
      spawn('memcslap', ['--servers', `127.0.0.1:${port}`, ...size, `--test=${test}`], { stdio: 'ignore' }),
      'close',
    );
  }
}

async function captured(args: readonly string[]): Promise<string> {
  const base = ['-i', 'lo', '--port', String(port), '--json'];
  const sniffer = await started(process.execPath, [mainPath, ...base, ...args], 'listening on');
  await load();
  await sleep(1000);
  await end(sniffer);
  const lines = sniffer.said().split('\n');
  return lines.filter((line) => /^\d/.test(line)).join(', ');
}

/** Loss: nothing else captures, and whole values are taken. */
async function measureLoss(engine: string): Promise<Omit<Figures, 'differences'>> {
  const log = join(directory, `${engine}.json`);
  await ask('stats reset');
  const report = await captured(['--engine', engine, '--log', log]);
  const stats = await ask('stats');
  const count = (name: string): number => Number(new RegExp(`STAT ${name} (\\d+)`).exec(stats)?.[1]);
  const logged = readFileSync(log, 'latin1').match(/"command":"(set|get)"/g)?.length ?? 0;
  return { engine, served: count('cmd_set') + count('cmd_get'), logged, report };
}

/** Times: with little of each packet, so that the two captures disturb each other less. */
async function measureTimes(engine: string): Promise<number[]> {
  const saved = join(directory, `${engine}.pcap`);
  const reference = join(directory, `${engine}-kernel.pcap`);
  const short = ['-s', String(known)];
  const kernelArgs = [
    '-i',
    'lo',
    '-w',
    reference,
    '-Z',
    'root',
    '-B',
    '262144',
    '--time-stamp-precision=nano',
    ...short,
  ];
  const kernel = await started('tcpdump', [...kernelArgs, `tcp port ${port}`], 'listening on');
  await captured(['--engine', engine, '-w', saved, ...short]);
  await end(kernel);
  return lags(saved, reference);
}

function row({ engine, served, logged, report, differences }: Figures): string {
  return `| ${[engine, served, logged, report, ...lagFigures(differences)].join(' | ')} |`;
}

const directory = mkdtempSync(join(tmpdir(), 'mcsniff-live-'));
const server = spawn('memcached', ['-u', 'nobody', '-l', '127.0.0.1', '-p', String(port), '-U', '0'], {
  stdio: 'ignore',
});
try {
  await sleep(500);
  const cpu = cpus();
  const version = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
  process.stdout.write(
    `${connections} connections, ${requests} sets and ${requests} gets each; ${cpu.length} × ${cpu[0]?.model}; ${version}\n\n` +
      '| engine | sets and gets served | logged | exit report | µs behind the kernel: median | 99 % | most |\n' +
      '| --- | --- | --- | --- | --- | --- | --- |\n',
  );
  for (const engine of engines) {
    const loss = await measureLoss(engine);
    process.stdout.write(`${row({ ...loss, differences: await measureTimes(engine) })}\n`);
  }
} finally {
  server.kill();
  rmSync(directory, { recursive: true });
}
