import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteWriter } from '../../src/byte-writer.ts';
import { Annotation } from '../../src/output/annotation.ts';
import { answered, connectionInfo, request } from '../support/hand-made.ts';

const connection = connectionInfo();

/** The annotation of a packet of which so much was said. */
function annotation(tell: (annotation: Annotation) => void): string {
  const told = new Annotation('memcached');
  tell(told);
  const out = new ByteWriter();
  told.appendTo(out);
  return out.toString();
}

describe('Annotation', () => {
  it('says what an answer is that does not fit', () => {
    const misfit = answered('get a', { status: 'misfit', result: 'VALUE c 0 3' });
    assert.equal(
      annotation((told) => told.transaction(connection, misfit)),
      ': memcached: get a => misfit VALUE c 0 3, 120 us',
    );
  });

  it('cuts it after 80 bytes, and escapes them', () => {
    const misfit = answered('set a', { status: 'misfit', result: `\x1b[2J\\${'x'.repeat(195)}` });
    assert.equal(
      annotation((told) => told.transaction(connection, misfit)),
      `: memcached: set a => misfit \\x1b[2J\\\\${'x'.repeat(75)}, 120 us`,
    );
  });

  it('says no hits of a retrieval with an answer that does not fit', () => {
    const misfit = answered('get a', { status: 'misfit', result: 'STORED', retrieves: true, value: 'x' });
    assert.equal(
      annotation((told) => told.transaction(connection, misfit)),
      ': memcached: get a => misfit STORED, 120 us',
    );
  });

  it('tells an answer that is not known from one that never came', () => {
    const told = annotation((items) => {
      items.transaction(connection, Object.assign(request('get user:3'), { status: 'unknown', retrieves: true }));
      items.transaction(connection, Object.assign(request('get user:4'), { status: 'unanswered', retrieves: true }));
    });
    assert.equal(told, ': memcached: get user:3 => unknown; get user:4 => unanswered');
  });

  it('shows forty items of one packet, and counts the others', () => {
    const block = Object.assign(request('set a'), { line: 'set a 0 0 1', valueLength: 1 });
    const sets = (count: number): string =>
      annotation((told) => {
        for (let set = 0; set < count; set++) {
          told.commandLine(connection, block);
          told.dataBlock(connection, block);
        }
      });
    const forty = `: memcached: ${new Array(40).fill('set a 0 0 1 <1 bytes>').join('; ')}`;
    assert.equal(sets(40), forty);
    assert.equal(sets(43), `${forty}; +3 more`);
  });

  it('says what nobody asked for, at most 80 bytes of it, escaped', () => {
    const told = annotation((items) => {
      items.unasked(connection, { text: 'STORED', bytes: 8, start: 0 });
      items.unasked(connection, { text: `\r\n${'y'.repeat(198)}`, bytes: 300, start: 0 });
    });
    assert.equal(told, `: memcached: [unasked STORED]; [unasked \\x0d\\x0a${'y'.repeat(78)}]`);
  });
});

describe('what the client waited', () => {
  const times = { startUs: 0, requestUs: 41_368, answerUs: 41_490, endUs: 41_490 };

  it('stands behind the latency where it is more than a millisecond longer, with its cause', () => {
    const cases = [
      [{}, '122 us (41490 us in all)'],
      [{ cause: 'delayed_ack' }, '122 us (41490 us in all: delayed_ack)'],
      [{ startUs: 40_367 }, '122 us (1123 us in all)'],
      [{ startUs: 40_368 }, '122 us'],
      [{ startUs: 0, requestUs: 0, answerUs: 123_000, endUs: 123_000, cause: 'server' }, '123000 us (server)'],
    ] as const;
    for (const [fields, text] of cases) {
      const stored = answered('set user:2', { status: 'stored', outcome: 'STORED', ...times, ...fields });
      assert.equal(
        annotation((told) => told.transaction(connection, stored)),
        `: memcached: set user:2 => STORED, ${text}`,
      );
    }
  });
});
