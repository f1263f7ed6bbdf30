import { readFileSync } from 'node:fs';
import { CaptureError } from './capture/capture-error.ts';
import type { Account } from './capture/live-options.ts';
import { systemErrorText } from './system-error.ts';

const root = 0;

/** process.initgroups of Node's documentation, which its types leave out. */
type GroupSetter = NodeJS.Process & { initgroups?(user: string | number, extraGroup: string | number): void };

/** What a user can do who can't be become. */
export const wayOut = 'name another user with -Z, or keep root with -Z root';

/**
 * Becomes the user, with the groups of the user alone, for good. The kernel takes all capabilities away with the last
 * user id of root, but for a thread that has asked it to keep what it may have (`keepsCapabilities`). Throws a
 * `CaptureError` where that can't be done or did not have its full effect.
 */
export function become(user: Account, keepsCapabilities = false): void {
  try {
    (process as GroupSetter).initgroups?.(user.uid, user.gid);
    process.setgid?.(user.gid);
    process.setuid?.(user.uid);
  } catch (error) {
    throw new CaptureError(`can't become ${user.name} (${systemErrorText(error)}): ${wayOut}`);
  }
  const kept = whatIsKept(user, keepsCapabilities);
  if (kept !== undefined) throw new CaptureError(`can't become ${user.name} (${kept} was kept): ${wayOut}`);
}

/** What is left of root's rights, which would be a defect; undefined for nothing. */
function whatIsKept({ uid, gid }: Account, keepsCapabilities: boolean): string | undefined {
  if (process.getuid?.() !== uid || process.geteuid?.() !== uid) return 'the user id';
  if (process.getgid?.() !== gid || process.getegid?.() !== gid) return 'the group id';
  if (process.getgroups?.().includes(root) && gid !== root) return "root's group";
  if (regainsRoot()) return 'the way back to root';
  if (!keepsCapabilities && /^Cap(Prm|Eff|Amb):\s*0*[1-9a-f]/m.test(processStatus())) return 'a capability';
  return undefined;
}

function regainsRoot(): boolean {
  try {
    process.seteuid?.(root);
    return process.geteuid?.() === root;
  } catch {
    return false;
  }
}

/** What Linux says of this process (proc(5)); empty on other systems. */
function processStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'latin1');
  } catch {
    return '';
  }
}
