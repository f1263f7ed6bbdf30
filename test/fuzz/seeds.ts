import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleDirectory } from '../support/sample-list.ts';

/** Inputs that mean something to their target, for the mutations to begin with. */

/** Where findings and situations are kept, a directory for each target. */
export const corpusDirectory = join(process.cwd(), 'test', 'fuzz', 'corpus');

const longestBody = 255;

function input(choice: number, ...steps: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([choice]), ...steps]);
}

function step(head: readonly number[], body: string | Buffer): Buffer {
  const bytes = (typeof body === 'string' ? Buffer.from(body, 'latin1') : body).subarray(0, longestBody);
  return Buffer.concat([Buffer.from([...head, bytes.length]), bytes]);
}

const client = 0;
const server = 1;

/** Requests and answers, one after the other. */
const exchanges: readonly (readonly string[])[] = [
  ['get a b\r\n', 'VALUE a 0 1\r\nx\r\nEND\r\n', 'set k 1 2 3\r\nabc\r\n', 'STORED\r\n', 'incr n 1\r\n', '5\r\n'],
  ['gets k\r\n', 'VALUE k 0 2 77\r\nEN\r\nEND\r\n', 'cas k 0 0 2 77 noreply\r\nhi\r\n', '', 'quit\r\n'],
  [
    'mg k v q k O1\r\nmg l v q k O2\r\nmn\r\n',
    'VA 1 kk O1\r\nx\r\nMN\r\n',
    'ms k 2 T0 q\r\nab\r\nmd k q\r\nmn\r\n',
    'MN\r\n',
  ],
  [
    'stats\r\n',
    'STAT pid 1\r\nSTAT x y\r\nEND\r\n',
    'lru_crawler metadump all\r\n',
    'key=a exp=-1\r\nEND\r\n',
    'x\r\n',
    'ERROR\r\n',
  ],
  [
    `set ${'k'.repeat(251)} 0 0 5\r\nabcde\r\n`,
    'CLIENT_ERROR bad command line format\r\n',
    'version\r\n',
    'VERSION 1.6.18\r\n',
  ],
  [
    binary(0x80, 0x00, 'key', '', '', 7),
    binary(0x81, 0x00, '', '\0\0\0\x05', 'value', 7),
    binary(0x80, 0x0a, '', '', '', 8),
  ],
  [
    binary(0x80, 0x0d, 'a', '', '', 1) + binary(0x80, 0x0d, 'b', '', '', 1) + binary(0x80, 0x0a, '', '', '', 2),
    binary(0x81, 0x0d, 'b', '\0\0\0\0', 'v', 1) + binary(0x81, 0x0a, '', '', '', 2),
    binary(0x80, 0x01, 'k', '\0\0\0\0\0\0\0\0', 'value', 3),
    binary(0x81, 0x01, '', '', '', 3),
  ],
];

function binary(magic: number, opcode: number, key: string, extras: string, value: string, opaque: number): string {
  const header = Buffer.alloc(24);
  header[0] = magic;
  header[1] = opcode;
  header.writeUInt16BE(key.length, 2);
  header[4] = extras.length;
  header.writeUInt32BE(key.length + extras.length + value.length, 8);
  header.writeUInt32BE(opaque, 12);
  return header.toString('latin1') + extras + key + value;
}

function sessions(): Buffer[] {
  return exchanges.flatMap((exchange) =>
    [0, 1, 4, 6].map((choice) => input(choice, ...exchange.map((text, index) => step([index & 1], text)))),
  );
}

/** As sessions, with a little time between, behind an exchange of the same protocol. */
function talks(): Buffer[] {
  return exchanges.map((exchange) => {
    const isBinary = exchange[0]?.startsWith('\x80') ?? false;
    return input(isBinary ? 1 : 0, ...exchange.map((text, index) => step([index & 1, 9], text)));
  });
}

/** The same as segments, the second one held back for a while. */
function streams(): Buffer[] {
  return exchanges.map((exchange, number) => {
    const next = [1, 1];
    const packets = exchange.map((text, index) => {
      const side = index & 1;
      const packet = step([side, 0x18, next[side] as number, next[1 - side] as number], text);
      next[side] = (next[side] as number) + text.length;
      return packet;
    });
    const [first, second, ...rest] = packets as [Buffer, Buffer, ...Buffer[]];
    const opening = [step([client, 2, 0, 0], ''), step([server, 0x12, 0, 1], ''), step([client, 0x10, 1, 1], '')];
    const closing = [step([client, 0x11, 100, 100], ''), step([server, 0x14, 100, 101], '')];
    return input(number, ...opening, first, ...rest, second, ...closing);
  });
}

function messages(): Buffer[] {
  return exchanges.map(([request = '', answer = ''], number) =>
    input(
      number,
      step([client, 1, 0, 1, 0], request),
      step([server, 1, 1, 2, 0], answer.slice(9)),
      step([server, 1, 0, 2, 0], answer.slice(0, 9)),
    ),
  );
}

const expressions = [
  'tcp port 11211 and not host 10.0.0.1',
  'src net 10.0.0.0/8 or dst net 192.168.0.0 mask 255.255.0.0',
  'udp portrange 1-1024 or (ip6 and host ::1)',
  '! (src or dst port 80 or 443) && net 10.1',
  'port memcache or tcp port 0x50 or host 2001:db8::1',
];

function samples(): Buffer[] {
  const names = readdirSync(sampleDirectory).filter((name) => /\.(pcap|pcapng|gz)$/.test(name));
  return names.map((name) => readFileSync(join(sampleDirectory, name))).filter((file) => file.length <= 4096);
}

/** The first packets of each small pcap sample, each a step; `links` are the link types in the target's order. */
function samplePackets(): Buffer[] {
  const links = [1, 101, 113, 276, 0, 108];
  return samples()
    .filter((file) => file.readUInt32LE(0) === 0xa1b2c3d4)
    .map((file) => {
      const link = links.indexOf(file.readUInt32LE(20));
      const packets: Buffer[] = [];
      for (let at = 24; at + 16 <= file.length && packets.length < 8; ) {
        const length = file.readUInt32LE(at + 8);
        packets.push(step([Math.max(0, link), 1], file.subarray(at + 16, at + 16 + length)));
        at += 16 + length;
      }
      return input(0, ...packets);
    });
}

const made: Readonly<Record<string, () => Buffer[]>> = {
  capture: samples,
  packets: samplePackets,
  segments: streams,
  session: sessions,
  datagrams: messages,
  ways: talks,
  filter: () => expressions.map((text) => Buffer.from(text)),
};

/** What is kept for a target, by file name. */
export function corpusOf(target: string): ReadonlyMap<string, Buffer> {
  const directory = join(corpusDirectory, target);
  return new Map(
    readdirSync(directory)
      .sort()
      .map((name) => [name, readFileSync(join(directory, name))]),
  );
}

export function seedsOf(target: string): Buffer[] {
  return [...(made[target]?.() ?? []), ...corpusOf(target).values()];
}
