import { severities } from './catalog.ts';
import type { Finding } from './finding.ts';

/** Entries that are kept: traffic may be wrong about any number of keys. Those found first stay. */
const mostEntries = 10_000;

/** Findings, those about the same as one entry with the first evidence. */
export class FindingList {
  readonly #entries = new Map<string, Finding>();

  add(finding: Finding): void {
    const name = `${finding.finding} ${finding.about}`;
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      if (this.#entries.size < mostEntries) this.#entries.set(name, { ...finding, ...finding.total });
      return;
    }
    const isWorse = !finding.isCounted && severities.indexOf(finding.severity) < severities.indexOf(entry.severity);
    const evidence = isWorse ? finding : entry;
    this.#entries.set(name, { ...evidence, ...finding.total, count: entry.count + finding.count });
  }

  /** Errors first, then by count. */
  snapshot(): readonly Finding[] {
    const rank = ({ severity }: Finding): number => severities.indexOf(severity);
    return [...this.#entries.values()].sort((one, other) => rank(one) - rank(other) || other.count - one.count);
  }
}
