import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CaptureError } from '../../src/capture/capture-error.ts';
import type { CaptureHandler, CaptureSource } from '../../src/capture/capture-source.ts';
import { liveCapture } from '../../src/capture/live-capture.ts';
import { tcpdumpCapture } from '../../src/capture/tcpdump-capture.ts';
import { collector } from './collect.ts';

type Engine = 'cap' | 'tcpdump';

const engines: readonly Engine[] = ['cap', 'tcpdump'];

/** Offset of the UDP payload behind Ethernet, IPv4 and UDP headers. */
const payloadOffset = 42;

interface Settings {
  readonly device?: string;
  readonly snapLength?: number;
}

function source(engine: Engine, filter: string, { device = 'lo', snapLength = 0 }: Settings = {}): CaptureSource {
  if (engine === 'cap') return liveCapture({ device, filter, snapLength, bufferBytes: 8 << 20 });
  return tcpdumpCapture({ device, filter, snapLength, bufferKibibytes: undefined, promiscuous: true });
}

/** Runs a source and resolves `begun` when it captures. */
function start(from: CaptureSource, handler: CaptureHandler): { begun: Promise<void>; done: Promise<void> } {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const done = from.run({
    begin(info) {
      handler.begin(info);
      begin();
    },
    packet: (packet) => handler.packet(packet),
    afterChunk: () => handler.afterChunk(),
  });
  return { begun: Promise.race([begun, done]), done };
}

async function bound(): Promise<{ socket: Socket; port: number; send(text: string): Promise<void> }> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const send = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.send(text, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)));
    });
  return { socket, port, send };
}

/** Processes whose command line contains the text. */
function processesWith(text: string): number[] {
  const found: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text)) found.push(Number(name));
    } catch {
      // Ended in between.
    }
  }
  return found.filter((pid) => pid !== process.pid);
}

async function waitUntil(what: string, holds: () => boolean, milliseconds = 3000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!holds()) {
    assert.ok(Date.now() < end, `waited too long until ${what}`);
    await sleep(20);
  }
}

function flood(port: number, milliseconds: number): ChildProcess {
  const script = fileURLToPath(new URL('./flood.js', import.meta.url));
  return spawn(process.execPath, [script, String(port), String(milliseconds)]);
}

