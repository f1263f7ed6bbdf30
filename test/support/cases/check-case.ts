import type { JsonRecord } from '../records.ts';
import type { Case, ExpectedRecord } from './case.ts';
import { differingField, isLeftOpen, isTold, shown } from './compare-records.ts';
import type { Told } from './told-of-capture.ts';

/** What was found of one connection: the first difference, or how much of what is expected was told. */
type Finding = string | Counts;

interface Counts {
  /** Records that say `unknown` instead of more. */
  readonly unknown: number;
  /** Records that are owed, and how many of them were told. */
  readonly owed: number;
  readonly told: number;
}

/** The first respect in which what was told is not what the case expects; undefined where there is none. */
export function differenceFrom(expected: Case, { records, report }: Told): string | undefined {
  for (const unwanted of expected.never ?? []) {
    const record = records.find((told) => differingField(unwanted, told) === undefined);
    if (record !== undefined) return `never ${shown(unwanted)}, but ${shown(record)}`;
  }
  const total = { unknown: 0, owed: 0, told: 0 };
  const expectedOf = grouped(expected.records, connectionOf);
  const toldOf = grouped(
    records.filter(({ event }) => event === 'command' || event === 'unasked'),
    connectionOf,
  );
  for (const connection of new Set([...expectedOf.keys(), ...toldOf.keys()])) {
    const compare = expected.lossy ? compareByRequest : compareInOrder;
    const found = compare(expectedOf.get(connection) ?? [], toldOf.get(connection) ?? []);
    if (typeof found === 'string') return `connection ${connection}, ${found}`;
    total.unknown += found.unknown;
    total.owed += found.owed;
    total.told += found.told;
  }
  const { unknownAtMost = 0, stderr = [] } = expected;
  if (total.unknown > unknownAtMost) return `${total.unknown} records say unknown, where ${unknownAtMost} may`;
  const share = expected.yield ?? 0.9;
  if (total.told < share * total.owed) {
    return `${total.told} of the ${total.owed} records that are owed are told, not ${share * 100} %`;
  }
  const missing = stderr.find((pattern) => !new RegExp(pattern).test(report));
  return missing === undefined ? undefined : `the exit report has no ${missing}: ${JSON.stringify(report)}`;
}

/** Compares one by one. Records of the same packet may come in any order. */
function compareInOrder(expected: readonly ExpectedRecord[], records: readonly JsonRecord[]): Finding {
  let unknown = 0;
  const left = records.toSorted((a, b) => packetOf(a) - packetOf(b));
  for (const wanted of expected) {
    const next = left.filter((record) => record.packet === left[0]?.packet);
    const record = next.find((candidate) => isTold(wanted, candidate));
    if (record !== undefined) {
      if (isLeftOpen(wanted, record)) unknown++;
      left.splice(left.indexOf(record), 1);
    } else if (wanted.optional !== true) {
      return next[0] === undefined ? `no record for ${shown(wanted)}` : difference(wanted, next[0]);
    }
  }
  return left[0] === undefined ? { unknown, owed: 0, told: 0 } : `one record too many: ${shown(left[0])}`;
}

/**
 * Compares where packets are missing: a record is found by its request, and may say less. What it says has to be right,
 * and none may be made up.
 */
function compareByRequest(expected: readonly ExpectedRecord[], records: readonly JsonRecord[]): Finding {
  const counts = { unknown: 0, owed: 0, told: 0 };
  const pool = grouped(records, requestOf);
  for (const wanted of expected) {
    if (wanted.owed === true) counts.owed++;
    const alike = pool.get(requestOf({ event: 'command', ...wanted })) ?? [];
    const record = alike.find((candidate) => differingField(wanted, candidate) === undefined) ?? alike[0];
    if (record === undefined) continue;
    alike.splice(alike.indexOf(record), 1);
    if (record.status === 'unknown') continue;
    if (differingField(wanted, record, (field) => field in record) !== undefined) return difference(wanted, record);
    if (wanted.owed === true) counts.told++;
  }
  const madeUp = [...pool.values()].flat()[0];
  return madeUp === undefined ? counts : `a record that was never due: ${shown(madeUp)}`;
}

function difference(wanted: ExpectedRecord, record: JsonRecord): string {
  return `${differingField(wanted, record)} differs: not ${shown(wanted)}, but ${shown(record)}`;
}

function requestOf({ event, packet, command, key }: JsonRecord): string {
  return JSON.stringify([event, packet, command, key]);
}

function packetOf({ packet }: JsonRecord): number {
  return typeof packet === 'number' ? packet : 0;
}

function connectionOf({ conn = 1 }: JsonRecord): unknown {
  return conn;
}

function grouped<R extends JsonRecord>(records: readonly R[], groupOf: (record: R) => unknown): Map<unknown, R[]> {
  const groups = new Map<unknown, R[]>();
  for (const record of records) {
    const group = groupOf(record);
    const others = groups.get(group);
    if (others === undefined) groups.set(group, [record]);
    else others.push(record);
  }
  return groups;
}
