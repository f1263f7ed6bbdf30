import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeMessage } from '../../../support/binary-messages.ts';

/** A memcached of one's own, on a Unix socket. */
export class RealServer {
  readonly #directory = mkdtempSync(join(tmpdir(), 'mcsniff-binary-'));
  readonly #path = join(this.#directory, 'memcached.sock');
  readonly #child: ChildProcess = spawn('memcached', ['-u', 'root', '-s', this.#path, '-t', '1'], { stdio: 'inherit' });

  async connect(): Promise<Socket> {
    for (let attempt = 0; ; attempt++) {
      const socket = connect(this.#path);
      try {
        await once(socket, 'connect');
        return socket;
      } catch (error) {
        if (attempt === 50) throw error;
        await sleep(50);
      }
    }
  }

  /** The counters of `stats`. */
  async counters(): Promise<ReadonlyMap<string, number>> {
    const socket = await this.connect();
    socket.setEncoding('latin1').write('stats\r\n');
    let text = '';
    while (!text.endsWith('END\r\n')) text += (await once(socket, 'data'))[0] as string;
    socket.destroy();
    return new Map(
      Array.from(text.matchAll(/^STAT (\S+) (\d+)\r$/gm), ([, name, value]) => [name as string, Number(value)]),
    );
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
    rmSync(this.#directory, { recursive: true });
  }
}

/** A client that writes whole batches, each ended by `noop`, and waits for the answer to that. */
export class RealClient {
  readonly #socket: Socket;
  readonly #watch: (fromClient: boolean, bytes: Buffer) => void;
  #received = Buffer.alloc(0);

  /** `watch` is called with all bytes, as a sniffer would see them. */
  constructor(socket: Socket, watch: (fromClient: boolean, bytes: Buffer) => void) {
    this.#socket = socket;
    this.#watch = watch;
    socket.on('data', (bytes: Buffer) => {
      watch(false, bytes);
      this.#received = Buffer.concat([this.#received, bytes]);
    });
  }

  /** Messages as in `encode.ts`, the last one `noop`; `size`: bytes written at a time. */
  async batch(messages: readonly string[], size: number): Promise<void> {
    const bytes = Buffer.concat(messages.map((text) => encodeMessage(true, text)));
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size);
      this.#watch(true, piece);
      this.#socket.write(piece);
      if (size < bytes.length) await sleep(0);
    }
    while (!this.#takeNoop()) await once(this.#socket, 'data');
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Takes answers up to that of `noop`; false where it has not come yet. */
  #takeNoop(): boolean {
    while (this.#received.length >= 24) {
      const length = 24 + this.#received.readUInt32BE(8);
      if (this.#received.length < length) return false;
      const isNoop = this.#received[1] === 0x0a;
      this.#received = this.#received.subarray(length);
      if (isNoop) return true;
    }
    return false;
  }
}
