import { spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import type { Device } from './device.ts';
import { programPath } from './program-path.ts';

/** All devices that `tcpdump -D` names, with the addresses that Node.js knows. Throws an `Error` with its words. */
export function tcpdumpDevices(): Device[] {
  const { status, stdout, stderr } = spawnSync('tcpdump', ['-D'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: programPath(), LC_ALL: 'C' },
  });
  if (status !== 0) throw new Error(stderr?.trim() || 'tcpdump -D failed');
  const addresses = networkInterfaces();
  return stdout.split('\n').flatMap((line) => {
    const [, name, description, flags] = /^\d+\.(\S+)(?: \((.*)\))?(?: \[(.*)\])?$/.exec(line) ?? [];
    if (name === undefined) return [];
    return {
      name,
      ...(description === undefined ? {} : { description }),
      flags: flags === undefined || flags === 'none' ? [] : flags.split(', '),
      addresses: (addresses[name] ?? []).map(({ address }) => address),
    };
  });
}
