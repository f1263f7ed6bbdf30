import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientAddresses, serverAddress } from './network.ts';

/** Where the server, or what stands before it, listens. */
export const port = 11211;

interface ClientOptions {
  /** Which of the clients' addresses, from 0. */
  readonly from?: number;
  /** With Nagle's algorithm, as sockets have it that nobody told otherwise. */
  readonly nagle?: boolean;
  /** 11211 unless given. */
  readonly port?: number;
}

/** A client that writes what it is told, and reads. */
export class Client {
  readonly socket: Socket;
  #heard = '';
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#heard += text;
      this.#wake();
    });
    // A server that resets a connection is part of what is recorded.
    socket.on('error', () => this.#wake());
    socket.on('close', () => this.#wake());
  }

  static async connect(options: ClientOptions = {}): Promise<Client> {
    const localAddress = clientAddresses[options.from ?? 0] ?? '';
    const place = { host: serverAddress, port: options.port ?? port, localAddress };
    const socket = connect({ ...place, noDelay: !options.nagle });
    const client = new Client(socket);
    await once(socket, 'connect');
    return client;
  }

  write(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Writes, and waits for `answers` answers: those of a retrieval end in `END` or are a refusal, all others are one line. */
  async ask(text: string, answers = 1): Promise<string> {
    this.write(text);
    return this.read(/^(?:get|stats)/.test(text) ? /^(?:END|\w*ERROR[^\n]*)\r\n/gm : /\n/g, answers);
  }

  /** Takes what was heard up to the `count`th match of `end`, once it is there; all that was heard where it never will be. */
  async read(end: RegExp, count = 1): Promise<string> {
    for (;;) {
      const match = [...this.#heard.matchAll(end)][count - 1];
      if (match) return this.#take(match.index + match[0].length);
      if (this.socket.destroyed || this.socket.readableEnded) return this.#take(this.#heard.length);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** As `read`, but gives up after some time: undefined then. */
  async readWithin(milliseconds: number, end: RegExp): Promise<string | undefined> {
    const timer = new AbortController();
    const late = sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
    const answer = await Promise.race([this.read(end), late]);
    timer.abort();
    return answer;
  }

  /** Closes, as a client does that has read all; or at once, with answers unread or under way. */
  async close(): Promise<void> {
    if (this.socket.destroyed) return;
    const closed = once(this.socket, 'close');
    this.socket.end();
    await closed;
  }

  #take(length: number): string {
    const text = this.#heard.slice(0, length);
    this.#heard = this.#heard.slice(length);
    return text;
  }
}

/** A connection's whole life: connect, say each line and wait for its answer, close. */
export async function say(lines: readonly string[], options: ClientOptions = {}): Promise<void> {
  const client = await Client.connect(options);
  for (const line of lines) await client.ask(`${line}\r\n`);
  await client.close();
}
