import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Datagram } from '../../../protocols/datagram.ts';
import { dissect } from '../../../protocols/dissect.ts';
import { deepestTunnel, enterTunnel } from '../../../protocols/tunnel/tunnel.ts';
import { capturedPacket } from '../../support/captured-packet.ts';
import { ethernet, ipv4, ipv4Fragments } from '../../support/headers.ts';
import { plainSession } from '../../support/plain-session.ts';
import { throughPipeline } from '../../support/through-pipeline.ts';
import { tunnels } from '../../support/tunnels.ts';

const told = [
  ['get user:1', 'miss'],
  ['set user:1 0 0 5', 'stored'],
  ['get user:1', 'hit'],
];

/** The commands that are told of frames. */
function commandsIn(frames: readonly Buffer[]): string[][] {
  const commands: string[][] = [];
  throughPipeline(
    frames.map((frame) => capturedPacket(frame)),
    { transaction: (_connection, { line, status }) => commands.push([line, status]) },
  );
  return commands;
}

const frames = plainSession().packets.map(({ bytes }) => bytes);

for (const [name, wrap] of Object.entries(tunnels)) {
  test(`commands inside of ${name} are told`, () => {
    assert.deepEqual(commandsIn(frames.map(wrap)), told);
  });

  test(`inside and outside of ${name} a command is told once`, () => {
    assert.deepEqual(commandsIn(frames.flatMap((frame) => [wrap(frame), frame])), told);
  });

  test(`${name} that is cut anywhere holds no TCP`, () => {
    const frame = wrap(frames[0] as Buffer);
    const inner = frame.length - (frames[0] as Buffer).length + 34;
    for (let end = 15; end < inner; end++) {
      const out = new Datagram();
      let isThere = dissect(capturedPacket(frame, { end }), out);
      while (isThere && out.protocol !== 6) isThere = enterTunnel(frame, out);
      assert.equal(isThere && out.payloadEnd > out.payloadStart, false, `cut at ${end}`);
    }
  });
}

test('the padding of a frame with PPPoE is no part of what it carries', () => {
  const padded = frames.map((frame) => Buffer.concat([tunnels.PPPoE?.(frame) ?? frame, Buffer.from('get x\r\n')]));
  assert.deepEqual(commandsIn(padded), told);
});

test('tunnels in tunnels are told, up to a depth', () => {
  const inner = (depth: number) => (frame: Buffer) => {
    let bytes = frame;
    for (let level = 0; level < depth; level++) bytes = tunnels.VXLAN?.(bytes) ?? bytes;
    return bytes;
  };
  assert.deepEqual(commandsIn(frames.map(inner(2))), told);
  assert.deepEqual(commandsIn(frames.map(inner(deepestTunnel))), told);
  assert.deepEqual(commandsIn(frames.map(inner(deepestTunnel + 1))), []);
});

test('a tunneled datagram whose outer datagram is fragmented is told', () => {
  const fields = { source: '198.51.100.1', destination: '198.51.100.2', protocol: 4 };
  const fragmented = frames.flatMap((frame, id) =>
    ipv4Fragments(frame.subarray(14), { ...fields, id: id + 1 }, 24).map((fragment) => ethernet(fragment)),
  );
  assert.deepEqual(commandsIn(fragmented), told);
});

test('fragments inside of a tunnel are put together', () => {
  const fields = { source: '192.0.2.1', destination: '192.0.2.2' };
  const [request = Buffer.alloc(0)] = frames.filter((frame) => frame.includes('set user:1'));
  const segment = request.subarray(34);
  const wrap = tunnels.GRE as (frame: Buffer) => Buffer;
  const parts = ipv4Fragments(segment, { ...fields, id: 77 }, 24).map((fragment) => wrap(ethernet(fragment)));
  const captured = frames.flatMap((frame) => (frame === request ? parts : [wrap(frame)]));
  assert.deepEqual(commandsIn(captured), told);
});

test('a fragment of what is neither TCP nor UDP nor a tunnel is not held', () => {
  const fields = { source: '192.0.2.1', destination: '192.0.2.2', protocol: 1, id: 5, moreFragments: true };
  const [first = Buffer.alloc(0)] = [ethernet(ipv4(Buffer.alloc(64), fields))];
  assert.deepEqual(commandsIn([first]), []);
});
