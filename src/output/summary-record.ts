import { escapedText } from '../byte-writer.ts';
import type { Names } from '../statistics/dimensions.ts';
import type { SummarySnapshot } from '../statistics/summary.ts';
import { findingEntry } from './finding-record.ts';
import { isoTime } from './iso-time.ts';

/** Fields that hold text from the wire. */
const wireFields = ['command', 'key', 'pattern'] as const;

/** A summary as fields of a JSON record; what does not apply is absent. */
export function summaryFields(snapshot: SummarySnapshot): Record<string, unknown> {
  const { span, every, fromUs, toUs, packets, bytes, opened, closed, open, neverAnswered, by } = snapshot;
  const times =
    fromUs === undefined || toUs === undefined
      ? {}
      : { from: isoTime(fromUs), to: isoTime(toUs), seconds: Math.max(0, toUs - fromUs) / 1e6 };
  return {
    ...(span === undefined ? {} : { span, every }),
    ...times,
    packets,
    bytes,
    opened,
    closed,
    open,
    neverAnswered,
    by: Object.fromEntries(Object.entries(by).map(([list, entries]) => [list, entries.map(escaped)])),
    slowest: snapshot.slowest.map(escaped),
    largest: snapshot.largest.map(escaped),
    findings: snapshot.findings.map(findingEntry),
    ...(snapshot.isApproximate ? { patternsFoldedEarly: true } : {}),
  };
}

/** Text from the wire, as records write it. */
function escaped<E extends Names>(entry: E): E {
  const texts: Names = {};
  for (const name of wireFields) {
    const text = entry[name];
    if (typeof text === 'string') texts[name] = escapedText(text);
  }
  return { ...entry, ...texts };
}
