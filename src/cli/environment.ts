import type { Option } from './option.ts';
import { UsageError } from './option-values.ts';
import { options } from './options.ts';

const prefix = 'MCSNIFF_';

/** Read elsewhere: it names a program, and is no option. */
const otherVariables: ReadonlySet<string> = new Set(['MCSNIFF_CAPTURE_NODE']);

/** By the name of the variable: `MCSNIFF_SLOWER_THAN` of `--slower-than`. Options of one letter have none. */
const byVariable: ReadonlyMap<string, readonly [name: string, option: Option]> = new Map(
  Object.entries<Option>(options)
    .filter(([name]) => name.length > 1)
    .map(([name, option]) => [variableOf(name), [name, option]]),
);

export function variableOf(name: string): string {
  return prefix + name.toUpperCase().replaceAll('-', '_');
}

/**
 * The options that the environment gives, as yargs gives those of the command line. A variable that is empty counts as
 * none; `warn` is told of one that belongs to no option. Throws a `UsageError`.
 */
export function optionsOf(environment: NodeJS.ProcessEnv, warn: (message: string) => void): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(prefix) || value === undefined || value === '' || otherVariables.has(variable)) continue;
    const known = byVariable.get(variable);
    if (known === undefined) {
      warn(`${variable} in the environment: there is no such option`);
      continue;
    }
    const [name, { type, valueIsOptional }] = known;
    given[name] = type === 'boolean' ? isOn(variable, value) : valueIsOptional ? valueOrNone(value) : value;
  }
  return given;
}

const on: ReadonlySet<string> = new Set(['1', 'true', 'yes', 'on']);
const off: ReadonlySet<string> = new Set(['0', 'false', 'no', 'off']);

function isOn(variable: string, value: string): boolean {
  const word = value.toLowerCase();
  if (!on.has(word) && !off.has(word)) throw new UsageError(`${variable}=${value}: write 1 or 0`);
  return on.has(word);
}

/** `MCSNIFF_JSON=1` is `--json`, and `MCSNIFF_JSON=ecs` is `--json=ecs`. */
function valueOrNone(value: string): string | undefined {
  const word = value.toLowerCase();
  if (off.has(word)) return undefined;
  return on.has(word) ? '' : value;
}
