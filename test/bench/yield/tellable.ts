import type { Exchange } from './exchange.ts';

/**
 * For each of these requests, whether their answers, in order, can only have come about in one way: where quiet
 * requests look alike and only some were answered, nobody can tell which from the bytes. Requests and answers must be
 * complete, as those of a round are that ends with a request that is always answered.
 */
export function tellable(requests: readonly Exchange[]): boolean[] {
  const answers = requests.flatMap(({ form }) => (form === undefined ? [] : [form]));
  const before = answeredCounts(requests, answers);
  const behind = answeredCounts(requests.toReversed(), answers.toReversed());
  return requests.map((request, index) => {
    const goesOn = (answered: number): boolean =>
      behind[requests.length - 1 - index]?.has(answers.length - answered) ?? false;
    /** Which answer it got, -1 for none. */
    const choices = new Set<number>();
    for (const answered of before[index] ?? []) {
      if (request.isQuiet && goesOn(answered)) choices.add(-1);
      if (canGet(request, answers[answered]) && goesOn(answered + 1)) choices.add(answered);
    }
    return choices.size === 1;
  });
}

/** How many of the answers can have been given to the first 0, 1, 2, … requests. */
function answeredCounts(requests: readonly Exchange[], answers: readonly string[]): ReadonlySet<number>[] {
  const counts: ReadonlySet<number>[] = [new Set([0])];
  for (const request of requests) {
    const next = new Set<number>();
    for (const answered of counts.at(-1) ?? []) {
      if (request.isQuiet) next.add(answered);
      if (canGet(request, answers[answered])) next.add(answered + 1);
    }
    counts.push(next);
  }
  return counts;
}

function canGet({ possibleForms }: Exchange, form: string | undefined): boolean {
  return form !== undefined && possibleForms.includes(form);
}
