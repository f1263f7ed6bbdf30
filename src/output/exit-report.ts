import { type Anomaly, type AnomalyCounters, anomalies } from '../../protocols/anomaly.ts';
import type { Listener, UntoldBytes } from '../../protocols/events.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { escapedText } from '../byte-writer.ts';
import type { WaitingRequests } from '../statistics/waiting-requests.ts';

interface WaitingFields {
  readonly count: number;
  readonly oldest: Readonly<Record<string, string | number>>;
}

type SummaryField = number | Partial<Record<Anomaly, number>> | WaitingFields;

/** The counters of a run: what standard error says at the end, and the JSON event `summary`. */
export class ExitReport implements Listener {
  packets = 0;
  /** Packets that passed the kernel's filter, and packets that it dropped; undefined where nobody counted. */
  received: number | undefined = undefined;
  dropped: number | undefined = undefined;
  droppedByInterface: number | undefined = undefined;
  connections = 0;
  commands = 0;
  /** Commands that the selection shows; undefined where there is none. */
  matched: number | undefined = undefined;
  /** Commands whose records are in the sample; undefined where all are written. */
  sampled: number | undefined = undefined;
  gaps = 0;
  missingBytes = 0;
  notUnderstoodBytes = 0;
  /** Bytes of requests and answers that had not come to their end when their connection or the capture had. */
  unfinishedBytes = 0;
  /** Requests that are due an answer now, or were at the end; undefined where there are none. */
  waiting: WaitingRequests | undefined = undefined;
  /** True where it is not said how long they had waited. */
  hidesTimes = false;
  /** Packets that were captured, and not looked at because the run was ended at once. */
  abandonedPackets = 0;
  /** Bytes of output that their reader did not take. */
  abandonedBytes = 0;
  /** Records that could not be written to the log. */
  lostRecords = 0;
  /** Records that the transport (`--transport`) did not take. */
  droppedRecords = 0;
  /** Packets that met a bug of this program. */
  failures = 0;
  readonly #anomalies: AnomalyCounters;

  constructor(anomalyCounters: AnomalyCounters) {
    this.#anomalies = anomalyCounters;
  }

  connectionOpen(): void {
    this.connections++;
  }

  /** Counts commands of which it is not told one by one. */
  count(commands: number, backInTime: number): void {
    this.commands += commands;
    if (backInTime > 0) this.#anomalies.count('timeBackwards', backInTime);
  }

  transaction(_connection: ConnectionInfo, { status, isBackInTime }: Transaction): void {
    this.commands++;
    if (isBackInTime) this.#anomalies.count('timeBackwards');
    if (status === 'misfit') this.#anomalies.count('misfit');
    else if (status === 'unknown') this.#anomalies.count('unknownAnswer');
  }

  unasked(): void {
    this.#anomalies.count('unaskedAnswer');
  }

  bytes(_connection: ConnectionInfo, { kind, length }: UntoldBytes): void {
    switch (kind) {
      case 'missing':
        this.gaps++;
        this.missingBytes += length;
        return;
      case 'not_understood':
      case 'passed_over':
        this.notUnderstoodBytes += length;
        return;
      case 'unfinished':
        this.unfinishedBytes += length;
    }
  }

