import type { Listener } from '../../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Finding } from '../findings/finding.ts';
import { FindingList } from '../findings/finding-list.ts';
import { CommandLists, type CommandListsOptions, type CommandsSnapshot } from './command-lists.ts';
import { Traffic, type TrafficSnapshot } from './traffic.ts';

/** What a capture, or a part of it, comes to. */
export interface SummarySnapshot extends TrafficSnapshot, CommandsSnapshot {
  /** Of a part: its number, from 1, and how long such a part is, in seconds. */
  readonly span?: number;
  readonly every?: number;
  /** What is wrong, the worst first. */
  readonly findings: readonly Finding[];
}

/** Adds up what is told; of commands what `commands` hears, which may be a selection. */
export class Summary implements Listener {
  readonly #options: CommandListsOptions;
  readonly #traffic = new Traffic();
  #lists: CommandLists;
  #findings = new FindingList();
  /** Hears of the commands that are to be summed up. */
  readonly commands: Listener;

  constructor(options: CommandListsOptions) {
    this.#options = options;
    this.#lists = new CommandLists(options);
    this.commands = {
      borrows: true,
      transaction: (connection: ConnectionInfo, transaction: Transaction): void => {
        this.#lists.add(connection, transaction);
      },
      plain: (connection, command): void => this.#lists.addPlain(connection, command),
    };
  }

  packet(timeUs: number, bytes: number): void {
    this.#traffic.packet(timeUs, bytes);
  }

  connectionOpen(connection: ConnectionInfo): void {
    this.#traffic.connectionOpen(connection);
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void {
    this.#traffic.connectionClose(connection, reason, arrival);
  }

  found(finding: Finding): void {
    this.#findings.add(finding);
  }

  /** Heard so that `connection.tcp` is kept. */
  segment(): void {}

  snapshot(): SummarySnapshot {
    return { ...this.#traffic.snapshot(), ...this.#lists.snapshot(), findings: this.#findings.snapshot() };
  }

  /** Begins anew; connections stay open. */
  restart(): void {
    this.#traffic.restart();
    this.#lists = new CommandLists(this.#options);
    this.#findings = new FindingList();
  }
}
