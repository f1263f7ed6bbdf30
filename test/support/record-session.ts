/**
 * Records the samples that a real memcached answers: `npm run record -- [name]`, as root, from the
 * repository's root. It needs memcached and tcpdump, and talks on loopback addresses of its own. Recording
 * again gives other times, ports and counters, so it is done only to add something.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleDirectory } from './sample-list.ts';
import { frame } from './udp-conversation.ts';

const clientAddress = '127.8.34.13';
const serverAddress = '127.8.34.27';
const port = 11211;

/** Long enough for memcached on loopback to have said all that it will say. */
const quietMilliseconds = 60;

/** What is written at a time; an array is written in pieces, each answered or acknowledged before the next. */
type Step = string | readonly string[];

interface Session {
  /** Said on a connection that is closed before the capture begins. */
  readonly before: readonly Step[];
  /** Said on one connection each, one after the other. */
  readonly connections: readonly (readonly Step[])[];
  /** Sent over UDP, each answered or not before the next; then nothing is recorded of TCP. */
  readonly datagrams?: readonly Buffer[];
}

/** A binary get, as the public description of the protocol has it. */
function binaryGet(key: string): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt8(0x80, 0);
  header.writeUInt16BE(key.length, 2);
  header.writeUInt32BE(key.length, 8);
  return Buffer.concat([header, Buffer.from(key)]);
}

/** A header of the binary protocol alone, as text. */
function binaryHeader(opcode: number): string {
  return String.fromCharCode(0x80, opcode).padEnd(24, '\0');
}

/** Opcodes that memcached has names for and does not serve, but for those that `client-binary.pcap` has. */
const notServed = [
  ...[0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3f],
  ...[0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47],
];

const quitq = 0x17;

const sessions: Readonly<Record<string, Session>> = {
  'complete-session.pcap': {
    before: ['set userId 0 0 4\r\n1001\r\n'],
    connections: [
      ['get username\r\n', 'get userId\r\n', ['set username 0 0 4\r\n', 'nick\r\n'], 'get username\r\n', 'quit\r\n'],
    ],
  },
  'all-commands.pcap': {
    before: [],
    connections: [
      [
        'version\r\n',
        'set a 5 0 3\r\none\r\n',
        'add a 0 0 3\r\ntwo\r\n',
        'add b 0 0 3\r\ntwo\r\n',
        'replace b 7 0 5\r\nthree\r\n',
        'replace none 0 0 1\r\nx\r\n',
        'append b 0 0 4\r\n-end\r\n',
        'prepend b 0 0 6\r\nstart-\r\n',
        'prepend none 0 0 1\r\nx\r\n',
        'get a\r\n',
        'get a none b\r\n',
        'gets a\r\n',
        // memcached numbers its items from 1 on: the cas value of `a` is 1.
        'cas a 0 0 3 1\r\nnew\r\n',
        'cas a 0 0 3 1\r\nold\r\n',
        'cas none 0 0 1 1\r\nx\r\n',
        'gat 100 a\r\n',
        'gats 100 a none\r\n',
        'touch a 0\r\n',
        'touch none 0\r\n',
        'set n 0 0 2\r\n41\r\n',
        'incr n 1\r\n',
        'decr n 2\r\n',
        'incr none 1\r\n',
        'incr a 1\r\n',
        'delete b\r\n',
        'delete none\r\n',
        'set q 0 0 1 noreply\r\nx\r\n',
        'incr n 1 noreply\r\ntouch n 0 noreply\r\ndelete q noreply\r\nget q\r\n',
        'set empty 0 0 0\r\n\r\n',
        'get empty\r\n',
        'set bad 0 0 3\r\nlong\r\n',
        `get ${'k'.repeat(251)}\r\n`,
        'set negative 0 0 -1\r\n',
        `set large 0 0 3000\r\n${'v'.repeat(3000)}\r\n`,
        'nonsense\r\n',
        '\r\n',
        'get\r\n',
      ],
      [
        'stats\r\n',
        'stats settings\r\n',
        'stats items\r\n',
        'stats slabs\r\n',
        'stats sizes\r\n',
        'stats conns\r\n',
        'stats detail on\r\n',
        'stats detail dump\r\n',
        'stats detail off\r\n',
        'stats cachedump 1 10\r\n',
        'stats reset\r\n',
        'verbosity 0\r\n',
        'cache_memlimit 64\r\n',
        'slabs automove 0\r\n',
        'slabs reassign 1 2\r\n',
        'lru mode segmented\r\n',
        'lru tune 10 25 0.1 2.0\r\n',
        'lru_crawler enable\r\n',
        'lru_crawler sleep 100\r\n',
        'lru_crawler tocrawl 0\r\n',
        'lru_crawler crawl all\r\n',
        'lru_crawler metadump all\r\n',
        'lru_crawler mgdump all\r\n',
        'flush_all\r\n',
        'flush_all 0 noreply\r\n',
        'quit\r\n',
      ],
      ['watch fetchers mutations\r\n'],
      ['shutdown\r\n'],
    ],
  },
  'rare-commands.pcap': {
    before: [],
    connections: [
      [
        'set a 0 0 1\r\nx\r\n',
        'bget a\r\n',
        'bget none\r\n',
        'gets none\r\n',
        'gets a none\r\n',
        'gat 100 none\r\n',
        'gat 100 a none\r\n',
        'gat x a\r\n',
        'gats 100 a\r\n',
        'gats 100 none\r\n',
        'append none 0 0 1\r\nx\r\n',
        'decr none 1\r\n',
        'decr a 1\r\n',
        'touch a x\r\n',
        'verbosity\r\n',
        'stats nonsense\r\n',
        'slabs reassign 1 1\r\n',
        'slabs reassign 1 99\r\n',
        'lru mode nonsense\r\n',
        'cache_memlimit 4\r\n',
        'extstore free_memchunks 1 1\r\n',
        'refresh_certs\r\n',
        'debugtime 1\r\n',
        'debugitem lock a\r\n',
        'watch nonsense\r\n',
        'flush_all x\r\n',
        'shutdown nonsense\r\n',
        'quit\r\n',
      ],
      [...notServed, quitq].map(binaryHeader),
    ],
  },
  'udp.pcap': {
    before: [],
    connections: [],
    datagrams: [
      frame(1, 0, 1, 'set a 5 0 3\r\none\r\n'),
      frame(2, 0, 1, `set large 0 0 4000\r\n${'v'.repeat(4000)}\r\n`),
      frame(3, 0, 1, 'get a\r\n'),
      frame(4, 0, 1, 'get large\r\n'),
      frame(5, 0, 1, 'gets a large none\r\n'),
      frame(6, 0, 1, 'get none\r\nset b 0 0 2 noreply\r\n41\r\nincr b 1\r\nbogus\r\nmg a v\r\n'),
      frame(7, 0, 1, 'stats\r\n'),
      frame(8, 0, 1, binaryGet('large')),
      frame(8, 0, 1, Buffer.concat([binaryGet('a'), binaryGet('none')])),
      // Not executed: a message of two datagrams, an unfinished command, and no frame at all.
      frame(9, 0, 2, 'get a\r\n'),
      frame(10, 0, 1, 'get a'),
      Buffer.from('get a'),
      frame(11, 0, 1, 'quit\r\n'),
    ],
  },
};