  /** The lines for standard error, in tcpdump's words where tcpdump has them. */
  lines(): string[] {
    const lines = [count(this.packets, 'packet captured', 'packets captured')];
    if (this.received !== undefined)
      lines.push(count(this.received, 'packet received by filter', 'packets received by filter'));
    if (this.dropped !== undefined)
      lines.push(count(this.dropped, 'packet dropped by kernel', 'packets dropped by kernel'));
    if (this.droppedByInterface !== undefined && this.droppedByInterface > 0) {
      lines.push(count(this.droppedByInterface, 'packet dropped by interface', 'packets dropped by interface'));
    }
    if (this.matched !== undefined)
      lines.push(`${this.matched} of ${count(this.commands, 'command', 'commands')} matched`);
    if (this.sampled !== undefined)
      lines.push(`${this.sampled} of ${count(this.commands, 'command', 'commands')} sampled`);
    if (this.missingBytes > 0) {
      lines.push(`${this.missingBytes} bytes missing in reassembled streams, ${count(this.gaps, 'gap', 'gaps')}`);
    }
    if (this.notUnderstoodBytes > 0) lines.push(`${this.notUnderstoodBytes} bytes not understood`);
    if (this.unfinishedBytes > 0) lines.push(`${this.unfinishedBytes} bytes of unfinished requests and answers`);
    if (this.abandonedPackets > 0)
      lines.push(count(this.abandonedPackets, 'packet captured but not told', 'packets captured but not told'));
    if (this.abandonedBytes > 0) lines.push(`${this.abandonedBytes} bytes of output not taken by the reader`);
    if (this.lostRecords > 0)
      lines.push(count(this.lostRecords, 'record not written to the log', 'records not written to the log'));
    if (this.droppedRecords > 0)
      lines.push(count(this.droppedRecords, 'record not taken by the transport', 'records not taken by the transport'));
    if (this.failures > 0) lines.push(count(this.failures, 'internal error', 'internal errors'));
    for (const [name, times] of this.#anomalies.counts) lines.push(`${anomalies[name]}: ${times}`);
    if (this.waiting !== undefined) lines.push(waitingText(this.waiting, this.hidesTimes));
    return lines;
  }

  /** The counters as fields of a JSON record; what is not known is left out. */
  fields(): Record<string, SummaryField> {
    const fields: Record<string, SummaryField> = { packets: this.packets };
    if (this.received !== undefined) fields.received = this.received;
    if (this.dropped !== undefined) fields.dropped = this.dropped;
    if (this.droppedByInterface !== undefined) fields.droppedByInterface = this.droppedByInterface;
    fields.connections = this.connections;
    fields.commands = this.commands;
    if (this.matched !== undefined) fields.matched = this.matched;
    if (this.sampled !== undefined) fields.sampled = this.sampled;
    fields.gaps = this.gaps;
    fields.missingBytes = this.missingBytes;
    fields.notUnderstoodBytes = this.notUnderstoodBytes;
    if (this.unfinishedBytes > 0) fields.unfinishedBytes = this.unfinishedBytes;
    if (this.waiting !== undefined) fields.waiting = waitingFields(this.waiting, this.hidesTimes);
    if (this.abandonedPackets > 0) fields.abandonedPackets = this.abandonedPackets;
    if (this.abandonedBytes > 0) fields.abandonedBytes = this.abandonedBytes;
    if (this.lostRecords > 0) fields.lostRecords = this.lostRecords;
    if (this.droppedRecords > 0) fields.droppedRecords = this.droppedRecords;
    if (this.failures > 0) fields.failures = this.failures;
    if (this.#anomalies.counts.size > 0) fields.anomalies = Object.fromEntries(this.#anomalies.counts);
    return fields;
  }

  sentence(): string {
    return `${count(this.packets, 'packet', 'packets')}, ${count(this.commands, 'command', 'commands')}`;
  }
}

/** `2 requests still waited for their answers, the oldest for 2.5 s: get hang:1 (packet 6)`. */
function waitingText(
  { count, oldest: { command, key, packet, waitedUs } }: WaitingRequests,
  hidesTimes: boolean,
): string {
  const who =
    count === 1 ? '1 request still waited for its answer' : `${count} requests still waited for their answers`;
  const which = count === 1 ? '' : ' the oldest';
  const what = escapedText(key === undefined ? command : `${command} ${key}`);
  const howLong = hidesTimes ? '' : ` for ${duration(waitedUs)}`;
  return `${who}${which === '' && howLong === '' ? '' : `,${which}${howLong}`}: ${what} (packet ${packet})`;
}

function waitingFields({ count, oldest }: WaitingRequests, hidesTimes: boolean): WaitingFields {
  const { command, key, packet, waitedUs } = oldest;
  const keyField = key === undefined ? {} : { key: escapedText(key) };
  const time = hidesTimes ? {} : { waitedUs };
  return { count, oldest: { command: escapedText(command), ...keyField, packet, ...time } };
}

function duration(microseconds: number): string {
  if (microseconds < 1000) return `${microseconds} us`;
  if (microseconds < 1e6) return `${Math.floor(microseconds / 1000)} ms`;
  return `${(Math.floor(microseconds / 1e5) / 10).toFixed(1)} s`;
}

function count(number: number, one: string, several: string): string {
  return `${number} ${number === 1 ? one : several}`;
}
