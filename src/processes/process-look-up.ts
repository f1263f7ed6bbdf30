import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../capture/child-environment.ts';
import type { Account } from '../capture/live-options.ts';
import type { ConnectionEnd, LookUpAnswer, LookUpRequest } from './local-process.ts';

/** Looks up whose sockets the ends of connections are, in a process of its own, which keeps the rights for it. */
export class ProcessLookUp {
  readonly #account: Account | undefined;
  readonly #failed: () => void;
  readonly #waiting = new Map<number, (ends: readonly ConnectionEnd[]) => void>();
  #child: ChildProcessByStdio<Writable, Readable, null> | undefined;
  #next = 1;
  #hasEnded = false;

  /** `account`: whom that process becomes; `failed` is called where it has ended by itself. */
  constructor(account: Account | undefined, failed: () => void) {
    this.#account = account;
    this.#failed = failed;
  }

  /** Starts the process, with the rights that this one has now. */
  open(): void {
    const script = fileURLToPath(new URL('./process-child.js', import.meta.url));
    const args = [script, JSON.stringify({ account: this.#account })];
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'ignore'],
      // Ctrl-C is for the parent.
      detached: true,
      env: childEnvironment(process.env),
    });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    child.on('error', () => this.#end());
    child.on('close', () => this.#end());
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, ends } = JSON.parse(line) as LookUpAnswer;
      this.#waiting.get(id)?.(ends);
      this.#waiting.delete(id);
    });
  }

  /** Calls `answered` once, later; with nothing where there is nobody to ask. */
  ask(question: Omit<LookUpRequest, 'id'>, answered: (ends: readonly ConnectionEnd[]) => void): void {
    if (this.#child === undefined || this.#hasEnded) {
      answered([]);
      return;
    }
    const id = this.#next++;
    this.#waiting.set(id, answered);
    this.#child.stdin.write(`${JSON.stringify({ id, ...question } satisfies LookUpRequest)}\n`);
  }

  /** No more questions. */
  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#child?.stdin.end();
    this.#child?.unref();
    this.#child?.stdout.destroy();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const answered of this.#waiting.values()) answered([]);
    this.#waiting.clear();
    this.#failed();
  }
}
