import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CaptureError } from '../../src/capture/capture-error.ts';
import { ChildCapture } from '../../src/capture/child-capture.ts';

it('a program that captures and is not there is named', async () => {
  const capture = new ChildCapture({
    name: 'lo',
    command: '/nowhere/mcsniff-node',
    args: [],
    tellsStatistics: false,
    explain: () => new CaptureError('ended'),
    statistics: () => ({}),
  });
  const handler = { begin: () => undefined, packet: () => undefined, afterChunk: () => undefined };
  await assert.rejects(capture.run(handler), {
    message: "the capture can't be started: /nowhere/mcsniff-node: no such file or directory",
  });
});
