import { createGunzip } from 'node:zlib';
import { CaptureError, errorCode } from './capture-error.ts';

/** Compressed bytes given to zlib at a time: bounds what a bomb can make of one step to about 16 MiB. */
const stepLength = 16 * 1024;

/**
 * Decompresses gzip, several members too, as it comes. What could be decompressed before damage is handed on; then a
 * `CaptureError` is thrown.
 */
export async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const stream = createGunzip();
  let ready: Buffer[] = [];
  let failure: Error | undefined;
  let taken = 0;
  stream.on('data', (chunk: Buffer) => ready.push(chunk));
  stream.on('error', (error) => {
    failure = error;
  });
  // The one event that always comes: after an error, whenever that was, neither a write nor the end calls back.
  let wake = (): void => {};
  stream.once('close', () => wake());
  const settled = (start: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      if (stream.closed) return resolve();
      wake = resolve;
      start(resolve);
    });
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += stepLength) {
        const step = chunk.subarray(at, at + stepLength);
        await settled((done) => void stream.write(step, () => done()));
        yield* ready;
        ready = [];
        if (failure !== undefined) throw damaged(failure, taken);
        taken += step.length;
      }
    }
    await settled(() => void stream.end());
    yield* ready;
    if (failure !== undefined) throw damaged(failure, taken);
  } finally {
    stream.destroy();
  }
}

function damaged(error: Error, taken: number): CaptureError {
  if (errorCode(error) === 'Z_BUF_ERROR')
    return new CaptureError(`the gzip data ends in the middle, after ${taken} compressed bytes`);
  return new CaptureError(`the gzip data is damaged near compressed byte ${taken}: ${error.message}`);
}
