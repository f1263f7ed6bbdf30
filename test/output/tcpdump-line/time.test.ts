import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ByteWriter } from '../../../src/byte-writer.ts';
import { TimestampPrinter } from '../../../src/output/tcpdump-line/time.ts';

const { TZ: machineZone } = process.env;

function setZone(zone: string | undefined): void {
  if (zone === undefined) Reflect.deleteProperty(process.env, 'TZ');
  else Object.assign(process.env, { TZ: zone });
}

afterEach(() => setZone(machineZone));

function print(style: number, zone: string, times: readonly (readonly [number, number])[]): string[] {
  setZone(zone);
  const printer = new TimestampPrinter(style);
  return times.map(([seconds, microseconds]) => {
    const out = new ByteWriter();
    printer.print(seconds, microseconds, out);
    return out.toString();
  });
}

const session: [number, number] = [1343114620, 25373];

test('each style', () => {
  assert.deepEqual(print(0, 'UTC', [session]), ['07:23:40.025373 ']);
  assert.deepEqual(print(1, 'UTC', [session]), ['']);
  assert.deepEqual(print(2, 'UTC', [session]), ['1343114620.025373 ']);
  assert.deepEqual(print(4, 'UTC', [session]), ['2012-07-24 07:23:40.025373 ']);
});

test('differences to the last and to the first packet, also backwards', () => {
  const times = [session, [1343114621, 0], [1343114610, 30000]] as const;
  assert.deepEqual(print(3, 'UTC', times), [' 00:00:00.000000 ', ' 00:00:00.974627 ', '-00:00:10.970000 ']);
  assert.deepEqual(print(5, 'UTC', times), [' 00:00:00.000000 ', ' 00:00:00.974627 ', '-00:00:09.995373 ']);
});

test('local time follows the zone through its changes', () => {
  const beforeSpring = 1711846799;
  assert.deepEqual(
    print(4, 'Europe/Berlin', [
      [beforeSpring, 999999],
      [beforeSpring + 1, 0],
      [beforeSpring, 0],
    ]),
    ['2024-03-31 01:59:59.999999 ', '2024-03-31 03:00:00.000000 ', '2024-03-31 01:59:59.000000 '],
  );
  assert.deepEqual(print(0, 'Asia/Kolkata', [session]), ['12:53:40.025373 ']);
  assert.deepEqual(print(4, 'America/New_York', [[0, 0]]), ['1969-12-31 19:00:00.000000 ']);
});

test('leap days and centuries', () => {
  assert.deepEqual(
    print(4, 'UTC', [
      [951782400, 0],
      [1709251199, 0],
      [1709251200, 0],
    ]),
    ['2000-02-29 00:00:00.000000 ', '2024-02-29 23:59:59.000000 ', '2024-03-01 00:00:00.000000 '],
  );
});

test('times beyond 31 bits are refused as tcpdump refuses them', () => {
  assert.deepEqual(print(0, 'UTC', [[0x80000000 | 0, 5]]), ['[Error converting time] ']);
  assert.deepEqual(print(2, 'UTC', [[-1, 5]]), ['[Error converting time] ']);
});
