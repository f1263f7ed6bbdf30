/** More changes than this make another word. */
const mostChanges = 2;

/** `: did you mean get?` where one of the words known is nearly the one given; else nothing. */
export function suggestion(word: string, known: Iterable<string>): string {
  let best = '';
  let fewest = Math.min(mostChanges, word.length - 1) + 1;
  for (const candidate of known) {
    const changes = distance(word, candidate);
    if (changes >= fewest) continue;
    best = candidate;
    fewest = changes;
  }
  return best === '' ? '' : `: did you mean ${best}?`;
}

/** How many letters must be put in, taken out, replaced or swapped with their neighbour to make one of the other. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      let least = Math.min(
        (last[column] as number) + 1,
        (next[column - 1] as number) + 1,
        (last[column - 1] as number) + (isSame ? 0 : 1),
      );
      if (one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1])
        least = Math.min(least, (before[column - 2] as number) + 1);
      next.push(least);
    }
    before = last;
    last = next;
  }
  return last[other.length] as number;
}
