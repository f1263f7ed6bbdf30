import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteWriter } from '../../src/byte-writer.ts';
import { JsonLog } from '../../src/output/json-log.ts';
import { answered, arrivalOf, connectionInfo, request } from '../support/hand-made.ts';

/** The records of what was told, each as an object. */
function records(tell: (log: JsonLog) => void): Record<string, unknown>[] {
  const out = new ByteWriter();
  tell(new JsonLog(out, () => undefined));
  const lines = out.toString().trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const connection = connectionInfo();

describe('JsonLog', () => {
  it('warns of an answer that does not fit, with its whole first line', () => {
    const result = `VALUE c 0 ${'3'.repeat(190)}`;
    const misfit = answered('get a', { status: 'misfit', result });
    const [record] = records((log) => log.transaction(connection, misfit));
    assert.equal(record?.level, 'warn');
    assert.equal(record?.status, 'misfit');
    assert.equal(record?.result, result);
    assert.equal(record?.latencyUs, 120);
    assert.equal(record?.msg, `get a => misfit ${result.slice(0, 80)}, 120 us`);
  });

  it('warns where no answer came, not where it is unknown; neither has times', () => {
    for (const [status, level] of [
      ['unknown', 'info'],
      ['unanswered', 'warn'],
    ] as const) {
      const [record] = records((log) => log.transaction(connection, Object.assign(request('get a'), { status })));
      assert.equal(record?.level, level);
      assert.equal(record?.msg, `get a => ${status}`);
      for (const name of ['latencyUs', 'durationUs', 'responseBytes', 'answerPacket']) assert.ok(!(name in record));
    }
  });

  it('writes what follows a command, the flags of its answer, and where that came', () => {
    const differing = { command: 'mg', status: 'hit', args: ' \x01', answerFlags: 't-1 s6' } as const;
    const [record] = records((log) => log.transaction(connection, answered('mg a', differing)));
    assert.equal(record?.args, ' \\x01');
    assert.equal(record?.answerFlags, 't-1 s6');
    assert.equal(record?.answerPacket, 2);
  });

  it('warns of an answer that nobody asked for, at the packet that brought it', () => {
    const answer = { text: 'ERROR "Too many"\x07', bytes: 19, start: 0 };
    const [record] = records((log) => {
      log.identify({ run: 'a1b2' });
      log.unasked(connection, answer, arrivalOf(7));
    });
    assert.deepEqual(record, {
      level: 'warn',
      time: '1970-01-01T00:00:07.000000Z',
      run: 'a1b2',
      conn: 1,
      client: '0.0.0.1:40000',
      server: '0.0.0.2:11211',
      clientAddress: '0.0.0.1',
      clientPort: 40_000,
      serverAddress: '0.0.0.2',
      serverPort: 11_211,
      event: 'unasked',
      bytes: 19,
      text: 'ERROR "Too many"\\x07',
      packet: 7,
      msg: '[unasked ERROR "Too many"\\x07]',
    });
  });

  it('writes addresses without brackets and ports', () => {
    const address = 'fedc:ba98:7654:3210:fedc:ba98:7654:3210';
    const long = connectionInfo({
      id: 4_000_000_000,
      clientPort: 65_535,
      serverPort: 65_534,
      client: `[${address}]:65535`,
      server: `[${address}]:65534`,
    });
    const both = records((log) => {
      log.connectionOpen(long, arrivalOf(1));
      log.connectionOpen(long, arrivalOf(1));
    });
    for (const record of both) {
      assert.deepEqual([record.clientAddress, record.clientPort], [address, 65_535]);
      assert.deepEqual([record.serverAddress, record.serverPort], [address, 65_534]);
      assert.equal(record.server, `[${address}]:65534`);
    }
  });

  it('says the run, and of a live one the host, in every record', () => {
    const open = (log: JsonLog): void => log.connectionOpen(connection, arrivalOf(1));
    const [unnamed, named] = records((log) => {
      open(log);
      log.identify({ run: 'a1b2', host: 'h"ö' });
      open(log);
    });
    assert.match(String(unnamed?.run), /^[0-9a-f]{12}$/);
    assert.ok(!('host' in (unnamed ?? {})));
    assert.deepEqual([named?.run, named?.host], ['a1b2', 'h"\\xc3\\xb6']);
  });
});
