import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findingsOf } from '../support/findings-of.ts';
import { TcpConversation } from '../support/tcp-conversation.ts';

/** What is found in a conversation behind its handshake, as `severity name packets`. */
function found(talk: (tcp: TcpConversation) => void): string[] {
  const tcp = new TcpConversation();
  tcp.handshake();
  talk(tcp);
  return findingsOf(tcp.packets)
    .filter(({ isCounted }) => !isCounted)
    .map(({ severity, finding, packets }) => `${severity} ${finding} ${packets.join(',')}`);
}

/** Each situation, what it shows, and, as its twin, the same without the fault. */
const situations: readonly (readonly [what: string, talk: (tcp: TcpConversation) => void, expected: string[]])[] = [
  [
    'a value that is longer than its command says',
    (tcp) => {
      tcp.client('set a 0 0 3\r\nhello\r\n');
      tcp.server('CLIENT_ERROR bad data chunk\r\nERROR\r\n');
      tcp.client('get a\r\n');
      tcp.server('END\r\n');
    },
    ['error value-as-commands 4,5'],
  ],
  [
    'a key with a blank: its value runs as a command',
    (tcp) => {
      tcp.client('set my key 0 0 5\r\nhello\r\n');
      tcp.server('ERROR\r\nERROR\r\n');
      tcp.client('get a\r\n');
      tcp.server('END\r\n');
    },
    ['error value-as-commands 4,5'],
  ],
  [
    'a line that was refused, then, a second later, another one that would fit into its value',
    (tcp) => {
      tcp.client('set my key 0 0 500\r\n');
      tcp.server('ERROR\r\n');
      tcp.wait(1_000_000);
      tcp.client('get a\r\n');
      tcp.server('END\r\n');
    },
    ['warning protocol-error 4,5'],
  ],
  [
    'a value that is as long as its command says, and holds line ends',
    (tcp) => {
      tcp.client('set a 0 0 7\r\nab\r\ncde\r\n');
      tcp.server('STORED\r\n');
    },
    [],
  ],
  [
    'a key that is too long',
    (tcp) => {
      tcp.client(`get ${'k'.repeat(251)}\r\n`);
      tcp.server('CLIENT_ERROR bad command line format\r\n');
    },
    ['warning bad-key 4,5'],
  ],
  [
    'a key that is just short enough',
    (tcp) => {
      tcp.client(`get ${'k'.repeat(250)}\r\n`);
      tcp.server('END\r\n');
    },
    [],
  ],
  [
    'an error line for a request without answer, while another one waits',
    (tcp) => {
      tcp.client('set a 0 0 1 noreply\r\nx\r\nget b\r\n');
      tcp.server('SERVER_ERROR out of memory storing object\r\nEND\r\n');
    },
    ['error shifted-by-error 4,5'],
  ],
  [
    'the same, told by the answer that is left at the end',
    (tcp) => {
      tcp.client('set a 0 0 1 noreply\r\nx\r\nget b\r\n');
      tcp.server('SERVER_ERROR out of memory storing object\r\n');
      for (const key of ['c', 'd', 'e']) {
        tcp.client(`get ${key}\r\n`);
        tcp.server('END\r\n');
      }
      tcp.server('END\r\n');
    },
    ['error server-error 4,5', 'error shifted-by-error 4,5,12'],
  ],
  [
    'an error line for a request without answer, and nobody waits',
    (tcp) => {
      tcp.client('incr a abc noreply\r\n');
      tcp.server('CLIENT_ERROR invalid numeric delta argument\r\n');
      tcp.client('get b\r\n');
      tcp.server('END\r\n');
    },
    ['warning protocol-error 4,5'],
  ],
  [
    'quiet meta commands of which one failed, and a mn that closes them',
    (tcp) => {
      tcp.client('ms a 1 q\r\nx\r\nms b 1 q\r\ny\r\nmn\r\n');
      tcp.server('SERVER_ERROR out of memory\r\nMN\r\n');
    },
    ['warning shifted-by-error 4,5'],
  ],
  [
    'a value of another key',
    (tcp) => {
      tcp.client('get a b\r\n');
      tcp.server('VALUE a 0 1\r\nx\r\nVALUE c 0 1\r\nx\r\nEND\r\n');
    },
    ['error wrong-key 4,5'],
  ],
  [
    'another opaque',
    (tcp) => {
      tcp.client('mg a v O1\r\n');
      tcp.server('VA 1 O7\r\nx\r\n');
    },
    ['error wrong-key 4,5'],
  ],
  [
    'a server that has too many connections, and says so',
    (tcp) => {
      tcp.server('ERROR Too many open connections\r\n');
      tcp.fin('server');
    },
    ['error too-many-connections 1,4'],
  ],
  ['a server that closes at once', (tcp) => void tcp.fin('server'), ['error too-many-connections 1,4']],
  [
    'a server that closes after two seconds',
    (tcp) => {
      tcp.wait(2_000_000);
      tcp.fin('server');
    },
    [],
  ],
  ['a client that closes at once', (tcp) => void tcp.close('client'), []],
  [
    'a request in two parts, with a delayed ACK between',
    (tcp) => {
      tcp.client('set a 0 0 4\r\n');
      tcp.wait(40_000);
      tcp.ack('server');
      tcp.client('abcd\r\n');
      tcp.server('STORED\r\n');
    },
    ['warning stall-delayed-ack 4,5,6', 'warning slow 6,7'],
  ],
  [
    'two whole requests with a delayed ACK between',
    (tcp) => {
      tcp.client('set a 0 0 4 noreply\r\nabcd\r\n');
      tcp.wait(40_000);
      tcp.ack('server');
      tcp.client('set a 0 0 4 noreply\r\nabcd\r\n');
    },
    [],
  ],
  [
    'a client that closes before the answer comes',
    (tcp) => {
      tcp.client('get a\r\n');
      tcp.wait(500_000);
      tcp.fin('client');
      tcp.wait(2_000_000);
      tcp.reset('server');
    },
    ['warning gave-up 4,5'],
  ],
  [
    'a client that sends no more, and reads its answer',
    (tcp) => {
      tcp.client('get a\r\n');
      tcp.fin('client');
      tcp.server('END\r\n');
      tcp.fin('server');
      tcp.ack('client');
    },
    [],
  ],
  [
    'a window of 0 in the midst of a value',
    (tcp) => {
      tcp.client('set a 0 0 4\r\nab');
      tcp.ack('server', { window: 0 });
      tcp.client('cd\r\n');
      tcp.server('STORED\r\n');
    },
    ['warning zero-window 5,6'],
  ],
  [
    'a window of 0 when all was sent',
    (tcp) => {
      tcp.client('set a 0 0 2\r\nab\r\n');
      tcp.ack('server', { window: 0 });
      tcp.server('STORED\r\n');
      tcp.client('get a\r\n');
      tcp.server('END\r\n');
    },
    [],
  ],
  [
    'a request that waits when the capture ends',
    (tcp) => {
      tcp.client('get a\r\n');
      tcp.wait(1_500_000);
      tcp.ack('server');
    },
    ['warning unanswered 4,5'],
  ],
  [
    'a request that has not waited for long when the capture ends',
    (tcp) => {
      tcp.client('get a\r\n');
      tcp.wait(500_000);
      tcp.ack('server');
    },
    [],
  ],
  [
    'a user and a password',
    (tcp) => {
      tcp.client('set auth 0 0 9\r\nuser pass\r\n');
      tcp.server('STORED\r\n');
    },
    ['warning clear-credentials 4,5'],
  ],
  [
    'two words that are no credentials, as far as anybody knows',
    (tcp) => {
      tcp.client('set greeting 0 0 11\r\nhello world\r\n');
      tcp.server('STORED\r\n');
    },
    [],
  ],
];

