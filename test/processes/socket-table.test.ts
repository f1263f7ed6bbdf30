import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SocketSearch, type TableEnd, tableEnd } from '../../src/processes/socket-table.ts';

const heading =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                    \n';

/** As /proc/net/tcp and tcp6 of a machine whose words have their low byte first. */
const rows = [
  // 127.0.0.1:11211 and [::]:11211 listen; two share 127.0.0.1:11212.
  '   0: 0100007F:2BCB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0000 100 0 0 10 0',
  '   1: 00000000000000000000000000000000:2BCB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1',
  '   2: 0100007F:2BCC 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 102 1',
  '   3: 0100007F:2BCC 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 103 1',
  // 127.0.0.1:40000 > 127.0.0.1:11211, both sides; 10.8.34.13:40001 over an IPv6 socket; one that nobody holds.
  ' 999: 0100007F:9C40 0100007F:2BCB 01 00000000:00000000 02:000AF0A4 00000000  1000        0 200 2 0000',
  '1000: 0100007F:2BCB 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 201 1 0000',
  '   0: 0000000000000000FFFF00000D22080A:9C41 0000000000000000FFFF00001B22080A:2BCB 01 00000000:00000000 00:00000000 00000000  1000        0 202 1',
  '   6: 0100007F:9C42 0100007F:2BCB 06 00000000:00000000 03:000016B5 00000000     0        0 0 3 0000',
  // [2001:db8::5]:40000 > [2001:db8::6]:11211.
  '   1: B80D0120000000000000000005000000:9C40 B80D0120000000000000000006000000:2BCB 01 00000000:00000000 00:00000000 00000000  1000        0 203 1',
];

function end(text: string): TableEnd {
  const found = tableEnd(text);
  assert.ok(found !== undefined, text);
  return found;
}

function searched(local: string, remote: string): SocketSearch {
  const search = new SocketSearch();
  search.want(end(local), end(remote));
  search.search(`${heading}${rows.join('\n')}\n`);
  return search;
}

const sockets: readonly (readonly [local: string, remote: string, inode: string | undefined])[] = [
  ['127.0.0.1:40000', '127.0.0.1:11211', '200'],
  ['127.0.0.1:11211', '127.0.0.1:40000', '201'],
  ['10.8.34.13:40001', '10.8.34.27:11211', '202'],
  ['127.0.0.1:40002', '127.0.0.1:11211', undefined],
  ['127.0.0.1:40003', '127.0.0.1:11211', undefined],
  ['[2001:db8::5]:40000', '[2001:db8::6]:11211', '203'],
];

test('a socket is the one with these two ends', () => {
  for (const [local, remote, inode] of sockets)
    assert.equal(searched(local, remote).socketOf(end(local), end(remote)), inode, local);
});

test('who listens is found by the closest address', () => {
  const listeners = (local: string): string[] => [...searched(local, '127.0.0.1:9').listenersOf(end(local))];
  assert.deepEqual(listeners('127.0.0.1:11211'), ['100']);
  assert.deepEqual(listeners('10.8.34.27:11211'), ['101']);
  assert.deepEqual(listeners('[2001:db8::6]:11211'), ['101']);
  assert.deepEqual(listeners('127.0.0.1:11212'), ['102', '103']);
  assert.deepEqual(listeners('127.0.0.1:11213'), []);
});

test('an address is the host’s own where a socket has it, also one that has gone', () => {
  assert.ok(searched('127.0.0.1:40002', '127.0.0.1:11211').isOwnAddress(end('127.0.0.1:40002')));
  assert.ok(searched('10.8.34.13:1', '10.8.34.27:11211').isOwnAddress(end('10.8.34.13:1')));
  assert.ok(!searched('10.8.34.27:11211', '10.8.34.13:1').isOwnAddress(end('10.8.34.27:11211')));
});

test('what is no end is none', () => {
  for (const text of ['', '127.0.0.1', '127.0.0.256:1', '1.2.3:4', '[::1]', '[1:2:3]:4', '[g::]:1', 'lo:1'])
    assert.equal(tableEnd(text), undefined, text);
});
