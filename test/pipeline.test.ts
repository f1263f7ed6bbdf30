import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Request } from '../protocols/memcached/text/request.ts';
import type { CapturedPacket } from '../protocols/packet.ts';
import type { SessionEvents } from '../protocols/protocol.ts';
import { readChunk } from '../src/capture/capture-reader.ts';
import { readerFor } from '../src/capture/detect.ts';
import { busySessions } from './support/busy-sessions.ts';
import { capturedPacket } from './support/captured-packet.ts';
import { Random } from './support/random.ts';
import { generatedSamples, recordedSamples, sampleDirectory } from './support/sample-list.ts';
import { shuffled } from './support/shuffle.ts';
import { throughPipeline } from './support/through-pipeline.ts';

/** The commands that are told of a capture, each as one line of JSON without the numbers of packets; sorted. */
function commands(packets: readonly CapturedPacket[]): string[] {
  const told: string[] = [];
  /** Bytes by connection and direction: one hole may be proven in pieces. */
  const missing = new Map<string, number>();
  const events: Partial<SessionEvents> = {
    transaction: ({ client, transport }, transaction) => {
      // Left out are numbers of packets, and what pairing notes for itself.
      const { packet, linePacket, acknowledged, headEnd, answerPacket, startsSegment, unseenBefore, ...fields } =
        transaction as Partial<Request>;
      told.push(JSON.stringify({ client, transport, ...fields }));
    },
    gap: ({ client }, fromClient, length) => {
      const stream = `${client} ${fromClient ? 'sent' : 'received'}`;
      missing.set(stream, (missing.get(stream) ?? 0) + length);
    },
  };
  const numbered = packets.map((packet, index) => ({ ...packet, number: index + 1 }));
  throughPipeline(numbered, events, { keepValueBytes: 10 });
  for (const [stream, bytes] of missing) told.push(`${stream} ${bytes} bytes that were not captured`);
  return told.sort();
}

function packetsOf(sample: string): CapturedPacket[] {
  const packets: CapturedPacket[] = [];
  const file = readFileSync(join(sampleDirectory, sample));
  const capture = sample.endsWith('.gz') ? gunzipSync(file) : file;
  const reader = readerFor(capture, { begin: () => {}, packet: (packet) => void packets.push({ ...packet }) });
  readChunk(reader, capture);
  reader.end();
  return packets;
}

/** How many shuffles are tried; `SEEDS=1000` for a longer run. */
function seeds(usual: number): number {
  return Number(process.env.SEEDS ?? usual);
}

const disorder = { window: 20, duplicates: 0.05 };

/** Where the order says what nothing else says: of bytes that contradict each other, those captured first win. */
const ordered: ReadonlySet<string> = new Set(['keep-alive.pcap', 'overlap-conflict.pcap']);

/** Bytes that came in several packets have the time of the one that brought them first. */
const timedByOrder: ReadonlySet<string> = new Set(['retransmission.pcap', 'ipv4-fragments.pcap']);

/** Of a side of which nothing was captured, only the order of its acknowledgments tells its FIN from a byte. */
const oneSided: ReadonlySet<string> = new Set(['client-only.pcap', 'server-only.pcap']);

function withoutMissing(told: readonly string[]): string[] {
  return told.filter((line) => !line.endsWith('not captured'));
}

function withoutTimes(command: string): string {
  return command.replace(/"(?:startUs|requestUs|answerUs|endUs)":-?\d+,?/g, '');
}

describe('shuffled within 20 packets, 5 % of them twice: the same commands and times, and as many bytes missing', () => {
  test('busy sessions', () => {
    for (let seed = 1; seed <= seeds(150); seed++) {
      const random = new Random(seed);
      const packets = busySessions(random).map(({ bytes, seconds, nanoseconds }) =>
        capturedPacket(bytes, { seconds, nanoseconds }),
      );
      const expected = commands(packets);
      assert.deepEqual(commands(shuffled(packets, disorder, random)), expected, `seed ${seed}`);
    }
  });

  for (const sample of [...Object.keys(generatedSamples), ...recordedSamples]) {
    if (!/\.pcap/.test(sample) || ordered.has(sample)) continue;
    test(sample, () => {
      const packets = packetsOf(sample);
      const told = (some: readonly CapturedPacket[]): string[] => {
        const all = oneSided.has(sample) ? withoutMissing(commands(some)) : commands(some);
        return timedByOrder.has(sample) ? all.map(withoutTimes) : all;
      };
      const expected = told(packets);
      for (let seed = 1; seed <= seeds(15); seed++) {
        assert.deepEqual(told(shuffled(packets, disorder, new Random(seed))), expected, `seed ${seed}`);
      }
    });
  }
});

/** The same packets, each with the time stamp of its place. */
function timedByPlace(packets: readonly CapturedPacket[]): CapturedPacket[] {
  return packets.map((packet, index) => ({ ...packet, seconds: 1_767_323_045, nanoseconds: index * 100_000 }));
}

/** Only where each request has an id of its own do datagrams say without their time what belongs together. */
test('datagrams shuffled before they were given a time, 5 % of them twice: the same commands', () => {
  const packets = packetsOf('client-udp.pcap');
  const told = (some: readonly CapturedPacket[]): string[] => commands(timedByPlace(some)).map(withoutTimes).sort();
  const expected = told(packets);
  for (let seed = 1; seed <= seeds(50); seed++) {
    assert.deepEqual(told(shuffled(packets, disorder, new Random(seed))), expected, `seed ${seed}`);
  }
});
