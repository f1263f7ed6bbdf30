import type { Surprise } from './exchange.ts';
import type { Verdict } from './judge.ts';

/** How many are named in a message; the others are counted. */
const shown = 6;

interface FailedStream {
  readonly surprise: Surprise;
  readonly verdict: Verdict;
}

/** The streams of one kind that are told wrong, for a message that can be read though they are thousands. */
export class Failures {
  #streams = 0;
  readonly #failed: FailedStream[] = [];

  /** `othersAtMost`: how many other commands may be told wrong. */
  add(surprise: Surprise, verdict: Verdict, othersAtMost: number): void {
    this.#streams++;
    if (verdict.others.length > othersAtMost || verdict.surprise !== undefined)
      this.#failed.push({ surprise, verdict });
  }

  /** Undefined where none did. */
  message(): string | undefined {
    if (this.#failed.length === 0) return undefined;
    const others = this.#failed.filter(({ verdict }) => verdict.others.length > 0).length;
    return [
      `${this.#failed.length} of ${this.#streams} streams are told wrong, ${others} of them beyond the surprise`,
      `by request: ${this.#counts(({ asked }) => asked)}`,
      `by answer: ${this.#counts(({ form }) => form)}`,
      ...this.#examples().map(({ surprise, verdict }) => `${nameOf(surprise)}: ${describe(verdict)}`),
    ].join('\n');
  }

  /** From all over the list: neighbours fail alike. */
  #examples(): FailedStream[] {
    const stride = Math.ceil(this.#failed.length / shown);
    return this.#failed.filter((_, index) => index % stride === 0);
  }

  #counts(nameOf: (surprise: Surprise) => string): string {
    const counts = new Map<string, number>();
    for (const { surprise } of this.#failed) counts.set(nameOf(surprise), (counts.get(nameOf(surprise)) ?? 0) + 1);
    const largest = [...counts].sort(([, one], [, other]) => other - one);
    const rest = largest.length > shown ? [`and ${largest.length - shown} more`] : [];
    return [...largest.slice(0, shown).map(([name, count]) => `${name} ${count}`), ...rest].join(', ');
  }
}

function nameOf({ asked, form }: Surprise): string {
  return `${asked} <- ${form}`;
}

function describe({ others, surprise }: Verdict): string {
  const first = others.length === 0 ? [] : [`${others.length} others, the first is ${others[0]}`];
  return [...(surprise === undefined ? [] : [`itself ${surprise}`]), ...first].join('; ');
}
