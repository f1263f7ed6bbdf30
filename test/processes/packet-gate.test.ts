import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type { LookedUpConnection } from '../../src/processes/connection-processes.ts';
import { PacketGate } from '../../src/processes/process-source.ts';
import { capturedPacket } from '../support/captured-packet.ts';

/** A gate before which packets wait whose number ends in 1: each begins a connection. */
class Scene {
  /** Numbers of the packets that were handed on, and of the connections that began. */
  readonly told: (number | string)[] = [];
  readonly gate: PacketGate;
  readonly #asked = new Map<number, { connection: LookedUpConnection; answered: () => void }>();
  busy: Promise<void> | undefined;
  failures = 0;

  constructor(thrownAt = 0) {
    const handler = {
      begin: () => {},
      packet: ({ seconds }: CapturedPacket) => {
        if (seconds === thrownAt) throw new Error('a full disk');
        this.told.push(seconds);
      },
      afterChunk: () => this.busy,
    };
    const processes = {
      see: ({ seconds }: CapturedPacket, answered: () => void) => {
        if (seconds % 10 !== 1) return undefined;
        const connection = { id: seconds, ends: undefined } as unknown as LookedUpConnection;
        this.#asked.set(seconds, { connection, answered });
        return connection;
      },
      begin: ({ id }: LookedUpConnection) => void this.told.push(`begin ${id}`),
    };
    this.gate = new PacketGate(handler, processes, () => this.failures++);
  }

  come(...numbers: readonly number[]): void {
    for (const seconds of numbers) this.gate.packet(capturedPacket(Buffer.alloc(1), { seconds }));
  }

  answer(number: number): void {
    const asked = this.#asked.get(number);
    assert.ok(asked !== undefined);
    asked.connection.ends = [];
    asked.answered();
  }
}

describe('PacketGate', () => {
  it('holds what comes behind the first packet of a connection until it is known whose that is, in order', () => {
    const scene = new Scene();
    scene.come(5, 11, 12, 21, 22);
    assert.deepEqual(scene.told, [5]);
    scene.answer(21);
    assert.deepEqual(scene.told, [5]);
    scene.answer(11);
    assert.deepEqual(scene.told, [5, 'begin 11', 11, 12, 'begin 21', 21, 22]);
    scene.come(23);
    assert.equal(scene.told.at(-1), 23);
  });

  it('waits for an answer no longer than a moment', async () => {
    const scene = new Scene();
    scene.come(11, 12);
    assert.equal(scene.gate.afterChunk(), undefined);
    assert.deepEqual(scene.told, []);
    await sleep(1000);
    assert.deepEqual(scene.told, ['begin 11', 11, 12]);
  });

  it('holds no more than so many packets', () => {
    const scene = new Scene();
    scene.come(11, ...new Array<number>(33_000).fill(2));
    void scene.gate.afterChunk();
    assert.equal(scene.told.length, 33_002);
  });

  it('hands on what waits at the end, and nothing once it is stopped', async () => {
    const scene = new Scene();
    scene.come(11, 12);
    await scene.gate.finish();
    assert.deepEqual(scene.told, ['begin 11', 11, 12]);
    const stopped = new Scene();
    stopped.come(11, 12);
    stopped.gate.stop();
    stopped.answer(11);
    stopped.come(13);
    await stopped.gate.finish();
    assert.deepEqual(stopped.told, []);
  });

  it('hands on nothing while the handler is busy, and has the source wait', async () => {
    const scene = new Scene();
    scene.come(11, 12);
    let free = (): void => {};
    scene.busy = new Promise((resolve) => {
      free = resolve;
    });
    scene.answer(11);
    scene.come(13);
    assert.deepEqual(scene.told, ['begin 11', 11, 12]);
    const wait = scene.gate.afterChunk();
    assert.ok(wait !== undefined);
    scene.busy = undefined;
    free();
    await wait;
    assert.deepEqual(scene.told, ['begin 11', 11, 12, 13]);
  });

  it('ends the run with what the handler throws while nobody hands it packets', async () => {
    const scene = new Scene(12);
    scene.come(11, 12, 13);
    scene.answer(11);
    assert.equal(scene.failures, 1);
    await assert.rejects(scene.gate.finish(), /a full disk/);
    assert.deepEqual(scene.told, ['begin 11', 11]);
  });
});
