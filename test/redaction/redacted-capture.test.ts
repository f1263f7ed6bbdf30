import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { encodeMessage } from '../support/binary-messages.ts';
import {
  type BuiltPacket,
  type ConversationOptions,
  ethernet,
  IpProtocol,
  ipv4,
  ipv4Fragments,
  pcapFile,
  TcpConversation,
  tcp,
} from '../support/packet-builder.ts';
import { recordsOf } from '../support/records.ts';
import { runMcsniff, runProgram } from '../support/run-program.ts';
import { UdpConversation } from '../support/udp-conversation.ts';

const pieceLength = 8;
const secrets: Buffer[] = [];

/** Bytes that stand nowhere else, which nothing of may be left. */
function secret(length: number): string {
  let text = '';
  while (text.length < length) {
    const digest = createHash('sha256').update(`${secrets.length} ${text.length}`).digest();
    text += [...digest].map((byte) => String.fromCharCode(0x61 + (byte % 26))).join('');
  }
  return kept(text.slice(0, length));
}

function secretBytes(length: number): Buffer {
  const bytes = Buffer.from(secret(length), 'latin1');
  for (const [at, byte] of bytes.entries()) bytes[at] = (byte * 7 + at * 31) & 0xff;
  secrets.push(bytes);
  return bytes;
}

function kept(text: string): string {
  secrets.push(Buffer.from(text, 'latin1'), Buffer.from(Buffer.from(text, 'latin1').toString('base64'), 'latin1'));
  return text;
}

let port = 40_000;
const packets: BuiltPacket[] = [];

/** Another connection of the capture. */
function connection(talk: (talk: TcpConversation) => void, options: ConversationOptions = {}): void {
  const client = { address: '192.0.2.1', port: port++ };
  const conversation = new TcpConversation({ client, startMicroseconds: 1_767_323_045e6 + port * 1000, ...options });
  talk(conversation);
  packets.push(...conversation.packets);
}

const value = (key: string, text: string): string => `VALUE ${key} 0 ${text.length}\r\n${text}\r\n`;

/** All that text commands say, in segments of `size` bytes. */
function textCommands(size: number): void {
  connection(
    (talk) => {
      const [key, other] = [secret(12), secret(30)];
      const text = secret(3000);
      talk.handshake();
      talk.client(`set ${key} 0 0 ${text.length}\r\n${text}\r\n`);
      talk.server('STORED\r\n');
      talk.client(`get ${key} ${other}\r\ngets ${key}\r\n`);
      talk.server(`${value(key, text)}END\r\n${value(key, text)}END\r\n`);
      talk.client(`incr ${key} 1\r\n`);
      talk.server(`${kept('8912345678901')}\r\n`);
      talk.client(`delete ${other} noreply\r\ntouch ${key} 100\r\ngat 100 ${key}\r\n`);
      talk.server(`TOUCHED\r\n${value(key, text)}END\r\n`);
      talk.client('stats\r\nbogus words\r\nlru_crawler metadump all\r\n');
      talk.server('STAT pid 1\r\nSTAT version 1.6.18\r\nEND\r\nERROR\r\n');
      talk.server(`key=${key} exp=-1 la=1 cas=1 fetch=no cls=1 size=63\r\nEND\r\n`);
      talk.client(`get ${key}\r\n`);
      talk.server(`SERVER_ERROR something about ${other}\r\n`);
      talk.close();
    },
    { segmentSize: size },
  );
}

textCommands(1448);
textCommands(7);

// Meta commands, with keys in base64 and opaques.
connection((talk) => {
  const key = secret(20);
  const base64 = Buffer.from(key, 'latin1').toString('base64');
  const opaque = secret(16);
  const text = secret(40);
  talk.handshake();
  talk.client(`ms ${key} 40 T0\r\n${text}\r\nmg ${key} v k O${opaque}\r\nmg ${base64} b k v\r\nme ${key}\r\n`);
  talk.server(`HD\r\nVA 40 k${key} O${opaque}\r\n${text}\r\nVA 40 k${base64} b\r\n${text}\r\n`);
  talk.server(`ME ${key} exp=-1 la=0 cas=2 fetch=yes cls=1 size=90\r\n`);
  talk.close();
});

