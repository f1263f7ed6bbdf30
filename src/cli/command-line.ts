import yargs, { type Options } from 'yargs';
import { optionsOf } from './environment.ts';
import type { Option } from './option.ts';
import { UsageError } from './option-values.ts';
import { options } from './options.ts';
import { checkOptions, type Settings } from './settings.ts';
import { suggestion } from './suggestion.ts';
import { unbundle } from './unbundle.ts';

/** What the command line asks for: a run, or a text to print. */
type CommandLine = { readonly settings: Settings } | { readonly text: Text };

/** Help on one screen, or with every option. */
export type Text = 'help' | 'help all';

/**
 * Reads the command line, and the environment for what it leaves open. `warn` is told what is strange about that, and
 * goes on. Throws a `UsageError` where something is wrong.
 */
export function parseCommandLine(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  warn: (message: string) => void = () => undefined,
): CommandLine {
  const words = unbundle(argv);
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  if (own.includes('--help') || own.includes('-h')) return { text: own.includes('all') ? 'help all' : 'help' };
  const { _: rest, ...given } = parse(words);
  const parsed: Record<string, unknown> = { ...optionsOf(environment, warn), ...given };
  for (const [name, { default: value }] of Object.entries<Option>(options)) parsed[name] ??= value;
  return { settings: checkOptions(parsed, rest.map(String)) };
}

interface ParsedWords {
  readonly _: readonly (string | number)[];
  readonly [option: string]: unknown;
}

/** Throws a `UsageError`. */
function parse(words: readonly string[]): ParsedWords {
  return (
    yargs()
      .scriptName('mcsniff')
      // The options of these names are this program's own.
      .version(false)
      .help(false)
      .options(Object.fromEntries(Object.entries<Option>(options).map(([name, option]) => [name, forYargs(option)])))
      .parserConfiguration({
        'boolean-negation': false,
        'camel-case-expansion': false,
        'dot-notation': false,
        'duplicate-arguments-array': true,
        'parse-numbers': false,
        'parse-positional-numbers': false,
        'short-option-groups': false,
      })
      .strictOptions()
      .exitProcess(false)
      .showHelpOnFail(false)
      .fail((message, error) => {
        throw error instanceof UsageError ? error : new UsageError(withSuggestion(message ?? error.message));
      })
      .parseSync([...words])
  );
}

/** Of one unknown option that is nearly one that there is, which. */
function withSuggestion(message: string): string {
  const [, unknown] = /^Unknown argument: (\S{3,})$/.exec(message) ?? [];
  if (unknown === undefined) return message;
  const long = Object.keys(options).filter((name) => name.length > 1);
  return (
    message +
    suggestion(
      `--${unknown}`,
      long.map((name) => `--${name}`),
    )
  );
}

/** Defaults are left out: what is not given may be in the environment. */
function forYargs({ alias, type, requiresArg }: Option): Options {
  return {
    type,
    ...(alias === undefined ? {} : { alias }),
    ...(requiresArg === undefined ? {} : { requiresArg }),
  };
}
