import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../recorder/recording.ts';
import type { Session, Step } from './script.ts';

/** Plays a session; returns how long each step took as its client saw it, in µs: no packet says more. */
export async function play({ client, end, steps }: Session, { host, port }: Target): Promise<number[]> {
  const socket = connect({ host, port, localAddress: client, noDelay: true });
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  const answers: Buffer[] = [];
  socket.on('data', (chunk) => answers.push(chunk));
  const took: number[] = [];
  for (const step of steps) {
    const started = performance.now();
    socket.write(Buffer.concat(step.commands.map(({ send }) => send)));
    await takeAnswers(socket, answers, step);
    took.push((performance.now() - started) * 1000);
  }
  if (end === 'rst') socket.resetAndDestroy();
  else socket.end();
  await closed;
  assert.deepEqual(answers, [], 'nothing else was said');
  return took;
}

async function takeAnswers(socket: Socket, answers: Buffer[], { commands, holdMs }: Step): Promise<void> {
  // The proxy keeps it: there is nothing to wait for but that the server has read the request.
  if (holdMs === 'forever') return sleep(50);
  const expected = Buffer.concat(commands.map(({ answer }) => answer));
  const signal = AbortSignal.timeout(5000);
  const length = (): number => answers.reduce((sum, chunk) => sum + chunk.length, 0);
  while (length() < expected.length) await once(socket, 'data', { signal });
  const received = Buffer.concat(answers.splice(0));
  assert.equal(withoutCas(received).toString('latin1'), withoutCas(expected).toString('latin1'));
}

/** The server numbers what it stores; the script does not. */
function withoutCas(answers: Buffer): Buffer {
  const bytes = Buffer.from(answers);
  for (let at = 0; bytes[at] === 0x81 && at + 24 <= bytes.length; at += 24 + bytes.readUInt32BE(at + 8)) {
    bytes.fill(0, at + 16, at + 24);
  }
  return bytes;
}

export interface Proxy {
  stop(): Promise<void>;
}

/**
 * Listens at `own` and passes on to `target`, from the address `from`. What is answered to the n-th write of a client
 * waits until `holds[n]` ms have passed since that write came.
 */
export async function startProxy(
  own: Target,
  target: Target,
  from: string,
  holds: readonly Step['holdMs'][],
): Promise<Proxy> {
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ ...target, localAddress: from, noDelay: true });
    let writes = 0;
    let dueAt = 0;
    near.on('data', (chunk) => {
      const holdMs = holds[writes++] ?? 0;
      dueAt = holdMs === 'forever' ? Number.POSITIVE_INFINITY : performance.now() + holdMs;
      far.write(chunk);
    });
    let passing = Promise.resolve();
    far.on('data', (chunk) => {
      if (dueAt === Number.POSITIVE_INFINITY) return;
      passing = passing.then(async () => {
        // A timer may come early by a part of a millisecond.
        while (performance.now() < dueAt) await sleep(1);
        near.write(chunk);
      });
    });
    near.on('end', () => far.end());
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  server.listen(own.port, own.host);
  await once(server, 'listening');
  return {
    async stop() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
