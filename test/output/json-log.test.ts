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
    const answer = { text: 'ERROR "Too many"\x07', bytes: 19 };
    const [record] = records((log) => log.unasked(connection, answer, arrivalOf(7)));
    const { conn, client, server, ...rest } = record ?? {};
    assert.deepEqual(rest, {
      level: 'warn',
      time: '1970-01-01T00:00:07.000000Z',
      event: 'unasked',
      bytes: 19,
      text: 'ERROR "Too many"\\x07',
      packet: 7,
      msg: '[unasked ERROR "Too many"\\x07]',
    });
    assert.equal(conn, 1);
  });
});
