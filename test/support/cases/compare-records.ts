import { isDeepStrictEqual } from 'node:util';
import type { JsonRecord } from '../records.ts';
import type { ExpectedRecord } from './case.ts';

/** Fields of an expected record that say something to the comparison, and nothing of the record. */
const ownFields: ReadonlySet<string> = new Set(['conn', 'optional', 'owed']);

/** What a record says of the request alone: compared where its status is `unknown`. */
const requestFields: ReadonlySet<string> = new Set([
  'event',
  'protocol',
  'command',
  'key',
  'keys',
  'packet',
  'noreply',
  'args',
]);

/** The first expected field of which the record says something else; undefined where there is none. */
export function differingField(
  expected: ExpectedRecord,
  record: JsonRecord,
  isCompared: (field: string) => boolean = () => true,
): string | undefined {
  return Object.keys(expected).find(
    (field) => !ownFields.has(field) && isCompared(field) && !isSame(expected[field], record[field]),
  );
}

/** Whether the record is this one but for its status, which is `unknown` where something else is expected. */
export function isLeftOpen(expected: ExpectedRecord, record: JsonRecord): boolean {
  return (
    record.status === 'unknown' &&
    !isSame(expected.status ?? 'unknown', 'unknown') &&
    differingField(expected, record, (field) => requestFields.has(field)) === undefined
  );
}

export function isTold(expected: ExpectedRecord, record: JsonRecord): boolean {
  return differingField(expected, record) === undefined || isLeftOpen(expected, record);
}

/** A record for a message, without what most of them have in common; cut off after 300 characters. */
export function shown(record: JsonRecord): string {
  const { level, time, conn, client, server, transport, ...rest } = record;
  const text = JSON.stringify(rest);
  return text.length <= 300 ? text : `${text.slice(0, 297)}...`;
}

/** One value stands for itself, null for none, and a list also for each of its members. */
function isSame(expected: unknown, value: unknown = null): boolean {
  if (isDeepStrictEqual(expected, value)) return true;
  return Array.isArray(expected) && !Array.isArray(value) && expected.includes(value);
}
