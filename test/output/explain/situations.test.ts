import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TcpOption } from '../../support/headers.ts';
import { capture, exchange, open } from '../../support/plain-session.ts';
import { runMcsniff } from '../../support/run-program.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';

/** What happens on a connection, and how its packets are called. */
interface Situation {
  readonly name: string;
  readonly build: () => TcpConversation;
  /** The heading of each packet behind the handshake, or of each packet where there is none. */
  readonly headings: readonly string[];
  /** What else is said, wherever. */
  readonly says?: readonly RegExp[];
  readonly neverSays?: readonly RegExp[];
}

const situations: readonly Situation[] = [
  {
    name: 'a zero window, its probes, and room again',
    build: () => {
      const conversation = open();
      conversation.client('get user:1\r\n');
      conversation.ack('server', { window: 0 });
      conversation.wait(200_000);
      conversation.ack('client', { seq: 12 });
      conversation.ack('server', { window: 0 });
      conversation.wait(400_000);
      conversation.ack('client', { seq: 12 });
      conversation.ack('server', { window: 502 });
      conversation.server('END\r\n');
      return conversation;
    },
    headings: [
      'Request [PSH, ACK]',
      'Acknowledgment only [ACK]',
      'Probe of a zero window [ACK]',
      'Acknowledgment only [ACK]',
      'Probe of a zero window [ACK]',
      'Acknowledgment only [ACK]',
      'Answer [PSH, ACK]',
    ],
    says: [/win 0: the server has no room at all; the client has to wait/, /it answers the probe; window 502 × 2\^7/],
  },
  {
    name: 'both sides close at once',
    build: () => {
      const conversation = open();
      exchange(conversation, 'get user:1\r\n', 'END\r\n');
      conversation.segment('client', '', { flags: 'F.', seq: 13, ack: 6 });
      conversation.segment('server', '', { flags: 'F.', seq: 6, ack: 13 });
      conversation.ack('client', { seq: 14, ack: 7 });
      conversation.ack('server', { seq: 7, ack: 14 });
      return conversation;
    },
    headings: [
      'Request [PSH, ACK]',
      'Answer [PSH, ACK]',
      'Acknowledgment only [ACK]',
      'Close 1/4 [FIN, ACK]',
      'Close 3/4 [FIN, ACK]',
      'Close 4/4 [ACK]',
      'Close 2/4 [ACK]',
    ],
    says: [/both close at once/],
  },
  {
    name: 'fast open: a cookie that is asked for, given, and used',
    build: () => {
      const first = new TcpConversation({ client: { address: '192.0.2.1', port: 40000 } });
      first.syn('client', '', [{ kind: 'tfo', cookie: Buffer.alloc(0) }]);
      first.syn('server', '', [{ kind: 'tfo', cookie: Buffer.alloc(8, 1) }]);
      first.ack('client');
      first.wait(1000);
      const second = new TcpConversation({ startMicroseconds: first.now });
      second.syn('client', 'get a\r\n', [{ kind: 'tfo', cookie: Buffer.alloc(8, 1) }]);
      first.packets.push(...second.packets);
      return first;
    },
    headings: [
      'Handshake 1/3 [SYN]',
      'Handshake 2/3 [SYN, ACK]',
      'Handshake 3/3 [ACK]',
      'Handshake 1/3 and request [SYN]',
    ],
    says: [
      /tfo cookiereq: .*The client asks for a cookie/,
      /tfo cookie: .*With this cookie the next connection of the client may send data/,
      /tfo cookie: .*With this cookie, got from the server earlier/,
    ],
  },
  {
    name: 'a window scale beyond the largest, and a SYN that offers ECN',
    build: () => {
      const conversation = new TcpConversation();
      const options: readonly TcpOption[] = [
        { kind: 'ts', value: 7, echo: 0 },
        { kind: 'wscale', value: 15 },
      ];
      conversation.segment('client', '', { flags: 'SEW', options });
      conversation.segment('server', '', { flags: 'S.', options });
      conversation.ack('client');
      return conversation;
    },
    headings: ['Handshake 1/3 [SYN, ECE, CWR]', 'Handshake 2/3 [SYN, ACK]', 'Handshake 3/3 [ACK]'],
    says: [
      /wscale 15: .*by 2\^14 = 16,384, the most there is/,
      /502 × 2\^14 = 8,224,768/,
      /TS val 7 ecr 0: .*without ACK it means nothing yet/,
    ],
  },
  {
    name: 'an error with words, and one without',
    build: () => {
      const conversation = open();
      exchange(conversation, 'get user:1\r\n', 'ERROR Too many open connections\r\n');
      exchange(conversation, 'git user:1\r\n', 'ERROR\r\n');
      return conversation;
    },
    headings: [
      'Request [PSH, ACK]',
      'Answer [PSH, ACK]',
      'Acknowledgment only [ACK]',
      'Request [PSH, ACK]',
      'Answer [PSH, ACK]',
      'Acknowledgment only [ACK]',
    ],
    says: [/ERROR: the server refuses; the words behind it say why/, /ERROR: the server does not know the command/],
  },
  {
    name: 'a connection that is refused',
    build: () => {
      const conversation = new TcpConversation();
      conversation.syn('client');
      conversation.segment('server', '', { flags: 'R.', seq: 0, ack: 1, window: 0 });
      return conversation;
    },
    headings: ['Handshake 1/3 [SYN]', 'Reset [RST, ACK]'],
    says: [/the server refuses the connection/],
    neverSays: [/win 0: |window 0/],
  },
  {
    name: 'a SYN that is sent again',
    build: () => {
      const conversation = new TcpConversation();
      const [syn] = conversation.syn('client');
      conversation.wait(1_000_000);
      if (syn) conversation.repeat(syn);
      conversation.syn('server');
      conversation.ack('client');
      return conversation;
    },
    headings: [
      'Handshake 1/3 [SYN]',
      'Retransmission and handshake 1/3 [SYN]',
      'Handshake 2/3 [SYN, ACK]',
      'Handshake 3/3 [ACK]',
    ],
  },
  {
    name: 'a hole that selective acknowledgments show, and that is filled',
    build: () => {
      const conversation = open();
      conversation.client('get user:1\r\n', { lost: true });
      conversation.client('get user:2\r\n');
      conversation.ack('server', { ack: 1, options: [{ kind: 'sack', blocks: [[1_000_013, 1_000_025]] }] });
      conversation.ack('server', { ack: 1, options: [{ kind: 'sack', blocks: [[1_000_013, 1_000_025]] }] });
      conversation.segment('client', 'get user:1\r\n', { flags: 'P.', seq: 1, ack: 1 });
      conversation.ack('server', { ack: 25 });
      return conversation;
    },
    headings: [
      'Request [PSH, ACK]',
      'Acknowledgment only [ACK]',
      'Acknowledgment only [ACK]',
      'Out of order and request [PSH, ACK]',
      'Acknowledgment only [ACK]',
    ],
    says: [/Before them bytes 1 to 12 of the client's are not here yet/, /the server repeats the last one although/],
  },
  {
    name: 'a packet that was captured twice',
    build: () => {
      const conversation = open({ stepMicroseconds: 10 });
      const [request] = conversation.client('get user:1\r\n');
      if (request) conversation.repeat(request);
      conversation.server('END\r\n');
      return conversation;
    },
    headings: ['Request [PSH, ACK]', 'Copy [PSH, ACK]', 'Answer [PSH, ACK]'],
    neverSays: [/Retransmission/],
  },
  {
    name: 'an answer and the close in one packet',
    build: () => {
      const conversation = open();
      conversation.client('get user:1\r\n');
      conversation.segment('client', 'quit\r\n', { flags: 'FP.' });
      conversation.fin('server', 'END\r\n');
      conversation.ack('client');
      return conversation;
    },
    headings: [
      'Request [PSH, ACK]',
      'Request and close 1/4 [FIN, PSH, ACK]',
      'Close 2/4, answer and close 3/4 [FIN, PSH, ACK]',
      'Close 4/4 [ACK]',
    ],
  },
];

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-explain-'));
});
after(() => rmSync(directory, { recursive: true }));

