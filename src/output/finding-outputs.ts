import type { ByteWriter } from '../byte-writer.ts';
import type { Finding } from '../findings/finding.ts';
import { findingFields, isOnConnection } from './finding-record.ts';
import type { RecordWriter } from './view.ts';

/** Shows findings, beside what else is shown. */
export interface FindingOutput {
  found(finding: Finding): void;
}

/** Writes findings as records, behind those of the packet that proves them. */
export class FindingRecords implements FindingOutput {
  readonly #log: Pick<RecordWriter, 'record'>;
  #waiting: Finding[] = [];

  constructor(log: Pick<RecordWriter, 'record'>) {
    this.#log = log;
  }

  found(finding: Finding): void {
    this.#waiting.push(finding);
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** All that a packet tells was told. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    for (const finding of this.#waiting) {
      const { timeUs, connection, text } = finding;
      const message = `${finding.finding}: ${text}`;
      this.#log.record(
        'finding',
        timeUs,
        findingFields(finding),
        message,
        isOnConnection(finding) ? connection : undefined,
        true,
      );
    }
    this.#waiting = [];
  }
}

/** What is found of the packet under way, as lines that stand below its own. */
export class FindingLines implements FindingOutput {
  #lines = '';

  found({ finding, text }: Finding): void {
    this.#lines += `    ! ${finding}: ${text}\n`;
  }

  get isEmpty(): boolean {
    return this.#lines === '';
  }

  clear(): void {
    this.#lines = '';
  }

  appendTo(out: ByteWriter): void {
    if (this.#lines === '') return;
    out.text(this.#lines);
    this.#lines = '';
  }
}
