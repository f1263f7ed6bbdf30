import { createRequire } from 'node:module';
import { errorCode } from '../system-error.ts';
import { CaptureError } from './capture-error.ts';
import { linkTypeOfDlt } from './link-types.ts';
import { installBuildTools, MissingPart, npmCommand } from './missing-part.ts';

/** What is used of the `cap` package, which has no types of its own. */
export interface CapModule {
  readonly Cap: {
    new (): CapHandle;
    deviceList(): CapDevice[];
  };
}

export interface CapHandle {
  /** Returns the link type's name. Keeps only a bare pointer to `buffer`: hold it while the capture is open. */
  open(device: string, filter: string, bufferBytes: number, buffer: Buffer): string;
  on(event: 'packet', handler: (length: number, truncated: boolean) => void): void;
  close(): boolean;
}

export interface CapDevice {
  readonly name: string;
  readonly description?: string;
  readonly flags?: string;
  readonly addresses: readonly { readonly addr?: string; readonly netmask?: string }[];
}

/** Loads `cap`, which is optional and built on installation. Throws a `MissingPart`. */
export function loadCap(): CapModule {
  const require = createRequire(import.meta.url);
  try {
    return require('cap') as CapModule;
  } catch (error) {
    throw missing(error);
  }
}

function missing(error: unknown): MissingPart {
  const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  if (errorCode(error) === 'MODULE_NOT_FOUND') {
    if (message.includes("'cap'")) return new MissingPart('the package cap is not installed', remedy('install'));
    return new MissingPart('the package cap is installed but not built', remedy('rebuild'));
  }
  return new MissingPart(`the package cap can't be loaded (${message})`, remedy('rebuild'));
}

/** It is built where it is installed. */
function remedy(action: 'install' | 'rebuild'): string {
  return `${installBuildTools()}, then run: ${npmCommand(action, 'cap')}`;
}

/** LINKTYPE_ values of the names that `cap` gives. */
const names = new Map([
  ['NULL', 0],
  ['ETHERNET', 1],
  ['RAW', 101],
  ['LINKTYPE_LINUX_SLL', 113],
  ['IEEE802_11_RADIO', 127],
]);

/** LINKTYPE_ value of what `cap`'s `open` returned: a name, or `Unknown linktype N` with a DLT_ number. */
export function linkTypeOfCap(name: string): number {
  const known = names.get(name);
  if (known !== undefined) return known;
  const number = /^Unknown linktype (\d+)$/.exec(name)?.[1];
  if (number === undefined) throw new CaptureError(`cap reports a link type that is not known: ${name}`);
  return linkTypeOfDlt(Number(number));
}
