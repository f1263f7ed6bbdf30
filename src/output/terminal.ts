/** Columns of a pipe or a file, which no terminal cuts. */
const columnsOfPipe = 200;

/** Columns that a line may take, asked anew for each line: windows change. */
export function terminalColumns(): number {
  const { isTTY, columns } = process.stdout;
  return isTTY && columns > 0 ? columns : columnsOfPipe;
}

/** Escape codes around text; all of them empty where nothing is coloured. */
export interface Colors {
  readonly dim: string;
  readonly good: string;
  readonly miss: string;
  readonly bad: string;
  readonly slow: string;
  readonly match: string;
  readonly end: string;
}

/**
 * Of the sixteen colours that each terminal has, those that can be read on dark and on light ground: yellow can't on
 * white, so what is slow is magenta. Source: ECMA-48, SGR.
 */
const coloured: Colors = {
  dim: '\x1b[2m',
  good: '\x1b[32m',
  miss: '\x1b[36m',
  bad: '\x1b[1;31m',
  slow: '\x1b[35m',
  match: '\x1b[1;34m',
  end: '\x1b[0m',
};

const plain: Colors = { dim: '', good: '', miss: '', bad: '', slow: '', match: '', end: '' };

/** `auto`: on a terminal, unless NO_COLOR has any value (no-color.org) or the terminal is a dumb one. */
export function colors(choice: 'auto' | 'always' | 'never', environment: NodeJS.ProcessEnv): Colors {
  const { NO_COLOR = '', TERM } = environment;
  const isWanted =
    choice === 'always' || (choice === 'auto' && process.stdout.isTTY && NO_COLOR === '' && TERM !== 'dumb');
  return isWanted ? coloured : plain;
}

/** What stands out on a screen by no colour of its own, which is for all terminals. Source: ECMA-48, SGR. */
export function terminalStyle(isWanted: boolean): { strong: string; marked: string; dim: string; end: string } {
  return isWanted
    ? { strong: '\x1b[1m', marked: '\x1b[7m', dim: '\x1b[2m', end: '\x1b[0m' }
    : { strong: '', marked: '', dim: '', end: '' };
}
