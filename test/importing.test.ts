import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startServer } from './support/recorder/server.ts';
import { type ProgramResult, runProgram } from './support/run-program.ts';

/** What somebody writes who has just installed the package, with types: also what is checked for types. */
const printCapture = `
import { createSummary, describeTransaction, readCapture, type SnifferEvent } from 'mcsniff';

export async function printCapture(path: string): Promise<void> {
  const summary = createSummary({ by: ['key'], sort: 'hits', rows: 1 });
  for await (const event of readCapture(path, { listeners: [summary] })) console.log(lineOf(event));
  const { packets, total, by } = summary.snapshot();
  const first = by['key']?.[0];
  console.log(packets, 'packets', total.count, 'commands', first?.key, first?.serverUs?.max);
}

function lineOf(event: SnifferEvent): string {
  switch (event.type) {
    case 'command':
      return event.connection.client + ' ' + describeTransaction(event.transaction);
    case 'gap':
    case 'not_understood':
      return event.direction + ' ' + event.type + ' ' + event.bytes;
    case 'unasked':
      return event.text;
    case 'connection_open':
      return event.connection.server + ' open';
    case 'connection_close':
      return event.connection.server + ' ' + event.reason;
  }
}
`;

/** Both streams of a socket, as its owner has them. */
const watchSocket = `
import { createSniffer, type StreamConnection } from 'mcsniff';

const ends = { client: { address: '127.0.0.1', port: 1 }, server: { address: '127.0.0.1', port: 11211 } };
const told: string[] = [];
export const sniffer = createSniffer({
  listeners: [
    {
      transaction: (_connection, { command, keys, status, bytes, result }) => {
        told.push([command, ...keys, status, bytes, result].join(' '));
      },
    },
  ],
});
export const streams: StreamConnection = sniffer.connection(ends);
export const tell = (): void => console.log(JSON.stringify(told));
`;

const runCapture = "import { printCapture } from './print-capture.js';\nawait printCapture(process.argv[2]);\n";

const runSocket = `
import { connect } from 'node:net';
import { sniffer, streams, tell } from './watch-socket.js';

const socket = connect(Number(process.argv[2]), '127.0.0.1');
const send = (text) => (streams.fromClient(Buffer.from(text)), socket.write(text));
socket.on('data', (bytes) => streams.fromServer(bytes));
socket.on('close', () => (streams.close(), sniffer.end(), tell()));
send('set user:1 0 0 4\\r\\nni');
send('ck\\r\\nget user:1 user:2\\r\\nincr user:1 1\\r\\nquit\\r\\n');
`;

let directory = '';

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-importing-'));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const packing = await runProgram('npm', ['pack', '--json', '--pack-destination', directory, ...quiet]);
  const { filename } =
    Object.values(JSON.parse(packing.stdout.toString()) as Record<string, { filename: string }>)[0] ?? {};
  const offline = ['--offline', '--omit=optional', '--cache', join(directory, 'cache')];
  await run('npm', ['install', '--prefix', directory, ...offline, ...quiet, join(directory, filename ?? '')]);
  const manifest = join(directory, 'package.json');
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), type: 'module' }));
  const files = { 'print-capture.ts': printCapture, 'watch-socket.ts': watchSocket, 'run-capture.js': runCapture };
  for (const [name, text] of Object.entries({ ...files, 'run-socket.js': runSocket })) write(name, text);
  write('console.d.ts', 'declare const console: { log(...words: unknown[]): void };\n');
});
after(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, text: string): void {
  writeFileSync(join(directory, name), text);
}

async function run(command: string, args: readonly string[]): Promise<ProgramResult> {
  const result = await runProgram(command, args);
  assert.equal(result.exitCode, 0, `${result.stdout}${result.stderr}`);
  return result;
}

/** Compiles what is in the directory, without the types of Node.js or anything else. */
async function compile(moduleResolution: string, noEmit: boolean): Promise<void> {
  const module = moduleResolution === 'bundler' ? 'esnext' : moduleResolution;
  const target = { target: 'es2022', lib: ['es2022'], types: [], module, moduleResolution };
  write('tsconfig.json', JSON.stringify({ compilerOptions: { strict: true, noEmit, ...target }, include: ['*.ts'] }));
  await run(join(process.cwd(), 'node_modules', '.bin', 'tsc'), ['-p', directory]);
}

describe('a program that imports the package', () => {
  test('is short', () =>
    assert.ok([printCapture, watchSocket + runSocket].every((text) => text.split('\n').length <= 34)));

  test('has types, and needs none but them', async () => {
    await compile('bundler', true);
    await compile('nodenext', false);
  });

  test('prints the commands of a sample', async () => {
    const sample = join(directory, 'node_modules', 'mcsniff', 'samples', 'telnet-session.pcap');
    const { stdout, stderr } = await run(process.execPath, [join(directory, 'run-capture.js'), sample]);
    assert.equal(stderr, '');
    const lines = stdout.toString().trimEnd().split('\n');
    assert.deepEqual(
      lines.filter((line) => line.includes('get ') || line.includes('packets')),
      [
        '10.8.34.13:46103 get userId => hit 4 bytes, 198 us',
        '10.8.34.13:46103 get username => hit 4 bytes, 90 us',
        '20 packets 4 commands userId 198',
      ],
    );
    assert.equal(lines.filter((line) => line.startsWith('client gap') || line.startsWith('server gap')).length, 4);
  });

  test('watches a socket whose other end is a real memcached', async () => {
    const server = await startServer();
    try {
      const { stdout } = await run(process.execPath, [join(directory, 'run-socket.js'), `${server.port}`]);
      assert.deepEqual(JSON.parse(stdout.toString()), [
        // No answer is due: it is certain at once.
        'quit no_reply -1 ',
        'set user:1 stored 4 ',
        'get user:1 user:2 partial 4 ',
        'incr user:1 client_error -1 CLIENT_ERROR cannot increment or decrement non-numeric value',
      ]);
    } finally {
      await server.stop();
    }
  });
});
