import { findNewline } from '../bytes.ts';
import type { Arrival } from '../protocol.ts';
import { parseCommandLine } from './command-line.ts';
import type { Request } from './request.ts';

/** What a held piece costs beside its bytes. */
const pieceOverhead = 256;

interface Piece {
  readonly bytes: Buffer;
  readonly arrival: Arrival;
}

/**
 * A request behind whose line some versions of the server swallow a block that others run as commands, see
 * `Request.doubtfulBlock`; and what the client sent behind the line, held until the answers tell.
 */
export class DoubtfulBlock {
  readonly request: Request;
  /** True once so much followed the line that it is believed to be a block: then nothing is held any more. */
  isBelieved = false;
  /** Bytes held, or believed to be of the block. */
  length = 0;
  #pieces: Piece[] = [];

  constructor(request: Request) {
    this.request = request;
  }

  /** What is held costs, in bytes. */
  get cost(): number {
    return this.length + this.#pieces.length * pieceOverhead;
  }

  /** True where all of the block was sent, if it is one. */
  get isWhole(): boolean {
    return this.length >= this.request.doubtfulBlock;
  }

  /** True where more than the block was sent behind the line. */
  get hasMore(): boolean {
    return this.length > this.request.doubtfulBlock;
  }

  append(bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    // Memory of its own: a slice of a pooled buffer would keep the whole pool alive.
    const copy = Buffer.allocUnsafeSlow(end - start);
    bytes.copy(copy, 0, start, end);
    this.#pieces.push({ bytes: copy, arrival: { ...arrival } });
    this.length += end - start;
  }

  /** Takes all that is held. */
  take(): readonly Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.length = 0;
    return pieces;
  }

  /** The first line, parsed as if it were a command; undefined while it is not there. */
  firstCommand(mostKeys: number): Request | undefined {
    const bytes = Buffer.concat(this.#pieces.map((piece) => piece.bytes));
    const newlineAt = findNewline(bytes, 0, bytes.length);
    return newlineAt < 0 ? undefined : parseCommandLine(bytes, 0, newlineAt, mostKeys);
  }
}
