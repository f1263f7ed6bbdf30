import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { OutputStream } from '../../src/output/output-stream.ts';

/** A stream that takes a piece only when `take` is called. */
class StalledStream extends Writable {
  take = (): void => {};

  constructor() {
    super({ highWaterMark: 10 });
  }

  override _write(_piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.take = done;
  }
}

function noError(error: Error): void {
  assert.fail(error);
}

describe('OutputStream', () => {
  it('says that its reader stalls as often as it is asked, however small the pieces are', async () => {
    const stream = new StalledStream();
    const output = new OutputStream(stream, noError);
    for (let piece = 0; piece < 100; piece++) {
      output.text.text('0123456789');
      output.flush();
      assert.ok(output.drained() !== undefined);
    }
    const drained = output.drained();
    assert.equal(stream.listenerCount('drain'), 1);
    for (let piece = 0; piece < 100; piece++) {
      stream.take();
      await new Promise(setImmediate);
    }
    await drained;
    assert.equal(output.drained(), undefined);
  });

  it('knows when it has finished what became of the last piece', async () => {
    const errors: Error[] = [];
    const full = new Error('full');
    const stream = new Writable({ write: (_piece, _encoding, done) => done(full) });
    const output = new OutputStream(stream, (error) => errors.push(error));
    output.text.text('x');
    await output.finish();
    assert.deepEqual(errors, [full]);
  });

  it('waits no more for a reader that is given up, and counts what it left', async () => {
    const stream = new StalledStream();
    const output = new OutputStream(stream, noError);
    output.text.text('0123456789ab');
    output.flush();
    const drained = output.drained();
    const finished = output.finish();
    output.abandon();
    await Promise.all([drained, finished]);
    assert.equal(output.abandonedBytes, 12);
    assert.equal(output.isAbandoned, true);
  });
});
