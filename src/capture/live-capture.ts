import { fileURLToPath } from 'node:url';
import { CaptureError } from './capture-error.ts';
import type { CaptureSource } from './capture-source.ts';
import { type CaptureEngine, ChildCapture, type ChildEnd, endText } from './child-capture.ts';
import { type CaptureOptions, capturedOf, failureOf } from './child-protocol.ts';
import { interfaceGone, openError, RefusedFilterError } from './open-error.ts';

/**
 * Bytes of kernel buffer, unless `-B` says otherwise. With the snapshot length that cap fixes, loopback takes a slot of
 * 64 KiB for each packet, however small: libpcap's 2 MiB hold 31 packets and lost half of 50,000 packets/s, 16 MiB
 * a quarter, 64 MiB none.
 */
export const defaultBufferBytes = 64 * 1024 * 1024;

/** Captures live with the `cap` package, in a child process. */
export function liveCapture(options: CaptureOptions): CaptureSource {
  return new ChildCapture(capEngine(options));
}

function capEngine(options: CaptureOptions): CaptureEngine {
  return {
    name: options.device,
    command: captureNode(),
    args: [fileURLToPath(new URL('./cap-child.js', import.meta.url)), JSON.stringify(options)],
    explain: (end) => explain(options, end),
    tellsStatistics: false,
    // cap reports neither what the filter received nor what was dropped.
    statistics: (stderr) => {
      const captured = capturedOf(stderr);
      return captured === undefined ? {} : { captured };
    },
  };
}

/**
 * The Node program that runs the capture child: of an unprivileged user it may be a copy with capabilities of its own,
 * so that the one that reads the packets has none. Root needs none, and starts nothing that its environment names.
 */
function captureNode(): string {
  const named = process.getuid?.() === 0 ? undefined : process.env.MCSNIFF_CAPTURE_NODE;
  return named === undefined || named === '' ? process.execPath : named;
}

function explain(options: CaptureOptions, end: ChildEnd): CaptureError {
  const failure = failureOf(end.stderr);
  const { device, filter } = options;
  if (failure?.kind === 'explained') return new CaptureError(failure.message);
  if (failure?.kind === 'filter') return new RefusedFilterError(filter, failure.message);
  if (failure !== undefined) return openError(device, failure.message, captureNode());
  // cap asserts that polling its socket works, which ends when the device goes.
  if (end.signal === 'SIGABRT' && end.stderr.includes('status == 0'))
    return new CaptureError(interfaceGone, { source: device });
  const said = end.stderr.trim().split('\n').at(-1) ?? '';
  return new CaptureError(`the capture process was ended ${endText(end)}${said === '' ? '' : ` (${said})`}`, {
    source: device,
  });
}
