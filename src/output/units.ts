/** Numbers as people read them: three digits or so, and a unit. */

/** `850 µs`, `1.2 ms`, `41 ms`, `3.4 s`. */
export function durationText(microseconds: number): string {
  if (microseconds < 1000) return `${microseconds} µs`;
  if (microseconds < 1e6) return `${threeDigits(microseconds / 1000)} ms`;
  return `${threeDigits(microseconds / 1e6)} s`;
}

/** `512 B`, `1.5 kB`, `20 MB`; 1 kB is 1000 bytes. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let size = bytes;
  let unit = 0;
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${threeDigits(size)} ${units[unit]}`;
}

/** `97.5 %` of a share of 1. */
export function percentText(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `1 connection`, `2 connections`. */
export function countText(count: number, one: string, several: string): string {
  return `${wholeText(count)} ${count === 1 ? one : several}`;
}

/** `1,234,567`. */
export function wholeText(number: number): string {
  return `${number}`.replace(/\B(?=(?:\d{3})+$)/g, ',');
}

function threeDigits(number: number): string {
  return number < 9.95 ? number.toFixed(1) : `${Math.round(number)}`;
}
