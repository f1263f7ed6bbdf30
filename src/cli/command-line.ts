import yargs from 'yargs';
import { options, unbundle } from './options.ts';
import { checkOptions, type Settings, UsageError } from './settings.ts';

/** What the command line asks for: a run, or a text to print. */
export type CommandLine = { readonly settings: Settings } | { readonly text: string };

/** Reads the command line. Throws a `UsageError` where it is wrong. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const parser = yargs()
    .scriptName('mcsniff')
    .usage(
      'mcsniff [options] [filter expression]\n\n' +
        "Prints tcpdump's lines and, beside each packet, the memcached commands and answers that it completes.",
    )
    // The option of that name is this program's own: see start.ts.
    .version(false)
    .options(options)
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
    .help('help')
    .alias('help', 'h')
    .example('mcsniff -i lo', 'watch what local clients ask of a local memcached')
    .example('mcsniff -nr file.pcap --status miss', 'the commands of a capture that missed')
    .example('mcsniff -i any --json | jq .key', 'records for other tools')
    .epilogue(
      'A filter expression is that of pcap-filter(7). Without one, live: the memcached ports; from a file: every packet.',
    )
    .wrap(100)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error instanceof UsageError ? error : new UsageError(message ?? error.message);
    });
  let help: string | undefined;
  const parsed = parser.parseSync([...unbundle(argv)], {}, (_error, _argv, output) => {
    if (output !== '') help = output;
  });
  if (help !== undefined) return { text: help };
  return { settings: checkOptions(parsed, parsed._.map(String)) };
}
