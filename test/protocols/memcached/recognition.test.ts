import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultLimits } from '../../../protocols/limits.ts';
import { SessionRecorder } from '../../support/session-recorder.ts';

type Said = readonly ['client' | 'server', string];

function told(said: readonly Said[], isMidStream = false): string[] {
  const recorder = new SessionRecorder(isMidStream, 0, true);
  for (const [side, text] of said) recorder.data(side === 'client', Buffer.from(text, 'latin1'));
  recorder.end();
  return recorder.events;
}

/** What other servers and their clients say to each other. */
const others: Readonly<Record<string, readonly Said[]>> = {
  HTTP: [
    ['client', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['server', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ],
  'Redis (RESP)': [
    ['client', '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'],
    ['server', '$-1\r\n'],
  ],
  'Redis inline, get': [
    ['client', 'get k\r\n'],
    ['server', '$1\r\nx\r\n'],
  ],
  'Redis inline, incr': [
    ['client', 'incr n 1\r\n'],
    ['server', ':1\r\n'],
  ],
  'Redis inline, set': [
    ['client', 'set k 0 0 1\r\n'],
    ['server', '+OK\r\n'],
  ],
  SMTP: [
    ['server', '220 mail ESMTP\r\n'],
    ['client', 'quit\r\n'],
    ['server', '221 Bye\r\n'],
  ],
  SSH: [
    ['server', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['client', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ],
  PostgreSQL: [
    ['client', '\0\0\0\x08\x04\xd2\x16/'],
    ['server', 'N'],
    ['client', '\0\0\0\x21\0\x03\0\0user\0me\0database\0x\0\0'],
    ['server', 'R\0\0\0\x08\0\0\0\0'],
  ],
  TLS: [
    ['client', '\x16\x03\x01\0\xc8\x01\0\0\xc4\x03\x03'],
    ['server', '\x16\x03\x03\0\x31\x02'],
  ],
  'a line that is answered with ERROR': [
    ['client', 'version\r\n'],
    ['server', 'ERROR\r\n'],
  ],
  'HTTP, get in small letters': [
    ['client', 'get / HTTP/1.0\r\n\r\n'],
    ['server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ],
  'HTTP with a body of commands': [
    ['client', 'POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n'],
    ['client', 'get a\r\n'],
    ['server', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['server', 'END\r\n'],
  ],
  beanstalkd: [
    ['client', 'delete 1\r\n'],
    ['server', 'DELETED\r\n'],
    ['client', 'delete 2\r\n'],
    ['server', 'NOT_FOUND\r\n'],
    ['client', 'reserve\r\n'],
    ['server', 'RESERVED 3 5\r\nhello\r\n'],
  ],
  "gearmand's administration": [
    ['client', 'shutdown\r\n'],
    ['server', 'OK\r\n'],
  ],
  Graphite: [
    ['client', 'local.random 4 1700000000\n'],
    ['client', 'get.set.x 4 1700000000\n'],
  ],
  Thrift: [
    ['client', '\x80\x01\0\x01\0\0\0\x04ping\0\0\0\x01\0\0\0\0\0\0\0\0\0'],
    ['server', '\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x01\0\0\0\0\0\0\0\0\0'],
  ],
};

/** Sessions of which the first request or answer proves nothing, and how many commands they have. */
const hardToTell: Readonly<Record<string, { commands: number; said: readonly Said[] }>> = {
  'a noreply first': {
    commands: 2,
    said: [
      ['client', 'set a 0 0 1 noreply\r\nx\r\n'],
      ['client', 'get a\r\n'],
      ['server', 'VALUE a 0 1\r\nx\r\nEND\r\n'],
    ],
  },
  'nothing but noreply': {
    commands: 9,
    said: Array.from({ length: 9 }, (_, index): Said => ['client', `set k${index} 0 0 1 noreply\r\nx\r\n`]),
  },
  'an error first': {
    commands: 3,
    said: [
      ['client', '\r\n'],
      ['server', 'ERROR\r\n'],
      ['client', 'verbosity\r\n'],
      ['server', 'ERROR\r\n'],
      ['client', 'get a\r\n'],
      ['server', 'END\r\n'],
    ],
  },
  'nothing but a refusal': {
    commands: 1,
    said: [
      ['client', 'cas a 0 0 x 1\r\n'],
      ['server', 'CLIENT_ERROR bad command line format\r\n'],
    ],
  },
  'quiet requests first': {
    commands: 3,
    said: [
      ['client', 'mg a v q\r\nmg b v q\r\nmn\r\n'],
      ['server', 'MN\r\n'],
    ],
  },
  'a job number first': {
    commands: 2,
    said: [
      ['client', 'delete 1\r\n'],
      ['server', 'DELETED\r\n'],
      ['client', 'get 1\r\n'],
      ['server', 'END\r\n'],
    ],
  },
  'a large value first': {
    commands: 1,
    said: [
      ['client', 'set a 0 0 600000\r\n'],
      ...Array.from({ length: 600 }, (): Said => ['client', 'x'.repeat(1000)]),
      ['client', '\r\n'],
      ['server', 'STORED\r\n'],
    ],
  },
};

describe('recognition on any port', () => {
  for (const [name, said] of Object.entries(others)) {
    it(`says nothing of ${name}`, () => {
      assert.deepEqual(told(said), []);
      const bytewise = said.flatMap(([side, text]) => Array.from(text, (letter): Said => [side, letter]));
      assert.deepEqual(told(bytewise), []);
    });
  }

  for (const [name, { commands, said }] of Object.entries(hardToTell)) {
    it(`tells all of a session with ${name}`, () => {
      const isCommand = (event: string): boolean => /^[a-z_]+: /.test(event);
      assert.equal(told(said).filter(isCommand).length, commands);
    });
  }

  it('holds no more than the limit, and tells what comes behind', () => {
    const recorder = new SessionRecorder(false, 0, true, { ...defaultLimits, recognitionBytes: 4096 });
    const noop = `\x80\x0a${'\0'.repeat(22)}`;
    const getq = `\x80\x09\0\x01${'\0'.repeat(7)}\x01${'\0'.repeat(12)}k`;
    for (let index = 0; index < 100; index++) recorder.data(true, Buffer.from(getq, 'latin1'));
    assert.equal(recorder.events.length, 0);
    assert.ok((recorder.anomalies.counts.get('recognitionLimit') ?? 0) > 0);
    recorder.data(true, Buffer.from(noop, 'latin1'));
    recorder.data(false, Buffer.from(noop.replace('\x80', '\x81'), 'latin1'));
    assert.match(recorder.events.at(-1) ?? '', /^ok: noop/);
    recorder.end();
    assert.equal(recorder.heldBytes, 0);
  });

  it('tells a session from its first request on, once the first answer is there', () => {
    const expected = ['line get a', 'hit: get a flags=0 bytes=1 (7 > 21)', 'line get b', 'miss: get b bytes=0 (7 > 5)'];
    const said: readonly Said[] = [
      ['client', 'get a\r\n'],
      ['server', 'VALUE a 0 1\r\nx\r\nEND\r\n'],
      ['client', 'get b\r\n'],
      ['server', 'END\r\n'],
    ];
    assert.deepEqual(told(said), expected);
    assert.deepEqual(
      told(said.flatMap(([side, text]) => Array.from(text, (letter): Said => [side, letter]))),
      expected,
    );
  });

  it('knows the answers of all kinds of requests', () => {
    const pairs: readonly (readonly [string, string])[] = [
      ['set k 0 0 1\r\nx\r\n', 'STORED\r\n'],
      ['version\r\n', 'VERSION 1.6.18\r\n'],
      ['stats\r\n', 'STAT pid 1\r\nEND\r\n'],
      ['incr n 1\r\n', '2\r\n'],
      ['mg k v\r\n', 'EN\r\n'],
      ['mn\r\n', 'MN\r\n'],
      ['delete k\r\n', 'NOT_FOUND\r\n'],
    ];
    for (const [request, answer] of pairs) {
      const events = told([
        ['client', request],
        ['server', answer],
      ]);
      assert.ok(events.length >= 2, request);
    }
  });

  it('recognises the binary protocol', () => {
    const request = `\x80\0\0\x01${'\0'.repeat(7)}\x01${'\0'.repeat(12)}k`;
    const answer = `\x81\0${'\0'.repeat(5)}\x01\0\0\0\x09${'\0'.repeat(12)}Not found`;
    const events = told([
      ['client', request],
      ['server', answer],
    ]);
    assert.match(events.at(-1) ?? '', /^miss: get k/);
    assert.deepEqual(
      told([
        ['client', request],
        ['server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
      ]),
      [],
    );
  });

  it('recognises a session that was under way', () => {
    const events = told(
      [
        ['server', 'STORED\r\n'],
        ['client', 'get a\r\n'],
        ['server', 'END\r\n'],
      ],
      true,
    );
    assert.deepEqual(events, ['line get a', 'miss: get a bytes=0 (7 > 5)']);
  });
});
