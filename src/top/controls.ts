import type { Key } from './keyboard.ts';
import { type Tab, type TopColumn, tabsOf, topColumns } from './tables.ts';

/** What the keys have asked for. */
export interface TopState {
  /** The tables, in the order of their keys. */
  readonly tabs: readonly Tab[];
  tab: Tab;
  sort: TopColumn;
  /** The row that is marked, from 0. */
  row: number;
  /** Rows whose name has this text are shown; empty shows all. */
  filter: string;
  /** True while the filter is being typed. */
  isTyping: boolean;
  isPaused: boolean;
  showsHelp: boolean;
  /** The row that was opened: the screen shows its latest commands. */
  opened: string | undefined;
}

/** What a key asks of others than the screen. */
export type TopAction = 'quit' | 'suspend' | 'pause' | 'redraw';

/** `namesProcesses`: as of `tabsOf`. */
export function firstState(namesProcesses = false): TopState {
  return {
    tabs: tabsOf(namesProcesses),
    tab: 'pattern',
    sort: 'rate',
    row: 0,
    filter: '',
    isTyping: false,
    isPaused: false,
    showsHelp: false,
    opened: undefined,
  };
}

/** Rows that are shown, by the name of each. */
export interface ShownRows {
  readonly names: readonly string[];
  /** How many fit on the screen. */
  readonly page: number;
}

/** Changes `state` as `key` asks. */
export function press(state: TopState, key: Key, rows: ShownRows): TopAction {
  if (key === 'interrupt') return 'quit';
  if (key === 'suspend') return 'suspend';
  if (state.isTyping) return type(state, key);
  if (state.showsHelp) {
    state.showsHelp = false;
    return 'redraw';
  }
  switch (key) {
    case 'q':
      return 'quit';
    case 'p':
    case ' ':
      state.isPaused = !state.isPaused;
      return 'pause';
    case '?':
    case 'h':
      state.showsHelp = true;
      return 'redraw';
    case '/':
      state.isTyping = true;
      state.opened = undefined;
      return 'redraw';
    case 'escape':
    case 'backspace':
      if (state.opened === undefined) state.filter = '';
      state.opened = undefined;
      return 'redraw';
    case 'enter':
      state.opened ??= rows.names[state.row];
      return 'redraw';
    default:
      move(state, key, rows);
      return 'redraw';
  }
}

function type(state: TopState, key: Key): TopAction {
  state.row = 0;
  if (key === 'enter') state.isTyping = false;
  else if (key === 'escape') {
    state.isTyping = false;
    state.filter = '';
  } else if (key === 'backspace') state.filter = [...state.filter].slice(0, -1).join('');
  else if ([...key].length === 1) state.filter += key;
  return 'redraw';
}

function move(state: TopState, key: Key, { names, page }: ShownRows): void {
  const last = Math.max(0, names.length - 1);
  const row = rowAfter(state.row, key, page, last);
  if (row !== undefined) {
    state.row = Math.max(0, Math.min(last, row));
    return;
  }
  switch (key) {
    case 'tab':
    case 'right':
      openTab(state, next(state.tabs, state.tab, 1));
      return;
    case 'backTab':
    case 'left':
      openTab(state, next(state.tabs, state.tab, -1));
      return;
    case 's':
    case '>':
      state.sort = next(topColumns, state.sort, 1);
      return;
    case '<':
      state.sort = next(topColumns, state.sort, -1);
      return;
    default: {
      const tab = state.tabs[Number(key) - 1];
      if (tab !== undefined) openTab(state, tab);
    }
  }
}

/** The row that a key moves to; undefined where it moves to none. */
function rowAfter(row: number, key: Key, page: number, last: number): number | undefined {
  switch (key) {
    case 'up':
    case 'k':
      return row - 1;
    case 'down':
    case 'j':
      return row + 1;
    case 'pageUp':
      return row - page;
    case 'pageDown':
      return row + page;
    case 'home':
    case 'g':
      return 0;
    case 'end':
    case 'G':
      return last;
    default:
      return undefined;
  }
}

function openTab(state: TopState, tab: Tab): void {
  state.tab = tab;
  state.row = 0;
  state.opened = undefined;
}

function next<T>(choices: readonly T[], choice: T, step: number): T {
  return choices[(choices.indexOf(choice) + step + choices.length) % choices.length] as T;
}
