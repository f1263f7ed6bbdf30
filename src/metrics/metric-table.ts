import type { Finding } from '../findings/finding.ts';
import type { CommandCounts } from '../statistics/command-counts.ts';
import type { Histogram } from '../statistics/histogram.ts';
import type { TrafficSnapshot } from '../statistics/traffic.ts';

/** All that the metrics are made from. */
export interface MetricSource {
  readonly commands: CommandCounts;
  readonly traffic: TrafficSnapshot;
  readonly gaps: number;
  readonly missingBytes: number;
  readonly notUnderstoodBytes: number;
  /** How often each finding was made. */
  readonly findings: ReadonlyMap<Finding['finding'], number>;
  /** Packets that the kernel has dropped; undefined where nobody counts them. */
  readonly dropped: number | undefined;
}

/** One line of a metric: its labels and its value; `suffix`: of the name, for parts of a histogram. */
export interface MetricValue {
  readonly labels?: Readonly<Record<string, string>>;
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly value: number;
}

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly values: (source: MetricSource) => Iterable<MetricValue>;
}

const number = (value: number | undefined): MetricValue[] => (value === undefined ? [] : [{ value }]);

/** All metrics; each has few labels, and labels few values, whatever the traffic. */
export const metrics: readonly Metric[] = [
  {
    name: 'mcsniff_commands_total',
    help: 'Commands, by name and by how they ended.',
    type: 'counter',
    values: function* ({ commands }) {
      for (const [command, { byStatus }] of commands.byCommand)
        for (const [status, value] of byStatus) yield { labels: { command, status }, value };
    },
  },
  {
    name: 'mcsniff_server_seconds',
    help: 'What the server took to answer, from the last byte of the request to the first byte of the answer.',
    type: 'histogram',
    values: function* ({ commands }) {
      for (const [command, { server }] of commands.byCommand) yield* histogram(command, server);
    },
  },
  {
    name: 'mcsniff_wait_seconds',
    help: 'What the client waited, from the first byte of the request to the last byte of the answer.',
    type: 'histogram',
    values: function* ({ commands }) {
      for (const [command, { wait }] of commands.byCommand) yield* histogram(command, wait);
    },
  },
  {
    name: 'mcsniff_hits_total',
    help: 'Keys of retrievals that were found.',
    type: 'counter',
    values: ({ commands }) => number(commands.hits),
  },
  {
    name: 'mcsniff_misses_total',
    help: 'Keys of retrievals that were not found.',
    type: 'counter',
    values: ({ commands }) => number(commands.misses),
  },
  {
    name: 'mcsniff_request_bytes_total',
    help: 'Bytes of requests.',
    type: 'counter',
    values: ({ commands }) => number(commands.requestBytes),
  },
  {
    name: 'mcsniff_response_bytes_total',
    help: 'Bytes of answers.',
    type: 'counter',
    values: ({ commands }) => number(commands.responseBytes),
  },
  {
    name: 'mcsniff_value_bytes_total',
    help: 'Bytes of values that were stored or retrieved.',
    type: 'counter',
    values: ({ commands }) => number(commands.valueBytes),
  },
  {
    name: 'mcsniff_packets_total',
    help: 'Packets that were captured.',
    type: 'counter',
    values: ({ traffic }) => number(traffic.packets),
  },
  {
    name: 'mcsniff_packet_bytes_total',
    help: 'Length of the packets on the wire.',
    type: 'counter',
    values: ({ traffic }) => number(traffic.bytes),
  },
  {
    name: 'mcsniff_dropped_packets_total',
    help: 'Packets that the kernel dropped because mcsniff was too slow.',
    type: 'counter',
    values: ({ dropped }) => number(dropped),
  },
  {
    name: 'mcsniff_last_packet_timestamp_seconds',
    help: 'Time of the last packet, in seconds since 1970.',
    type: 'gauge',
    values: ({ traffic }) => number(traffic.toUs === undefined ? undefined : traffic.toUs / 1e6),
  },
  {
    name: 'mcsniff_connections_opened_total',
    help: 'Connections that began, those caught in mid-stream and UDP flows with them.',
    type: 'counter',
    values: ({ traffic }) => number(traffic.opened),
  },
  {
    name: 'mcsniff_connections_closed_total',
    help: 'Connections that ended, by reason.',
    type: 'counter',
    values: ({ traffic }) => Object.entries(traffic.closed).map(([reason, value]) => ({ labels: { reason }, value })),
  },
  {
    name: 'mcsniff_connections_open',
    help: 'Connections that are open.',
    type: 'gauge',
    values: ({ traffic }) => number(traffic.open),
  },
  {
    name: 'mcsniff_connections_never_answered_total',
    help: 'Connections whose SYN was never answered.',
    type: 'counter',
    values: ({ traffic }) => number(traffic.neverAnswered),
  },
  {
    name: 'mcsniff_gaps_total',
    help: 'Holes in streams, of bytes that were never captured.',
    type: 'counter',
    values: ({ gaps }) => number(gaps),
  },
  {
    name: 'mcsniff_missing_bytes_total',
    help: 'Bytes of streams that were never captured.',
    type: 'counter',
    values: ({ missingBytes }) => number(missingBytes),
  },
  {
    name: 'mcsniff_not_understood_bytes_total',
    help: 'Bytes that belong to no command.',
    type: 'counter',
    values: ({ notUnderstoodBytes }) => number(notUnderstoodBytes),
  },
  {
    name: 'mcsniff_findings_total',
    help: 'What was found to be wrong, by name.',
    type: 'counter',
    values: ({ findings }) => [...findings].map(([finding, value]) => ({ labels: { finding }, value })),
  },
];

/** Buckets hold all durations up to their bound, as Prometheus wants them. */
function* histogram(command: string, { bounds, counts, count, sum }: Histogram): Generator<MetricValue> {
  let below = 0;
  for (const [index, bound] of bounds.entries()) {
    below += counts[index] as number;
    yield { suffix: '_bucket', labels: { command, le: `${bound / 1e6}` }, value: below };
  }
  yield { suffix: '_bucket', labels: { command, le: '+Inf' }, value: count };
  yield { suffix: '_sum', labels: { command }, value: sum / 1e6 };
  yield { suffix: '_count', labels: { command }, value: count };
}
