import { once } from 'node:events';
import { connect } from 'node:net';
import type { Target } from '../recording.ts';

/** One write of a scripted client, what the server answers, and what the sniffer is to tell. */
export interface Step {
  /** One character a byte. */
  readonly send: string;
  /** The whole answer; `#` stands for any number. */
  readonly answer: string;
  /** `status command key` of each command, in order. */
  readonly told: readonly string[];
}

/** Says each step and waits for its answer; fails where the server answers otherwise. */
export async function sayAll({ host, port }: Target, steps: readonly Step[]): Promise<void> {
  const socket = connect({ host, port, noDelay: true });
  let heard = '';
  let wake: () => void = () => {};
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1');
    wake();
  });
  socket.on('close', () => wake());
  await once(socket, 'connect');
  for (const { send, answer } of steps) {
    heard = '';
    socket.write(send, 'latin1');
    const deadline = Date.now() + 5000;
    while (!matches(heard, answer)) {
      if (socket.destroyed || Date.now() > deadline) {
        throw new Error(
          `${JSON.stringify(send.slice(0, 200))} is answered with ${JSON.stringify(heard.slice(0, 200))}`,
        );
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 100);
      });
    }
  }
  const closed = once(socket, 'close');
  socket.end();
  await closed;
}

export function matches(heard: string, answer: string): boolean {
  const digits = /-?\d+/y;
  let at = 0;
  for (const [index, piece] of answer.split('#').entries()) {
    if (index > 0) {
      digits.lastIndex = at;
      if (!digits.test(heard)) return false;
      at = digits.lastIndex;
    }
    if (!heard.startsWith(piece, at)) return false;
    at += piece.length;
  }
  return at === heard.length;
}
