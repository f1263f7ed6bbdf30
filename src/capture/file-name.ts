type Conversion = (date: Date) => string;

const padded = (number: number): string => String(number).padStart(2, '0');

/** Those of strftime(3) that names of files have. */
const conversions: Readonly<Record<string, Conversion>> = {
  Y: (date) => String(date.getFullYear()),
  m: (date) => padded(date.getMonth() + 1),
  d: (date) => padded(date.getDate()),
  H: (date) => padded(date.getHours()),
  M: (date) => padded(date.getMinutes()),
  S: (date) => padded(date.getSeconds()),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  F: (date) => `${date.getFullYear()}-${padded(date.getMonth() + 1)}-${padded(date.getDate())}`,
  T: (date) => [date.getHours(), date.getMinutes(), date.getSeconds()].map(padded).join(':'),
  '%': () => '%',
};

/** The name of a file that begins at this time, seconds since 1970; as it is where files do not change with time. */
export function fileName(pattern: string, everySeconds: number, seconds: number): string {
  if (everySeconds === Number.POSITIVE_INFINITY) return pattern;
  const date = new Date(seconds * 1000);
  return pattern.replace(/%(.)/g, (whole, letter: string) => conversions[letter]?.(date) ?? whole);
}
