import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { compileFilter } from '../../../src/capture/filter/evaluate.ts';
import { FilterError } from '../../../src/capture/filter/filter-error.ts';
import { Random } from '../../support/random.ts';
import { read, readInto } from '../collect.ts';
import { pcapFile } from '../pcap-files.ts';
import { randomExpression, randomPacket } from './filter-traffic.ts';

const linkTypes = [1, 113, 276, 0, 108, 101, 228, 229];
const packetCount = 600;

let directory = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-filter-'));
});
after(() => rmSync(directory, { recursive: true }));

/**
 * Numbers of the packets that tcpdump selects; undefined where it refuses the expression. libpcap's optimiser reorders
 * tests, which decides whether a packet that ends in the middle of a header is rejected before or after it matches: for
 * files with such packets it is turned off (`-O`).
 */
function selectedByTcpdump({ path, cut }: Traffic, expression: string): number[] | undefined {
  const options = cut ? ['-O'] : [];
  const args = [...options, '-r', path, '-w', '-', expression];
  const { status, stdout, stderr } = spawnSync('tcpdump', args, { maxBuffer: 2 ** 24 });
  // Its optimiser saw that nothing can match, which is no fault of the expression.
  if (stderr.includes('expression rejects all packets')) return [];
  return status === 0 ? read(stdout).packets.map(({ seconds }) => seconds) : undefined;
}

function selected(file: Buffer, expression: string): number[] | undefined {
  const numbers: number[] = [];
  let filter: ReturnType<typeof compileFilter>;
  try {
    filter = compileFilter(expression);
  } catch (error) {
    assert.ok(error instanceof FilterError);
    return undefined;
  }
  readInto(file, {
    begin: () => undefined,
    packet: (packet) => {
      if (filter(packet)) numbers.push(packet.number);
    },
  });
  return numbers;
}

interface Traffic {
  readonly path: string;
  readonly file: Buffer;
  /** True where packets were cut anywhere. */
  readonly cut: boolean;
}

function trafficFile(linkType: number, cut: boolean): Traffic {
  const random = new Random(linkType + 1);
  const packets = Array.from({ length: packetCount }, (_, index) => {
    const whole = randomPacket(random, linkType);
    const data = cut && random.below(3) === 0 ? whole.subarray(0, random.below(whole.length + 1)) : whole;
    return { data, originalLength: whole.length, seconds: index + 1 };
  });
  const file = pcapFile(packets, { linkType });
  const path = join(directory, `${linkType}-${cut}.pcap`);
  writeFileSync(path, file);
  return { path, file, cut };
}

const fixed = [
  'ip',
  'ip6',
  'tcp',
  'udp',
  'not tcp',
  'port 11211',
  'port http',
  'tcp port 80 or 5',
  'udp port domain',
  'host 10.0.0.1',
  'host 10.0.0.1 or 10.0.0.2',
  'net 10',
  'net 10.1',
  'net 300',
  'net 0',
  'host 10',
  'src 10.0.0.1',
  'ip net 10.0.0.0/8',
  'ip6 net 2001:db8::/32',
  'ip6 host ::1',
  'ip src 10.0.0.1',
  'not port 80 and not port 5',
  'tcp or udp and port 80',
  'port 3 or (port 80) or 5',
  'host not 10.0.0.1 or 10.0.0.2',
  'not not port 5',
  'port ((5))',
  'port 0x50',
  'port 0120',
  'dst portrange 1-100',
  'portrange 100-1',
  'portrange 80',
  'port \\http',
  'tcp portrange http-81',
  'net 10.0.0.0 mask 255.0.0.0',
  'port domain',
  'tcp and port 80 or 5',
  'src or dst port 5',
  'dst and src port 5',
  'net ::/0',
  'net 0.0.0.0/0',
  'not ip6 and not ip',
  'host 10.1',
  'net 2001:db8::/33',
];

const refused = [
  '10',
  '10.0.0.1',
  'tcp or 80',
  'tcp and',
  'host',
  'not',
  '(tcp',
  'tcp)',
  '()',
  'port',
  'port 70000',
  'port 1-5',
  'port nosuchservice',
  'host nosuch.invalid',
  'src tcp port 80',
  'tcp 80',
  'ip port 80',
  'tcp host 10.0.0.1',
  'tcp net 10',
  'ip6 host 1.2.3.4',
  'ip host ::1',
  'net 10.1.2.3/8',
  'net 10.0.0.0/33',
  'host 10.0.0.0/8',
  'src 10.0.0.0/8',
  'net 10/8',
  'net ::1/129',
  'host ::1/64',
  'host 256.1.1.1',
  'TCP port 5',
  'port 5 6',
  'port 99999999999',
  'src host or port 5',
  'port 3 or (2 or port 5)',
  '(port 1) or 2',
  'tcp port tftp',
  'port -5',
  'net 1.2.3.4 mask 255.0.0.0',
  'port 5 or not udp and 6',
  'port 1.2.3.4',
  'port ::1',
  'and tcp',
  'tcp tcp',
  'port 08',
  'ip6 host ::1 or 1.2.3.4',
  'host ff.ff',
  'port 80 #',
  'host 10.0.0.1 mask 255.0.0.0',
];

