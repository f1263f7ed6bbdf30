import { addressOf } from '../../protocols/address.ts';
import type { Listener } from '../../protocols/events.ts';
import { ByteWriter } from '../byte-writer.ts';
import type { Finding } from '../findings/finding.ts';
import { CompactView } from '../output/compact-view.ts';
import type { ExitReport } from '../output/exit-report.ts';
import type { View } from '../output/view.ts';
import type { Presentation } from '../presentation/presentation.ts';
import type { ProcessOf } from '../statistics/dimensions.ts';
import { firstState, press, type TopAction, type TopState } from './controls.ts';
import type { Key } from './keyboard.ts';
import type { RecentCommand } from './recent-commands.ts';
import { pageOf, type ScreenStyle, screenLines, type TopPicture } from './screen.ts';
import type { ScreenSize } from './screen-terminal.ts';
import { sortRows, type Tab, type TopRow } from './tables.ts';
import { TopNumbers } from './top-numbers.ts';

/** Between two looks, ms. */
const lookMs = 1000;

const noColors = { dim: '', good: '', miss: '', bad: '', slow: '', match: '', end: '' };

/** What the view is shown on. */
export interface TopScreen {
  readonly size: ScreenSize;
  enter(): void;
  draw(lines: readonly string[]): void;
  suspend(): void;
  close(): void;
}

export interface TopOptions {
  /** `lo`, or the name of a file. */
  readonly source: string;
  readonly isLive: boolean;
  readonly style: ScreenStyle;
  /** Makes the screen; undefined where one picture is printed at the end, for scripts. */
  readonly screen: ((pressed: (key: Key) => void, resized: () => void) => TopScreen) | undefined;
  /** The size of the one picture. */
  readonly size: ScreenSize;
  readonly print: (lines: readonly string[]) => void;
  readonly presentation: Pick<Presentation, 'settings' | 'origin' | 'hidesTimes' | 'patternOf' | 'processOf'>;
  /** Packets that the kernel has dropped so far; undefined where nobody counts. */
  readonly dropped: () => number | undefined;
  /** Holds a file that is played, or lets it go on. */
  readonly pause: (isPaused: boolean) => void;
  /** Ends the capture. */
  readonly stop: () => void;
}

/** A live view on the whole screen. */
export class TopView implements View {
  readonly isOfCapture = true;
  readonly all: Listener;
  readonly shown: Listener;
  readonly #options: TopOptions;
  readonly #numbers: TopNumbers;
  readonly #state: TopState;
  readonly #screen: TopScreen | undefined;
  readonly #compactText = new ByteWriter(4096);
  readonly #compact: CompactView;
  #rows: readonly TopRow[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timeUs = 0;
  #hasEnded = false;
  #isClosed = false;
  #closed: (() => void) | undefined;

  constructor(options: TopOptions) {
    this.#options = options;
    const { presentation } = options;
    this.#state = firstState(presentation.processOf !== undefined);
    this.#numbers = new TopNumbers(this.#state.tabs, presentation);
    this.all = this.#numbers;
    this.shown = this.#numbers.commands;
    this.#compact = new CompactView(
      { text: this.#compactText, flushIfFull: () => {} },
      { columns: () => this.#size.columns, colors: noColors, patterns: [], presentation },
    );
    this.#screen = options.screen?.(
      (key) => this.#press(key),
      () => this.#draw(),
    );
  }

  identify(): void {}

  found(finding: Finding): void {
    this.#numbers.found(finding);
  }

  packet(timeUs: number, bytes: number): void {
    this.#timeUs = timeUs;
    this.#numbers.packet(timeUs, bytes);
  }

  /** The capture has begun. */
  begin(): void {
    this.#screen?.enter();
    this.#draw();
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  finish({ dropped }: ExitReport): void {
    this.#hasEnded = true;
    clearInterval(this.#timer);
    this.#look();
    if (this.#screen === undefined && !this.#isClosed) this.#print(dropped);
    if (this.#options.isLive) this.#close();
  }

  /** Settles when nobody looks at the screen any more. */
  untilClosed(): Promise<void> {
    if (this.#screen === undefined || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#closed = resolve;
    });
  }

  get #size(): ScreenSize {
    return this.#screen?.size ?? this.#options.size;
  }

  #nowUs(): number {
    return this.#options.isLive && !this.#hasEnded ? Date.now() * 1000 : this.#timeUs;
  }

  #look(): void {
    this.#numbers.look(this.#nowUs());
    if (this.#screen === undefined && this.#options.isLive && !this.#hasEnded) {
      // One picture, once there is something to show.
      this.#print(this.#options.dropped());
      this.#close();
      return;
    }
    if (!this.#state.isPaused) this.#takeRows();
    this.#draw();
  }

  #takeRows(): void {
    const { tab, sort, filter } = this.#state;
    if (tab === 'finding') return;
    const rows = this.#numbers.rows(tab, this.#nowUs());
    this.#rows = sortRows(filter === '' ? rows : rows.filter(({ name }) => name.includes(filter)), sort);
  }

