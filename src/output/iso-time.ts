/** A time in µs since 1970 as records write it: `2012-07-24T15:23:40.025373Z`. */
export function isoTime(timeUs: number): string {
  const second = Math.floor(timeUs / 1e6);
  const fraction = `${timeUs - second * 1e6}`.padStart(6, '0');
  return `${new Date(second * 1000).toISOString().slice(0, -4)}${fraction}Z`;
}

/** A time in µs since 1970 as lines write it, local: `15:23:40.025373`. */
export function timeOfDay(timeUs: number): string {
  const second = Math.floor(timeUs / 1e6);
  const date = new Date(second * 1000);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => `${part}`.padStart(2, '0'));
  return `${parts.join(':')}.${`${timeUs - second * 1e6}`.padStart(6, '0')}`;
}
