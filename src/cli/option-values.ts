/** A command line that can't be obeyed; the message says what is wrong with which option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The values of the options as yargs gives them: unchecked text, flags and counts, in an array where there are several. */
export interface ParsedOptions {
  readonly [option: string]: unknown;
}

/** Every value of an option whose values add up, in their order. */
export function all(parsed: ParsedOptions, option: string): string[] {
  const value = parsed[option];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

/** The words of all lists that an option was given, separated by commas. */
export function list(parsed: ParsedOptions, option: string): string[] {
  return all(parsed, option).flatMap((words) => words.split(',').map((word) => word.trim()));
}

/** The value of an option that has one. Throws a `UsageError` where it was given twice: one of them would be lost. */
export function text(parsed: ParsedOptions, option: string, letter?: string): string | undefined {
  const values = all(parsed, option);
  if (values.length > 1) {
    const given = values.map((value) => (value === '' ? 'no value' : JSON.stringify(value))).join(' and ');
    throw new UsageError(`${optionName(option, letter)} can be given only once, and was with ${given}`);
  }
  return values[0];
}

/** Of a file, a device or a user: any text but none. */
export function name(parsed: ParsedOptions, option: string, letter?: string): string | undefined {
  const word = text(parsed, option, letter);
  if (word === '') throw new UsageError(`${optionName(option, letter)}: the name is empty`);
  return word;
}

/** The value of an option that has one of these; `what` it is stands in the message. Throws a `UsageError`. */
export function choice<Choice extends string>(
  parsed: ParsedOptions,
  option: string,
  what: string,
  choices: readonly Choice[],
  letter?: string,
): Choice | undefined {
  const word = text(parsed, option, letter);
  const chosen = choices.find((candidate) => candidate === word);
  if (word === undefined || chosen !== undefined) return chosen;
  throw new UsageError(`${optionName(option, letter)} ${word}: there is no such ${what}; choose ${choices.join(', ')}`);
}

export function optionalInteger(
  parsed: ParsedOptions,
  option: string,
  letter: string | undefined,
  least: number,
  most: number,
): number | undefined {
  const word = text(parsed, option, letter);
  if (word === undefined) return undefined;
  const value = /^\d{1,16}$/.test(word) ? Number(word) : Number.NaN;
  if (value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`${optionName(option, letter)} ${word}: not a whole number ${range}`);
}

export function optionName(option: string, letter: string | undefined): string {
  return letter === undefined ? `--${option}` : `--${option} (-${letter})`;
}

export function flag(parsed: ParsedOptions, option: string): boolean {
  return parsed[option] === true;
}

export function counted(parsed: ParsedOptions, option: string): number {
  return Number(parsed[option] ?? 0);
}