/** Writes each step and waits until the server has been silent for a while. */
async function talk(steps: readonly Step[]): Promise<void> {
  const socket = connect({ host: serverAddress, port, localAddress: clientAddress, noDelay: true });
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  for (const step of steps) {
    for (const piece of typeof step === 'string' ? [step] : step) {
      if (socket.writable) await say(socket, piece);
    }
  }
  socket.end();
  await closed;
}

/** Sends each datagram and waits for what the server answers. */
async function send(datagrams: readonly Buffer[]): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(0, clientAddress);
  await once(socket, 'listening');
  for (const datagram of datagrams) {
    socket.send(datagram, port, serverAddress);
    await sleep(quietMilliseconds);
  }
  socket.close();
}

async function say(socket: Socket, text: string): Promise<void> {
  let heard = true;
  const onData = (): void => {
    heard = true;
  };
  socket.on('data', onData);
  socket.write(text, 'latin1');
  while (heard) {
    heard = false;
    await sleep(quietMilliseconds);
  }
  socket.off('data', onData);
}

/** Asks until the server answers. */
async function untilItListens(): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      await talk([]);
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`memcached does not answer on ${serverAddress}:${port}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  await exit;
}

async function record(name: string, session: Session): Promise<void> {
  // -A allows shutdown; the small limits make a value of 3000 bytes too large.
  const address = ['-u', 'nobody', '-l', serverAddress, '-p', `${port}`, '-U', session.datagrams ? `${port}` : '0'];
  const limits = session.datagrams ? [] : ['-A', '-I', '2048', '-o', 'slab_chunk_max=1024'];
  const memcached = spawn('memcached', [...address, ...limits], { stdio: 'inherit' });
  try {
    await untilItListens();
    await talk(session.before);
    const file = join(sampleDirectory, name);
    const filter = `${session.datagrams ? 'udp' : 'tcp'} port ${port} and host ${serverAddress} and host ${clientAddress}`;
    const tcpdump = spawn('tcpdump', ['-i', 'lo', '-U', '--immediate-mode', '-Z', 'root', '-w', file, filter], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // It says "listening on lo" once the device is open.
    await once(tcpdump.stderr, 'data');
    await sleep(200);
    for (const steps of session.connections) await talk(steps);
    await send(session.datagrams ?? []);
    await sleep(500);
    await stop(tcpdump);
  } finally {
    await stop(memcached);
  }
}

const wanted = process.argv.slice(2);
for (const [name, session] of Object.entries(sessions)) {
  if (wanted.length === 0 || wanted.includes(name)) await record(name, session);
}
