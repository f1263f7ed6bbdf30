import { commandNames } from '../../protocols/memcached/command-names.ts';
import { type Status, statuses } from '../../protocols/transaction.ts';
import { type AddressRange, parseAddressRange } from '../address-range.ts';
import type { SelectionConditions } from '../selection.ts';
import { all, list, type ParsedOptions, text, UsageError } from './option-values.ts';
import { suggestion } from './suggestion.ts';

/** What the options say about which commands are shown; undefined where all are. Throws a `UsageError`. */
export function selectionOf(parsed: ParsedOptions): SelectionConditions | undefined {
  const slowerThan = text(parsed, 'slower-than');
  const conditions: SelectionConditions = {
    ...optional('commands', commands(parsed, 'command')),
    ...optional('notCommands', commands(parsed, 'not-command')),
    ...optional('keys', keys(parsed, 'key')),
    ...optional('notKeys', keys(parsed, 'not-key')),
    ...optional('statuses', statusSet(parsed, 'status')),
    ...optional('notStatuses', statusSet(parsed, 'not-status')),
    ...optional('slowerThanUs', slowerThan === undefined ? undefined : duration(slowerThan)),
    ...optional('clients', clients(parsed, 'client')),
    ...optional('notClients', clients(parsed, 'not-client')),
  };
  return Object.keys(conditions).length === 0 ? undefined : conditions;
}

/** An object with this field, or without where it has no value. */
function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]?: Value });
}

function commands(parsed: ParsedOptions, option: string): ReadonlySet<string> | undefined {
  const words = list(parsed, option).map((word) => word.toLowerCase());
  if (words.length === 0) return undefined;
  const known = commandNames();
  for (const word of words) {
    if (!known.has(word))
      throw new UsageError(`--${option} ${word}: there is no such command${suggestion(word, known)}`);
  }
  return new Set(words);
}

/** Not taken apart at commas, which keys may have. */
function keys(parsed: ParsedOptions, option: string): readonly string[] | undefined {
  const patterns = all(parsed, option);
  return patterns.length === 0 ? undefined : patterns;
}

function statusSet(parsed: ParsedOptions, option: string): ReadonlySet<Status> | undefined {
  const words = list(parsed, option);
  return words.length === 0 ? undefined : new Set(words.map((word) => asStatus(option, word)));
}

function asStatus(option: string, word: string): Status {
  const status = statuses.find((candidate) => candidate === word);
  if (status !== undefined) return status;
  const guess = suggestion(word, statuses);
  throw new UsageError(
    `--${option} ${word}: there is no such status${guess === '' ? `; choose from ${statuses.join(', ')}` : guess}`,
  );
}

function clients(parsed: ParsedOptions, option: string): readonly AddressRange[] | undefined {
  const words = list(parsed, option);
  return words.length === 0 ? undefined : words.map((word) => asClient(option, word));
}

function asClient(option: string, word: string): AddressRange {
  const range = parseAddressRange(word);
  if (range === undefined)
    throw new UsageError(
      `--${option} ${word}: not an address; write 10.0.0.1, 10.0.0.1:46103, ::1, [::1]:46103 or 10.0.0.0/8`,
    );
  return range;
}

const microseconds: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1000, s: 1e6 };

function duration(word: string): number {
  const match = /^(\d+(?:\.\d+)?)(us|µs|ms|s)$/.exec(word);
  if (match === null) throw new UsageError(`--slower-than ${word}: not a duration; write 500us, 5ms or 1s`);
  return Number(match[1]) * (microseconds[match[2] as string] as number);
}
