import { CaptureError } from '../capture/capture-error.ts';
import { RefusedFilterError } from '../capture/open-error.ts';
import type { ExitReport } from '../output/exit-report.ts';
import { errorCode, systemErrorText } from '../system-error.ts';
import { say } from './say.ts';

export const exitStatus = { ok: 0, failed: 1, usage: 2 } as const;
type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** How a run goes: what failed, what was counted, and the exit status that follows from both. */
export class Outcome {
  readonly report: ExitReport;
  /** True from the second interrupt on: what was captured and not told by then never is. */
  isForced = false;
  #status: ExitStatus = exitStatus.ok;

  constructor(report: ExitReport) {
    this.report = report;
  }

  /** What the counters of the report say until now is taken into account. */
  get status(): ExitStatus {
    const { lostRecords, droppedRecords, abandonedBytes, abandonedPackets } = this.report;
    const untold = [lostRecords, droppedRecords, abandonedBytes, abandonedPackets];
    return untold.some((number) => number > 0) ? exitStatus.failed : this.#status;
  }

  /** Says what failed, a `CaptureError`. Any other is a bug's, and thrown again. */
  fail(error: unknown): void {
    if (!(error instanceof CaptureError)) throw error;
    say(error.message);
    this.#status = error instanceof RefusedFilterError ? exitStatus.usage : exitStatus.failed;
  }

  /** One step of a run, which goes on behind it though it fails: what there is by then is still told. */
  async attempt(step: () => Promise<void> | void): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Nobody takes what goes to standard output. That its reader has gone (`| head`) is no failure. */
  outputClosed(error: Error): void {
    if (errorCode(error) === 'EPIPE') return;
    this.fail(new CaptureError(systemErrorText(error), { source: 'standard output' }));
  }

  /** The counters on standard error. */
  tellReport(): void {
    for (const line of this.report.lines()) process.stderr.write(`${line}\n`);
  }
}