test('expressions select what tcpdump selects from the same file', () => {
  for (const linkType of linkTypes) {
    const traffic = trafficFile(linkType, linkType % 2 === 1);
    // All of them on Ethernet, a part on each other link type: they differ only in where headers lie.
    const expressions = linkType === 1 ? fixed : fixed.filter((_, index) => index % 4 === linkType % 4);
    for (const expression of expressions) {
      const expected = selectedByTcpdump(traffic, expression);
      assert.notEqual(expected, undefined, `tcpdump refuses ${expression}`);
      assert.deepEqual(selected(traffic.file, expression), expected, `link type ${linkType}: ${expression}`);
    }
  }
});

test('random expressions select what tcpdump selects', () => {
  const random = new Random(20_120_724);
  const rounds = 40;
  let compared = 0;
  for (const linkType of linkTypes) {
    const files = [trafficFile(linkType, false), trafficFile(linkType, true)] as const;
    for (let round = 0; round < rounds; round++) {
      const expression = randomExpression(random);
      const traffic = files[round % 2 === 0 ? 0 : 1];
      const expected = selectedByTcpdump(traffic, expression);
      const found = selected(traffic.file, expression);
      assert.deepEqual(found, expected, `link type ${linkType}: ${expression}`);
      if (expected !== undefined) compared++;
    }
  }
  assert.ok(compared > linkTypes.length * rounds * 0.7, `only ${compared} expressions were valid`);
});

test('what libpcap refuses is refused, with the word and its position', () => {
  const traffic = trafficFile(1, false);
  for (const expression of refused) {
    assert.equal(selectedByTcpdump(traffic, expression), undefined, `tcpdump accepts ${expression}`);
    assert.throws(() => compileFilter(expression), FilterError, expression);
  }
});

test('what works only live is refused with the word and its position', () => {
  const cases: [string, RegExp, number][] = [
    ['tcp and vlan 5', /"vlan" at position 9/, 9],
    ['tcp[13] & 2 != 0', /"\[" at position 4/, 4],
    ['port 80 or icmp', /"icmp" at position 12/, 12],
    ['host example.org', /"example.org" at position 6: names are not looked up/, 6],
    ['ether host 00:11:22:33:44:55', /"ether" at position 1/, 1],
    ['less 100', /"less" at position 1/, 1],
    ['10.0.0.1', /"10.0.0.1" at position 1 needs a word before it/, 1],
    ['tcp and', /ends too early, after "and" at position 5/, 8],
    ['host ', /ends too early, after "host" at position 1/, 5],
    ['(port 80', /ends too early, after "80" at position 7/, 9],
  ];
  for (const [expression, message, position] of cases) {
    assert.throws(
      () => compileFilter(expression),
      (error) => error instanceof FilterError && message.test(error.message) && error.position === position,
      expression,
    );
  }
});

test('the name that mcsniff prints for its port is known on every system', () => {
  const tcp = Buffer.alloc(54);
  tcp.writeUInt16BE(0x0800, 12);
  tcp.writeUInt8(0x45, 14);
  tcp.writeUInt8(6, 23);
  tcp.writeUInt16BE(11211, 36);
  const file = pcapFile([{ data: tcp }]);
  assert.deepEqual(selected(file, 'tcp dst port memcache'), [1]);
  assert.deepEqual(selected(file, 'tcp src port memcache'), []);
});

test('an empty expression takes every packet, an unknown link type none', () => {
  const file = pcapFile([{ data: Buffer.alloc(60) }], { linkType: 147 });
  assert.deepEqual(selected(file, ' '), [1]);
  assert.deepEqual(selected(file, 'not tcp'), []);
});

test('deep nesting is refused, not overflowed', () => {
  assert.throws(() => compileFilter(`${'('.repeat(100_000)}tcp`), FilterError);
  assert.throws(() => compileFilter(`${'not '.repeat(100_000)}tcp`), FilterError);
});
