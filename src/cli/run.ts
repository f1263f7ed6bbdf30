import { CaptureError } from '../capture/capture-error.ts';
import { FilterError } from '../capture/filter/filter-error.ts';
import type { Account } from '../capture/live-options.ts';
import { RefusedFilterError } from '../capture/open-error.ts';
import { terminalText } from '../output/terminal-text.ts';
import { parseCommandLine, type Text } from './command-line.ts';
import { checkDistinctFiles } from './distinct-files.ts';
import { exitStatus } from './outcome.ts';
import { printText } from './print-text.ts';
import { unprivilegedUser } from './privileges.ts';
import { say } from './say.ts';
import { type Settings, type Shell, UsageError } from './settings.ts';
import { deviceList, filterCode, linkTypeList, openSource } from './source.ts';

/**
 * Runs the program with the words of its command line; returns the exit status. The process is ended from here only
 * where nothing else would end it: what standard output holds is not taken by its reader.
 */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const commandLine = parseCommandLine(argv, process.env, say);
    if ('text' in commandLine) return await printText(await textOf(commandLine.text));
    const { settings } = commandLine;
    if (settings.completion !== undefined) return await printText(await completions(settings.completion));
    if (settings.listInterfaces) return await printText((await deviceList(settings)).map(terminalText).join('\n'));
    if (settings.listLinkTypes) return await printText(await linkTypeList(settings));
    if (settings.filterCode > 0) return await printText(await filterCodeFrom(settings));
    return await sniffFrom(settings);
  } catch (error) {
    if (error instanceof UsageError || error instanceof FilterError) {
      say(error.message, "Try 'mcsniff --help' for the options.");
      return exitStatus.usage;
    }
    if (error instanceof CaptureError) {
      say(error.message);
      return error instanceof RefusedFilterError ? exitStatus.usage : exitStatus.failed;
    }
    throw error;
  }
}

async function completions(shell: Shell): Promise<string> {
  const { completionScript } = await import('./completion.ts');
  return completionScript(shell);
}

async function textOf(text: Text): Promise<string> {
  const { helpText } = await import('./help.ts');
  return helpText(text === 'help all');
}

async function filterCodeFrom(settings: Settings): Promise<string> {
  const user = unprivilegedUser(settings.user, process.env, say);
  return filterCode({ ...settings, filter: await filterText(settings, user) });
}

async function sniffFrom(settings: Settings): Promise<number> {
  checkDistinctFiles(settings);
  const user = unprivilegedUser(settings.user, process.env, say);
  const filtered = { ...settings, filter: await filterText(settings, user) };
  const opened = await openSource(filtered, user);
  const { source } = opened;
  try {
    // Before any file is made for what it would bring; and the child of a live capture starts while the rest is loaded.
    source.open();
    const { sniff } = await import('./sniff.ts');
    return await sniff(filtered, opened, user);
  } catch (error) {
    // A child may have been started.
    source.stop();
    throw error;
  }
}

/** The filter expression. For whom called sudo root reads no file that this user may not read. */
async function filterText({ filter, filterFile }: Settings, user: Account | undefined): Promise<string> {
  if (filter === '' && filterFile === undefined) return '';
  const { filterOf } = await import('./filter-text.ts');
  const isOwn = user === undefined || process.env.SUDO_UID === undefined;
  if (isOwn || filterFile === undefined) return filterOf(filter, filterFile);
  const { asUser } = await import('./as-user.ts');
  return asUser(user, () => filterOf(filter, filterFile));
}
