import { fileURLToPath } from 'node:url';
import { CaptureError } from './capture-error.ts';
import type { CaptureSource } from './capture-source.ts';
import { ChildCapture, type ChildEnd } from './child-capture.ts';
import { countsOf } from './child-protocol.ts';
import type { LiveOptions } from './live-options.ts';
import { captureNode, explainNodeChild } from './node-child.ts';
import { interfaceGone } from './open-error.ts';

/** Captures live with the `cap` package, in a child process. */
export function capCapture(options: LiveOptions): CaptureSource {
  return new ChildCapture({
    name: options.device,
    command: captureNode(),
    args: [fileURLToPath(new URL('./cap-child.js', import.meta.url)), JSON.stringify(options)],
    explain: (end) => explain(options, end),
    tellsStatistics: false,
    // cap reports neither what the filter received nor what was dropped.
    statistics: countsOf,
  });
}

function explain(options: LiveOptions, end: ChildEnd): CaptureError {
  // cap asserts that polling its socket works, which ends when the device goes.
  if (end.signal === 'SIGABRT' && end.stderr.includes('status == 0'))
    return new CaptureError(interfaceGone, { source: options.device });
  return explainNodeChild(options, end);
}
