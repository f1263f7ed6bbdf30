import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { largeCapture, packetsBesideCommands } from '../support/large-capture.ts';
import { type JsonRecord, recordsOf } from '../support/records.ts';
import { mainPath, type ProgramResult, runMcsniff, runProgram } from '../support/run-program.ts';
import { RunningProgram } from '../support/running-program.ts';

const sample = 'samples/all-commands.pcap';
const commands = 8000;

/** Appends what it gets to a file; takes long over the first piece, or fails at it, where it is told. */
const transport = `
  import { appendFileSync } from 'node:fs';
  import { Writable } from 'node:stream';
  export default ({ file, stallMs = 0, fails = false }) => {
    let pieces = 0;
    return new Writable({
      write(piece, _encoding, done) {
        if (fails) return done(new Error('it has had enough'));
        appendFileSync(file, piece);
        if (pieces++ === 0) setTimeout(done, stallMs);
        else done();
      },
    });
  };`;

/** Sends what it gets to a socket. */
const sending = `
  import { connect } from 'node:net';
  export default ({ port }) => connect(port, '127.0.0.1');`;

/** Writes what a socket gets to a file, and ends with it. */
const receiving = `
  import { createWriteStream } from 'node:fs';
  import { createServer } from 'node:net';
  const server = createServer((socket) => {
    socket.pipe(createWriteStream(process.argv[1]));
    server.close();
  }).listen(0, '127.0.0.1', () => console.log(server.address().port));`;

/** Answers as a server does to which values are sent that hold no line end. */
function answering(socket: Socket): void {
  let lines = 0;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 10 && ++lines % 2 === 0) socket.write('STORED\r\n');
  });
}

let directory = '';
let large = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-transport-'));
  // Whoever root becomes loads and writes there.
  chmodSync(directory, 0o777);
  large = join(directory, 'large.pcap');
  writeFileSync(large, largeCapture(2 * commands + packetsBesideCommands));
  writeFileSync(join(directory, 'transport.mjs'), transport);
});
after(() => rmSync(directory, { recursive: true }));

function inDirectory(name: string): string {
  return join(directory, name);
}

/** The options that hand records to the transport above, and the file that it writes. */
function transporting(name: string, options: object = {}): { readonly args: readonly string[]; readonly file: string } {
  const file = inDirectory(name);
  return {
    file,
    args: ['--transport', inDirectory('transport.mjs'), '--transport-options', JSON.stringify({ file, ...options })],
  };
}

function records(path: string): JsonRecord[] {
  return recordsOf<JsonRecord>(readFileSync(path));
}

/** Records in the order of their events, with what differs between forms left out. */
function events(all: readonly JsonRecord[]): unknown[] {
  return all.map(({ event, packet, msg }) => [event, packet, msg]);
}

