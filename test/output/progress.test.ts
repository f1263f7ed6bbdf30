import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Progress } from '../../src/output/progress.ts';

describe('the progress of a long file', () => {
  it('is told from two seconds on, twice a second, and wiped off at the end', () => {
    const written: string[] = [];
    const file = { size: 1000, position: 0 };
    let now = 5000;
    const progress = new Progress(
      file,
      (text) => written.push(text),
      () => now,
    );
    for (const [milliseconds, position, packets] of [
      [1999, 99, 10],
      [2000, 100, 4000],
      [2400, 120, 5000],
      [4000, 1000, 9000],
    ] as const) {
      now = 5000 + milliseconds;
      file.position = position;
      progress.tell(packets);
    }
    progress.clear();
    progress.clear();
    const texts = ['10 %, 2000 packets/s, 18 s left', '100 %, 2250 packets/s, 0 s left', ' '.repeat(31)];
    assert.deepEqual(
      written,
      texts.map((text) => `\r${text}\r`),
    );
  });

  it('says minutes and hours where there are some, and nothing where nothing is known', () => {
    for (const [size, expected] of [
      [100, ['1 %, 5 packets/s, 3 min 18 s left']],
      [10_000, ['0 %, 5 packets/s, 5 h 33 min left']],
    ] as const) {
      const written: string[] = [];
      let now = 0;
      const progress = new Progress(
        { size, position: 1 },
        (text) => written.push(text.trim()),
        () => now,
      );
      now = 2000;
      progress.tell(10);
      assert.deepEqual(written, expected);
    }
  });

  it('leaves nothing behind where it was never told', () => {
    const progress = new Progress(
      { size: 1, position: 1 },
      () => assert.fail('written'),
      () => 0,
    );
    progress.tell(1);
    progress.clear();
  });
});
