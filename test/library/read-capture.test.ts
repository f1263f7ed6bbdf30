import assert from 'node:assert/strict';
import { createReadStream, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { CaptureError, type CaptureInput, FilterError, readCapture, type SnifferEvent } from '../../src/index.ts';
import { sampleNames } from '../support/goldens.ts';
import { capture, open } from '../support/plain-session.ts';
import { recordsOf } from '../support/records.ts';
import { runMcsniff } from '../support/run-program.ts';

const session = 'samples/complete-session.pcap';

async function eventsOf(input: CaptureInput, options = {}): Promise<SnifferEvent[]> {
  const events: SnifferEvent[] = [];
  for await (const event of readCapture(input, options)) events.push(event);
  return events;
}

/** An event in words that a record gives as well. */
function told(event: SnifferEvent): unknown[] {
  const { id, client } = event.connection;
  if (event.type !== 'command')
    return [event.type, id, client, event.packet, 'bytes' in event ? event.bytes : undefined];
  const { command, keys, status, packet, durationUs, cause } = event.transaction;
  const answered = event.transaction.answerUs >= 0 && durationUs >= 0 ? durationUs : undefined;
  return [event.type, id, client, packet, command, keys.length, status, answered, cause];
}

function toldOfRecord(record: Record<string, unknown>): unknown[] {
  const { event, conn, client, packet, bytes, command, key, keys, status, durationUs, cause } = record;
  if (event !== 'command') return [event, conn, client, packet, bytes];
  const count = (keys as string[] | undefined)?.length ?? (key === undefined ? 0 : 1);
  return [event, conn, client, packet, command, count, status, durationUs, cause];
}

async function* byteByByte(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

describe('reading a capture', () => {
  for (const name of sampleNames.filter((name) => /^(all-commands|udp-loss|gap-elsewhere|retransmission)/.test(name))) {
    it(`tells what the program's records do: ${name}`, async () => {
      const path = `samples/${name}`;
      const { stdout } = await runMcsniff(['-r', path, '--json']);
      const records = recordsOf(stdout.toString()).filter(({ event }) => event !== 'summary');
      assert.ok(records.length > 0);
      assert.deepEqual(
        (await eventsOf(path)).map(told),
        records.map((record) => toldOfRecord({ ...record })),
      );
    });
  }

  it('takes paths, URLs, bytes and streams, gzipped or not', async () => {
    const bytes = readFileSync(session);
    const expected = (await eventsOf(session)).map(told);
    const inputs: CaptureInput[] = [
      pathToFileURL(resolve(session)),
      bytes,
      new Uint8Array(gzipSync(bytes)),
      createReadStream(session, { highWaterMark: 100 }),
      byteByByte(bytes),
      new Blob([bytes]).stream(),
    ];
    for (const input of inputs) assert.deepEqual((await eventsOf(input)).map(told), expected);
  });

  it('keeps nothing outside: two readings at once are two of one each', async () => {
    const [one, other] = ['samples/client-meta.pcap', 'samples/client-binary.pcap'] as const;
    const alone = [(await eventsOf(one)).map(told), (await eventsOf(other)).map(told)];
    const both = await Promise.all([
      eventsOf(byteByByte(readFileSync(one))),
      eventsOf(byteByByte(readFileSync(other))),
    ]);
    assert.deepEqual(
      both.map((events) => events.map(told)),
      alone,
    );
  });

  it('is read on only when its events were taken', async () => {
    const conversation = open();
    for (let command = 0; command < 1000; command++) conversation.client('delete a noreply\r\n');
    const bytes = capture(conversation);
    let given = 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (; given < bytes.length; given += 1000) yield bytes.subarray(given, given + 1000);
    }
    let events = 0;
    for await (const _event of readCapture(pieces(), { live: true })) {
      await setTimeout(1);
      if (++events === 50) break;
    }
    assert.equal(events, 50);
    assert.ok(given < bytes.length / 5, `${given} of ${bytes.length} bytes`);
  });

  it('ends with a loop that is left, and with a signal', async () => {
    for await (const _event of readCapture(createReadStream(session))) break;
    const controller = new AbortController();
    const silent = new ReadableStream<Uint8Array>({ start: (stream) => stream.enqueue(readFileSync(session)) });
    const reading = readCapture(silent, { signal: controller.signal, live: true });
    await assert.rejects(async () => {
      for await (const { type } of reading) if (type === 'connection_close') controller.abort(new Error('enough'));
    }, /enough/);
  });

  it('waits for no stream that is silent', { timeout: 20_000 }, async () => {
    const bytes = readFileSync(session);
    const silence = new Promise<Uint8Array>(() => {});
    async function* generated(): AsyncGenerator<Uint8Array> {
      yield bytes;
      yield await silence;
    }
    const inputs = [
      generated,
      (): CaptureInput => new ReadableStream({ start: (stream) => stream.enqueue(bytes) }),
      (): CaptureInput => new PassThrough().on('resume', () => undefined),
    ];
    for (const input of inputs) {
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      await assert.rejects(readCapture(input(), { signal }).run(), reason);
      const controller = new AbortController();
      const reading = readCapture(input(), { signal: controller.signal }).run();
      await setTimeout(5);
      controller.abort(reason);
      await assert.rejects(reading, reason);
    }
    for await (const _event of readCapture(generated(), { live: true })) break;
  });

  it('says what is wrong with a capture, behind the events before it', async () => {
    const bytes = readFileSync(session);
    const events: SnifferEvent[] = [];
    await assert.rejects(
      async () => {
        for await (const event of readCapture(bytes.subarray(0, bytes.length - 5))) events.push(event);
      },
      (error) => error instanceof CaptureError && (error.packet ?? 0) > 1,
    );
    assert.equal(events.at(-1)?.type, 'connection_close');
    await assert.rejects(readCapture('samples/none.pcap').run(), CaptureError);
    assert.throws(() => readCapture(session, { filter: 'port' }), FilterError);
  });

  it('is for once', async () => {
    const reading = readCapture(session);
    assert.equal((await reading.run()).commands, 5);
    await assert.rejects(reading.run(), /once/);
  });

  it('passes on what a listener throws', async () => {
    const transaction = (): void => {
      throw new RangeError('mine');
    };
    await assert.rejects(readCapture(session, { listeners: [{ transaction }] }).run(), RangeError);
  });

  it('looks at other ports, at some packets only, and keeps values', async () => {
    assert.equal((await readCapture(session, { ports: [1] }).run()).commands, 0);
    assert.equal((await readCapture(session, { ports: 'any', udpPorts: [] }).run()).commands, 5);
    assert.equal((await readCapture(session, { filter: 'udp' }).run()).packets, 0);
    const events = await eventsOf(session, { valueBytes: 3 });
    assert.deepEqual(
      events
        .flatMap((event) => (event.type === 'command' && event.transaction.value) || [])
        .map((value) => value.length),
      [3, 3, 3],
    );
  });
});
