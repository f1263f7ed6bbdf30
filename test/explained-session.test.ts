import assert from 'node:assert/strict';
import { it } from 'node:test';
import { explainedSession } from './support/explained-session.ts';

it('docs/explain.md shows what the program says: `npm run golden` renews it', async () => {
  const { written, renewed } = await explainedSession();
  assert.equal(written, renewed);
});
