import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AnomalyCounters } from '../../../protocols/anomaly.ts';
import { Datagram } from '../../../protocols/datagram.ts';
import { FragmentTable } from '../../../protocols/ip/fragments.ts';
import { defaultLimits } from '../../../protocols/limits.ts';

const payload = Buffer.from(Array.from({ length: 100 }, (_, index) => index));

interface Piece {
  readonly offset: number;
  readonly bytes: Buffer;
  readonly more: boolean;
}

function pieces(size: number, whole = payload): Piece[] {
  const parts: Piece[] = [];
  for (let offset = 0; offset < whole.length; offset += size) {
    parts.push({ offset, bytes: whole.subarray(offset, offset + size), more: offset + size < whole.length });
  }
  return parts;
}

class Bench {
  readonly anomalies = new AnomalyCounters();
  readonly table: FragmentTable;

  constructor(limits = {}) {
    this.table = new FragmentTable({ ...defaultLimits, ...limits }, this.anomalies);
  }

  add(piece: Piece, seconds = 0, identification = 1): Buffer | null {
    const datagram = new Datagram();
    datagram.family = 4;
    datagram.protocol = 17;
    datagram.identification = identification;
    datagram.fragmented = true;
    datagram.fragmentOffset = piece.offset;
    datagram.moreFragments = piece.more;
    datagram.payloadStart = 3;
    datagram.payloadEnd = 3 + piece.bytes.length;
    datagram.payloadLength = piece.bytes.length;
    return this.table.add(Buffer.concat([Buffer.alloc(3), piece.bytes, Buffer.alloc(3)]), datagram, seconds);
  }

  count(anomaly: 'fragmentConflict' | 'fragmentLimit' | 'fragmentExpired'): number {
    return this.anomalies.counts.get(anomaly) ?? 0;
  }
}

test('puts fragments together in any order, with copies among them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 13 }), fc.array(fc.nat(), { minLength: 1, maxLength: 40 }), (size, order) => {
      const bench = new Bench();
      const parts = pieces(size * 8);
      const shuffled = [...parts];
      for (const [index, pick] of order.entries()) {
        const part = parts[pick % parts.length] as Piece;
        shuffled.splice(index % (shuffled.length + 1), 0, part);
      }
      const whole = shuffled.map((piece) => bench.add(piece)).filter((result) => result !== null);
      assert.ok(whole.length >= 1);
      for (const result of whole) assert.deepEqual(result, payload);
      assert.equal(bench.count('fragmentConflict'), 0);
    }),
  );
});

test('holds nothing once a datagram is complete', () => {
  const bench = new Bench();
  assert.deepEqual(
    pieces(40).map((piece) => bench.add(piece) !== null),
    [false, false, true],
  );
  assert.deepEqual([bench.table.size, bench.table.heldBytes], [0, 0]);
});

test('keeps datagrams apart', () => {
  const bench = new Bench();
  const [first, second] = pieces(56) as [Piece, Piece];
  assert.equal(bench.add(first, 0, 1), null);
  assert.equal(bench.add(second, 0, 2), null);
  assert.deepEqual(bench.add(second, 0, 1), payload);
});

test('drops a datagram whose fragments overlap, with all that follows', () => {
  const [first, second, third] = pieces(40) as [Piece, Piece, Piece];
  const other = Buffer.from(second.bytes);
  other[0] = 99;
  for (const intruder of [
    { ...second, offset: 32 },
    { ...first, bytes: other },
    { offset: 0, bytes: payload.subarray(0, 48), more: true },
  ]) {
    const bench = new Bench();
    bench.add(first);
    assert.equal(bench.add(intruder), null);
    assert.equal(bench.add(second), null);
    assert.equal(bench.add(third), null);
    assert.equal(bench.count('fragmentConflict'), 1);
    assert.equal(bench.table.heldBytes, 0);
  }
});

test('refuses fragments that contradict the protocol', () => {
  const contradictions: Piece[][] = [
    [{ offset: 0, bytes: payload.subarray(0, 12), more: true }],
    [{ offset: 65528, bytes: payload.subarray(0, 16), more: false }],
    [{ offset: 8, bytes: Buffer.alloc(0), more: false }],
    [
      { offset: 40, bytes: payload.subarray(0, 8), more: false },
      { offset: 48, bytes: payload.subarray(0, 8), more: true },
    ],
    [
      { offset: 40, bytes: payload.subarray(0, 8), more: true },
      { offset: 8, bytes: payload.subarray(0, 8), more: false },
    ],
  ];
  for (const sequence of contradictions) {
    const bench = new Bench();
    for (const piece of sequence) assert.equal(bench.add(piece), null);
    assert.equal(bench.count('fragmentConflict'), 1);
  }
});

test('gives up after the time limit, in packet time', () => {
  const bench = new Bench();
  const [first, second] = pieces(56) as [Piece, Piece];
  bench.add(first, 100);
  assert.equal(bench.add(second, 130), null);
  assert.equal(bench.count('fragmentExpired'), 1);
  bench.table.end();
  assert.equal(bench.count('fragmentExpired'), 2);
  assert.equal(bench.table.size, 0);
});

test('keeps to its limits and counts what they cost', () => {
  const few = new Bench({ fragmentedDatagrams: 2 });
  const [first, second] = pieces(56) as [Piece, Piece];
  for (let identification = 0; identification < 5; identification++) few.add(first, 0, identification);
  assert.deepEqual([few.table.size, few.count('fragmentLimit')], [2, 3]);
  assert.deepEqual(few.add(second, 0, 4), payload);

  const small = new Bench({ fragmentBytes: 1100 });
  for (let identification = 0; identification < 5; identification++) small.add(first, 0, identification);
  assert.deepEqual([small.table.heldBytes, small.count('fragmentLimit')], [112, 3]);
});

test('takes a fragment that the snapshot length cut for one that never came', () => {
  const bench = new Bench();
  const datagram = new Datagram();
  datagram.payloadEnd = 10;
  datagram.payloadLength = 16;
  assert.equal(bench.table.add(Buffer.alloc(10), datagram, 0), null);
  assert.equal(bench.table.size, 0);
});
