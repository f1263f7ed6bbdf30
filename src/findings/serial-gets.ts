import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isRetrieval } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import type { OpenConnection } from './open-connection.ts';
import { countText, timeText } from './words.ts';

/** Who asks for the next key so soon after an answer knew before which ones he wants, µs. */
const soonUs = 1000;

/** So many packets of a row are remembered, the first ones. */
const mostFirst = 7;

/** Retrievals of a connection, one after the other. */
export class Row {
  count = 0;
  fromUs = 0;
  endUs = 0;
  readonly packets: number[] = [];
}

/** Single keys that are retrieved one after the other, where one multi-get would do. Said when the row is long enough. */
export class SerialGets implements Detector {
  readonly #context: DetectorContext;
  readonly #least: number;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(2, Math.ceil(context.number('serial-gets')));
  }

  transaction(connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void {
    const { startUs, endUs, answerUs, keys } = transaction;
    if (!isRetrieval(transaction) || keys.length !== 1 || answerUs < 0 || endUs < 0) {
      if (open.row !== undefined) open.row.count = 0;
      return;
    }
    open.row ??= new Row();
    const { row } = open;
    const isNext = row.count > 0 && startUs >= row.endUs && startUs - row.endUs <= soonUs;
    if (!isNext) {
      row.count = 0;
      row.fromUs = startUs;
    }
    row.count++;
    row.endUs = endUs;
    if (row.count <= mostFirst) row.packets[row.count - 1] = transaction.packet;
    if (row.count !== this.#least) return;
    this.#context.found({
      finding: 'serial-gets',
      timeUs: endUs,
      connection,
      request: transaction,
      packets: [...row.packets.slice(0, row.count), transaction.packet],
      text: `${countText(row.count, 'retrieval')} of single keys in a row took ${timeText(endUs - row.fromUs)}, each sent when the one before had been answered.`,
    });
  }
}