async function explained(capture: Buffer): Promise<string> {
  const path = join(directory, 'capture.pcap');
  writeFileSync(path, capture);
  return (await runMcsniff(['-r', path, '--explain'])).stdout.toString();
}

/** What each packet is called: the part before the colon of the first line that names its flags. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^ {4}([A-Z][^:\n]* \[[A-Z, ]+\])[:.]/gm)].map(([, heading]) => heading as string);
}

describe('--explain', () => {
  for (const { name, build, headings, says = [], neverSays = [] } of situations) {
    it(`tells ${name}`, async () => {
      const text = await explained(capture(build()));
      const all = headingsOf(text);
      const handshake = headings[0]?.startsWith('Handshake') ? 0 : 3;
      assert.deepEqual(all.slice(handshake), headings, text);
      for (const pattern of says) assert.match(text, pattern);
      for (const pattern of neverSays) assert.doesNotMatch(text, pattern);
    });
  }

  it('names the window in bytes, once for each side', async () => {
    const { stdout } = await runMcsniff(['-r', 'samples/telnet-session.pcap', '--explain']);
    assert.equal(stdout.toString().match(/114 × 2\^7 = 14,592 bytes/g)?.length, 2);
  });

  it('explains the packets that are shown, and counts the others', async () => {
    const plain = ['-r', 'samples/telnet-session.pcap', '--status', 'stored'];
    const { stdout } = await runMcsniff([...plain, '--explain']);
    const text = stdout.toString();
    assert.deepEqual(headingsOf(text), ['Answer [PSH, ACK]']);
    assert.match(text, /seq 160:168: bytes 160 to 167/);
    assert.match(text, /114 × 2\^7 = 14,592/);
    const lines = (await runMcsniff(plain)).stdout.toString();
    assert.equal(
      text
        .split('\n')
        .filter((line) => !line.startsWith('    '))
        .join('\n'),
      lines,
    );
  });

  it('is much shorter on the second handshake than on the first', async () => {
    const text = await explained(readFileSync('samples/port-reuse.pcap'));
    const blocks = text.split(/^(?=\d\d:)/m).filter((block) => block.includes('Flags [S]'));
    const [first = 0, second = 0] = blocks.map((block) => block.split('\n').length);
    assert.ok(blocks.length === 3 && first > 10 && second === 3, blocks.join(''));
  });

  it('says the same of a connection when its sequence numbers are shown as they are', async () => {
    const run = ['-r', 'samples/telnet-session.pcap', '--explain'];
    const [relative, absolute] = await Promise.all([runMcsniff(run), runMcsniff([...run, '-S'])]);
    const bytesOf = (text: string): string[] => text.match(/bytes \d+ to \d+/g) ?? [];
    assert.ok(bytesOf(relative.stdout.toString()).length > 5);
    assert.deepEqual(bytesOf(absolute.stdout.toString()), bytesOf(relative.stdout.toString()));
  });
});