for (const engine of engines) {
  test(`${engine}: packets arrive soon, whole, in order and with the time of day`, async () => {
    const { socket, port, send } = await bound();
    const found = collector();
    const live = source(engine, `udp dst port ${port}`);
    const { begun, done } = start(live, found);
    await begun;
    const before = Date.now() / 1000;
    for (let index = 0; index < 20; index++) await send(`datagram ${index}`);
    await waitUntil('they arrived', () => found.packets.length === 20);
    const after = Date.now() / 1000;
    live.interrupt();
    await done;
    socket.close();
    assert.equal(found.infos[0]?.linkType, 1);
    const texts = found.packets.map(({ data }) => Buffer.from(data, 'hex').toString('latin1', payloadOffset));
    assert.deepEqual(
      texts,
      Array.from({ length: 20 }, (_, index) => `datagram ${index}`),
    );
    for (const { seconds, nanoseconds } of found.packets) {
      const time = seconds + nanoseconds / 1e9;
      assert.ok(time > before - 0.005 && time < after + 0.005, `${time} is not in ${before} to ${after}`);
    }
    if (engine === 'tcpdump') assert.equal(live.statistics().dropped, 0);
    else assert.deepEqual(live.statistics(), {});
  });

  test(`${engine}: the snapshot length cuts, and the length on the wire is kept`, async () => {
    const { socket, port, send } = await bound();
    const found = collector();
    const live = source(engine, `udp dst port ${port}`, { snapLength: 50 });
    const { begun, done } = start(live, found);
    await begun;
    await send('x'.repeat(100));
    await waitUntil('it arrived', () => found.packets.length === 1);
    live.stop();
    await done;
    socket.close();
    assert.equal(found.infos[0]?.snapLength, 50);
    assert.equal(found.packets[0]?.data.length, 100);
    assert.equal(found.packets[0]?.originalLength, 142);
  });

  test(`${engine}: what was captured before an interrupt is handed over, all of it`, async () => {
    const { socket, port, send } = await bound();
    const found = collector();
    const live = source(engine, `udp dst port ${port}`);
    const { begun, done } = start(live, found);
    await begun;
    for (let index = 0; index < 200; index++) await send('datagram');
    await sleep(30);
    live.interrupt();
    await done;
    socket.close();
    assert.equal(found.packets.length, 200);
  });

  test(`${engine}: ends within a second under full load`, async () => {
    const { socket, port } = await bound();
    let count = 0;
    const live = source(engine, `udp dst port ${port}`);
    const { begun, done } = start(live, { ...collector(), packet: () => count++ });
    await begun;
    const load = flood(port, 4000);
    await waitUntil('load is there', () => count > 2000);
    const asked = Date.now();
    live.interrupt();
    await done;
    const took = Date.now() - asked;
    load.kill();
    socket.close();
    assert.ok(took < 1000, `took ${took} ms`);
  });

  test(`${engine}: stop() from the handler ends it at that packet`, async () => {
    const { socket, port } = await bound();
    let count = 0;
    const live = source(engine, `udp dst port ${port}`);
    const handler: CaptureHandler = {
      ...collector(),
      packet: () => {
        if (++count === 500) live.stop();
      },
    };
    const { begun, done } = start(live, handler);
    await begun;
    const load = flood(port, 2000);
    await done;
    load.kill();
    socket.close();
    assert.equal(count, 500);
  });

  test(`${engine}: kill -9 of the child is reported, packets before it are kept`, async () => {
    const { socket, port, send } = await bound();
    const found = collector();
    const filter = `udp dst port ${port}`;
    const live = source(engine, filter);
    const { begun, done } = start(live, found);
    await begun;
    await send('one');
    await waitUntil('it arrived', () => found.packets.length === 1);
    for (const pid of processesWith(filter)) process.kill(pid, 'SIGKILL');
    await assert.rejects(
      done,
      (error) => error instanceof CaptureError && /^lo: the capture process was ended by SIGKILL/.test(error.message),
    );
    socket.close();
    assert.equal(found.packets.length, 1);
    await waitUntil('nothing is left', () => processesWith(filter).length === 0);
  });

  test(`${engine}: kill -9 of the parent leaves no child`, async () => {
    const { socket, port } = await bound();
    const script = fileURLToPath(new URL('./orphan-parent.js', import.meta.url));
    // With traffic and without: a child that writes finds out in another way than one that waits.
    for (const loaded of [false, true]) {
      const filter = `udp dst port ${port}`;
      const parent = spawn(process.execPath, [script, engine, filter]);
      await once(parent.stdout, 'data');
      const load = loaded ? flood(port, 2500) : undefined;
      if (loaded) await sleep(300);
      assert.ok(processesWith(filter).length >= 2);
      parent.kill('SIGKILL');
      await waitUntil('the child is gone', () => processesWith(filter).length === 0);
      load?.kill();
    }
    socket.close();
  });

  test(`${engine}: what keeps it from capturing is one sentence`, async () => {
    const refused: [CaptureSource, RegExp][] = [
      [source(engine, 'udp', { device: 'nosuch0' }), /^nosuch0: no such device \(mcsniff -D lists what there is\)$/],
      [source(engine, 'prt 5'), /^filter "prt 5": can't parse filter expression: syntax error$/],
      [source(engine, 'port 70000'), /^filter "port 70000": illegal port number 70000 > 65535$/],
    ];
    for (const [from, message] of refused) {
      await assert.rejects(from.run(collector()), (error) => error instanceof CaptureError && message.test(error.message));
    }
  });

  test(`${engine}: an error of the handler ends the capture and passes through`, async () => {
    const { socket, port, send } = await bound();
    const live = source(engine, `udp dst port ${port}`);
    const full = new CaptureError('no space left on device', { source: 'out.pcap' });
    const handler: CaptureHandler = {
      ...collector(),
      packet: () => {
        throw full;
      },
    };
    const { begun, done } = start(live, handler);
    await begun;
    await send('one');
    await assert.rejects(done, (error) => error === full);
    socket.close();
  });

  test(`${engine}: the device "any" gives cooked packets`, async () => {
    const { socket, port, send } = await bound();
    const found = collector();
    const live = source(engine, `udp dst port ${port}`, { device: 'any' });
    const { begun, done } = start(live, found);
    await begun;
    await send('one');
    await waitUntil('it arrived', () => found.packets.length > 0);
    live.stop();
    await done;
    socket.close();
    assert.equal(found.infos[0]?.linkType, 113);
  });
}

test('an interrupt before it has begun ends it, too', async () => {
  const live = source('cap', 'udp');
  const done = live.run(collector());
  live.interrupt();
  await done;
});
