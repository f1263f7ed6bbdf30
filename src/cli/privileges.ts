import { userInfo } from 'node:os';
import { wayOut } from '../become.ts';
import { CaptureError } from '../capture/capture-error.ts';
import type { Account } from '../capture/live-options.ts';

/** Who runs the program unless the user says otherwise: the account of those who own nothing. */
const nobody = 'nobody';

const root = 0;

/**
 * Whom to become before the first captured byte is looked at: the user named (`-Z`), else the one who called sudo, else
 * nobody. Undefined where the process is not root, which then has nothing to give up (tcpdump ignores -Z there, too),
 * and where root is to be kept. Throws a `CaptureError` where there is no such user.
 */
export function unprivilegedUser(
  requested: string | undefined,
  environment: NodeJS.ProcessEnv,
  warn: (message: string) => void,
): Account | undefined {
  if (!isRoot()) return undefined;
  const user = requested === undefined ? (sudoUser(environment.SUDO_UID) ?? lookUp(nobody)) : lookUp(requested);
  if (user === undefined)
    throw new CaptureError(`there is no user ${JSON.stringify(requested ?? nobody)} to become: ${wayOut}`);
  if (user.uid !== root) return user;
  warn(`-Z ${requested}: what strangers send is read with all rights of root`);
  return undefined;
}

function isRoot(): boolean {
  return process.getuid?.() === root || process.geteuid?.() === root;
}

/** Who called sudo; undefined where nobody did, or root, or someone without an account. */
function sudoUser(id: string | undefined): Account | undefined {
  if (id === undefined || !/^\d{1,10}$/.test(id)) return undefined;
  const user = lookUp(id);
  return user?.uid === root ? undefined : user;
}

/**
 * Node tells only about the account that a process runs as: so root looks as that user for a moment, and whatever
 * the system takes users from (files, LDAP) is asked.
 */
function lookUp(nameOrId: string): Account | undefined {
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
