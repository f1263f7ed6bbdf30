import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteWriter } from '../../../src/byte-writer.ts';
import { defaultLineOptions, type LineOptions } from '../../../src/output/tcpdump-line/context.ts';
import { TcpdumpLine } from '../../../src/output/tcpdump-line/tcpdump-line.ts';
import { capturedPacket } from '../../support/captured-packet.ts';
import { ethernet, IpProtocol, ipv4, tcp, udp } from '../../support/headers.ts';

const source = { address: '10.0.0.1', port: 46103 };
const destination = { address: '10.0.0.2', port: 11211 };
const addresses = { source: source.address, destination: destination.address };
const service = { name: 'memcache', tcp: new Set([11211]), udp: new Set<number>() };

const request = ethernet(
  ipv4(tcp(Buffer.from('get userId\r\n'), { source, destination, seq: 1, ack: 1, flags: 'P.' }), addresses),
);

function line(bytes: Buffer, options: Partial<LineOptions>, annotation = ''): string {
  const printer = new TcpdumpLine({ ...defaultLineOptions, timestamps: 1, ...options });
  const out = new ByteWriter();
  const packet = capturedPacket(bytes);
  printer.begin(packet, out);
  out.text(annotation);
  printer.finish(packet, out);
  return out.toString();
}

test('a memcached port prints by its name where that is asked for, in its own protocol only', () => {
  const text = 'IP 10.0.0.1.46103 > 10.0.0.2.memcache: Flags [P.], seq 1:13, ack 1, win 512, length 12\n';
  assert.equal(line(request, { service }), text);
  assert.equal(line(request, {}), text.replace('memcache', '11211'));
  const datagram = ipv4(udp(Buffer.alloc(3), { source, destination }), { ...addresses, protocol: IpProtocol.udp });
  const expected = 'IP 10.0.0.1.46103 > 10.0.0.2.11211: UDP, length 3\n';
  assert.equal(line(ethernet(datagram), { service }), expected);
});

test('a long name of a port stands on every line, also of the longest addresses', () => {
  const name = 'a-service-of-a-very-long-name';
  const ends = [101, 102].map((last) => ({ address: `255.255.255.${last}`, port: 11_211 }));
  const [one, other] = ends as [(typeof ends)[0], (typeof ends)[0]];
  const printer = new TcpdumpLine({
    ...defaultLineOptions,
    timestamps: 1,
    service: { name, tcp: new Set([11_211]), udp: new Set<number>() },
  });
  const out = new ByteWriter();
  for (const [from, to] of [
    [one, other],
    [other, one],
    [one, other],
  ] as const) {
    const segment = tcp(Buffer.alloc(0), { source: from, destination: to, seq: 1, ack: 1, flags: '.' });
    const packet = capturedPacket(ethernet(ipv4(segment, { source: from.address, destination: to.address })));
    out.clear();
    printer.begin(packet, out);
    assert.ok(
      out.toString().startsWith(`IP ${from.address}.${name} > ${to.address}.${name}: Flags [.]`),
      out.toString(),
    );
  }
});

test("an annotation stands behind the packet's own text and before the dump", () => {
  const text = line(request, { hexAscii: 1, verbose: 1 }, ': memcached: get userId');
  const [header, segment, dump] = text.split('\n') as [string, string, string];
  assert.match(header, /^IP \(tos 0x0, ttl 64, .*\)$/);
  assert.match(segment, /^ {4}10\.0\.0\.1\.46103 > .* length 12: memcached: get userId$/);
  assert.match(dump, /^\t0x0000: {2}4500 /);
  assert.match(text, /\.\.\n$/);
});

test('other protocols print a short line and never fail', () => {
  for (let protocol = 0; protocol < 256; protocol++) {
    for (const length of [0, 1, 8, 60]) {
      const bytes = ethernet(ipv4(Buffer.alloc(length, protocol), { ...addresses, protocol }));
      for (const verbose of [0, 2]) assert.match(line(bytes, { verbose }), /^IP .*\n$/s);
    }
  }
});

test('an unknown link type prints its number', () => {
  const printer = new TcpdumpLine({ ...defaultLineOptions, timestamps: 1 });
  const out = new ByteWriter();
  printer.begin(capturedPacket(Buffer.alloc(9), { linkType: 147 }), out);
  assert.equal(out.toString(), 'link type 147, length 9');
});

test('a record whose lengths contradict each other says so', () => {
  const packet = capturedPacket(Buffer.alloc(9), { originalLength: 5 });
  const printer = new TcpdumpLine({ ...defaultLineOptions, hex: 1 });
  const out = new ByteWriter();
  printer.begin(packet, out);
  printer.finish(packet, out);
  assert.equal(out.toString(), '[Invalid header: len(5) < caplen(9)]\n');
});
