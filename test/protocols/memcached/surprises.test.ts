import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { binarySurprises, ordinaryBinary } from '../../support/surprises/binary-surprises.ts';
import { type Exchange, type Reaction, reactions, type Surprise } from '../../support/surprises/exchange.ts';
import { Failures } from '../../support/surprises/failures.ts';
import { judge } from '../../support/surprises/judge.ts';
import { ordinaryText } from '../../support/surprises/ordinary-text.ts';
import { batchStream, lockStepStream, type Stream } from '../../support/surprises/stream.ts';
import { textSurprises } from '../../support/surprises/text-surprises.ts';
import { toldOfStream } from '../../support/surprises/told-of-stream.ts';

/** Exchanges in front of the surprise, and as many behind it. */
const around = 20;
const batchSize = 4;

/** Each surprise meets other neighbours: `index` says which. */
function lockStep(ordinary: Exchange[], surprise: Surprise, reaction: Reaction): Stream {
  const half = ordinary.length / 2;
  return lockStepStream(ordinary.slice(0, half), surprise, reaction, ordinary.slice(half));
}

function pipeline(ordinary: Exchange[], place: number, surprise: Surprise, reaction: Reaction): Stream {
  const batches = (from: number, to: number): Exchange[][] =>
    Array.from({ length: (to - from) / batchSize }, (_, index) => {
      const start = from + index * batchSize;
      return ordinary.slice(start, start + batchSize);
    });
  const behind = around + batchSize - 1;
  const among = ordinary.slice(around, behind);
  return batchStream(batches(0, around), among, place, surprise, reaction, batches(behind, behind + around));
}

/** Silence is the same whatever the answer would have been. */
function withReaction(surprises: readonly Surprise[], reaction: Reaction): readonly Surprise[] {
  if (reaction !== 'silent') return surprises;
  const silent = surprises.map((surprise) => ({ ...surprise, form: 'nothing' }));
  return [...new Map(silent.map((surprise) => [surprise.asked, surprise])).values()];
}

function check(
  surprises: readonly Surprise[],
  othersAtMost: number,
  streamOf: (index: number, surprise: Surprise) => Stream,
): void {
  const failures = new Failures();
  for (const [index, surprise] of surprises.entries()) {
    const stream = streamOf(index, surprise);
    failures.add(surprise, judge(stream, toldOfStream(stream.packets)), othersAtMost);
  }
  const message = failures.message();
  assert.ok(message === undefined, message);
}

for (const reaction of reactions) {
  describe(`a command that is ${reaction === 'twice' ? 'answered twice' : reaction}, whatever the answer`, () => {
    it('makes no other command of a client that waits wrong', () => {
      check(withReaction(textSurprises(), reaction), 0, (index, surprise) =>
        lockStep(ordinaryText(2 * around, index), surprise, reaction),
      );
    });

    it('makes at most one other command of a pipeline wrong', () => {
      check(withReaction(textSurprises(), reaction), 1, (index, surprise) =>
        pipeline(ordinaryText(2 * around + batchSize - 1, index), index % batchSize, surprise, reaction),
      );
    });

    it('makes no other command of a binary client that waits wrong', () => {
      check(withReaction(binarySurprises(), reaction), 0, (index, surprise) =>
        lockStep(ordinaryBinary(around, index), surprise, reaction),
      );
    });
  });
}
