import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { before, describe, it, type TestContext } from 'node:test';
import { runMcsniff, runProgram } from '../support/run-program.ts';

/** The records of a sample, as pino's transports expect them. */
let records: Buffer = Buffer.alloc(0);
/** The same, read by hand: level, ms and ns since 1970, and message of each. */
let expected: readonly { level: number; time: number; nanoseconds: string; msg: string }[] = [];

before(async () => {
  const { stdout } = await runMcsniff(['-r', 'samples/all-commands.pcap', '--json=pino']);
  records = stdout;
  expected = stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { level, time, msg } = JSON.parse(line) as { level: number; time: number; msg: string };
      return { level, time, nanoseconds: `${time}000000`, msg };
    });
  assert.ok(expected.some(({ level }) => level === 40));
  assert.ok(expected.some(({ level }) => level === 20));
});

/** A server on a free port that keeps the bodies it is sent. */
async function listen(
  t: TestContext,
  answer: (request: IncomingMessage, body: string) => object,
): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (request.method === 'POST') bodies.push(body);
      response.setHeader('content-type', 'application/json');
      // Its client refuses to talk to anything else.
      response.setHeader('x-elastic-product', 'Elasticsearch');
      response.end(JSON.stringify(answer(request, body)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

/** Runs the program of a package with the records on its standard input. */
function feed(program: string, ...args: string[]): ReturnType<typeof runProgram> {
  return runProgram(`node_modules/.bin/${program}`, args, records);
}

describe('the records of --json=pino', () => {
  it('are filtered by level and dated by pino-pretty', async () => {
    const { stdout } = await feed(
      'pino-pretty',
      '--minimumLevel',
      'warn',
      '--translateTime',
      'UTC:yyyy-mm-dd',
      '--singleLine',
    );
    const lines = stdout.toString().trimEnd().split('\n');
    assert.equal(lines.length, expected.filter(({ level }) => level >= 40).length);
    assert.match(lines[0] ?? '', /^\[20\d\d-\d\d-\d\d\] WARN: /);
  });

  it('keep their times in pino-loki', async (t) => {
    const { url, bodies } = await listen(t, () => ({}));
    await feed('pino-loki', '--hostname', url, '-i', '1');
    const streams = bodies.flatMap(
      (body) => (JSON.parse(body) as { streams: { stream: { level: string }; values: [string, string][] }[] }).streams,
    );
    const times = streams.flatMap(({ values }) => values.map(([time]) => time));
    assert.deepEqual(times.sort(), expected.map(({ nanoseconds }) => nanoseconds).sort());
    assert.deepEqual([...new Set(streams.map(({ stream }) => stream.level))].sort(), ['debug', 'info', 'warning']);
  });

  it('are lines of pino-syslog, with their severities', async () => {
    const { stdout } = await feed('pino-syslog', '--newline');
    const lines = stdout.toString().trimEnd().split('\n');
    assert.equal(lines.length, expected.length);
    const priority = { 20: 16 * 8 + 7, 30: 16 * 8 + 6, 40: 16 * 8 + 4 };
    for (const [index, { level }] of expected.entries())
      assert.ok(lines[index]?.startsWith(`<${priority[level as 20 | 30 | 40]}>1 `), lines[index]);
  });

  it('keep severity, time and text in pino-opentelemetry-transport', async (t) => {
    const { url, bodies } = await listen(t, () => ({}));
    const script = `
      import pino from 'pino';
      const stream = pino.transport({ target: 'pino-opentelemetry-transport', options: {
        loggerName: 'mcsniff', serviceVersion: '1',
        logRecordProcessorOptions: { recordProcessorType: 'batch', processorConfig: { scheduledDelayMillis: 100 },
          exporterOptions: { protocol: 'http', httpExporterOptions: { url: '${url}/v1/logs' } } } } });
      pino(stream);
      process.stdin.pipe(stream, { end: false });
      // Ended at once, it leaves before it has sent anything.
      process.stdin.on('end', () => setTimeout(() => stream.end(), 2000));`;
    const { stderr } = await runProgram(process.execPath, ['--input-type=module', '-e', script], records);
    const told = bodies.flatMap((body) => logRecordsOf(body));
    assert.equal(told.length, expected.length, stderr);
    const severity = { 20: 5, 30: 9, 40: 13 };
    assert.deepEqual(
      told.map(({ timeUnixNano, severityNumber, body }) => [timeUnixNano, severityNumber, body.stringValue]).sort(),
      expected.map(({ nanoseconds, level, msg }) => [nanoseconds, severity[level as 20 | 30 | 40], msg]).sort(),
    );
  });

  it('are documents of pino-elasticsearch, with their times', async (t) => {
    const { url, bodies } = await listen(t, (_request, body) => ({
      errors: false,
      items: Array.from({ length: body.split('\n').length >> 1 }, () => ({ index: { status: 201 } })),
      version: { number: '8.11.0' },
    }));
    const { stderr } = await feed('pino-elasticsearch', '--node', url, '--flush-interval', '100');
    const documents = bodies
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { time?: string; msg?: string })
      .filter(({ msg }) => msg !== undefined);
    assert.equal(documents.length, expected.length, stderr);
    assert.deepEqual(
      documents.map(({ time }) => time).sort(),
      expected.map(({ time }) => new Date(time).toISOString()).sort(),
    );
  });
});

interface LogRecord {
  readonly timeUnixNano: string;
  readonly severityNumber: number;
  readonly body: { readonly stringValue: string };
}

/** Of an OTLP request as JSON. */
function logRecordsOf(body: string): LogRecord[] {
  const { resourceLogs } = JSON.parse(body) as {
    resourceLogs: { scopeLogs: { logRecords: LogRecord[] }[] }[];
  };
  return resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
}
