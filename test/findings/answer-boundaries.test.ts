import { encodePacket } from '../support/binary-messages.ts';
import { testBoundaries } from '../support/findings/boundary.ts';
import { captureOf, hit, opened, spoken, until } from '../support/findings/conversations.ts';
import type { TcpConversation } from '../support/tcp-conversation.ts';

/** One exchange, on a connection of its own. */
const said = (request: string, answer: string): TcpConversation => spoken({}, [request, answer]);

/** The same over the binary protocol, in the words of `encodePacket`. */
function saidBinary(request: string, answer: string): TcpConversation {
  const built = opened();
  built.client(encodePacket(true, request));
  built.server(encodePacket(false, answer));
  built.close();
  return built;
}

testBoundaries('wrong-key', [
  { seen: 'another key', capture: () => said('get a\r\n', hit('b')), told: ['error 1'] },
  { seen: 'the key', capture: () => said('get a\r\n', hit('a')) },
  { seen: 'one of several keys', capture: () => said('get a b c\r\n', hit('c')) },
  { seen: 'a key that is none of several', capture: () => said('get a b c\r\n', hit('d')), told: ['error 1'] },
  { seen: 'another opaque', capture: () => said('mg a v O1\r\n', 'VA 1 O2\r\nv\r\n'), told: ['error 1'] },
  { seen: 'the opaque', capture: () => said('mg a v O1\r\n', 'VA 1 O1\r\nv\r\n') },
  { seen: 'another key of mg', capture: () => said('mg a v k\r\n', 'VA 1 kb\r\nv\r\n'), told: ['error 1'] },
  {
    seen: 'another binary opaque',
    capture: () => saidBinary('get key=a opaque=7', 'get opaque=8 flags=0 value=v'),
    told: ['error 1'],
  },
  {
    seen: 'another binary key',
    capture: () => saidBinary('getk key=a opaque=7', 'getk opaque=7 flags=0 key=b value=v'),
    told: ['error 1'],
  },
  {
    seen: 'opaque 0 all the time',
    capture: () => saidBinary('get key=a | get key=b', 'get flags=0 value=v | get flags=0 value=w'),
  },
  { seen: 'another key', capture: () => said('get a\r\n', hit('b')), number: 'off' },
  {
    seen: 'an answer whose request was never captured',
    capture() {
      const built = opened();
      built.client('get b\r\n', { lost: true });
      built.server(hit('b'));
      built.client('get a\r\n');
      built.server(hit('a'));
      built.packets.splice(0, 3);
      return built;
    },
  },
]);

/**
 * A client that waits for so many answers, then sends on after so many µs, and is one behind for so many of the next ten
 * requests. The server takes 2 ms.
 */
function behind({
  before = 3,
  lateUs = 50_000,
  early = 3,
  answer = (key: number): string => hit(`k${key}`),
}): TcpConversation {
  const built = opened();
  const get = (key: number): void => {
    built.client(`get k${key}\r\n`);
  };
  for (let key = 0; key < before; key++) {
    until(built, 1 + 3 * key);
    get(key);
    built.wait(2000);
    built.server(answer(key));
  }
  until(built, 1 + 3 * before);
  const sent = built.now;
  get(100);
  built.now = sent + lateUs;
  get(101);
  built.wait(10_000);
  built.server(answer(100));
  for (let key = 102; key < 112; key++) {
    // The answer before last was taken for the last one's.
    const isEarly = key - 102 < early;
    if (isEarly) get(key);
    built.wait(2000);
    built.server(answer(key - 1));
    if (key - 102 === early) built.wait(1000);
    if (!isEarly) get(key);
  }
  built.wait(2000);
  built.server(answer(111));
  built.close();
  return built;
}

