import { type Anomaly, AnomalyCounters } from '../../protocols/anomaly.ts';
import { defaultLimits } from '../../protocols/limits.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { compileFilter } from '../capture/filter/evaluate.ts';
import { memcachedPipeline } from '../memcached-pipeline.ts';
import { ExitReport } from '../output/exit-report.ts';
import type { Pipeline } from '../pipeline.ts';
import { Sniffer } from '../sniffer.ts';
import { EventQueue } from './events.ts';
import { ListenerGuard } from './listener-guard.ts';
import type { SnifferOptions } from './options.ts';

/** What a run has counted so far. */
export interface RunCounts {
  /** Packets that passed the filter. */
  readonly packets: number;
  readonly connections: number;
  readonly commands: number;
  /** Holes in the streams, and their bytes. */
  readonly gaps: number;
  readonly missingBytes: number;
  /** Bytes that are not memcached. */
  readonly notUnderstoodBytes: number;
  /** Bytes of requests and answers that had not come to their end when their connection or the capture had. */
  readonly unfinishedBytes: number;
  /** Packets that met a bug of this package, which cost their connection and no more. */
  readonly failures: number;
  /** What was wrong with the traffic, and which limits it met; what never happened is absent. */
  readonly anomalies: Readonly<Partial<Record<Anomaly, number>>>;
}

/** What reading a capture and being given packets have in common: the way of the data, and who is told. */
export class Tracker {
  readonly events = new EventQueue();
  /** Takes packets. */
  readonly sniffer: Sniffer;
  readonly pipeline: Pipeline;
  readonly #report: ExitReport;
  readonly #anomalies = new AnomalyCounters();
  readonly #guard: ListenerGuard;

  /**
   * `isLive`: where the options say nothing; `drained`: what a capture waits for before it reads on. Throws a
   * `FilterError` where the filter is none.
   */
  constructor(options: SnifferOptions, isLive: boolean, drained: (events: EventQueue) => Promise<void> | undefined) {
    const { ports = [memcached.port], udpPorts = [memcached.port], valueBytes = 0, filter = '' } = options;
    const listeners = options.listeners ?? [];
    this.#report = new ExitReport(this.#anomalies);
    this.#guard = new ListenerGuard(listeners);
    this.pipeline = memcachedPipeline({
      ports: typeof ports === 'string' ? ports : new Set(ports),
      udpPorts: new Set(udpPorts),
      limits: { ...defaultLimits, ...options.limits },
      anomalies: this.#anomalies,
      keepValueBytes: valueBytes,
      counts: this.#report,
      listeners: [this.#guard.listener, this.events],
      recognized: () => {},
    });
    const heedsPackets = listeners.some(({ packet }) => packet !== undefined);
    this.sniffer = new Sniffer({
      filter: filter === '' ? undefined : compileFilter(filter),
      first: undefined,
      save: undefined,
      pipeline: this.pipeline,
      tally: heedsPackets ? (timeUs, bytes) => this.heard(timeUs, bytes) : undefined,
      isComplete: !(options.live ?? isLive),
      annotation: undefined,
      print: undefined,
      count: Number.POSITIVE_INFINITY,
      flushesEachPacket: false,
      report: this.#report,
      opened: () => {},
      stop: () => {},
      flush: () => drained(this.events),
      failed: (error) => this.#guard.rethrow(error),
    });
  }

  /** Tells the listeners of a packet. */
  heard(timeUs: number, bytes: number): void {
    this.#guard.packet(timeUs, bytes);
  }

  /** What counts as a packet comes now; its number, from 1. */
  count(): number {
    this.#report.packets = this.sniffer.takeNumber();
    return this.#report.packets;
  }

  /** A call that may meet a bug of this package, or an exception of a listener, which is thrown on. */
  attempt(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.pipeline.abandon();
      this.#guard.rethrow(error);
      this.#report.failures++;
    }
  }

  /** No packet comes any more. */
  end(): void {
    if (this.pipeline.hasEnded) return;
    this.sniffer.finish();
    this.pipeline.end();
  }

  /** Requests that are due an answer and have none yet, as far as packets were processed. */
  waiting(): Transaction[] {
    const waiting: Transaction[] = [];
    this.pipeline.waiting((request) => waiting.push(request));
    return waiting;
  }

  counts(): RunCounts {
    const { packets, connections, commands, gaps, missingBytes, notUnderstoodBytes, unfinishedBytes, failures } =
      this.#report;
    const anomalies = Object.fromEntries(this.#anomalies.counts);
    return {
      packets,
      connections,
      commands,
      gaps,
      missingBytes,
      notUnderstoodBytes,
      unfinishedBytes,
      failures,
      anomalies,
    };
  }
}
