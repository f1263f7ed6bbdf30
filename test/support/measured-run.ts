import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { mainPath } from './run-program.ts';

const memoryReporter = new URL('report-memory.js', import.meta.url).href;

export interface MeasuredRun {
  readonly exitCode: number | undefined;
  readonly stderr: string;
  /** Peak of the program's resident memory, in bytes. */
  readonly peakMemory: number;
  /** Lines of standard output. */
  readonly lines: number;
}

interface MeasuredOptions {
  /** Pieces of a capture for the program's standard input; the program's reading sets the pace. */
  readonly input?: Iterable<Buffer>;
  /** Called with each line of standard output; without it they are only counted. */
  readonly line?: (line: string) => void;
  /** Keeps standard output in a file, instead of looking at it. */
  readonly outputFile?: string;
  /** Milliseconds after which the run is given up. */
  readonly timeout?: number;
}

/** Runs mcsniff and measures its memory. What it prints is passed through, never collected. */
export async function measuredRun(args: readonly string[], options: MeasuredOptions = {}): Promise<MeasuredRun> {
  const child = spawn(process.execPath, ['--import', memoryReporter, mainPath, ...args], {
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    timeout: options.timeout ?? 120_000,
    // A program that does not come to rest sees no other signal.
    killSignal: 'SIGKILL',
  });
  const { stdin, stdout, stderr } = child;
  let errors = '';
  let memory = '';
  let lines = 0;
  stderr.setEncoding('latin1').on('data', (text: string) => {
    if (errors.length < 100_000) errors += text;
  });
  (child.stdio[3] as Readable).setEncoding('latin1').on('data', (text: string) => {
    memory += text;
  });
  if (options.outputFile !== undefined) stdout.pipe(createWriteStream(options.outputFile));
  let rest: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
      const end = chunk.subarray(start, at);
      const line = rest.length === 0 ? end : Buffer.concat([...rest, end]);
      rest = [];
      start = at + 1;
      lines++;
      options.line?.(line.toString('latin1'));
    }
    if (options.line !== undefined && start < chunk.length) rest.push(chunk.subarray(start));
  });
  // A program that ends before it has read everything is no failure of the test's.
  stdin.on('error', () => {});
  const closed = once(child, 'close') as Promise<[number | null]>;
  await feed(stdin, options.input ?? [], closed);
  const [code] = await closed;
  return { exitCode: code ?? undefined, stderr: errors, peakMemory: Number(memory), lines };
}

async function feed(
  stdin: NodeJS.WritableStream & { readonly destroyed?: boolean },
  input: Iterable<Buffer>,
  closed: Promise<unknown>,
): Promise<void> {
  for (const piece of input) {
    if (stdin.destroyed === true) return;
    if (!stdin.write(piece)) await Promise.race([once(stdin, 'drain'), closed]);
  }
  stdin.end();
}
