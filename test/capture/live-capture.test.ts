import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CaptureError } from '../../src/capture/capture-error.ts';
import type { CaptureHandler, CaptureSource } from '../../src/capture/capture-source.ts';
import { type Engine, engines } from '../../src/capture/engine-names.ts';
import { liveCapture } from '../../src/capture/live-capture.ts';
import type { LiveOptions } from '../../src/capture/live-options.ts';
import { flood } from '../support/flood.ts';
import { collector } from './collect.ts';

/** A test that hangs is a failure, not a reason to wait. */
const limits = { timeout: 20_000 };

/** Offset of the UDP payload behind Ethernet, IPv4 and UDP headers. */
const payloadOffset = 42;

/** A capture that ends with its test, also where that fails. */
async function source(
  t: TestContext,
  engine: Engine,
  filter: string,
  options: Partial<LiveOptions> = {},
): Promise<CaptureSource> {
  const live = await liveCapture(engine, { device: 'lo', filter, snapLength: 0, promiscuous: true, ...options });
  t.after(() => live.stop());
  return live;
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

async function bound(t: TestContext): Promise<{ port: number; send(text: string): Promise<void> }> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  const { port } = socket.address();
  const send = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.send(text, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)));
    });
  return { port, send };
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

for (const engine of engines) {
  test(`${engine}: packets arrive soon, whole, in order and with the time of day`, limits, async (t) => {
    const { port, send } = await bound(t);
    const found = collector();
    const live = await source(t, engine, `udp dst port ${port}`);
    const { begun, done } = start(live, found);
    await begun;
    const before = Date.now() / 1000;
    for (let index = 0; index < 20; index++) await send(`datagram ${index}`);
    await waitUntil('they arrived', () => found.packets.length === 20);
    const after = Date.now() / 1000;
    live.interrupt();
    await done;
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
    // cap has no drop counter, so none is told.
    if (engine === 'cap') assert.deepEqual(live.statistics(), { captured: 20 });
    else assert.equal(live.statistics().dropped, 0);
  });

  test(`${engine}: the snapshot length cuts, and the length on the wire is kept`, limits, async (t) => {
    const { port, send } = await bound(t);
    const found = collector();
    const live = await source(t, engine, `udp dst port ${port}`, { snapLength: 50 });
    const { begun, done } = start(live, found);
    await begun;
    await send('x'.repeat(100));
    await waitUntil('it arrived', () => found.packets.length === 1);
    live.stop();
    await done;
    assert.equal(found.infos[0]?.snapLength, 50);
    assert.equal(found.packets[0]?.data.length, 100);
    assert.equal(found.packets[0]?.originalLength, 142);
  });

  test(`${engine}: what was captured before an interrupt is handed over, all of it`, limits, async (t) => {
    const { port, send } = await bound(t);
    const found = collector();
    const live = await source(t, engine, `udp dst port ${port}`);
    const { begun, done } = start(live, found);
    await begun;
    for (let index = 0; index < 200; index++) await send('datagram');
    await sleep(30);
    live.interrupt();
    await done;
    assert.equal(found.packets.length, 200);
  });

  test(`${engine}: ends within a second under full load`, limits, async (t) => {
    const { port } = await bound(t);
    let count = 0;
    const live = await source(t, engine, `udp dst port ${port}`);
    const { begun, done } = start(live, { ...collector(), packet: () => count++ });
    await begun;
    const load = flood(t, port, 4000);
    await waitUntil('load is there', () => count > 2000);
    const asked = Date.now();
    live.interrupt();
    await done;
    const took = Date.now() - asked;
    load.kill();
    assert.ok(took < 1000, `took ${took} ms`);
  });

  test(`${engine}: stop() from the handler ends it at that packet`, limits, async (t) => {
    const { port } = await bound(t);
    let count = 0;
    const live = await source(t, engine, `udp dst port ${port}`);
    const handler: CaptureHandler = {
      ...collector(),
      packet: () => {
        if (++count === 500) live.stop();
      },
    };
    const { begun, done } = start(live, handler);
    await begun;
    const load = flood(t, port, 2000);
    await done;
    load.kill();
    assert.equal(count, 500);
  });

  test(`${engine}: kill -9 of the child is reported, packets before it are kept`, limits, async (t) => {
    const { port, send } = await bound(t);
    const found = collector();
    const filter = `udp dst port ${port}`;
    const live = await source(t, engine, filter);
    const { begun, done } = start(live, found);
    await begun;
    await send('one');
    await waitUntil('it arrived', () => found.packets.length === 1);
    // What it said for its parent alone is not shown.
    await live.askStatistics();
    for (const pid of processesWith(filter)) process.kill(pid, 'SIGKILL');
    await assert.rejects(
      done,
      (error) =>
        error instanceof CaptureError &&
        /^lo: the capture process (tcpdump )?was ended by SIGKILL$/.test(error.message),
    );
    assert.equal(found.packets.length, 1);
    await waitUntil('nothing is left', () => processesWith(filter).length === 0);
  });

  test(`${engine}: kill -9 of the parent leaves no child`, limits, async (t) => {
    const { port } = await bound(t);
    const script = fileURLToPath(new URL('./capture-process.js', import.meta.url));
    // With traffic and without: a child that writes finds out in another way than one that waits.
    for (const loaded of [false, true]) {
      const filter = `udp dst port ${port}`;
      const parent = spawn(process.execPath, [script, engine, 'lo', filter]);
      t.after(() => parent.kill('SIGKILL'));
      await once(parent.stdout, 'data');
      const load = loaded ? flood(t, port, 2500) : undefined;
      if (loaded) await sleep(300);
      assert.ok(processesWith(filter).length >= 2);
      parent.kill('SIGKILL');
      await waitUntil('the child is gone', () => processesWith(filter).length === 0);
      load?.kill();
    }
  });

  test(`${engine}: what keeps it from capturing is one sentence`, limits, async (t) => {
    const refused: [CaptureSource, RegExp][] = [
      [
        await source(t, engine, 'udp', { device: 'nosuch0' }),
        /^nosuch0: no such device \(mcsniff -D lists what there is\)$/,
      ],
      [await source(t, engine, 'prt 5'), /^filter "prt 5": can't parse filter expression: syntax error$/],
      [await source(t, engine, 'port 70000'), /^filter "port 70000": illegal port number 70000 > 65535$/],
    ];
    for (const [from, message] of refused) {
      await assert.rejects(
        from.run(collector()),
        (error) => error instanceof CaptureError && message.test(error.message),
      );
    }
  });

  test(`${engine}: an error of the handler ends the capture and passes through`, limits, async (t) => {
    const { port, send } = await bound(t);
    const live = await source(t, engine, `udp dst port ${port}`);
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
  });

  test(`${engine}: the device "any" gives cooked packets`, limits, async (t) => {
    const { port, send } = await bound(t);
    const found = collector();
    const live = await source(t, engine, `udp dst port ${port}`, { device: 'any' });
    const { begun, done } = start(live, found);
    await begun;
    await send('one');
    await waitUntil('it arrived', () => found.packets.length > 0);
    live.stop();
    await done;
    assert.equal(found.infos[0]?.linkType, engine === 'cap' ? 113 : 276);
  });
}

test('an interrupt before it has begun ends it, too', limits, async (t) => {
  const live = await source(t, 'cap', 'udp');
  const done = live.run(collector());
  live.interrupt();
  await done;
});

test('cap: what could not be opened is no danger to the child when the garbage collector comes', limits, () => {
  const script = fileURLToPath(new URL('../../src/capture/cap-child.js', import.meta.url));
  const collect = 'data:text/javascript,process.on("exit", () => { for (let i = 0; i < 5; i++) gc(); })';
  const options = { device: 'no-such-device', filter: '', snapLength: 0, promiscuous: true };
  const args = ['--expose-gc', '--import', collect, script, JSON.stringify(options)];
  const { status, signal, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  assert.deepEqual({ status, signal }, { status: 1, signal: null }, String(stderr));
});

for (const engine of engines) {
  test(`${engine}: an interface that is removed ends the capture with a message`, limits, async (t) => {
    const script = fileURLToPath(new URL('./capture-process.js', import.meta.url));
    const setUp = 'ip link add v0 type veth peer name v1 && ip link set v1 up && ip link set v0 up && exec "$@"';
    const capture = spawn('unshare', ['--net', 'sh', '-c', setUp, 'sh', process.execPath, script, engine, 'v0']);
    t.after(() => capture.kill());
    let said = '';
    capture.stdout.on('data', (text) => {
      said += text;
    });
    await waitUntil('it has begun', () => said === 'begun\n');
    const removed = spawnSync('nsenter', [`--net=/proc/${capture.pid}/ns/net`, 'ip', 'link', 'delete', 'v0']);
    assert.equal(removed.status, 0, String(removed.stderr));
    await once(capture, 'close');
    assert.equal(said, 'begun\nCaptureError: v0: the interface went down or was removed\n');
  });
}