// The binary protocol, with credentials.
connection((talk) => {
  const key = secret(24);
  const text = secret(600);
  talk.handshake();
  talk.client(encodeMessage(true, `sasl_auth key=PLAIN value=\\x00${secret(12)}\\x00${secret(14)}`));
  talk.server(encodeMessage(false, 'sasl_auth status=0 value=Authenticated'));
  talk.client(encodeMessage(true, `set key=${key} flags=0 exptime=0 value=${text}`), { splitAt: [3, 30, 55] });
  talk.server(encodeMessage(false, 'set cas=5'));
  talk.client(encodeMessage(true, `getk key=${key}`));
  talk.server(encodeMessage(false, `getk flags=0 key=${key} value=${text}`));
  talk.client(encodeMessage(true, `get key=${secret(9)}`));
  talk.server(encodeMessage(false, 'get status=1 value=Not\\sfound'));
  talk.close();
});

// Segments that come again, late, or never, and bytes that one side alone has.
connection((talk) => {
  const key = secret(10);
  const text = secret(400);
  talk.handshake();
  const parts = talk.client(`set ${key} 0 0 400\r\n${text}\r\n`, { splitAt: [5, 50, 200, 300] });
  talk.swap(parts[1] as BuiltPacket, parts[3] as BuiltPacket);
  talk.server('STORED\r\n');
  talk.repeat(parts[2] as BuiltPacket);
  talk.client(`get ${key}\r\n`);
  const answer = talk.server(`${value(key, text)}END\r\n`, { splitAt: [100, 200] });
  talk.drop(answer[1] as BuiltPacket);
  talk.repeat(answer[0] as BuiltPacket);
  talk.client(`get ${secret(10)}\r\n`, { lost: true });
  talk.server('END\r\n');
  talk.client(`get ${key}\r\n`);
  talk.server(`${value(key, text)}END\r\n`);
  talk.close();
});

// Caught in the middle, cut by the snapshot length, and not at its end.
connection((talk) => {
  const key = secret(11);
  talk.client(`${secret(60)}\r\n`);
  talk.server(`${secret(60)}\r\nEND\r\n`);
  talk.client(`get ${key}\r\n`);
  talk.server('END\r\n');
  const [packet] = talk.client(`set ${key} 0 0 500\r\n${secret(500)}\r\n`);
  talk.truncate(packet as BuiltPacket, 200);
  talk.server('STORED\r\n');
  talk.client(`set ${key} 0 0 900\r\n${secret(300)}`);
});
connection((talk) => {
  const key = secret(11);
  talk.handshake();
  talk.client(`get ${key}\r\n`);
  talk.server(`VALUE ${key} 0 900\r\n${secret(300)}`);
});

// A value that runs as commands, answers to nobody, and what was sent with a reset.
connection((talk) => {
  const key = secret(300);
  talk.handshake();
  talk.client(`set ${key} 0 0 40\r\n${secret(19)} ${secret(20)}\r\n`);
  talk.server('CLIENT_ERROR line too long\r\nERROR\r\nERROR Too many open connections\r\n');
  talk.client(`set ${secret(9)} 0 0 3\r\n${secret(30)}\r\n`);
  talk.server('CLIENT_ERROR bad data chunk\r\nERROR\r\n');
  talk.reset('server', secret(30));
});

