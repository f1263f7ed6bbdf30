import type { CaptureStatistics } from './capture-source.ts';

/** Counts from tcpdump's last report, as far as they are there. */
export function tcpdumpStatistics(stderr: string): CaptureStatistics {
  const statistics: CaptureStatistics = {};
  const count = (what: string): number | undefined => {
    const found = [...stderr.matchAll(new RegExp(`(\\d+) packets? ${what}`, 'g'))].at(-1)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const captured = count('captured');
  const received = count('received by filter');
  const dropped = count('dropped by kernel');
  const droppedByInterface = count('dropped by interface');
  if (captured !== undefined) statistics.captured = captured;
  if (received !== undefined) statistics.received = received;
  if (dropped !== undefined) statistics.dropped = dropped;
  if (droppedByInterface !== undefined) statistics.droppedByInterface = droppedByInterface;
  return statistics;
}

/** Linux hands loopback's packets to a capture twice, as sent and as received; both count, and one is passed on. */
const loopback = 'lo';

/**
 * Whether reports of tcpdump, one after the other, say that it has taken all that the kernel held for it when it wrote
 * the first of them: packets that the filter let through and that were not dropped.
 */
export function hasHandedOver(reports: string, device: string): boolean {
  const lines = reports.split('\n').filter((line) => /\d+ packets? dropped by kernel/.test(line));
  const first = tcpdumpStatistics(lines[0] ?? '');
  const last = tcpdumpStatistics(lines.at(-1) ?? '');
  if (first.received === undefined || first.dropped === undefined || last.captured === undefined) return false;
  const copies = device === loopback ? 2 : 1;
  return copies * last.captured >= first.received - first.dropped;
}
