import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program as it is shipped. */
export const mainPath = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));

export interface ProgramResult {
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Undefined where a signal ended it. */
  readonly exitCode: number | undefined;
}

/** Runs a program to its end, with TZ=UTC; `input` goes to its standard input. */
export function runProgram(command: string, args: readonly string[], input?: Buffer): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, TZ: 'UTC' }, timeout: 60_000 });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    // A program that ends before it has read everything is no failure of the test's.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('close', (code) => {
      const stderr = Buffer.concat(errors).toString('utf8');
      resolve({ stdout: Buffer.concat(output), stderr, exitCode: code ?? undefined });
    });
  });
}

export function runMcsniff(args: readonly string[], input?: Buffer): Promise<ProgramResult> {
  return runProgram(process.execPath, [mainPath, ...args], input);
}
