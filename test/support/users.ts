import { execFileSync } from 'node:child_process';

/** Tests that need root run as anybody: what they expect fits the rights they have. */
export const isRoot = process.getuid?.() === 0;

/** Numbers of an account as /proc/PID/status shows them. */
interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly groups: string;
}

export function account(name: string): Account {
  const ask = (...options: string[]): string => execFileSync('id', [...options, name], { encoding: 'utf8' }).trim();
  const groups = ask('-G').split(' ').map(Number);
  return { uid: Number(ask('-u')), gid: Number(ask('-g')), groups: groups.sort((a, b) => a - b).join(' ') };
}
