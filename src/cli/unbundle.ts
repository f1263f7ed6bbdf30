import { letters, type Option } from './option.ts';
import { options } from './options.ts';

const entries = Object.entries<Option>(options);

/** Short options that take a value: the rest of a bundle is theirs, as in getopt(3). */
const takesValue: ReadonlySet<string> = new Set(
  entries.flatMap(([, option]) => (option.type === 'string' && !option.valueIsOptional ? letters(option) : [])),
);

/** Options whose value may be missing: without one, yargs would take the word behind them. */
const mayLackValue: ReadonlySet<string> = new Set(
  entries.flatMap(([name, option]) =>
    option.valueIsOptional ? [`--${name}`, ...letters(option).map((letter) => `-${letter}`)] : [],
  ),
);

/**
 * Takes bundled short options apart as getopt(3) does: `-Xnlps0` becomes `-X -n -l -p -s 0`, `-ilo` becomes `-i lo`.
 * yargs would read letters after a value option as further options.
 */
export function unbundle(argv: readonly string[]): string[] {
  const result: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string;
    if (word === '--') return [...result, ...argv.slice(index)];
    if (!word.startsWith('-') || word.startsWith('--') || word === '-') {
      result.push(withValue(word));
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] as string;
      result.push(withValue(`-${letter}`));
      if (!takesValue.has(letter)) continue;
      const rest = word.slice(at + 1);
      // A value that begins with a dash, such as `-r -`, would look like an option: yargs takes it behind `=`.
      const value = rest !== '' ? rest : argv[++index];
      if (value !== undefined) result[result.length - 1] = `-${letter}=${value}`;
      break;
    }
  }
  return result;
}

/** An option whose value may be missing gets an empty one. */
function withValue(word: string): string {
  return mayLackValue.has(word) ? `${word}=` : word;
}
