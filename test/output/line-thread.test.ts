import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, describe, it } from 'node:test';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { defaultLimits } from '../../protocols/limits.ts';
import { compileFilter } from '../../src/capture/filter/evaluate.ts';
import { PacketCursor } from '../../src/capture/packet-cursor.ts';
import { Annotation } from '../../src/output/annotation.ts';
import { DirectPrinter, type LinePrinter } from '../../src/output/line-printer.ts';
import { LineThread } from '../../src/output/line-thread.ts';
import { OutputStream } from '../../src/output/output-stream.ts';
import { defaultLineOptions, type LineOptions } from '../../src/output/tcpdump-line/context.ts';
import { type BuiltPacket, pcapFile, pcapngFile } from '../support/capture-file.ts';
import { arrivalOf, connectionInfo, request } from '../support/hand-made.ts';
import { ethernet, ipv4, tcp } from '../support/packet-builder.ts';
import { Random } from '../support/random.ts';
import { randomCapture } from '../support/random-traffic.ts';

const directory = mkdtempSync(join(tmpdir(), 'mcsniff-lines-'));
after(() => rmSync(directory, { recursive: true }));
const path = join(directory, 'capture');

interface Scenario {
  readonly options?: Partial<LineOptions>;
  readonly filter?: string;
  /** Flushed after so many packets. */
  readonly each: number;
  /** What is said of the packet with this number, from 1 behind the filter; undefined where it is not printed. */
  readonly say: (annotation: Annotation, number: number) => boolean;
}

/** Any item that differs from packet to packet. */
function sayMissing(annotation: Annotation, length: number): void {
  annotation.bytes(connectionInfo(), { kind: 'missing', length, fromClient: true, arrival: arrivalOf(1) });
}

type MakePrinter = (output: OutputStream, anomalies: AnomalyCounters) => LinePrinter;

const limits = { ...defaultLimits, lineConversations: 4 };

/** What a printer prints of the file at `path`, and what it counts: it remembers few conversations. */
async function printed(make: MakePrinter, scenario: Scenario): Promise<{ text: string; anomalies: AnomalyCounters }> {
  const pieces: Buffer[] = [];
  const slow = new Writable({
    highWaterMark: 1000,
    write(piece: Buffer, _encoding, done) {
      pieces.push(Buffer.from(piece));
      setImmediate(done);
    },
  });
  const anomalies = new AnomalyCounters();
  const printer = make(new OutputStream(slow, (error) => assert.fail(error)), anomalies);
  const annotation = new Annotation('memcached');
  const passes = compileFilter(scenario.filter ?? '');
  const descriptor = openSync(path, 'r');
  const cursor = new PacketCursor(descriptor);
  let number = 0;
  for (let packet = cursor.next(); packet !== undefined; packet = cursor.next()) {
    if (!passes(packet)) continue;
    packet.number = ++number;
    annotation.clear();
    if (scenario.say(annotation, number)) printer.print(packet, annotation);
    else printer.pass(packet);
    if (number % scenario.each !== 0) continue;
    printer.flush();
    await printer.drained();
  }
  closeSync(descriptor);
  await printer.finish();
  return { text: Buffer.concat(pieces).toString('latin1'), anomalies };
}

function direct({ options }: Scenario): MakePrinter {
  return (output, anomalies) => new DirectPrinter({ ...defaultLineOptions, ...options }, output, limits, anomalies);
}

function threaded({ options = {}, filter = '' }: Scenario): MakePrinter {
  const script = new URL('../../src/cli/line-worker.js', import.meta.url);
  return (output, anomalies) => {
    const data = { options: { ...defaultLineOptions, ...options }, limits, capture: openSync(path, 'r'), filter };
    return new LineThread(script, data, output, anomalies, () => new Error('the file has changed'));
  };
}

async function assertSame(file: Buffer, scenario: Scenario): Promise<AnomalyCounters> {
  writeFileSync(path, file);
  const expected = await printed(direct(scenario), scenario);
  assert.deepEqual(await printed(threaded(scenario), scenario), expected);
  assert.ok(expected.text.length > 0);
  return expected.anomalies;
}

const saysNothing = (): boolean => true;

describe('LineThread', () => {
  it('prints what DirectPrinter prints, in whatever batches', async () => {
    for (const seed of [1, 2, 3]) {
      const random = new Random(seed);
      const { linkType, records } = randomCapture(seed, 6000);
      const missing = records.map(() => (random.chance(0.5) ? random.below(100_000) : 0));
      const anomalies = await assertSame(pcapFile(records, { linkType }), {
        options: { verbose: seed - 1, packetNumber: seed === 2 },
        each: random.pick([1, 700, 5000]),
        say: (annotation, number) => {
          if ((missing[number - 1] as number) > 0) sayMissing(annotation, missing[number - 1] as number);
          return number % 5 !== seed;
        },
      });
      assert.ok((anomalies.counts.get('lineConversationLimit') ?? 0) > 0);
    }
  });

  it('leaves out what the filter rejects, in pcapng too', async () => {
    const { linkType, records } = randomCapture(7, 2000);
    await assertSame(pcapngFile(records, { interfaces: [{ linkType, resolution: 9 }], unknownBlocks: true }), {
      filter: 'tcp and not src port 11211',
      options: { packetNumber: true },
      each: 300,
      say: (annotation, number) => {
        sayMissing(annotation, number);
        return true;
      },
    });
  });

  it('finds room for packets and annotations of any size', async () => {
    const segment = tcp(Buffer.alloc(65_000, 'x'), {
      source: { address: '10.0.0.1', port: 40000 },
      destination: { address: '10.0.0.2', port: 11211 },
      seq: 1,
      flags: 'P.',
    });
    const bytes = ethernet(ipv4(segment, { source: '10.0.0.1', destination: '10.0.0.2' }));
    const records = Array.from({ length: 40 }, (): BuiltPacket => ({ bytes, seconds: 1, nanoseconds: 0 }));
    await assertSame(pcapFile(records), {
      options: { hexAscii: 1 },
      each: 30,
      say: (annotation, number) => {
        if (number % 7 === 0) annotation.commandLine(connectionInfo(), request('P'.repeat(300_000)));
        return true;
      },
    });
  });

  it('says so once where the file is not what it was, and prints what is left', async () => {
    const { linkType, records } = randomCapture(8, 500);
    writeFileSync(path, pcapFile(records, { linkType }));
    const scenario: Scenario = { each: 1000, say: saysNothing };
    const make: MakePrinter = (output, anomalies) => {
      const printer = threaded(scenario)(output, anomalies);
      // The thread has read nothing yet.
      const { print } = printer;
      let count = 0;
      printer.print = (packet, annotation) => {
        print.call(printer, packet, annotation);
        if (++count === records.length) truncateSync(path, 30_000);
      };
      return printer;
    };
    await assert.rejects(printed(make, scenario), /the file has changed/);
  });
});
