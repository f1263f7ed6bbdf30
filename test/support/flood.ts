import { type ChildProcess, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./flood-process.js', import.meta.url));

/** Sends datagrams to a port on loopback as fast as it can, for so many milliseconds. Ended with the test. */
export function flood(t: TestContext, port: number, milliseconds: number): ChildProcess {
  const child = spawn(process.execPath, [script, String(port), String(milliseconds)], { stdio: 'ignore' });
  t.after(() => child.kill());
  return child;
}
