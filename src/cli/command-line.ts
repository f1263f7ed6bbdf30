import yargs from 'yargs';
import { options, unbundle } from './options.ts';
import { checkOptions, type Settings, UsageError } from './settings.ts';

/** What the command line asks for: a run, or a text to print. */
type CommandLine = { readonly settings: Settings } | { readonly text: string };

/** A method of yargs that its types leave out. */
interface UsageSetter {
  usageConfiguration(configuration: { readonly 'hide-types': boolean }): void;
}

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
    .help('help', 'print this help and exit')
    .alias('help', 'h')
    .group('help', 'Help:')
    .example('mcsniff -i lo', 'local clients of a local memcached')
    .example('mcsniff -nr file.pcap --status miss', 'the commands of a capture that missed')
    .example('mcsniff -i any --json | jq .key', 'records for other tools')
    .epilogue(
      'A filter expression is that of pcap-filter(7). Without one, a live capture takes the memcached ports, and a file every packet.',
    )
    .wrap(80)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error instanceof UsageError ? error : new UsageError(message ?? error.message);
    });
  // The descriptions say it, and the line is short.
  (parser as unknown as UsageSetter).usageConfiguration({ 'hide-types': true });
  let help: string | undefined;
  const parsed = parser.parseSync([...unbundle(argv)], {}, (_error, _argv, output) => {
    if (output !== '') help = output;
  });
  if (help !== undefined) return { text: help };
  return { settings: checkOptions(parsed, parsed._.map(String)) };
}
