import { commandNames } from '../../protocols/memcached/command-names.ts';
import { type Status, statuses } from '../../protocols/transaction.ts';
import { type AddressRange, parseAddressRange } from '../address-range.ts';
import { noSurroundings, type Surroundings } from '../selected-commands.ts';
import type { SelectionConditions, SizeRange } from '../selection.ts';
import { all, list, optionalInteger, type ParsedOptions, text, UsageError } from './option-values.ts';
import { suggestion } from './suggestion.ts';
import type { View } from './view-options.ts';

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
    ...optional('patterns', patterns(parsed)),
    ...optional('valueSize', valueSize(parsed)),
  };
  return Object.keys(conditions).length === 0 ? undefined : conditions;
}

/** How many commands are shown around those that match. Throws a `UsageError` where nothing says which match, or the view can't. */
export function surroundingsOf(
  parsed: ParsedOptions,
  selection: SelectionConditions | undefined,
  view: View,
): Surroundings {
  const [before, after] = ['before', 'after'].map((option) => optionalInteger(parsed, option, undefined, 0, 1000));
  if (before === undefined && after === undefined) return noSurroundings;
  const option = before === undefined ? 'after' : 'before';
  if (view === 'explain') {
    // What is explained once would be held back with a line that may never be shown.
    throw new UsageError(
      `--${option} and --explain exclude each other: what is explained rests on the lines before it`,
    );
  }
  if (selection === undefined) {
    throw new UsageError(`--${option} is about commands around those that match: give --grep, --key or the like, too`);
  }
  return { before: before ?? 0, after: after ?? 0 };
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

/** Patterns are typed as UTF-8: what stands beyond ASCII there matches its bytes. */
function patterns(parsed: ParsedOptions): readonly RegExp[] | undefined {
  const words = all(parsed, 'grep');
  return words.length === 0 ? undefined : words.map(asPattern);
}

function asPattern(word: string): RegExp {
  try {
    return new RegExp(Buffer.from(word, 'utf8').toString('latin1'));
  } catch (error) {
    // `Invalid regular expression: /(/: Unterminated group`
    const reason = error instanceof Error ? error.message.slice(error.message.lastIndexOf(': ') + 2) : String(error);
    throw new UsageError(`--grep ${word}: not a regular expression: ${reason}`);
  }
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 * 1024 };

/** `100-2000`, `1k-`, `-10`, `5`. */
function valueSize(parsed: ParsedOptions): SizeRange | undefined {
  const word = text(parsed, 'value-size');
  if (word === undefined) return undefined;
  const match = /^(?:(\d{1,12})([km]?))?(?:(-)(?:(\d{1,12})([km]?))?)?$/i.exec(word);
  const [, from, fromUnit = '', dash, to, toUnit = ''] = match ?? [];
  const range = { from: bytesOf(from, fromUnit, 0), to: bytesOf(to, toUnit, Number.POSITIVE_INFINITY) };
  if (dash === undefined) range.to = range.from;
  if ((from === undefined && to === undefined) || range.to < range.from)
    throw new UsageError(`--value-size ${word}: not a range of bytes; write 100-2000, 1k-, -10 or 5`);
  return range;
}

function bytesOf(digits: string | undefined, unit: string, otherwise: number): number {
  return digits === undefined ? otherwise : Number(digits) * (unitBytes[unit.toLowerCase()] ?? 1);
}

const microseconds: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1000, s: 1e6 };

function duration(word: string): number {
  const match = /^(\d+(?:\.\d+)?)(us|µs|ms|s)$/.exec(word);
  if (match === null) throw new UsageError(`--slower-than ${word}: not a duration; write 500us, 5ms or 1s`);
  return Number(match[1]) * (microseconds[match[2] as string] as number);
}
