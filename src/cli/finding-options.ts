import { catalog, type Diagnosis, type FindingChanges, type FindingName, findingNames } from '../findings/catalog.ts';
import { all, flag, type ParsedOptions, UsageError } from './option-values.ts';
import { suggestion } from './suggestion.ts';

export interface FindingSettings {
  /** Lines and records have them. */
  readonly isShown: boolean;
  readonly changes: FindingChanges;
}

/** What is to be found. Throws a `UsageError`. */
export function findingsOf(parsed: ParsedOptions): FindingSettings {
  const changes = new Map<FindingName, number | 'off'>();
  for (const word of all(parsed, 'finding')) {
    const [name, value] = changeOf(word);
    if (changes.has(name)) throw new UsageError(`--finding ${word}: ${name} was given before`);
    changes.set(name, value);
  }
  return { isShown: flag(parsed, 'findings'), changes };
}

/** `slow=50`, `udp=off`. */
function changeOf(word: string): [FindingName, number | 'off'] {
  const [, given = word, value = ''] = /^([^=]*)=(.*)$/s.exec(word) ?? [];
  const name = findingNames.find((candidate) => candidate === given);
  if (name === undefined) {
    const guess = suggestion(given, findingNames) || `; choose from ${findingNames.join(', ')}`;
    throw new UsageError(`--finding ${word}: there is no finding ${JSON.stringify(given)}${guess}`);
  }
  if (value === 'off') return [name, value];
  const { number }: Diagnosis = catalog[name];
  if (number === undefined) throw new UsageError(`--finding ${word}: ${name} has no number; write ${name}=off`);
  const changed = /^\d{1,12}(?:\.\d{1,6})?$/.test(value) ? Number(value) : Number.NaN;
  if (!(changed > 0)) {
    throw new UsageError(
      `--finding ${word}: not a number above 0; write ${name}=NUMBER, in ${number.unit}, or ${name}=off`,
    );
  }
  return [name, changed];
}
