import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { encodeRequest } from './clients/binary-request.ts';

/** A memcached of its own, with a log of every command. */
export interface Server {
  readonly host: string;
  /** TCP and UDP port. */
  readonly port: number;
  /** What `-vv` has written so far, as Latin-1. */
  log(): string;
  /** Sends it a signal: SIGSTOP and SIGCONT make it late. */
  signal(name: NodeJS.Signals): void;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly host?: string;
  /** A free one unless given. */
  readonly port?: number;
  /** Further arguments of memcached. */
  readonly args?: readonly string[];
  /** The program, `memcached` unless given. */
  readonly program?: string;
  /** Words before the program's name, which run it elsewhere. */
  readonly launcher?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** True for a server that speaks neither text nor UDP, as one that demands SASL. */
  readonly isBinaryOnly?: boolean;
  /** True for a server that speaks text but no UDP, as one that demands authentication. */
  readonly hasNoUdp?: boolean;
}

/**
 * Starts memcached with one worker thread, so that its log is in order, and waits until it listens on TCP and UDP. No
 * connection is made for that: what the log holds is what the clients did.
 */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const host = options.host ?? '127.0.0.1';
  const port = options.port ?? (await freePort());
  const udpPort = options.isBinaryOnly || options.hasNoUdp ? 0 : port;
  const place = ['-u', 'nobody', '-l', host, '-p', `${port}`, '-U', `${udpPort}`, '-t', '1', '-m', '64', '-vv'];
  const [program = '', ...words] = [...(options.launcher ?? []), options.program ?? 'memcached', ...place];
  const child = spawn(program, [...words, ...(options.args ?? [])], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...options.environment },
  });
  const chunks: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk.toString('latin1')));
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`memcached ended with ${code}: ${chunks.join('').slice(-500)}`)));
    const onData = (): void => {
      const log = chunks.join('');
      const hasUdp = udpPort === 0 || /server listening \(udp\)/.test(log);
      if (!hasUdp || !/server listening \((?!udp)/.test(log)) return;
      child.stderr.off('data', onData);
      resolve();
    };
    child.stderr.on('data', onData);
  });
  // It looks at SIGTERM once a second only, and has nothing to put in order.
  return {
    host,
    port,
    log: () => chunks.join(''),
    signal: (name) => child.kill(name),
    stop: () => stopChild(child, 'SIGKILL'),
  };
}

/** Ends a child that this process started and waits until all that it wrote was read. */
export async function stopChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill(signal);
  await closed;
}

/** A port that is free for TCP and UDP. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const socket = createSocket('udp4');
    const isFree = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.bind(port, '127.0.0.1', () => resolve(true));
    });
    socket.close();
    server.close();
    await once(server, 'close');
    if (isFree) return port;
  }
}

/** What the recorder itself says last, in either protocol: once the capture has it, it has all. */
const lastWords = 'version the-recorder-ends-here\r\n';
const lastBinaryWords = encodeRequest({ opcode: 0x0b, opaque: 0x7265636f });

/** Says the last words on a connection of its own; returns what is to be looked for in the capture. */
export async function sayLastWords(host: string, port: number, isBinaryOnly = false): Promise<Buffer> {
  const words = isBinaryOnly ? lastBinaryWords : Buffer.from(lastWords);
  const socket = connect({ host, port, noDelay: true });
  socket.on('data', () => socket.end());
  socket.write(words);
  await once(socket, 'close');
  return words;
}

/** The server's own counters. */
export async function askStats(host: string, port: number): Promise<Record<string, number>> {
  const socket = connect({ host, port, noDelay: true });
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
    if (answer.endsWith('END\r\n')) socket.end();
  });
  socket.write('stats\r\n');
  await once(socket, 'close');
  return Object.fromEntries([...answer.matchAll(/^STAT (\S+) (\d+)\r$/gm)].map(([, name, n]) => [name, Number(n)]));
}
