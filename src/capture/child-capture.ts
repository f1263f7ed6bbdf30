import { type ChildProcess, spawn } from 'node:child_process';
import { CaptureError, systemErrorText } from './capture-error.ts';
import type { CaptureHandler, CaptureInfo, CaptureSource, CaptureStatistics } from './capture-source.ts';
import { StreamCapture } from './stream-capture.ts';

/** Milliseconds for a child to write what it has and end, after it was asked to. */
const patience = 700;

/** Characters kept of what a child says on standard error: its end counts. */
const keptStderr = 16 * 1024;

/** How a child ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** True once the child has opened its device. */
  readonly begun: boolean;
}

/** One program that captures: it writes a pcap stream to standard output and ends when its standard input is closed. */
export interface CaptureEngine {
  /** For messages: the device. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Why a child ended that was not asked to. */
  explain(end: ChildEnd): CaptureError;
  /** Packet counts from what the child said last. */
  statistics(stderr: string): CaptureStatistics;
}

/**
 * Captures in a child process. The child leads a process group of its own, so that Ctrl-C reaches only the parent,
 * which then reads what the child still has. Whatever happens to the parent, the child's input ends, and so does the child.
 */
export class ChildCapture implements CaptureSource {
  readonly name: string;
  readonly size = -1;
  readonly #engine: CaptureEngine;
  readonly #capture = new StreamCapture();
  #child: ChildProcess | undefined;
  #stderr = '';
  #asked = false;
  #killed: NodeJS.Timeout | undefined;

  constructor(engine: CaptureEngine) {
    this.name = engine.name;
    this.#engine = engine;
  }

  async run(handler: CaptureHandler): Promise<void> {
    if (this.#asked) return;
    const child = spawn(this.#engine.command, this.#engine.args, { stdio: 'pipe', detached: true });
    this.#child = child;
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-keptStderr);
    });
    // A child that has gone can't be told anything.
    child.stdin.on('error', () => undefined);
    const ended = endOf(child);

    let begun = false;
    let unasked = true;
    let damage: CaptureError | undefined;
    const watched: CaptureHandler = {
      begin(info: CaptureInfo) {
        begun = true;
        handler.begin(info);
      },
      packet: (packet) => handler.packet(packet),
      afterChunk: () => handler.afterChunk(),
    };
    try {
      await this.#capture.run(child.stdout, watched);
    } catch (error) {
      // The stream of a child that died ends anywhere; why it died is what counts. Named errors are the handler's own.
      if (!(error instanceof CaptureError) || error.source !== undefined) throw error;
      damage = error;
    } finally {
      unasked = !this.#asked;
      this.#ask();
      await ended;
      clearTimeout(this.#killed);
      this.#killGroup();
    }
    const { code, signal, error } = await ended;
    if (error !== undefined) throw error;
    if (unasked && (code !== 0 || damage !== undefined))
      throw this.#engine.explain({ code, signal, stderr: this.#stderr, begun });
  }

  stop(): void {
    this.#capture.stop();
    this.#ask();
  }

  interrupt(): void {
    this.#ask();
  }

  statistics(): CaptureStatistics {
    return this.#engine.statistics(this.#stderr);
  }

  /** Asks the child to end, and sees to it that it does. */
  #ask(): void {
    this.#asked = true;
    const child = this.#child;
    if (child === undefined || this.#killed !== undefined) return;
    child.stdin?.end();
    this.#killed = setTimeout(() => this.#killGroup(), patience);
  }

  #killGroup(): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Already gone.
    }
  }
}

interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set where the process could not be started. */
  readonly error?: CaptureError;
}

/** Resolves when the child is gone and its output is read. */
function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.on('error', (error) =>
      resolve({
        code: null,
        signal: null,
        error: new CaptureError(`the capture can't be started: ${systemErrorText(error)}`),
      }),
    );
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
}
