import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { mainPath } from './run-program.ts';

export interface RunningOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** The program and what stands before its arguments; this build's mcsniff otherwise. */
  readonly command?: readonly string[];
  /** Leave standard output unread until `read()`. */
  readonly stalled?: boolean;
}

/** mcsniff while it runs, to be sent signals and looked at. Ended with the test, also where that fails. */
export class RunningProgram {
  stdout = '';
  stderr = '';
  exitCode: number | null | undefined;
  readonly child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;

  constructor(t: TestContext, args: readonly string[], options: RunningOptions = {}) {
    const [command, ...before] = options.command ?? [process.execPath, mainPath];
    const environment = { ...process.env, TZ: 'UTC', SUDO_UID: undefined, ...options.environment };
    this.child = spawn(command as string, [...before, ...args], { env: environment });
    t.after(() => this.child.kill('SIGKILL'));
    this.#closed = once(this.child, 'close').then(([code]) => {
      this.exitCode = code as number | null;
    });
    this.child.stdin.on('error', () => undefined);
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    if (options.stalled !== true) this.read();
  }

  get pid(): number {
    return this.child.pid as number;
  }

  read(): void {
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString('latin1');
    });
  }

  /** Waits, for at most 15 seconds, until the condition holds; one that throws does not. */
  async until(what: string, condition: () => boolean): Promise<void> {
    await until(
      () => `${what}; standard error: ${this.stderr}`,
      () => this.exitCode !== undefined || condition(),
    );
    assert.ok(await holds(condition), `the program has ended before ${what}: ${this.stderr}`);
  }

  async listening(): Promise<void> {
    await this.until('it listens', () => this.stderr.includes('listening on'));
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Settles with the exit status when the program has ended and all its output is read. */
  async ended(): Promise<number | null | undefined> {
    const timeout = sleep(15_000, undefined, { ref: false }).then(() => this.child.kill('SIGKILL'));
    await Promise.race([this.#closed, timeout]);
    await this.#closed;
    return this.exitCode;
  }

  status(): Record<string, string> {
    return statusOf(this.pid);
  }
}

/** Fields of /proc/PID/status. */
export function statusOf(pid: number): Record<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'latin1').trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2).map((part) => part.trim()) as [string, string]));
}

/** Processes that a process has started and that still run. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number);
}

/** The capture child of mcsniff, by its parent's number. */
export function captureChild(parent: number): number {
  const found = childrenOf(parent).find((pid) => /-child\.js/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1')));
  assert.ok(found !== undefined, 'there is a capture child');
  return found;
}

/** Waits, for at most 15 seconds, until the condition holds; one that throws does not. */
export async function until(what: () => string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 750; turn++) {
    if (await holds(condition)) return;
    await sleep(20);
  }
  assert.fail(`waited too long until ${what()}`);
}

async function holds(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await condition();
  } catch {
    return false;
  }
}
