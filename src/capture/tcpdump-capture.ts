import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CaptureError } from './capture-error.ts';
import type { CaptureSource } from './capture-source.ts';
import { ChildCapture, type ChildEnd, endText } from './child-capture.ts';
import { failureOf } from './child-protocol.ts';
import type { LiveOptions } from './live-options.ts';
import { openError, RefusedFilterError } from './open-error.ts';
import { programPath } from './program-path.ts';
import { tcpdumpArguments } from './tcpdump-arguments.ts';
import { tcpdumpStatistics } from './tcpdump-report.ts';

/**
 * Milliseconds in which the child, asked to end, hands over something or ends: what came last may be in a block of the
 * kernel's for a second.
 */
const patience = 2000;

/** Captures live with a `tcpdump` process: kernel time stamps, drop counts. */
export function tcpdumpCapture(options: LiveOptions): CaptureSource {
  return new ChildCapture({
    name: options.device,
    command: process.execPath,
    args: [fileURLToPath(new URL('./tcpdump-child.js', import.meta.url)), JSON.stringify(options)],
    patience,
    explain: (end) => explain(options, end),
    tellsStatistics: true,
    statistics: tcpdumpStatistics,
  });
}

/** The link types that a device can capture with, as tcpdump -L prints them. Throws a `CaptureError`. */
export function tcpdumpLinkTypes({ device, promiscuous }: LiveOptions): string {
  const { status, stdout, stderr, error } = spawnSync('tcpdump', ['-L', '-i', device, ...(promiscuous ? [] : ['-p'])], {
    encoding: 'utf8',
    env: { ...process.env, PATH: programPath(), LC_ALL: 'C' },
  });
  // It goes to standard error up to version 4.99.
  const list = /^Data link types.*/ms.exec(`${stdout ?? ''}${stderr ?? ''}`)?.[0];
  if (status === 0 && list !== undefined) return list.trimEnd();
  throw openError(device, complaint(stderr ?? '') ?? error?.message ?? 'tcpdump -L failed', 'tcpdump');
}

/** The code of the filter, as tcpdump -d prints it. Throws a `CaptureError`. */
export function tcpdumpFilterCode(options: LiveOptions, form: number): string {
  const args = [`-${'d'.repeat(form)}`, ...tcpdumpArguments({ ...options, account: undefined })];
  const { status, stdout, stderr, error } = spawnSync('tcpdump', args, {
    encoding: 'utf8',
    env: { ...process.env, PATH: programPath(), LC_ALL: 'C' },
  });
  if (status === 0) return stdout.trimEnd();
  const said = complaint(stderr ?? '') ?? error?.message ?? 'tcpdump -d failed';
  // Before anything of the device, tcpdump says its name.
  const ofDevice = `${options.device}: `;
  if (error !== undefined || said.startsWith(ofDevice))
    throw openError(options.device, said.replace(ofDevice, ''), 'tcpdump');
  throw new RefusedFilterError(options.filter, said);
}

function explain({ device, filter }: LiveOptions, end: ChildEnd): CaptureError {
  const failure = failureOf(end.stderr);
  if (failure?.kind === 'ended') return new CaptureError(failure.message, { source: device });
  if (failure?.kind === 'explained') return new CaptureError(failure.message);
  const said = complaint(end.stderr);
  if (said !== undefined) {
    const words = said.startsWith(`${device}: `) ? said.slice(device.length + 2) : said;
    return failure === undefined ? openError(device, words, 'tcpdump') : new RefusedFilterError(filter, words);
  }
  return new CaptureError(`the capture process tcpdump was ended ${endText(end)}`, { source: device });
}

/** The last thing that tcpdump complained of; undefined where it did not. */
function complaint(stderr: string): string | undefined {
  return stderr
    .split('\n')
    .filter((line) => /^tcpdump: (?!listening|dropped privs|\d+ packets? captured)/.test(line))
    .at(-1)
    ?.slice('tcpdump: '.length);
}
