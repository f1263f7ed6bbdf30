import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { CaptureError } from '../capture/capture-error.ts';
import { systemErrorText } from '../system-error.ts';

/** An unprivileged account. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Who runs the program unless the user says otherwise: the account of those who own nothing. */
const nobody = 'nobody';

const root = 0;

/** process.initgroups of Node's documentation, which its types leave out. */
type GroupSetter = NodeJS.Process & { initgroups?(user: string | number, extraGroup: string | number): void };

const wayOut = 'name another user with -Z, or keep root with -Z root';

/**
 * Whom to become before the first captured byte is looked at: the user named (`-Z`), else the one who called sudo, else
 * nobody. Undefined where the process is not root, which then has nothing to give up (tcpdump ignores -Z there, too),
 * and where root is to be kept. Throws a `CaptureError` where there is no such user.
 */
export function unprivilegedUser(
  requested: string | undefined,
  environment: NodeJS.ProcessEnv,
  warn: (message: string) => void,
): User | undefined {
  if (!isRoot()) return undefined;
  const user = requested === undefined ? (sudoUser(environment.SUDO_UID) ?? lookUp(nobody)) : lookUp(requested);
  if (user === undefined)
    throw new CaptureError(`there is no user ${JSON.stringify(requested ?? nobody)} to become: ${wayOut}`);
  if (user.uid !== root) return user;
  warn(`-Z ${requested}: what strangers send is read with all rights of root`);
  return undefined;
}

/**
 * Becomes the user, with the groups of the user alone, for good. The kernel takes all capabilities away with the last
 * user id of root. Throws a `CaptureError` where that can't be done or did not have its full effect.
 */
export function become(user: User): void {
  try {
    (process as GroupSetter).initgroups?.(user.uid, user.gid);
    process.setgid?.(user.gid);
    process.setuid?.(user.uid);
  } catch (error) {
    throw new CaptureError(`can't become ${user.name} (${systemErrorText(error)}): ${wayOut}`);
  }
  const kept = whatIsKept(user);
  if (kept !== undefined) throw new CaptureError(`can't become ${user.name} (${kept} was kept): ${wayOut}`);
}

function isRoot(): boolean {
  return process.getuid?.() === root || process.geteuid?.() === root;
}

/** Who called sudo; undefined where nobody did, or root, or someone without an account. */
function sudoUser(id: string | undefined): User | undefined {
  if (id === undefined || !/^\d{1,10}$/.test(id)) return undefined;
  const user = lookUp(id);
  return user?.uid === root ? undefined : user;
}

/**
 * Node tells only about the account that a process runs as: so root looks as that user for a moment, and whatever
 * the system takes users from (files, LDAP) is asked.
 */
function lookUp(nameOrId: string): User | undefined {
  const { geteuid, seteuid } = process;
  if (geteuid === undefined || seteuid === undefined) return undefined;
  const own = geteuid();
  try {
    seteuid(/^\d+$/.test(nameOrId) ? Number(nameOrId) : nameOrId);
    const { username, uid, gid } = userInfo();
    return { name: username, uid, gid };
  } catch {
    return undefined;
  } finally {
    seteuid(own);
  }
}

/** What is left of root's rights, which would be a defect; undefined for nothing. */
function whatIsKept({ uid, gid }: User): string | undefined {
  if (process.getuid?.() !== uid || process.geteuid?.() !== uid) return 'the user id';
  if (process.getgid?.() !== gid || process.getegid?.() !== gid) return 'the group id';
  if (process.getgroups?.().includes(root) && gid !== root) return "root's group";
  if (regainsRoot()) return 'the way back to root';
  if (/^Cap(Prm|Eff|Amb):\s*0*[1-9a-f]/m.test(processStatus())) return 'a capability';
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