// What is not memcached's: TLS, another protocol, another port, an ICMP error that quotes a command, a frame's trailer.
connection((talk) => {
  talk.handshake();
  talk.client(Buffer.concat([Buffer.from([22, 3, 1, 0, 100]), secretBytes(100)]));
  talk.server(Buffer.concat([Buffer.from([22, 3, 3, 0, 100]), secretBytes(100)]));
});
connection((talk) => {
  talk.handshake();
  talk.client(`GET /${secret(20)} HTTP/1.1\r\nCookie: ${secret(20)}\r\n\r\n`);
});
connection(
  (talk) => {
    talk.handshake();
    talk.client(`get ${secret(20)}\r\n`);
  },
  { server: { address: '192.0.2.2', port: 6379 } },
);
const ends = { source: '192.0.2.2', destination: '192.0.2.1' };
const quoted = ipv4(
  tcp(Buffer.from(`get ${secret(20)}\r\n`), {
    source: { address: '192.0.2.1', port: 39_999 },
    destination: { address: '192.0.2.2', port: 11_211 },
    seq: 1,
    ack: 1,
    flags: 'P.',
  }),
  { source: '192.0.2.1', destination: '192.0.2.2' },
);
const icmp = ipv4(Buffer.concat([Buffer.from([3, 1, 0, 0, 0, 0, 0, 0]), quoted]), { ...ends, protocol: 1 });
const time = { seconds: 1_767_323_300, nanoseconds: 0 };
packets.push({ bytes: ethernet(icmp), ...time });
packets.push({ bytes: Buffer.concat([ethernet(icmp.subarray(0, 28)), Buffer.from(secret(20))]), ...time });
packets.push({ bytes: ethernet(Buffer.from(secret(60)), { etherType: 0x88b5 }), ...time });

// Behind VLAN tags, in fragments, over IPv6.
const commands = (talk: TcpConversation): void => {
  const key = secret(15);
  const text = secret(500);
  talk.handshake();
  talk.client(`set ${key} 0 0 500\r\n${text}\r\n`);
  talk.server('STORED\r\n');
  talk.client(`get ${key}\r\n`);
  talk.server(`${value(key, text)}END\r\n`);
  talk.close();
};
connection(commands, { vlans: [{ id: 5 }, { id: 6 }] });
connection(commands, {
  client: { address: '2001:db8::1', port: 5000 },
  server: { address: '2001:db8::2', port: 11_211 },
});
connection(commands, {
  network: (segment, source, destination, id) => ipv4Fragments(segment, { source, destination, id }, 120),
});
const lost = secret(200);
packets.push(
  ...ipv4Fragments(
    Buffer.from(lost),
    { source: '192.0.2.1', destination: '192.0.2.2', id: 77, protocol: IpProtocol.udp },
    80,
  )
    .slice(0, 2)
    .map((datagram) => ({ bytes: ethernet(datagram), ...time })),
);

// Over UDP, an answer of several datagrams, out of order, doubled, and one that is not whole.
const udpTalk = new UdpConversation();
const udpKey = secret(14);
const long = secret(4000);
udpTalk.request(1, `set ${udpKey} 0 0 5 noreply\r\nhello\r\n`);
udpTalk.request(2, `get ${udpKey}\r\n`);
udpTalk.answer(2, `${value(udpKey, long)}END\r\n`);
udpTalk.doubled();
udpTalk.request(3, `get ${udpKey}\r\n`);
udpTalk.answer(3, `${value(udpKey, long)}END\r\n`, [1, 0, 2]);
udpTalk.request(4, `get ${udpKey}\r\n`);
udpTalk.answer(4, `${value(udpKey, secret(4000))}END\r\n`, [0, 2]);
udpTalk.request(5, encodeMessage(true, `get key=${secret(9)}`));
udpTalk.datagram(true, Buffer.from(secret(5)));
packets.push(...udpTalk.packets);

const capture = pcapFile(packets);
const directory = mkdtempSync(join(tmpdir(), 'mcsniff-redacted-'));
const originalPath = join(directory, 'original.pcap');
writeFileSync(originalPath, capture);
const redactedPath = join(directory, 'redacted.pcap');
after(() => rmSync(directory, { recursive: true }));

type Fields = Record<string, unknown>;

