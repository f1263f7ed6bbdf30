import type { Random } from '../random.ts';

/** Keys that hold values, numbers, or nothing most of the time; few, so that commands meet. */
const valueKeys = ['a', 'b', 'key:3', 'user/4', 'e'];
const numberKeys = ['n', 'count:1'];
const otherKeys = ['none', 'nosuch', 'gone'];

/** One more than the server takes. */
export const longKey = 'k'.repeat(251);

export function valueKey(random: Random): string {
  return random.pick(random.chance(0.8) ? valueKeys : [...numberKeys, ...otherKeys]);
}

export function numberKey(random: Random): string {
  return random.pick(random.chance(0.8) ? numberKeys : [...valueKeys, ...otherKeys]);
}

/** Values of Latin-1; some look like answers or commands. */
export function randomValue(random: Random): string {
  if (random.chance(0.2)) return `${random.between(0, 500)}`;
  if (random.chance(0.15))
    return random.pick(['', 'END\r\nx', 'STORED', 'get a\r\nget b', 'VA 2\r\nhi', 'HD', 'EN\r\n']);
  const length = random.chance(0.05) ? random.between(1000, 20_000) : random.between(1, 30);
  return random.pick('xyz0 \xff'.split('')).repeat(length);
}

/** What stands in a block that may be run as a command; none that changes anything. */
export function runnableBlock(random: Random): string {
  return random.pick(['hi', 'v41', 'get a', 'mn', 'token=1234']);
}
