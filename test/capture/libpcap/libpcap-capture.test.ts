import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { CaptureError } from '../../../src/capture/capture-error.ts';
import { libpcapCapture, libpcapLinkTypes } from '../../../src/capture/libpcap/libpcap-capture.ts';
import type { LiveOptions } from '../../../src/capture/live-options.ts';
import { until } from '../../support/running-program.ts';
import { type Collected, collector } from '../collect.ts';

const limits = { timeout: 20_000 };
const everything: LiveOptions = { device: 'lo', filter: '', snapLength: 0, promiscuous: true };

/** Captures with these options what is sent to a port until `enough` says so; returns all that was found. */
async function captured(
  t: TestContext,
  options: Partial<LiveOptions>,
  send: (text: string, port: number) => Promise<void>,
  enough: (found: Collected) => boolean,
): Promise<Collected> {
  const receiver = createSocket('udp4').bind(0, '127.0.0.1');
  t.after(() => receiver.close());
  await once(receiver, 'listening');
  const { port } = receiver.address();
  const found = collector();
  const live = libpcapCapture({ ...everything, filter: `udp dst port ${port}`, ...options });
  t.after(() => live.stop());
  const done = live.run(found);
  await until(
    () => 'it has begun',
    () => found.infos.length > 0,
  );
  await send('datagram', port);
  await until(
    () => 'enough is captured',
    () => enough(found),
  );
  live.interrupt();
  await done;
  return found;
}

async function sendOnLoopback(text: string, port: number): Promise<void> {
  const socket = createSocket('udp4');
  for (let index = 0; index < 20; index++) {
    await new Promise((resolve) => socket.send(text, port, '127.0.0.1', resolve));
  }
  socket.close();
}

test("the kernel's times are kept to the nanosecond", limits, async (t) => {
  const { infos, packets } = await captured(t, {}, sendOnLoopback, ({ packets }) => packets.length === 20);
  assert.equal(infos[0]?.nanoseconds, true);
  assert.ok(packets.some(({ nanoseconds }) => nanoseconds % 1000 !== 0));
});

test('packets beyond 65,535 bytes are whole, and the snapshot length is as large as it may be', limits, async (t) => {
  const long = 'x'.repeat(65_507);
  const { infos, packets } = await captured(
    t,
    {},
    (_text, port) => sendOnLoopback(long, port),
    (found) => found.packets.length === 20,
  );
  assert.equal(infos[0]?.snapLength, 262_144);
  assert.ok(
    packets.every(({ data, originalLength }) => data.length / 2 === originalLength && originalLength === 65_549),
  );
});

test('a link type of the device can be chosen', limits, async (t) => {
  const options = { device: 'any', linkType: 'LINUX_SLL' };
  const { infos } = await captured(t, options, sendOnLoopback, ({ packets }) => packets.length >= 20);
  assert.equal(infos[0]?.linkType, 113);
});

test('the packets of one direction can be chosen', limits, async (t) => {
  // Whoever captures on loopback is given what comes in, and not what goes out.
  const found = await captured(t, { direction: 'in' }, sendOnLoopback, ({ packets }) => packets.length === 20);
  assert.equal(found.packets.length, 20);
  const none = await captured(t, { direction: 'out' }, sendOnLoopback, () => true);
  assert.equal(none.packets.length, 0);
});

test('link types that are not there is one sentence', limits, async () => {
  const refused: [string, RegExp][] = [
    ['FOO', /^lo: there is no link type FOO$/],
    ['RAW', /^lo: RAW is not one of the DLTs supported by this device$/],
  ];
  for (const [linkType, message] of refused) {
    await assert.rejects(
      libpcapCapture({ ...everything, linkType }).run(collector()),
      (error) => error instanceof CaptureError && message.test(error.message),
    );
  }
});

test('the link types of a device are listed as tcpdump lists them', () => {
  assert.equal(libpcapLinkTypes(everything), 'Data link types for lo (use option -y to set):\n  EN10MB (Ethernet)');
  assert.throws(() => libpcapLinkTypes({ ...everything, device: 'nosuch0' }), /^CaptureError: nosuch0: no such device/);
});
