import { CaptureError } from './capture-error.ts';
import { type ChildEnd, endText } from './child-capture.ts';
import { failureOf, lastWords } from './child-protocol.ts';
import type { LiveOptions } from './live-options.ts';
import { openError, RefusedFilterError } from './open-error.ts';

/**
 * The Node program that runs a capture child: of an unprivileged user it may be a copy with capabilities of its own, so
 * that the one that reads the packets has none. Root needs none, and starts nothing that its environment names.
 */
export function captureNode(): string {
  const named = process.getuid?.() === 0 ? undefined : process.env.MCSNIFF_CAPTURE_NODE;
  return named === undefined || named === '' ? process.execPath : named;
}

/** Why a child that runs in Node and opens the device itself has ended. */
export function explainNodeChild({ device, filter }: LiveOptions, end: ChildEnd): CaptureError {
  const failure = failureOf(end.stderr);
  if (failure?.kind === 'explained') return new CaptureError(failure.message);
  if (failure?.kind === 'filter') return new RefusedFilterError(filter, failure.message);
  if (failure !== undefined) return openError(device, failure.message, captureNode());
  const said = lastWords(end.stderr);
  return new CaptureError(`the capture process was ended ${endText(end)}${said === '' ? '' : ` (${said})`}`, {
    source: device,
  });
}