/** What of records is no key and no value. */
function withoutKeys(record: Fields): Fields {
  const { run, key, keys, missed, msg, args, text, answerFlags, metaFlags, waiting, ...others } = record;
  if (others.command === 'incr' || others.status === 'server_error') others.result = '';
  // Words of a value that ran as commands.
  if (others.status === 'error' && others.protocol === 'text') others.command = '';
  return { ...others, keys: Array.isArray(keys) ? keys.length : undefined };
}

/** Pieces of what was to be replaced that are left in a text. */
function leftOf(text: string): string[] {
  const pieces = new Set<string>();
  for (let at = 0; at + pieceLength <= text.length; at++) pieces.add(text.slice(at, at + pieceLength));
  return secrets.flatMap((bytes) => {
    const whole = bytes.toString('latin1');
    const own = Array.from({ length: Math.max(0, whole.length - pieceLength + 1) }, (_, at) =>
      whole.slice(at, at + pieceLength),
    );
    return own.filter((piece) => pieces.has(piece));
  });
}

const compared: ReadonlySet<unknown> = new Set(['command', 'unasked', 'connection_open', 'connection_close']);

describe('a capture that was redacted', () => {
  it('has the commands, statuses and times of the original', async () => {
    const { stderr, exitCode } = await runMcsniff(['-r', '-', '--redact-keys', '-w', redactedPath], capture);
    assert.equal(exitCode, 0, stderr);
    const [original, redacted] = await Promise.all([
      runMcsniff(['-r', '-', '--json'], capture),
      runMcsniff(['-r', redactedPath, '--json']),
    ]);
    const recordsIn = (output: Buffer): Fields[] =>
      recordsOf<Fields>(output)
        .filter(({ event }) => compared.has(event))
        .map(withoutKeys);
    const records = recordsIn(original.stdout);
    assert.ok(records.filter(({ event }) => event === 'command').length > 50);
    assert.deepEqual(recordsIn(redacted.stdout), records);
  });

  it('has no key, value or credential of the original in any byte', () => {
    const saved = readFileSync(redactedPath);
    assert.equal(saved.length, capture.length);
    assert.deepEqual(leftOf(saved.toString('latin1')), []);
  });

  it('differs from the original in nothing but payload', async () => {
    const fields = ['frame.time_epoch', 'frame.len', 'frame.cap_len', 'ip.src', 'tcp.seq', 'tcp.len', 'udp.length'];
    // Of an ICMP error what it quotes is overwritten, headers included.
    const args = ['-Y', 'not icmp', '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
    const [one, other] = await Promise.all([
      runProgram('tshark', ['-r', originalPath, ...args]),
      runProgram('tshark', ['-r', redactedPath, ...args]),
    ]);
    const rows = one.stdout.toString().split('\n');
    const differing = other.stdout
      .toString()
      .split('\n')
      .filter((row, index) => row !== rows[index]);
    assert.deepEqual(differing, []);
  });
});

describe('outputs with --redact-keys', { concurrency: 2 }, () => {
  const views = [
    ['-X', '-v'],
    ['-A'],
    ['--json', '--values', '100'],
    ['--compact'],
    ['--summary'],
    ['--connections'],
    ['--explain'],
    ['--findings'],
    ['--top', '--once'],
  ];
  for (const view of views) {
    it(`have no key and no value: ${view.join(' ')}`, async () => {
      const { stdout, stderr } = await runMcsniff(['-r', '-', '--redact-keys', ...view], capture);
      const text = stdout.toString('latin1') + stderr;
      assert.ok(text.length > 500);
      assert.deepEqual(leftOf(text), []);
    });
  }

  it('have no key and no value: --report', async () => {
    const path = join(directory, 'report.html');
    await runMcsniff(['-r', '-', '--redact-keys', '--no-lines', '--report', path], capture);
    const page = readFileSync(path, 'latin1');
    assert.ok(page.length > 500);
    assert.deepEqual(leftOf(page), []);
  });
});
