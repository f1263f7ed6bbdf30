import { ColumnsTable, type ColumnValues } from './columns-table.ts';
import type { Sample } from './sample.ts';

/** What is added up of commands that have something in common. */
export class Columns {
  readonly #table: ColumnsTable;
  readonly row: number;

  /** `row`: where they stand in the table. */
  constructor(table = new ColumnsTable(1), row = 0) {
    this.#table = table;
    this.row = row;
  }

  add(sample: Sample): void {
    this.#table.add(this.row, sample);
  }

  get count(): number {
    return this.#table.sum(this.row, 'count');
  }

  values(): ColumnValues {
    return this.#table.values(this.row);
  }
}

/** Columns of many that come and go, in one table: of 50,000 stories, each with a table of its own, 308 MB came to 270. */
export class ColumnsPool {
  readonly #table = new ColumnsTable(16);
  readonly #free: number[] = [];
  #rows = 0;

  take(): Columns {
    const row = this.#free.pop() ?? this.#rows++;
    this.#table.ensure(row);
    return new Columns(this.#table, row);
  }

  /** Nobody looks at these any more. */
  giveBack({ row }: Columns): void {
    this.#table.clearRow(row);
    this.#free.push(row);
  }
}