  #press(key: Key): void {
    const { tab, opened } = this.#state;
    const page = pageOf(this.#size);
    const action = press(this.#state, key, { names: this.#rows.map(({ name }) => name), page });
    this.#act(action);
    if (this.#isClosed || action === 'suspend') return;
    if (this.#state.opened !== opened || this.#state.tab !== tab) this.#open();
    this.#takeRows();
    this.#draw();
  }

  #act(action: TopAction): void {
    if (action === 'quit') this.#close();
    else if (action === 'suspend') this.#screen?.suspend();
    else if (action === 'pause') this.#options.pause(this.#state.isPaused);
  }

  /** The commands of the row that is open, if any. */
  #open(): void {
    const { tab, opened } = this.#state;
    const row = this.#rows.find(({ name }) => name === opened);
    this.#numbers.recent.open(
      row === undefined ? undefined : matcherOf(tab, row, this.#numbers, this.#options.presentation.processOf),
    );
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#screen?.close();
    this.#options.stop();
    this.#closed?.();
  }

  #draw(): void {
    if (this.#screen === undefined || this.#isClosed) return;
    this.#screen.draw(this.#lines(this.#options.dropped()));
  }

  #print(dropped: number | undefined): void {
    this.#takeRows();
    this.#options.print(this.#lines(dropped).map((line) => line.trimEnd()));
  }

  #lines(dropped: number | undefined): string[] {
    return screenLines(this.#picture(dropped), this.#state, this.#size, this.#options.style);
  }

  #picture(dropped: number | undefined): TopPicture {
    const { total, traffic, rates, byteRate } = this.#numbers;
    const nowUs = this.#nowUs();
    const { fromUs = nowUs, packets, bytes, open } = traffic;
    return {
      source: this.#options.source,
      clock: this.#options.presentation.settings.isRelative ? '' : new Date(nowUs / 1000).toTimeString().slice(0, 8),
      elapsed: elapsedText((nowUs - fromUs) / 1e6),
      hasEnded: this.#hasEnded,
      total,
      packets,
      bytes,
      rates,
      byteRate,
      open,
      dropped,
      rows: this.#rows,
      lines: this.#detail(),
    };
  }

  /** What is shown in place of the table. */
  #detail(): readonly string[] | undefined {
    const { tab, opened, filter } = this.#state;
    const page = pageOf(this.#size);
    if (opened !== undefined) return this.#numbers.recent.opened(page).map((command) => this.#compactLine(command));
    if (tab !== 'finding') return undefined;
    const findings = this.#numbers.findings.filter(({ finding, text }) => `${finding} ${text}`.includes(filter));
    if (findings.length === 0) return ['', '  none'];
    return findings.slice(0, page).map(({ severity, count, finding, client = '', text }) => {
      const line = `${severity.padEnd(8)} ${`${count}`.padStart(6)}  ${finding}  ${client}  ${text}`;
      return line.slice(0, this.#size.columns);
    });
  }

  #compactLine({ connection, transaction }: RecentCommand): string {
    this.#compact.transaction(connection, transaction);
    const line = this.#compactText.toString().trimEnd();
    this.#compactText.clear();
    return line;
  }
}

/** Which commands belong to a row. */
function matcherOf(
  tab: Tab,
  { entry }: TopRow,
  numbers: TopNumbers,
  processOf: ProcessOf | undefined,
): (command: RecentCommand) => boolean {
  switch (tab) {
    case 'connection':
      return ({ connection }) => connection.id === entry.conn;
    case 'pattern': {
      const patternOf = numbers.patterns();
      return ({ transaction: { keys } }) => keys.some((key) => patternOf(key) === entry.pattern);
    }
    case 'key':
      return ({ transaction: { keys } }) => keys.includes(entry.key as string);
    case 'client':
      return ({ connection: { client } }) => addressOf(client) === entry.client;
    case 'server':
      return ({ connection: { server } }) => server === entry.server;
    case 'process':
      return ({ connection }) => processOf?.(connection)?.process === entry.process;
    default:
      return ({ transaction: { command } }) => command === entry.command;
  }
}

/** `0:00:05`, `1:30:00`, from a day on `2 d 03:00:00`. */
function elapsedText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor(whole / 3600) % 24;
  const rest = [Math.floor(whole / 60) % 60, whole % 60].map((part) => `${part}`.padStart(2, '0')).join(':');
  return days === 0 ? `${hours}:${rest}` : `${days} d ${`${hours}`.padStart(2, '0')}:${rest}`;
}