describe('--transport', () => {
  it("gets every record in pino's form, whatever the log and standard output get", async () => {
    const { args, file } = transporting('all.json');
    const log = inDirectory('all.log');
    const { stdout, stderr, exitCode } = await runMcsniff(['-r', sample, '--json', '--log', log, ...args]);
    assert.equal(exitCode, 0, stderr);
    const taken = records(file);
    assert.ok(taken.every(({ level, time, timeUs }) => [level, time, timeUs].every(Number.isInteger)));
    assert.deepEqual(events(taken), events(recordsOf<JsonRecord>(stdout)));
    assert.deepEqual(events(taken), events(records(log)));
  });

  it('is a package of the directory where mcsniff is called, also one that can only be imported', async () => {
    const home = inDirectory('node_modules/only-imported');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'index.mjs'), transport);
    const exported = { '.': { import: { default: './index.mjs' } } };
    writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'only-imported', exports: exported }));
    const file = inDirectory('package.json.out');
    const command = `cd ${directory} && exec "$0" "$@" --transport only-imported --transport-options '{"file":"${file}"}'`;
    const args = [process.execPath, mainPath, '-r', large, '-c', '40', '--no-lines'];
    const { stderr, exitCode } = await runProgram('sh', ['-c', command, ...args]);
    assert.equal(exitCode, 0, stderr);
    assert.ok(records(file).length > 10);
  });

  it('is a package of pino-loki, which sends them', async (t) => {
    const bodies: string[] = [];
    const server = createHttpServer((request, response) => {
      void text(request).then((body) => {
        bodies.push(body);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const options = { host: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const { stderr, exitCode } = await runMcsniff([
      ...['-r', sample, '--json', '--transport', 'pino-loki', '--transport-options', JSON.stringify(options)],
    ]);
    assert.equal(exitCode, 0, stderr);
    const sent = bodies.flatMap((body) => (JSON.parse(body) as { streams: { values: unknown[] }[] }).streams);
    assert.equal(sent.flatMap(({ values }) => values).length, 78);
  });

  it('is waited for while a file is read, if it stops for a while', async () => {
    const { args, file } = transporting('slow.json', { stallMs: 1000 });
    const { stderr, exitCode } = await runMcsniff(['-r', large, '--no-lines', ...args]);
    assert.equal(exitCode, 0, stderr);
    assert.equal(records(file).filter(({ event }) => event === 'command').length, commands);
  });

  it('gets no more than it has room for; the rest is counted, and the log has it', async () => {
    const { args, file } = transporting('full.json', { stallMs: 1500 });
    const log = inDirectory('full.log');
    const { stderr, exitCode } = await runMcsniff([
      ...['-r', large, '--no-lines', '--log', log, '--transport-buffer', '100', ...args],
    ]);
    const dropped = Number(/^(\d+) records not taken by the transport$/m.exec(stderr)?.[1]);
    assert.equal(exitCode, 1, stderr);
    assert.ok(dropped > 0, stderr);
    assert.equal(records(file).length + dropped, records(log).length);
    assert.equal(records(log).filter(({ event }) => event === 'command').length, commands);
  });

  it('is left at once by who interrupts twice, though it has stopped for good', async (t) => {
    const { args, file } = transporting('stopped.json', { stallMs: 1e8 });
    const program = new RunningProgram(t, ['-r', large, '--no-lines', '--transport-buffer', '20000', ...args]);
    await program.until('it has begun', () => existsSync(file));
    program.signal('SIGINT');
    program.signal('SIGTERM');
    assert.equal(await program.ended(), 1);
    assert.match(program.stderr, /^\d+ records not taken by the transport$/m);
  });

  it('whose receiver stops for a while costs a live log nothing, and memory not much', async (t) => {
    const taken = inDirectory('received.json');
    const receiver = spawn(process.execPath, ['--input-type=module', '--eval', receiving, taken]);
    t.after(() => receiver.kill('SIGKILL'));
    const received = once(receiver, 'close');
    const [receiverPort] = (await once(receiver.stdout, 'data')) as [Buffer];
    const server = createServer(answering).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    writeFileSync(inDirectory('socket.mjs'), sending);
    const log = inDirectory('live.log');
    const program = new RunningProgram(t, [
      ...['-i', 'lo', '--port', String(port), '-B', '65536', '--no-lines', '--log', log, '--values', '2048'],
      ...['--transport', inDirectory('socket.mjs'), '--transport-options', `{"port":${receiverPort}}`],
      ...['--transport-buffer', '100'],
    ]);
    await program.listening();
    receiver.kill('SIGSTOP');
    const client = connect(port, '127.0.0.1').resume();
    const before = Number.parseInt(program.status().VmRSS ?? '', 10);
    const value = 'x'.repeat(2048);
    const sets = 6000;
    for (let index = 0; index < sets; index++) {
      client.write(`set key:${index} 0 0 ${value.length}\r\n${value}\r\n`);
      if (index % 100 === 99) await sleep(5);
    }
    await program.until('all is logged', () => statSync(log).size > sets * (value.length + 400));
    const after = Number.parseInt(program.status().VmRSS ?? '', 10);
    assert.ok(after - before < 100_000, `${before} kB, then ${after} kB`);
    receiver.kill('SIGCONT');
    client.end();
    program.signal('SIGINT');
    assert.equal(await program.ended(), 1, program.stderr);
    await received;
    const dropped = Number(/^(\d+) records not taken by the transport$/m.exec(program.stderr)?.[1]);
    assert.ok(dropped > 0, program.stderr);
    const logged = records(log);
    assert.equal(records(taken).length + dropped, logged.length);
    assert.equal(new Set(logged.filter(({ event }) => event === 'command').map(({ key }) => key)).size, sets);
    assert.equal(logged.at(-1)?.droppedRecords, dropped);
  });

  it('ends the run where it can not be loaded, and only itself where it fails later', async () => {
    const run = (...args: string[]): Promise<ProgramResult> => runMcsniff(['-r', sample, '--no-lines', ...args]);
    const missing = await run('--transport', 'no-such-transport');
    assert.equal(missing.exitCode, 1);
    assert.match(missing.stderr, /^mcsniff: --transport no-such-transport: there is no such module here, nor /);
    writeFileSync(inDirectory('broken.mjs'), "throw new Error('broken');");
    const broken = await run('--transport', inDirectory('broken.mjs'));
    assert.equal(broken.exitCode, 1);
    assert.match(broken.stderr, /^mcsniff: --transport \S+broken\.mjs: broken: it gets no more records\n/);
    const log = inDirectory('failing.log');
    const failing = await run('--log', log, ...transporting('failing.json', { fails: true }).args);
    assert.equal(failing.exitCode, 1);
    assert.match(failing.stderr, /^mcsniff: --transport \S+: it has had enough: it gets no more records$/m);
    assert.match(failing.stderr, /^78 records not taken by the transport$/m);
    assert.equal(records(log).length, 78);
  });
});

describe('--log', () => {
  it('has the form of --log-format, else that of --json, else the plain one', async () => {
    const first = { plain: '{"level":"debug"', pino: '{"level":20', ecs: '{"@timestamp"', otel: '{"resourceLogs"' };
    for (const [args, printed, logged] of [
      [[], undefined, 'plain'],
      [['--json=ecs'], 'ecs', 'ecs'],
      [['--json=pino', '--log-format', 'otel'], 'pino', 'otel'],
      [['--json', '--log-format', 'ecs'], 'plain', 'ecs'],
      [['--compact', '--log-format', 'pino'], undefined, 'pino'],
      [['--no-lines', '--json=otel'], undefined, 'otel'],
    ] as const) {
      const log = inDirectory('form.log');
      rmSync(log, { force: true });
      const { stdout, exitCode } = await runMcsniff(['-r', sample, '-c', '20', '--log', log, ...args]);
      assert.equal(exitCode, 0);
      assert.ok(readFileSync(log, 'utf8').startsWith(first[logged]), args.join(' '));
      if (printed !== undefined) assert.ok(stdout.toString().startsWith(first[printed]), args.join(' '));
    }
  });
});
