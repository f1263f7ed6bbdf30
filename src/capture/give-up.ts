import { become } from '../become.ts';
import { type Koffi, loadKoffi } from './koffi-package.ts';
import type { Account } from './live-options.ts';
import { MissingPart } from './missing-part.ts';

/** PR_SET_NO_NEW_PRIVS of prctl(2). */
const noNewPrivileges = 38;

/** _LINUX_CAPABILITY_VERSION_3 of capget(2): the sets are two structures of three words each. */
const capabilityVersion = 0x2008_0522;
const capabilityLength = 2 * 3 * 4;

/**
 * What every capture child does once its device is open, since reading needs no rights: it becomes the account, for
 * good; and where C can be called, the thread that reads gives up what capabilities it was started with, and the way to
 * any that a program's file would bring. Throws a `CaptureError` where it can't become the account.
 */
export function giveUpRights(account: Account | undefined): void {
  // First, since its files may be out of the account's reach.
  const koffi = process.platform === 'linux' ? koffiIfThere() : undefined;
  if (account !== undefined) become(account);
  if (koffi !== undefined) dropCapabilities(koffi);
}

/** Where it is not there, a copy of node keeps what it has as file capabilities. */
function koffiIfThere(): Koffi | undefined {
  try {
    return loadKoffi();
  } catch (error) {
    if (error instanceof MissingPart) return undefined;
    throw error;
  }
}

function dropCapabilities(koffi: Koffi): void {
  const libc = koffi.load(null);
  const prctl = libc.func('int prctl(int, ulong, ulong, ulong, ulong)') as (
    option: number,
    ...values: [number, number, number, number]
  ) => number;
  const capset = libc.func('int capset(void *, void *)') as (header: Uint32Array, sets: Buffer) => number;
  prctl(noNewPrivileges, 1, 0, 0, 0);
  const thisThread = 0;
  capset(Uint32Array.of(capabilityVersion, thisThread), Buffer.alloc(capabilityLength));
}