testBoundaries('one-behind', [
  { seen: 'late by 50 ms, 3 of 10 too early', capture: () => behind({}), told: ['error 1'] },
  { seen: 'late by 49.9 ms', capture: () => behind({ lateUs: 49_900 }) },
  { seen: '2 of 10 too early', capture: () => behind({ early: 2 }) },
  { seen: 'all of 10 too early', capture: () => behind({ early: 10 }), told: ['error 1'] },
  { seen: 'misses, which name no key', capture: () => behind({ answer: () => 'END\r\n' }), told: ['error 1'] },
  {
    seen: 'a server that hangs, and a client that sends on every 100 ms',
    capture() {
      const built = opened();
      const ask = (key: number): void => {
        built.client(`get k${key}\r\n`);
      };
      for (let key = 0; key < 4; key++) {
        until(built, 1 + 3 * key);
        ask(key);
        built.wait(2000);
        built.server(hit(`k${key}`));
      }
      for (let key = 4; key < 9; key++) {
        until(built, 100 * key);
        ask(key);
      }
      for (let key = 4; key < 9; key++) built.server(hit(`k${key}`));
      built.close();
      return built;
    },
    told: ['error 1'],
  },
  { seen: '1 request had waited', capture: () => behind({ before: 1 }) },
  { seen: '3 requests had waited', capture: () => behind({ before: 3 }), number: 5 },
  { seen: '5 requests had waited', capture: () => behind({ before: 5 }), number: 5, told: ['error 1'] },
]);

const refused = 'CLIENT_ERROR bad data chunk\r\n';

testBoundaries('value-as-commands', [
  { seen: 'a byte too many', capture: () => said('set a 0 0 3\r\nlong\r\n', `${refused}ERROR\r\n`), told: ['error 1'] },
  { seen: 'the right length', capture: () => said('set a 0 0 4\r\nlong\r\n', 'STORED\r\n') },
  { seen: 'a value of commands', capture: () => said('set a 0 0 11\r\nflush_all\r\n\r\n', 'STORED\r\n') },
  {
    seen: 'a key that is too long, and the value run',
    capture: () =>
      said(`set ${'k'.repeat(251)} 0 0 7\r\nversion\r\n`, 'CLIENT_ERROR line too long\r\nVERSION 1.6.18\r\n'),
    told: ['error 1'],
  },
  {
    seen: 'a key that is too long, and the value swallowed',
    capture: () => said(`set ${'k'.repeat(251)} 0 0 7\r\nversion\r\n`, 'CLIENT_ERROR bad command line format\r\n'),
  },
  {
    seen: 'a value that is too large, and swallowed',
    capture: () => said('set a 0 0 9\r\nflush_all\r\n', 'SERVER_ERROR object too large for cache\r\n'),
  },
  {
    seen: 'a value whose end was not captured',
    capture() {
      const built = opened();
      built.client('set a 0 0 3\r\n');
      built.client('v\r\n\r\n', { lost: true });
      built.server('STORED\r\n');
      built.close();
      return built;
    },
  },
]);

testBoundaries('shifted-by-error', [
  {
    seen: 'later requests wait',
    capture: () => said('incr a 1 noreply\r\nget b\r\n', `CLIENT_ERROR x\r\n${hit('b')}`),
    told: ['error 1'],
  },
  { seen: 'no error', capture: () => said('incr a 1 noreply\r\nget b\r\n', hit('b')) },
  {
    seen: 'an error of the request that waits',
    capture: () => said('get a\r\nincr b 1\r\n', 'END\r\nCLIENT_ERROR x\r\n'),
  },
  {
    seen: 'a quiet meta command',
    capture: () => said('ma a q\r\nmg b v\r\n', 'CLIENT_ERROR x\r\nEN\r\n'),
    told: ['error 1'],
  },
  {
    seen: 'a quiet meta command before mn',
    capture: () => said('ma a q\r\nmn\r\n', 'CLIENT_ERROR x\r\nMN\r\n'),
    told: ['warning 1'],
  },
]);

testBoundaries('protocol-error', [
  { seen: 'ERROR', capture: () => said('bogus\r\n', 'ERROR\r\n'), told: ['warning 1'] },
  { seen: 'twice', capture: () => said('bogus\r\nbogus\r\n', 'ERROR\r\nERROR\r\n'), told: ['warning 2'] },
  {
    seen: 'a key that is too long',
    capture: () => said(`get ${'k'.repeat(251)}\r\n`, 'CLIENT_ERROR bad command line format\r\n'),
  },
  { seen: 'bytes of a value', capture: () => said('set a 0 0 3\r\nlong\r\n', `${refused}ERROR\r\n`) },
  {
    seen: 'not authenticated',
    capture: () =>
      spoken({}, ['get a\r\n', 'CLIENT_ERROR unauthenticated\r\n'], ['set a 0 0 3\r\nu p\r\n', 'STORED\r\n']),
    told: ['warning 1'],
  },
  { seen: 'SERVER_ERROR', capture: () => said('get a\r\n', 'SERVER_ERROR x\r\n') },
]);

