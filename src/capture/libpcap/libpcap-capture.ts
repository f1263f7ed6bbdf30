import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CaptureSource } from '../capture-source.ts';
import { ChildCapture } from '../child-capture.ts';
import { childEnvironment } from '../child-environment.ts';
import { countsOf } from '../child-protocol.ts';
import type { LiveOptions } from '../live-options.ts';
import { captureNode, explainNodeChild } from '../node-child.ts';
import type { LibpcapRequest } from './request.ts';

/** Captures live with libpcap itself, in a child process: the kernel's time stamps and drop counts. */
export function libpcapCapture(options: LiveOptions): CaptureSource {
  return new ChildCapture({
    name: options.device,
    command: captureNode(),
    args: childArguments(options),
    explain: (end) => explainNodeChild(options, end),
    tellsStatistics: true,
    statistics: countsOf,
  });
}

/** The link types that a device can capture with, as tcpdump -L prints them. Throws a `CaptureError`. */
export function libpcapLinkTypes(options: LiveOptions): string {
  return printed({ ...options, listsLinkTypes: true });
}

/** The code of the filter, as tcpdump -d prints it. Throws a `CaptureError`. */
export function libpcapFilterCode(options: LiveOptions, form: number): string {
  return printed({ ...options, filterCode: form });
}

/** What a child prints that does not capture. */
function printed(request: LibpcapRequest): string {
  const { status, signal, stdout, stderr, error } = spawnSync(captureNode(), childArguments(request), {
    encoding: 'utf8',
    env: childEnvironment(process.env),
  });
  if (status === 0) return stdout.trimEnd();
  throw explainNodeChild(request, { code: status, signal, stderr: error?.message ?? stderr });
}

function childArguments(request: LibpcapRequest): string[] {
  return [fileURLToPath(new URL('./libpcap-child.js', import.meta.url)), JSON.stringify(request)];
}
