import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leastAnswerBytes } from '../../../protocols/memcached/answer-length.ts';
import { parseCommandLine } from '../../../protocols/memcached/command-line.ts';
import type { Request } from '../../../protocols/memcached/request.ts';
import { RequestQueue } from '../../../protocols/memcached/request-queue.ts';

const lines = ['get k', 'set k 0 0 1', 'incr k 1', 'mg k v', 'mg k q', 'version', 'nonsense'];

function request(line: string, unseenBefore: number): Request {
  const bytes = Buffer.from(line, 'latin1');
  const made = parseCommandLine(bytes, 0, bytes.length, 100);
  made.unseenBefore = unseenBefore;
  return made;
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ line: fc.constantFrom(...lines), hole: fc.constantFrom(-1, -1, -1, 7) }) },
  { weight: 3, arbitrary: fc.constant('shift' as const) },
  { weight: 1, arbitrary: fc.record({ cut: fc.nat(20) }) },
);

test('a queue of requests knows the sums over any part of it, whatever came and went', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.nat(20), fc.nat(20), (steps, from, to) => {
      const queue = new RequestQueue();
      const model: Request[] = [];
      for (const what of steps) {
        if (what === 'shift') assert.equal(queue.shift(), model.shift());
        else if ('cut' in what) assert.deepEqual(queue.cut(what.cut), model.splice(what.cut));
        else {
          const added = request(what.line, what.hole);
          queue.push(added);
          model.push(added);
        }
        assert.equal(queue.length, model.length);
        const bytes = model.slice(from, to).reduce((sum, each) => sum + leastAnswerBytes(each), 0);
        assert.equal(queue.leastAnswerBytes(from, to), bytes);
        assert.equal(
          queue.firstHole,
          model.findIndex(({ unseenBefore }) => unseenBefore >= 0),
        );
      }
      assert.deepEqual(
        model.map((_, place) => queue.at(place)),
        model,
      );
    }),
    { numRuns: 500 },
  );
});
