import type { Finding } from '../findings/finding.ts';

/** What a finding says beside its connection; what does not apply is undefined. */
function evidenceFields(finding: Finding): object {
  const { command, key, cause, reconnected, packets } = finding;
  return { command, key, cause, reconnected, packets };
}

/** A finding as fields of its record; those of one connection are the record's own. */
export function findingFields(finding: Finding): object {
  const { severity, client, server, text, advice } = finding;
  const place = isOnConnection(finding) ? {} : { client, server };
  return { finding: finding.finding, severity, ...place, ...evidenceFields(finding), text, advice };
}

/** A finding as an entry of a summary. */
export function findingEntry(finding: Finding): object {
  const { severity, connection, client, server, count, text, advice } = finding;
  const conn = isOnConnection(finding) ? connection?.id : undefined;
  return { finding: finding.finding, severity, conn, client, server, ...evidenceFields(finding), count, text, advice };
}

/** Whether it is about one connection, which its record then names. */
export function isOnConnection({ connection, scope }: Finding): boolean {
  return connection !== undefined && scope === 'connection';
}
