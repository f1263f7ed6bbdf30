import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkRandomSessions } from './support/random-sessions/check.ts';
import { dialects } from './support/random-sessions/session.ts';

/** The memcached to ask; any version will do. */
const program = process.env.MCSNIFF_MEMCACHED ?? 'memcached';

/** The same at a larger scale: `npm run check:real`. */
describe('random clients of a real server are told as their twins were answered', () => {
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'mcsniff-real-'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const dialect of dialects) {
    it(dialect, async () => {
      const { tallies } = await checkRandomSessions({ dialect, connections: 40, seed: 13, program, directory });
      const wrong = Object.values(tallies).flatMap((tally) => tally.wrong);
      assert.deepEqual(wrong.slice(0, 5), []);
      const commands = Object.values(tallies).reduce((sum, tally) => sum + tally.commands, 0);
      assert.ok(commands > 300, `only ${commands} commands could be compared`);
    });
  }
});
