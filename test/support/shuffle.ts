import type { Random } from './random.ts';

/** How far packets are moved, in packets, and what share of them is captured twice. */
export interface Disorder {
  readonly window: number;
  readonly duplicates: number;
}

/** The items in another order: each lies less than `window` places from its own, and so does the copy of some. */
export function shuffled<T>(items: readonly T[], { window, duplicates }: Disorder, random: Random): T[] {
  const placed: { place: number; item: T }[] = [];
  const put = (index: number, item: T): void => {
    placed.push({ place: index + random.below(window * 1000) / 1000, item });
  };
  for (const [index, item] of items.entries()) {
    put(index, item);
    if (random.chance(duplicates)) put(index, item);
  }
  placed.sort((a, b) => a.place - b.place);
  return placed.map(({ item }) => item);
}
