import { durationOf } from '../numbers.ts';

/** `1 分 40 秒`. */
export function duration(seconds: number): string {
  const parts = durationOf(seconds);
  const words = [
    [parts.days, '天'],
    [parts.hours, '小时'],
    [parts.minutes, parts.hours > 0 || parts.days > 0 || parts.seconds === 0 ? '分钟' : '分'],
    [parts.seconds, '秒'],
  ] as const;
  const shown = words.filter(([number]) => number > 0).map((word) => word.join(' '));
  return shown.length === 0 ? '0 秒' : shown.join(' ');
}
