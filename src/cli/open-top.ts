import { openSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import type { CaptureSource } from '../capture/capture-source.ts';
import { terminalStyle } from '../output/terminal.ts';
import type { Presentation } from '../presentation/presentation.ts';
import { ScreenTerminal } from '../top/screen-terminal.ts';
import { type TopOptions, TopView } from '../top/top-view.ts';
import { UsageError } from './option-values.ts';
import { holdMessages, tellHeldMessages } from './say.ts';
import type { Settings } from './settings.ts';

/** What is no terminal is printed as this one would show it. */
const plainSize = { columns: 80, rows: 24 };

/** The screen that follows the traffic of `source`; `print`: for one picture. Throws a `UsageError`. */
export function openTop(
  settings: Settings,
  source: CaptureSource,
  print: TopOptions['print'],
  presentation: Presentation,
): TopView {
  const { isOnce } = settings.top;
  if (!isOnce && !process.stdout.isTTY)
    throw new UsageError('--top needs a terminal on standard output; --top --once prints one screen, wherever to');
  const { columns = plainSize.columns, rows = plainSize.rows } = process.stdout;
  const keyboard = isOnce ? undefined : openKeyboard();
  return new TopView({
    source: source.name,
    isLive: settings.read === undefined,
    style: terminalStyle(!isOnce),
    screen:
      keyboard &&
      ((pressed, resized) =>
        new ScreenTerminal(process.stdout, keyboard, {
          pressed,
          resized,
          entered: holdMessages,
          left: tellHeldMessages,
        })),
    size: { columns, rows },
    print,
    presentation,
    dropped: () => {
      void source.askStatistics();
      return source.statistics().dropped;
    },
    pause: (isPaused) => source.pause?.(isPaused),
    // Where nothing else is made of them, nobody waits for packets that are still to be looked at.
    stop: () => (isMadeBeside(settings) ? source.interrupt() : source.stop()),
  });
}

function isMadeBeside({ log, transport, write, report }: Settings): boolean {
  return [log, transport, write, report].some((made) => made !== undefined);
}

/** Standard input, or the terminal itself where a capture comes in there. */
function openKeyboard(): ReadStream {
  return process.stdin.isTTY ? process.stdin : new ReadStream(terminal());
}

function terminal(): number {
  try {
    const descriptor = openSync('/dev/tty', 'r');
    if (isatty(descriptor)) return descriptor;
  } catch {
    // Said below.
  }
  throw new UsageError('--top needs a terminal for its keys; --top --once prints one screen without');
}
