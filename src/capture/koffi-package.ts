import { createRequire } from 'node:module';
import { errorCode } from '../system-error.ts';
import { MissingPart, npmCommand } from './missing-part.ts';

/** An address in the process's memory; never 0, for which the package gives null. */
export type Pointer = bigint;

/** What is used of the package `koffi`, whose own types say `any`. */
export interface Koffi {
  readonly version: string;
  /** Loads a shared library by its name; null for what the process has loaded already. Throws an `Error`. */
  load(name: string | null): NativeLibrary;
  /** The layout of a C structure; each may be defined only once under its name, so none has a name here. */
  struct(members: Readonly<Record<string, string>>): NativeType;
  decode(at: Pointer, type: NativeType): unknown;
  /** `length` bytes of memory that C owns. */
  view(at: Pointer, length: number): ArrayBuffer;
  readonly node: {
    /** Calls back whenever the descriptor can be read, with 0, or once with libuv's error number. */
    poll(descriptor: number, callback: (status: number) => void): PollHandle;
  };
}

export interface NativeLibrary {
  /** A function by its C prototype; its type here is the caller's word. Throws where the library has none. */
  func(prototype: string): (...args: never[]) => unknown;
  symbol(name: string): Pointer;
}

export interface NativeType {
  readonly size: number;
}

export interface PollHandle {
  start(callback: (status: number) => void): void;
  stop(): void;
  close(): void;
}

/** Loads `koffi`, which is optional. Throws a `MissingPart`. */
export function loadKoffi(): Koffi {
  const require = createRequire(import.meta.url);
  try {
    return require('koffi') as Koffi;
  } catch (error) {
    if (errorCode(error) === 'MODULE_NOT_FOUND')
      throw new MissingPart('the package koffi, which calls libpcap, is not installed', npmCommand('install', 'koffi'));
    const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    throw new MissingPart(
      `the package koffi, which calls libpcap, can't be loaded (${message})`,
      npmCommand('rebuild', 'koffi'),
    );
  }
}