describe('findings of one conversation', () => {
  for (const [what, talk, expected] of situations) {
    it(what, () => assert.deepEqual(found(talk), expected));
  }

  it('never says the credentials', () => {
    const tcp = new TcpConversation();
    tcp.handshake();
    tcp.client('set auth 0 0 13\r\nalice secret1\r\n');
    tcp.server('CLIENT_ERROR authentication failure\r\n');
    const findings = findingsOf(tcp.packets);
    assert.equal(findings.length, 1);
    assert.doesNotMatch(
      JSON.stringify(findings.map(({ text, key, command }) => [text, key, command])),
      /alice|secret1/,
    );
  });
});

/** A client that times out on one request and reads on; `answers`: what the server says to the key. */
function lateAnswer(answer: (key: string) => string): TcpConversation {
  const tcp = new TcpConversation();
  tcp.handshake();
  for (const key of ['a', 'b', 'c']) {
    tcp.client(`get ${key}\r\n`);
    tcp.server(answer(key));
  }
  tcp.client('get late\r\n');
  tcp.wait(60_000);
  let before = 'late';
  for (const key of ['d', 'e', 'f', 'g', 'h']) {
    tcp.client(`get ${key}\r\n`);
    tcp.server(answer(before));
    before = key;
  }
  tcp.server(answer(before));
  return tcp;
}

describe('one-behind', () => {
  const names = (tcp: TcpConversation, number = 3): string[] =>
    findingsOf(tcp.packets, new Map([['one-behind', number]])).map(({ finding }) => finding);

  it('is told by hits and by misses', () => {
    assert.ok(names(lateAnswer((key) => `VALUE ${key} 0 1\r\nx\r\nEND\r\n`)).includes('one-behind'));
    assert.ok(names(lateAnswer(() => 'END\r\n')).includes('one-behind'));
  });

  it('needs as many requests in their turn as are wanted', () => {
    assert.ok(
      !names(
        lateAnswer((key) => `VALUE ${key} 0 1\r\nx\r\nEND\r\n`),
        4,
      ).includes('one-behind'),
    );
  });

  it('is no pipeline whose server is late', () => {
    const tcp = new TcpConversation();
    tcp.handshake();
    for (const key of ['a', 'b', 'c']) {
      tcp.client(`get ${key}\r\n`);
      tcp.server('END\r\n');
    }
    tcp.client('get late\r\n');
    tcp.wait(60_000);
    for (const key of ['d', 'e', 'f', 'g', 'h']) tcp.client(`get ${key}\r\n`);
    for (let index = 0; index < 6; index++) tcp.server('END\r\n');
    tcp.client('get i\r\n');
    tcp.server('END\r\n');
    assert.ok(!names(tcp).includes('one-behind'));
  });
});

