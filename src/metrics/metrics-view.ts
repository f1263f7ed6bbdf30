import type { Listener, UntoldBytes } from '../../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Finding } from '../findings/finding.ts';
import type { View } from '../output/view.ts';
import { CommandCounts } from '../statistics/command-counts.ts';
import { Traffic } from '../statistics/traffic.ts';
import type { MetricSource } from './metric-table.ts';
import { MetricsServer } from './metrics-server.ts';

export interface MetricsOptions {
  /** Names of commands that are counted for themselves. */
  readonly commands: ReadonlySet<string>;
  /** Packets that the kernel has dropped so far; undefined where nobody counts. */
  readonly dropped: () => Promise<number | undefined>;
}

/** Counts for Prometheus, which asks for them. */
export class MetricsView implements View {
  readonly isOfCapture = true;
  readonly all: Listener;
  readonly shown: Listener;
  readonly server: MetricsServer;
  readonly #traffic = new Traffic();
  readonly #commands: CommandCounts;
  readonly #findings = new Map<Finding['finding'], number>();
  #gaps = 0;
  #missingBytes = 0;
  #notUnderstoodBytes = 0;

  constructor({ commands, dropped }: MetricsOptions) {
    this.#commands = new CommandCounts(commands);
    this.all = {
      connectionOpen: (connection: ConnectionInfo): void => this.#traffic.connectionOpen(connection),
      connectionClose: (connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void =>
        this.#traffic.connectionClose(connection, reason, arrival),
      bytes: (_connection: ConnectionInfo, bytes: UntoldBytes): void => this.#bytes(bytes),
      // Heard so that `connection.tcp` is kept.
      segment: (): void => {},
    };
    this.shown = {
      borrows: true,
      transaction: (_connection: ConnectionInfo, transaction: Transaction): void => this.#commands.add(transaction),
    };
    this.server = new MetricsServer(async () => this.#source(await dropped()));
  }

  identify(): void {}

  packet(timeUs: number, bytes: number): void {
    this.#traffic.packet(timeUs, bytes);
  }

  found({ finding, count }: Finding): void {
    this.#findings.set(finding, (this.#findings.get(finding) ?? 0) + count);
  }

  finish(): void {
    this.server.close();
  }

  #source(dropped: number | undefined): MetricSource {
    return {
      commands: this.#commands,
      traffic: this.#traffic.snapshot(),
      gaps: this.#gaps,
      missingBytes: this.#missingBytes,
      notUnderstoodBytes: this.#notUnderstoodBytes,
      findings: this.#findings,
      dropped,
    };
  }

  #bytes({ kind, length }: UntoldBytes): void {
    if (kind === 'missing') {
      this.#gaps++;
      this.#missingBytes += length;
    } else if (kind === 'not_understood' || kind === 'passed_over') this.#notUnderstoodBytes += length;
  }
}
