import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { errorCode, systemErrorText, tooManyFiles } from '../system-error.ts';
import { CaptureError } from './capture-error.ts';
import type { CaptureHandler, CaptureSource, CaptureStatistics } from './capture-source.ts';
import { childEnvironment } from './child-environment.ts';
import { askStatistics } from './child-protocol.ts';
import { GroupGuard } from './group-guard.ts';
import { StreamCapture } from './stream-capture.ts';

/** Milliseconds in which a child that was asked to end hands over something, or ends, unless its engine says more. */
const usualPatience = 700;

/** Milliseconds in which a child tells its counts. */
const statisticsPatience = 1000;

/** Characters kept of what a child says on standard error: its end counts. */
const keptStderr = 16 * 1024;

/** How a child ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** `with status 1`, `by SIGKILL`. */
export function endText({ code, signal }: ChildEnd): string {
  return signal === null ? `with status ${code}` : `by ${signal}`;
}

/** One program that captures: it writes a pcap stream to standard output and ends when its standard input is closed. */
export interface CaptureEngine {
  /** For messages: the device. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Milliseconds in which the child, asked to end, hands over something, or ends; absent for 700. */
  readonly patience?: number;
  /** Why a child ended that was not asked to. */
  explain(end: ChildEnd): CaptureError;
  /** Whether the child answers `askStatistics` on its standard input. */
  readonly tellsStatistics: boolean;
  /** Packet counts from what the child said last. */
  statistics(stderr: string): CaptureStatistics;
}

/**
 * Captures in a child process. The child leads a process group of its own, so that Ctrl-C reaches only the parent,
 * which then reads what the child still has. Whatever happens to the parent, the child's input ends, and so does the
 * child: a parent that is not root any more could not send it a signal.
 */
export class ChildCapture implements CaptureSource {
  readonly name: string;
  readonly size = -1;
  readonly #engine: CaptureEngine;
  readonly #capture = new StreamCapture();
  #child: ChildProcessWithoutNullStreams | undefined;
  #ended: Promise<ProcessEnd> | undefined;
  #guard: GroupGuard | undefined;
  #stderr = '';
  #asked = false;
  #isTaking = false;
  #hasEnded = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(engine: CaptureEngine) {
    this.name = engine.name;
    this.#engine = engine;
  }

  open(): void {
    const child = spawn(this.#engine.command, this.#engine.args, {
      stdio: 'pipe',
      detached: true,
      env: childEnvironment(process.env),
    });
    if (!hasStreams(child)) {
      // What it says later is said now.
      (child as ChildProcess).on('error', () => undefined);
      throw new CaptureError(`the capture can't be started: ${tooManyFiles}`);
    }
    this.#child = child;
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-keptStderr);
    });
    // A child that has gone can't be told anything.
    child.stdin.on('error', () => undefined);
    if (child.pid !== undefined && process.getuid?.() === 0) this.#guard = new GroupGuard(child.pid);
    this.#ended = this.#endOf(child, this.#engine.command);
  }

  async run(handler: CaptureHandler): Promise<void> {
    if (this.#child === undefined) {
      if (this.#asked) return;
      this.open();
    }
    let unasked = true;
    let damage: CaptureError | undefined;
    const watched: CaptureHandler = {
      begin: (info) => handler.begin(info),
      packet: (packet) => handler.packet(packet),
      afterChunk: () => this.#afterChunk(handler),
    };
    try {
      await this.#capture.run((this.#child as ChildProcessWithoutNullStreams).stdout, watched);
    } catch (error) {
      // The stream of a child that died ends anywhere; why it died is what counts. Named errors are the handler's own.
      if (!(error instanceof CaptureError) || error.source !== undefined) throw error;
      damage = error;
    } finally {
      unasked = !this.#asked;
      this.#ask();
      await this.#ended;
    }
    const { code, signal, error } = (await this.#ended) as ProcessEnd;
    if (error !== undefined) throw error;
    if (unasked && (code !== 0 || damage !== undefined))
      throw this.#engine.explain({ code, signal, stderr: this.#stderr });
  }

  openAgain(): undefined {}

  stop(): void {
    this.#capture.stop();
    this.#isTaking = false;
    this.#ask();
  }

  interrupt(): void {
    this.#ask();
  }

  statistics(): CaptureStatistics {
    return this.#engine.statistics(this.#stderr);
  }

  async askStatistics(): Promise<void> {
    const child = this.#child;
    if (child === undefined || this.#asked || !this.#engine.tellsStatistics) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, statisticsPatience);
      child.stderr.once('data', () => {
        clearTimeout(timer);
        resolve();
      });
      child.stdin.write(askStatistics);
    });
  }

  /** Resolves when the child is gone, whether or not `run` was called, and nothing that it started is left. */
  async #endOf(child: ChildProcess, command: string): Promise<ProcessEnd> {
    const end = await endOf(child, command);
    this.#hasEnded = true;
    clearTimeout(this.#deadline);
    this.#killGroup();
    await this.#guard?.end();
    return end;
  }

  /** While the handler makes the capture wait, a child that was asked to end has a reason not to have ended yet. */
  #afterChunk(handler: CaptureHandler): Promise<void> | undefined {
    this.#restartDeadline();
    const wait = handler.afterChunk();
    if (wait === undefined) return undefined;
    this.#isTaking = true;
    clearTimeout(this.#deadline);
    return wait.then(() => {
      this.#isTaking = false;
      this.#restartDeadline();
    });
  }

  /** Asks the child to end, and sees to it that it does. */
  #ask(): void {
    const isFirst = !this.#asked;
    this.#asked = true;
    if (isFirst) this.#child?.stdin.end();
    if (this.#deadline === undefined || !this.#isTaking) this.#restartDeadline();
  }

  #restartDeadline(): void {
    clearTimeout(this.#deadline);
    if (!this.#asked || this.#isTaking || this.#hasEnded || this.#child === undefined) return;
    this.#deadline = setTimeout(() => this.#killGroup(), this.#engine.patience ?? usualPatience);
  }

  #killGroup(): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      // Else it has gone already.
      if (errorCode(error) === 'EPERM') void this.#guard?.end();
    }
  }
}

interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set where the process could not be started. */
  readonly error?: CaptureError;
}

/** Where the process has no file descriptor left, Node.js starts no child and makes no streams, whatever its types say. */
function hasStreams({ stdout }: { readonly stdout?: unknown }): boolean {
  return stdout !== undefined && stdout !== null;
}

/** Resolves when the child is gone and its output is read. */
function endOf(child: ChildProcess, command: string): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.on('error', (error) =>
      resolve({
        code: null,
        signal: null,
        error: new CaptureError(`the capture can't be started: ${command}: ${systemErrorText(error)}`),
      }),
    );
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
}
