import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Exchange } from './exchange.ts';
import { tellable } from './tellable.ts';

/** `mg VA EN` may be answered by VA or EN and was by the first; `q VA` may stay silent and was; `q VA!` was answered. */
function request(text: string): Exchange {
  const [name, ...words] = text.split(' ');
  const isQuiet = name === 'q';
  const isAnswered = !isQuiet || text.endsWith('!');
  const possibleForms = words.map((word) => word.replace('!', ''));
  return {
    command: name ?? '',
    keys: [],
    request: Buffer.alloc(1),
    lineLength: 1,
    answer: Buffer.alloc(isAnswered ? 1 : 0),
    outcome: { status: 'ok' },
    isQuiet,
    possibleForms,
    form: isAnswered ? possibleForms[0] : undefined,
  };
}

function tellableOf(...requests: readonly string[]): string {
  return tellable(requests.map(request))
    .map((isTellable) => (isTellable ? 'yes' : 'no'))
    .join(' ');
}

describe('what answers tell of requests of which some stay silent', () => {
  it('is all where none may, or none does', () => {
    assert.equal(tellableOf('mg VA EN', 'mg EN VA', 'mn MN'), 'yes yes yes');
    assert.equal(tellableOf('q VA', 'q VA', 'mn MN'), 'yes yes yes');
  });

  it('is all where all are answered, or each answer has a name', () => {
    assert.equal(tellableOf('q VA!', 'q VA!', 'mn MN'), 'yes yes yes');
    assert.equal(tellableOf('q VA1', 'q VA2!', 'mn MN'), 'yes yes yes');
  });

  it('is nothing of those that look alike where some are answered', () => {
    assert.equal(tellableOf('q VA', 'q VA!', 'q VA', 'mn MN'), 'no no no yes');
  });

  it('is what the order leaves possible', () => {
    // VA 1 | EN | MN of `mg a v q | mg c v | mg a v | mn`: the first is silent, or else there would be three answers.
    assert.equal(tellableOf('q VA', 'mg VA EN', 'mg EN VA', 'mn MN'), 'yes yes yes yes');
    assert.equal(tellableOf('q VA!', 'q NS!', 'q VA', 'mn MN'), 'yes yes yes yes');
  });
});
