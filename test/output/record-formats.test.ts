import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteWriter } from '../../src/byte-writer.ts';
import { ecsRecord } from '../../src/output/ecs-record.ts';
import { JsonLog } from '../../src/output/json-log.ts';
import { otelRecord } from '../../src/output/otel-record.ts';
import { answered, connectionInfo } from '../support/hand-made.ts';
import { recordsOf } from '../support/records.ts';
import { runMcsniff } from '../support/run-program.ts';

const record = {
  level: 'warn',
  time: '2012-07-24T15:29:59.978653Z',
  run: 'a1b2',
  host: 'web1',
  conn: 1,
  client: '[::1]:46103',
  server: '[::1]:11211',
  clientAddress: '::1',
  clientPort: 46103,
  serverAddress: '::1',
  serverPort: 11211,
  event: 'command',
  transport: 'tcp',
  protocol: 'text',
  command: 'incr',
  key: 'a',
  status: 'client_error',
  result: 'CLIENT_ERROR no',
  latencyUs: 90,
  durationUs: 100,
  requestBytes: 14,
  responseBytes: 31,
  packet: 13,
  msg: 'incr a => CLIENT_ERROR no, 90 us',
};

describe('ecsRecord', () => {
  it('has what a command is in the fields of Elastic Common Schema', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(ecsRecord(record))), {
      '@timestamp': '2012-07-24T15:29:59.978653Z',
      'log.level': 'warn',
      message: 'incr a => CLIENT_ERROR no, 90 us',
      'ecs.version': '8.11.0',
      event: {
        kind: 'event',
        module: 'mcsniff',
        dataset: 'mcsniff.command',
        action: 'incr',
        outcome: 'failure',
        duration: 100_000,
      },
      host: { name: 'web1' },
      client: { address: '::1', ip: '::1', port: 46103, bytes: 14 },
      server: { address: '::1', ip: '::1', port: 11211, bytes: 31 },
      network: { transport: 'tcp', protocol: 'memcached' },
      error: { type: 'client_error', message: 'CLIENT_ERROR no' },
      memcached: {
        run: 'a1b2',
        conn: 1,
        protocol: 'text',
        command: 'incr',
        key: 'a',
        status: 'client_error',
        result: 'CLIENT_ERROR no',
        latencyUs: 90,
        packet: 13,
      },
    });
  });
});

describe('otelRecord', () => {
  it('is a line of OTLP with severity, time, text and attributes', () => {
    const line = JSON.parse(JSON.stringify(otelRecord(record)));
    const [{ resource, scopeLogs }] = line.resourceLogs;
    const [{ timeUnixNano, severityNumber, eventName, body, attributes }] = scopeLogs[0].logRecords;
    assert.deepEqual(
      resource.attributes.map(({ value }: { value: object }) => Object.values(value)[0]),
      ['mcsniff', 'a1b2', 'web1'],
    );
    assert.deepEqual(
      [timeUnixNano, severityNumber, eventName, body.stringValue],
      ['1343143799978653000', 13, 'memcached.command', record.msg],
    );
    const values = Object.fromEntries(attributes.map(({ key, value }: { key: string; value: object }) => [key, value]));
    assert.deepEqual(values['db.operation.name'], { stringValue: 'incr' });
    assert.deepEqual(values['client.port'], { intValue: '46103' });
    assert.deepEqual(values['memcached.latencyUs'], { intValue: '90' });
    assert.equal(values['memcached.client'], undefined);
  });

  it('writes lists and objects as OTLP has them', () => {
    const line = JSON.stringify(otelRecord({ time: record.time, keys: ['a'], anomalies: { misfit: 1 } }));
    assert.ok(line.includes('{"key":"memcached.keys","value":{"arrayValue":{"values":[{"stringValue":"a"}]}}}'));
    assert.ok(line.includes('{"kvlistValue":{"values":[{"key":"misfit","value":{"intValue":"1"}}]}}'));
  });
});

describe('the formats of records', () => {
  it('hold the same records, in the log as on standard output', async () => {
    const plain = recordsOf((await runMcsniff(['-r', 'samples/multi-get.pcap', '--json'])).stdout);
    for (const format of ['pino', 'ecs', 'otel'])
      assert.equal(
        recordsOf((await runMcsniff(['-r', 'samples/multi-get.pcap', `--json=${format}`])).stdout).length,
        plain.length,
      );
    const pino = recordsOf((await runMcsniff(['-r', 'samples/multi-get.pcap', '--json=pino'])).stdout);
    const levels = { debug: 20, info: 30, warn: 40 };
    assert.deepEqual(
      pino,
      plain.map(({ level, time, ...rest }) => ({
        ...rest,
        level: levels[level as keyof typeof levels],
        time: Date.parse(String(time)),
        timeUs: Date.parse(String(time)) * 1000 + Number(String(time).slice(23, 26)),
      })),
    );
  });
});

describe('the process at the local end', () => {
  const named = { ...record, process: 'php-fpm', pid: 812, container: 'a1'.repeat(32) };

  it('has the fields of each schema', () => {
    const ecs = JSON.parse(JSON.stringify(ecsRecord(named)));
    assert.deepEqual([ecs.process, ecs.container], [{ name: 'php-fpm', pid: 812 }, { id: 'a1'.repeat(32) }]);
    assert.ok(!('process' in ecs.memcached) && !('pid' in ecs.memcached) && !('container' in ecs.memcached));
    assert.ok(!('process' in ecsRecord(record)) && !('container' in ecsRecord(record)));
    const otel = JSON.stringify(otelRecord(named));
    for (const attribute of [
      '{"key":"process.title","value":{"stringValue":"php-fpm"}}',
      '{"key":"process.pid","value":{"intValue":"812"}}',
      `{"key":"container.id","value":{"stringValue":"${'a1'.repeat(32)}"}}`,
    ])
      assert.ok(otel.includes(attribute), otel);
  });

  it('has the only pid of a record, also in the form of pino, and its name is escaped', () => {
    for (const isPinos of [false, true]) {
      const out = new ByteWriter();
      const processes = { of: () => ({ process: 'a"\x1b[1m', pid: 812 }) };
      const log = new JsonLog(out, () => undefined, { isPinos, processes });
      log.identify({ run: '0'.repeat(12), host: 'web1' });
      log.transaction(connectionInfo(), answered('get a', {}));
      const line = out.toString();
      assert.deepEqual(line.match(/"pid":\d+/g), ['"pid":812']);
      const { process, hostname } = JSON.parse(line);
      assert.deepEqual([process, hostname], ['a"\\x1b[1m', isPinos ? 'web1' : undefined]);
    }
  });
});
