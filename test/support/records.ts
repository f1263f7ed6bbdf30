/** A JSON record, as far as a test looks at it. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The records that `--json` or `--log` has written. Fails where one is not whole. */
export function recordsOf<R = JsonRecord>(output: Buffer | string): R[] {
  const lines = output.toString().split('\n');
  if (lines.pop() !== '') throw new Error('the last record is not whole');
  return lines.map((line) => JSON.parse(line) as R);
}

/** Text from the wire, one character a byte, of which a record shows the escapes. */
export function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|\\)/g, (_, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
