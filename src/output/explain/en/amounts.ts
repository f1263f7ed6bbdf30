import type { WireNumber } from '../../../../protocols/transaction.ts';
import { durationOf, grouped } from '../numbers.ts';

/** `1 min 40 s`. */
export function duration(seconds: number): string {
  const parts = durationOf(seconds);
  const words = [
    [parts.days, parts.days === 1 ? 'day' : 'days'],
    [parts.hours, 'h'],
    [parts.minutes, 'min'],
    [parts.seconds, 's'],
  ] as const;
  const shown = words.filter(([number]) => number > 0).map((word) => word.join(' '));
  return shown.length === 0 ? '0 s' : shown.join(' ');
}

/** `1 byte`, `4,000 bytes`. */
export function bytesText(count: WireNumber): string {
  return String(count) === '1' ? '1 byte' : `${grouped(count)} bytes`;
}
