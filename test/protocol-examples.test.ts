import assert from 'node:assert/strict';
import { it } from 'node:test';
import { examples } from './support/protocol-examples.ts';

it("the examples in protocols/memcached/EXAMPLES.md are the program's output", async () => {
  const { written, renewed } = await examples();
  assert.equal(written, renewed, '`npm run golden` writes them anew');
});
