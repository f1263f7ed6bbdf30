import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Server } from '../recorder/server.ts';
import { itemBytes } from './item.ts';
import type { Session } from './session.ts';

/** What a client heard on its connection. */
export interface Heard {
  /** `127.1.0.7:40000`, which no other connection has. */
  readonly client: string;
  readonly bytes: Buffer;
}

/** Longer than memcached on loopback takes for an answer. */
const patienceMs = 50;

/**
 * Says a session again, at its pace, and waits until the server has closed the connection. The number, from 0 to 65535,
 * gives the client an address of its own, since ports are used again.
 */
export async function converse(server: Server, session: Session, number: number, random: Random): Promise<Heard> {
  const { host, port } = server;
  const localAddress = `127.1.${number >> 8}.${number & 255}`;
  const socket = connect({ host, port, localAddress, noDelay: true });
  await once(socket, 'connect');
  const client = new Client(socket);
  const closed = once(socket, 'close');
  const { localPort = 0 } = socket;
  await paces[session.pace](client, session, random);
  // The server has read all before it sees the end.
  socket.end();
  if (!socket.closed) await closed;
  return { client: `${localAddress}:${localPort}`, bytes: client.heard() };
}

const paces = {
  async 'lock-step'(client: Client, { exchanges }: Session, random: Random): Promise<void> {
    for (const { item, answer } of exchanges) {
      await client.say(itemBytes(item), answer.length);
      await client.untilAnswered(0);
      await think(random);
    }
  },
  async batch(client: Client, { exchanges }: Session, random: Random): Promise<void> {
    for (let at = 0; at < exchanges.length; ) {
      const some = exchanges.slice(at, at + random.between(2, 12));
      const bytes = Buffer.concat(some.map(({ item }) => itemBytes(item)));
      await client.say(
        bytes,
        some.reduce((sum, { answer }) => sum + answer.length, 0),
      );
      await client.untilAnswered(0);
      await think(random);
      at += some.length;
    }
  },
  async pipeline(client: Client, { exchanges }: Session, random: Random): Promise<void> {
    const depth = random.pick([2, 4, 8]);
    for (const { item, answer } of exchanges) {
      const bytes = itemBytes(item);
      const cut = random.chance(0.1) ? random.below(bytes.length) : 0;
      if (cut > 0) await client.say(bytes.subarray(0, cut), 0);
      if (random.chance(0.1)) await think(random);
      await client.say(bytes.subarray(cut), answer.length);
      await client.untilAnswered(depth - 1);
    }
    await client.untilAnswered(0);
  },
};

async function think(random: Random): Promise<void> {
  if (random.chance(0.02)) await sleep(random.between(5, 50));
  else if (random.chance(0.3)) await sleep(1);
}

/** Counts what it is owed: by its twin it knows how long each answer is, within a few digits. */
class Client {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  #heardBytes = 0;
  #owedBytes = 0;
  /** Of each request with an answer that is not complete: where in the server's stream it ends. */
  readonly #open: number[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#heardBytes += chunk.length;
      while (this.#open.length > 0 && (this.#open[0] as number) <= this.#heardBytes) this.#open.shift();
      socket.emit('answer');
    });
    // A server that closes with bytes unread resets.
    socket.on('error', () => {});
  }

  heard(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Writes it at once, in a segment of its own where the kernel allows. */
  async say(bytes: Buffer, answerBytes: number): Promise<void> {
    if (bytes.length === 0 || !this.#socket.writable) return;
    this.#owedBytes += answerBytes;
    if (answerBytes > 0) this.#open.push(this.#owedBytes);
    await new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  /** Waits until no more than `rest` requests wait for their answer, but not for ever. */
  async untilAnswered(rest: number): Promise<void> {
    while (this.#open.length > rest && !this.#socket.closed) {
      const patience = new AbortController();
      const { signal } = patience;
      // A timer keeps the process alive and is not collected, as a signal with a time limit may be.
      const timer = setTimeout(() => patience.abort(), patienceMs);
      try {
        await Promise.race([once(this.#socket, 'answer', { signal }), once(this.#socket, 'close', { signal })]);
      } catch {
        this.#open.length = 0;
        this.#owedBytes = this.#heardBytes;
      } finally {
        clearTimeout(timer);
        patience.abort();
      }
    }
  }
}
