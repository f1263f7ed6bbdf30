import type { Listener } from '../../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Finding } from '../findings/finding.ts';
import { FindingList } from '../findings/finding-list.ts';
import type { ColumnValues } from '../statistics/columns-table.ts';
import { CommandLists, type CommandListsOptions } from '../statistics/command-lists.ts';
import { Traffic, type TrafficSnapshot } from '../statistics/traffic.ts';
import { Rates } from './rates.ts';
import { RecentCommands } from './recent-commands.ts';
import { isListTab, type ListTab, type Tab, type TopRow } from './tables.ts';

/** Rows that a table has, at most: one can look at no more. */
const mostRows = 1000;

/** Looks at the rate of commands that the screen remembers; one can't be wider. */
const mostRates = 512;

/** What the screen shows, added up from the start. */
export class TopNumbers implements Listener {
  readonly #traffic = new Traffic();
  readonly #lists: CommandLists;
  readonly #findings = new FindingList();
  readonly #tables: ReadonlyMap<ListTab, Rates>;
  readonly recent = new RecentCommands();
  /** Hears of the commands that are selected. */
  readonly commands: Listener;
  /** Commands a second between looks, the latest last. */
  readonly rates: number[] = [];
  byteRate = 0;
  #lookUs: number | undefined;
  #lookCount = 0;
  #lookBytes = 0;

  constructor(tabs: readonly Tab[], names: Pick<CommandListsOptions, 'patternOf' | 'processOf'>) {
    const listTabs = tabs.filter(isListTab);
    const { patternOf, processOf } = names;
    this.#tables = new Map(listTabs.map((tab) => [tab, new Rates(tab)]));
    const lists = listTabs.map((tab) => [tab]);
    this.#lists = new CommandLists({ lists, sort: 'count', rows: mostRows, patternOf, processOf });
    this.commands = {
      transaction: (connection: ConnectionInfo, transaction: Transaction): void => {
        this.#lists.add(connection, transaction);
        this.recent.add(connection, transaction);
      },
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

  get total(): ColumnValues {
    return this.#lists.total();
  }

  get traffic(): TrafficSnapshot {
    return this.#traffic.snapshot();
  }

  get findings(): readonly Finding[] {
    return this.#findings.snapshot();
  }

  /** Time has gone on to `timeUs`: how fast was it since the last look, or since the start? */
  look(timeUs: number): void {
    const { fromUs = timeUs, bytes } = this.traffic;
    const seconds = (timeUs - (this.#lookUs ?? fromUs)) / 1e6;
    if (seconds <= 0) return;
    const { count } = this.total;
    this.rates.push((count - this.#lookCount) / seconds);
    if (this.rates.length > mostRates) this.rates.shift();
    this.byteRate = (bytes - this.#lookBytes) / seconds;
    this.#lookUs = timeUs;
    this.#lookCount = count;
    this.#lookBytes = bytes;
  }

  /** The pattern under which a key is listed now. */
  patterns(): (key: string) => string {
    return this.#lists.patterns();
  }

  /** The rows of a table at `timeUs`. */
  rows(tab: ListTab, timeUs: number): readonly TopRow[] {
    const { fromUs = timeUs } = this.traffic;
    return this.#tables.get(tab)?.rows(this.#lists.entries(tab), timeUs, fromUs) ?? [];
  }
}