testBoundaries('server-error', [
  {
    seen: 'out of memory',
    capture: () => said('set a 0 0 1\r\nv\r\n', 'SERVER_ERROR out of memory storing object\r\n'),
    told: ['error 1'],
  },
  {
    seen: 'out of memory twice, too large once',
    capture: () =>
      said(
        'set a 0 0 1\r\nv\r\nset a 0 0 1\r\nv\r\nset a 0 0 1\r\nv\r\n',
        'SERVER_ERROR out of memory storing object\r\nSERVER_ERROR out of memory storing object\r\nSERVER_ERROR object too large for cache\r\n',
      ),
    told: ['error 2', 'error 1'],
  },
  {
    seen: 'binary',
    capture: () => saidBinary('set key=a flags=0 exptime=0 value=v', 'set status=130 value=Out\\sof\\smemory'),
    told: ['error 1'],
  },
]);

const getKey = (key: string, answer = 'END\r\n'): TcpConversation => said(`get ${key}\r\n`, answer);

testBoundaries('bad-key', [
  { seen: '250 bytes', capture: () => getKey('k'.repeat(250)) },
  {
    seen: '251 bytes',
    capture: () => getKey('k'.repeat(251), 'CLIENT_ERROR bad command line format\r\n'),
    told: ['warning 1'],
  },
  { seen: '251 bytes that the server takes', capture: () => getKey('k'.repeat(251)), told: ['warning 1'] },
  { seen: '101 bytes', capture: () => getKey('k'.repeat(101)), number: 100, told: ['warning 1'] },
  { seen: 'a control character', capture: () => getKey('a\x01b'), told: ['warning 1'] },
  { seen: 'DEL', capture: () => getKey('a\x7fb'), told: ['warning 1'] },
  { seen: 'UTF-8', capture: () => getKey('\xc3\xa9t\xc3\xa9') },
  { seen: 'a blank at the end of the line', capture: () => said('get a \r\n', 'END\r\n') },
  { seen: 'binary, 251 bytes', capture: () => saidBinary('get key={251*k}', 'get status=4'), told: ['warning 1'] },
]);

const plain = 'sasl_auth key=PLAIN value=\\x00nick\\x00correct-horse';
const secret = /nick|correct-horse/;

testBoundaries('clear-credentials', [
  {
    seen: 'SASL PLAIN',
    capture: () => saidBinary(plain, 'sasl_auth value=Authenticated'),
    told: ['warning 1'],
    check: (found) => {
      if (secret.test(JSON.stringify(found.map(({ text, key, advice }) => [text, key, advice]))))
        throw new Error('the password is told');
    },
  },
  { seen: 'SASL CRAM-MD5', capture: () => saidBinary('sasl_auth key=CRAM-MD5', 'sasl_auth status=33 value=challenge') },
  {
    seen: 'a set of two words, after the server has said so',
    capture: () => [
      said('get a\r\n', 'CLIENT_ERROR unauthenticated\r\n'),
      spoken({ at: 500 }, ['set x 0 0 18\r\nnick correct-horse\r\n', 'STORED\r\n']),
    ],
    told: ['warning 1'],
  },
  { seen: 'a set of two words', capture: () => said('set x 0 0 18\r\nnick correct-horse\r\n', 'STORED\r\n') },
  {
    seen: 'a set of auth',
    capture: () => said('set auth 0 0 18\r\nnick correct-horse\r\n', 'STORED\r\n'),
    told: ['warning 1'],
  },
  {
    seen: 'a later set of auth',
    capture: () => spoken({}, ['get a\r\n', 'END\r\n'], ['set auth 0 0 18\r\nnick correct-horse\r\n', 'STORED\r\n']),
  },
]);

testBoundaries('binary-protocol', [
  { seen: 'a binary get', capture: () => saidBinary('get key=a', 'get status=1'), told: ['note 1'] },
  { seen: 'a text get', capture: () => said('get a\r\n', 'END\r\n') },
  {
    seen: 'a value that begins as a binary message',
    capture: () => captureOf(said('set a 0 0 1\r\n\x80\r\n', 'STORED\r\n')),
  },
]);

testBoundaries('flushed', [
  { seen: 'a binary flush', capture: () => saidBinary('flush', 'flush'), told: ['warning 1'] },
  { seen: 'a quiet binary flush', capture: () => saidBinary('flushq | noop', 'noop'), told: ['warning 1'] },
]);
