import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { defaultLimits } from '../../protocols/limits.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import { Annotation } from '../../src/output/annotation.ts';
import { DirectPrinter } from '../../src/output/line-printer.ts';
import { LineThread } from '../../src/output/line-thread.ts';
import { OutputStream } from '../../src/output/output-stream.ts';
import { defaultLineOptions, type LineOptions } from '../../src/output/tcpdump-line/context.ts';
import { capturedPacket } from '../support/captured-packet.ts';
import { ethernet, ipv4, tcp } from '../support/packet-builder.ts';
import { Random } from '../support/random.ts';
import { packets, randomCapture } from '../support/random-traffic.ts';

interface Said {
  readonly packet: CapturedPacket;
  /** Bytes said to be missing; 0 where nothing is said. */
  readonly missing: number;
  readonly protocol?: string;
}

/** What a printer prints, flushed after every `each` packets, and what it counts: it remembers few conversations. */
async function printed(
  Printer: typeof DirectPrinter | typeof LineThread,
  options: LineOptions,
  all: readonly Said[],
  each: number,
): Promise<{ text: string; anomalies: AnomalyCounters }> {
  const pieces: Buffer[] = [];
  const slow = new Writable({
    highWaterMark: 1000,
    write(piece: Buffer, _encoding, done) {
      pieces.push(Buffer.from(piece));
      setImmediate(done);
    },
  });
  const output = new OutputStream(slow, (error) => assert.fail(error));
  const anomalies = new AnomalyCounters();
  const limits = { ...defaultLimits, lineConversations: 4 };
  const printer = new Printer(options, output, limits, anomalies);
  const annotation = new Annotation('memcached');
  for (const [index, { packet, missing, protocol }] of all.entries()) {
    annotation.clear();
    if (missing > 0) annotation.missing(missing);
    if (protocol !== undefined) annotation.notUnderstood(1, protocol);
    printer.print(packet, annotation);
    if (index % each !== 0) continue;
    printer.flush();
    await printer.drained();
  }
  await printer.finish();
  return { text: Buffer.concat(pieces).toString('latin1'), anomalies };
}

async function assertSame(options: LineOptions, all: readonly Said[], each: number): Promise<AnomalyCounters> {
  const expected = await printed(DirectPrinter, options, all, each);
  const actual = await printed(LineThread, options, all, each);
  assert.deepEqual(actual, expected);
  assert.ok(expected.text.length > 0);
  return expected.anomalies;
}

describe('LineThread', () => {
  it('prints what DirectPrinter prints, in whatever batches', async () => {
    for (const seed of [1, 2, 3]) {
      const random = new Random(seed);
      const all = [...packets(randomCapture(seed, 6000))].map((packet) => ({
        packet: { ...packet },
        missing: random.chance(0.5) ? random.below(100_000) : 0,
      }));
      const options = { ...defaultLineOptions, verbose: seed - 1, packetNumber: seed === 2 };
      const anomalies = await assertSame(options, all, random.pick([1, 700, 5000]));
      assert.ok((anomalies.counts.get('lineConversationLimit') ?? 0) > 0);
    }
  });

  it('finds room for packets and annotations of any size', async () => {
    const segment = tcp(Buffer.alloc(65_000, 'x'), {
      source: { address: '10.0.0.1', port: 40000 },
      destination: { address: '10.0.0.2', port: 11211 },
      seq: 1,
      flags: 'P.',
    });
    const bytes = ethernet(ipv4(segment, { source: '10.0.0.1', destination: '10.0.0.2' }));
    const all = Array.from({ length: 40 }, (_, index) => ({
      packet: capturedPacket(bytes, { number: index + 1 }),
      missing: index,
      ...(index % 7 === 0 && { protocol: 'P'.repeat(300_000) }),
    }));
    await assertSame({ ...defaultLineOptions, hexAscii: 1 }, all, 30);
  });

  it('prints as it was told where the capture goes on in another buffer', async () => {
    const [first, second] = [...packets(randomCapture(9, 2))] as [CapturedPacket, CapturedPacket];
    const bytes = Buffer.concat([first.bytes, second.bytes]);
    const here = { ...first, bytes, start: 0, end: first.end };
    const there = { ...second, bytes, start: first.end, end: first.end + second.end };
    const all = [here, there, first, second, there, here].map((packet) => ({ packet, missing: 0 }));
    await assertSame(defaultLineOptions, all, 100);
  });
});
