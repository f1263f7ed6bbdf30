import { fileURLToPath } from 'node:url';
import { CaptureError } from './capture-error.ts';
import type { CaptureSource } from './capture-source.ts';
import { ChildCapture, type CaptureEngine, type ChildEnd } from './child-capture.ts';
import { type CapChildOptions, type ChildFailure, failureMark } from './child-protocol.ts';

/**
 * Bytes of kernel buffer, unless `-B` says otherwise. With the snapshot length that cap fixes, loopback takes a slot of
 * 64 KiB for each packet, however small: libpcap's 2 MiB hold 31 packets and lost half of 50,000 packets/s, 16 MiB
 * a quarter, 64 MiB none.
 */
export const defaultBufferBytes = 64 * 1024 * 1024;

/** Captures live with the `cap` package, in a child process. */
export function liveCapture(options: CapChildOptions): CaptureSource {
  return new ChildCapture(capEngine(options));
}

export function capEngine(options: CapChildOptions): CaptureEngine {
  return {
    name: options.device,
    command: process.execPath,
    args: [fileURLToPath(new URL('./cap-child.js', import.meta.url)), JSON.stringify(options)],
    explain: (end) => explain(options, end),
    // cap reports neither what the filter received nor what was dropped.
    statistics: () => ({}),
  };
}

function explain(options: CapChildOptions, end: ChildEnd): CaptureError {
  const failure = failureOf(end.stderr);
  if (failure?.kind === 'explained') return new CaptureError(failure.message);
  if (failure !== undefined) return new CaptureError(openError(options, failure.message));
  const { device } = options;
  // cap asserts that polling its socket works, which ends when the device goes.
  if (end.signal === 'SIGABRT' && end.stderr.includes('status == 0'))
    return new CaptureError(`${device}: the interface went down or was removed, capture ended`);
  const how = end.signal === null ? `with status ${end.code}` : `by ${end.signal}`;
  const said = end.stderr.trim().split('\n').at(-1) ?? '';
  return new CaptureError(`${device}: the capture process was ended ${how}${said === '' ? '' : ` (${said})`}`);
}

function failureOf(stderr: string): ChildFailure | undefined {
  const at = stderr.lastIndexOf(failureMark);
  if (at < 0) return undefined;
  const line = stderr.slice(at + failureMark.length).split('\n', 1)[0] ?? '';
  return JSON.parse(line) as ChildFailure;
}

/** One sentence for what libpcap said when the device was opened. */
function openError({ device, filter }: CapChildOptions, message: string): string {
  if (/not permitted|permission|Access denied/i.test(message))
    return (
      `${device}: no permission to capture (${message}): run it with sudo, or give node the rights: ` +
      `sudo setcap cap_net_raw,cap_net_admin=eip "${process.execPath}"`
    );
  if (/No such device|SIOCGIFHWADDR|SIOCETHTOOL/i.test(message))
    return `${device}: no such device (mcsniff -D lists what there is)`;
  if (/not up|Network is down/i.test(message)) return `${device}: the device is not up`;
  if (filter !== '' && /filter|syntax|unknown (host|port|network|protocol)|modifier|expression/i.test(message))
    return `filter expression "${filter}": ${message}`;
  return `${device}: ${message}`;
}
