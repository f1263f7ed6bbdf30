/** One column of a table: its heading, and the text of each row's cell. */
export interface TextColumn<R> {
  readonly heading: string;
  readonly cell: (row: R) => string;
  /** Aligned to the left; numbers are to the right. */
  readonly isText?: true;
}

const gap = 2;

/**
 * Rows under headings, as lines of at most `width` columns. The last columns are left out where there is no room for
 * them; then the first is cut, which is one of text, to `leastName` columns to make room for the others.
 */
export function textTable<R>(
  columns: readonly TextColumn<R>[],
  rows: readonly R[],
  width: number,
  leastName = 30,
): string[] {
  const sizes = columns.map(({ heading, cell }) => Math.max(heading.length, ...rows.map((row) => cell(row).length)));
  const first = Math.min(sizes[0] ?? 0, leastName);
  let used = first;
  let shown = 1;
  while (shown < columns.length && used + gap + (sizes[shown] as number) <= width)
    used += gap + (sizes[shown++] as number);
  sizes[0] = Math.min(sizes[0] ?? 0, first + width - used);
  const visible = columns.slice(0, shown);
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, index) => padded(text, sizes[index] as number, visible[index]?.isText === true))
      .join(' '.repeat(gap))
      .trimEnd();
  return [
    line(visible.map(({ heading }) => heading)),
    ...rows.map((row) => line(visible.map(({ cell }) => cell(row)))),
  ];
}

function padded(text: string, size: number, isText: boolean): string {
  if (text.length > size) return `${text.slice(0, size - 1)}…`;
  return isText ? text.padEnd(size) : text.padStart(size);
}
