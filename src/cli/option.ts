/** One entry of the option table. */
export interface Option {
  readonly alias?: string | readonly string[];
  /** `count`: how often it is given matters. */
  readonly type: 'boolean' | 'count' | 'string';
  readonly group: string;
  readonly describe: string;
  /** What its value is called where that has a value. */
  readonly argument?: string;
  /** Its value may be missing, and is taken only behind `=`, so that a filter expression may follow. */
  readonly valueIsOptional?: true;
  readonly requiresArg?: true;
  /** Given more than once, its values add up. */
  readonly addsUp?: true;
  /** All values that it has, for completions. */
  readonly choices?: readonly string[];
  readonly default?: string;
  /** In few words, for the help on one screen; without, only `--help all` has it. */
  readonly brief?: string;
}

/** How the command line names an option: its long name where it has one. */
export function longName(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/** All short names of an option, without dashes. */
export function letters({ alias = [] }: Option): readonly string[] {
  return typeof alias === 'string' ? [alias] : alias;
}
