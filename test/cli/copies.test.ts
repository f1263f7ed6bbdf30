import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pcapFile } from '../support/capture-file.ts';
import { plainSession } from '../support/plain-session.ts';
import { runMcsniff } from '../support/run-program.ts';

const said = /packets were captured twice, as on all devices \(-i any\) or behind a mirror port: (\d+) copies/;

async function messages(times: number, options: readonly string[]): Promise<string> {
  const { packets } = plainSession();
  const captured = packets.flatMap((packet) =>
    Array.from({ length: times }, (_none, index) => ({ ...packet, nanoseconds: packet.nanoseconds + index * 1000 })),
  );
  return (await runMcsniff([...options, '-r', '-'], pcapFile(captured))).stderr;
}

test('a capture that has all packets twice is said once, where anybody asks what is wrong', async () => {
  for (const options of [['--findings'], ['--summary'], ['--connections']]) {
    const text = await messages(2, options);
    // Two SYNs, three requests and their answers, two FINs.
    assert.equal(said.exec(text)?.[1], '10');
    assert.equal(text.split('captured twice').length, 2);
  }
});

test('other captures are not', async () => {
  assert.doesNotMatch(await messages(1, ['--findings']), said);
  assert.doesNotMatch(await messages(2, []), said);
});