/** Connections one after the other, from ports of their own. */
function connections(
  count: number,
  talk: (tcp: TcpConversation, index: number) => void,
  everyUs = 100_000,
): TcpConversation[] {
  return Array.from({ length: count }, (_, index) => {
    const tcp = new TcpConversation({
      client: { address: '192.0.2.1', port: 40_001 + index },
      startMicroseconds: 1767323045_000_000 + index * everyUs,
    });
    talk(tcp, index);
    return tcp;
  });
}

describe('findings of several connections', () => {
  const names = (all: readonly TcpConversation[]): string[] =>
    findingsOf(all.flatMap((tcp) => tcp.packets)).map(({ finding, severity }) => `${severity} ${finding}`);
  const short = (tcp: TcpConversation): void => {
    tcp.handshake();
    tcp.client('get a\r\n');
    tcp.server('END\r\n');
    tcp.close('client');
  };

  it('churn: twenty short ones within ten seconds, not nineteen, not slower, not with much to say', () => {
    const churn = (all: readonly TcpConversation[]): string[] => names(all).filter((name) => name.endsWith('churn'));
    assert.deepEqual(churn(connections(20, short)), ['warning churn']);
    assert.deepEqual(churn(connections(19, short)), []);
    assert.deepEqual(churn(connections(20, short, 600_000)), []);
    const busy = (tcp: TcpConversation): void => {
      tcp.handshake();
      for (let index = 0; index < 4; index++) {
        tcp.client('get a\r\n');
        tcp.server('END\r\n');
      }
      tcp.close('client');
    };
    assert.deepEqual(churn(connections(20, busy)), []);
  });

  it('churn: connections that stay open are none', () => {
    assert.deepEqual(names(connections(20, (tcp) => void tcp.handshake())), []);
  });

  it('gave-up is an error where the client connects again at once, or does it three times', () => {
    const given = (tcp: TcpConversation): void => {
      tcp.handshake();
      tcp.client('get a\r\n');
      tcp.wait(50_000);
      tcp.reset('client');
    };
    assert.deepEqual(names(connections(2, given)), ['error gave-up', 'warning gave-up']);
    assert.deepEqual(names(connections(3, given, 3_000_000)), ['warning gave-up', 'warning gave-up', 'error gave-up']);
  });

  it('refused: a SYN answered by RST, or never', () => {
    const rst = (tcp: TcpConversation): void => {
      tcp.syn('client');
      tcp.reset('server');
    };
    assert.deepEqual(names(connections(1, rst)), ['error refused']);
    const never = (tcp: TcpConversation): void => {
      tcp.syn('client');
      tcp.wait(1_000_000);
      tcp.segment('client', '', { seq: 0, flags: 'S' });
    };
    assert.deepEqual(names(connections(1, never)).sort(), ['error refused', 'warning syn-retry']);
    assert.deepEqual(names(connections(1, (tcp) => void tcp.syn('client'))), []);
  });

  it('a server that asked for credentials on an earlier connection gets them', () => {
    const all = connections(2, (tcp, index) => {
      tcp.handshake();
      if (index === 0) {
        tcp.client('get a\r\n');
        tcp.server('CLIENT_ERROR unauthenticated\r\n');
      } else {
        tcp.client('set any 0 0 9\r\nuser pass\r\n');
        tcp.server('STORED\r\n');
      }
    });
    assert.deepEqual(names(all), ['warning protocol-error', 'warning clear-credentials']);
  });

  it('stampede: three connections miss a key at the same time, and store it', () => {
    const miss = (tcp: TcpConversation): void => {
      tcp.handshake();
      tcp.client('get a\r\n');
      tcp.server('END\r\n');
      tcp.wait(200_000);
      tcp.client('set a 0 0 1\r\nx\r\n');
      tcp.server('STORED\r\n');
    };
    const inTime = (all: readonly TcpConversation[]): TcpConversation => {
      const [first] = all as [TcpConversation];
      first.packets.push(...all.slice(1).flatMap((tcp) => tcp.packets));
      first.packets.sort((one, other) => one.seconds - other.seconds || one.nanoseconds - other.nanoseconds);
      return first;
    };
    assert.deepEqual(names([inTime(connections(3, miss, 50))]), ['warning stampede']);
    assert.deepEqual(names([inTime(connections(2, miss, 50))]), []);
  });
});
