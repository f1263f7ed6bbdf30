import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonRecord } from '../records.ts';

/**
 * The fields of one record that are certain. A list stands for any of its members where the record has a single value,
 * `null` for a field that the record lacks. `conn` (1 where it is absent), `optional` and `owed` are the case's own.
 */
export type ExpectedRecord = JsonRecord & {
  readonly conn?: number;
  /** The record may be missing. */
  readonly optional?: boolean;
  /** In a capture that lacks packets: request and answer are there, and the wire shows that they belong together. */
  readonly owed?: boolean;
};

/** What a capture has to be told as: `NAME.json`, beside `NAME.pcap`. See README.md in the directory of the cases. */
export interface Case {
  /** What happened, and why nothing else can be told of it. */
  readonly why: string;
  /** Options of mcsniff for this capture. */
  readonly options?: readonly string[];
  /** What is told of commands and of unasked answers; of each connection in the order of `packet`. */
  readonly records: readonly ExpectedRecord[];
  /** Fields that no record of any kind may have together. */
  readonly never?: readonly JsonRecord[];
  /** Records that may say `unknown` where more is expected; 0 where it is absent. */
  readonly unknownAtMost?: number;
  /** Regular expressions, each of which is found in the exit report. */
  readonly stderr?: readonly string[];
  /** The capture lacks packets: what is told of it is right, and need not be all. */
  readonly lossy?: boolean;
  /** With `lossy`: the share of the records that are owed which is told at least; 0.9 where it is absent. */
  readonly yield?: number;
}

/** Directory of the cases, relative to the repository's root, where everything is run from. */
export const caseDirectory = join(process.cwd(), 'test/cases');

/** Their names, sorted. */
export const caseNames: readonly string[] = readdirSync(caseDirectory)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .sort();

export function capturePath(name: string): string {
  return join(caseDirectory, `${name}.pcap`);
}

/** Throws where the case has a field that there is none of: it would be overlooked. */
export function readCase(name: string): Case {
  const read = JSON.parse(readFileSync(join(caseDirectory, `${name}.json`), 'utf8')) as Case;
  const strange = Object.keys(read).find((field) => !caseFields.has(field));
  if (strange !== undefined) throw new Error(`${name}.json: no case has a field ${strange}`);
  return read;
}

const caseFields: ReadonlySet<string> = new Set<keyof Case>([
  'why',
  'options',
  'records',
  'never',
  'unknownAtMost',
  'stderr',
  'lossy',
  'yield',
]);
