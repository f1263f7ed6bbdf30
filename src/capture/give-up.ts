import { become } from '../become.ts';
import { type Koffi, loadKoffi } from './koffi-package.ts';
import type { Account } from './live-options.ts';
import { MissingPart } from './missing-part.ts';

/** PR_SET_KEEPCAPS and PR_SET_NO_NEW_PRIVS of prctl(2). */
const keepCapabilities = 8;
const noNewPrivileges = 38;

/** CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE of capabilities(7), as bits: what looking at others' processes takes. */
const lookingRights = (1 << 2) | (1 << 19);

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

/**
 * What the process does that looks up others' processes: it becomes the account, and its one thread that looks keeps
 * the rights to look, and no others. Where C can't be called it stays who it is. Throws a `CaptureError` where it can't
 * become the account.
 */
export function keepRights(account: Account | undefined): void {
  const koffi = process.platform === 'linux' ? koffiIfThere() : undefined;
  if (koffi === undefined) return;
  const { prctl, capset } = capabilityCalls(koffi);
  prctl(keepCapabilities, 1, 0, 0, 0);
  if (account !== undefined) become(account, true);
  prctl(noNewPrivileges, 1, 0, 0, 0);
  const sets = Buffer.alloc(capabilityLength);
  // Effective and permitted; not inheritable.
  sets.writeUInt32LE(lookingRights, 0);
  sets.writeUInt32LE(lookingRights, 4);
  // One that lacks them gives up what else it has.
  if (capset(capabilityHeader(), sets) < 0) capset(capabilityHeader(), Buffer.alloc(capabilityLength));
}

function dropCapabilities(koffi: Koffi): void {
  const { prctl, capset } = capabilityCalls(koffi);
  prctl(noNewPrivileges, 1, 0, 0, 0);
  capset(capabilityHeader(), Buffer.alloc(capabilityLength));
}

interface CapabilityCalls {
  readonly prctl: (option: number, ...values: [number, number, number, number]) => number;
  readonly capset: (header: Uint32Array, sets: Buffer) => number;
}

function capabilityCalls(koffi: Koffi): CapabilityCalls {
  const libc = koffi.load(null);
  return {
    prctl: libc.func('int prctl(int, ulong, ulong, ulong, ulong)') as CapabilityCalls['prctl'],
    capset: libc.func('int capset(void *, void *)') as CapabilityCalls['capset'],
  };
}

/** Of this thread. */
function capabilityHeader(): Uint32Array {
  return Uint32Array.of(capabilityVersion, 0);
}
