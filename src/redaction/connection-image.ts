import type { UnaskedAnswer } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { rewriteBinary } from './binary-bytes.ts';
import {
  keepLineEnds,
  rewriteAnswers,
  rewriteStrayAnswers,
  rewriteStrayCommands,
  rewriteTextRequest,
} from './line-bytes.ts';
import { Rewriting } from './rewriting.ts';
import type { Scrambler } from './scrambler.ts';
import { type ImageMemory, StreamImage } from './stream-image.ts';

/** First byte of a binary answer. */
const binaryAnswer = 0x81;

/** Type, version and length of a TLS record. Source: RFC 8446 §5.1. */
const tlsHeader = 5;

/** Bytes of the line end behind a value. */
const crlf = 2;

/** Commands with a value. */
const storage: ReadonlySet<string> = new Set(['set', 'add', 'replace', 'append', 'prepend', 'cas', 'ms', 'config']);

/** What is known of how a text request was sent. */
interface Sent {
  readonly acknowledged: number;
  readonly startsSegment: boolean;
}

/** A command whose data block is under way. */
interface OpenBlock {
  readonly request: Transaction;
  readonly from: number;
  readonly to: number;
}

/** Bytes that TCP's peer reads, as they are saved: decided command by command, when the command is told. */
export class ConnectionImage {
  readonly client: StreamImage;
  readonly server: StreamImage;
  /** The connection is TLS: of that only the header of the first record in each direction is saved, by which it shows. */
  isTls = false;
  readonly #scrambler: Scrambler;
  #block: OpenBlock | undefined;
  /** True once a command of the text protocols was told. */
  #isText = false;
  /** Lines before this offset may be of a value: its line was refused, or said another length. */
  #strayEnd = 0;
  /** The command with that value, and where the answer to it ends in the server's stream. */
  #strayOf: Transaction | undefined;
  #strayAnswerEnd = Number.POSITIVE_INFINITY;

  constructor(memory: ImageMemory, scrambler: Scrambler) {
    this.client = new StreamImage(memory);
    this.server = new StreamImage(memory);
    this.#scrambler = scrambler;
  }

  side(fromClient: boolean): StreamImage {
    return fromClient ? this.client : this.server;
  }

  /** An answer that no request was due. */
  unasked({ start, bytes }: UnaskedAnswer): void {
    this.#answer(this.server.read(start, start + 1).bytes[0] === binaryAnswer, start, start + bytes);
  }

  /** The line of a command is complete: what is behind it, as much as its block has, is a value. */
  commandLine(request: Transaction): void {
    const { requestStart, protocol } = request;
    if (protocol !== 'binary') this.#isText = true;
    if (requestStart < 0) return;
    const from = requestStart + headLength(request);
    if (protocol !== 'binary') this.#request(request, requestStart, from);
    const length = Math.max(0, request.requestBytes - (from - requestStart));
    this.#block = length === 0 ? undefined : { request, from, to: from + length };
  }

  /** A command is complete, and its answer, if it has one. */
  transaction(transaction: Transaction): void {
    const { requestStart, requestBytes, answerStart, responseBytes } = transaction;
    if (requestStart >= 0) {
      this.#request(transaction, requestStart, requestStart + requestBytes);
      if (this.#block?.request === transaction) this.#block = undefined;
      if (this.#strayOf !== undefined) this.#endStray(transaction);
    }
    if (answerStart >= 0 && responseBytes > 0) {
      this.#answer(transaction.protocol === 'binary', answerStart, answerStart + responseBytes);
    }
  }

  /**
   * A value is over where the client, which has read that it was refused, goes on with a command that the server
   * understands.
   */
  #endStray(transaction: Transaction): void {
    const { answerStart, responseBytes, status } = transaction;
    if (transaction === this.#strayOf) {
      if (answerStart >= 0) this.#strayAnswerEnd = answerStart + responseBytes;
      return;
    }
    if (answerStart < 0 || status === 'error' || status === 'client_error' || status === 'misfit') return;
    const { acknowledged = -1, startsSegment = false } = transaction as Transaction & Partial<Sent>;
    if (!startsSegment || acknowledged < this.#strayAnswerEnd) return;
    this.#strayOf = undefined;
    this.#strayEnd = 0;
  }

  /** The data block of a request is complete. */
  dataBlock(request: Transaction): void {
    const { requestStart, requestBytes } = request;
    if (requestStart < 0) return;
    this.#request(request, requestStart, requestStart + requestBytes);
    if (this.#block?.request === request) this.#block = undefined;
  }

  /** Nothing more comes. What no command was made of is a value as far as one was under way. */
  end(): void {
    const block = this.#block;
    this.#block = undefined;
    if (block !== undefined) {
      const { request, from } = block;
      this.#request(request, request.requestStart, Math.min(block.to, Math.max(from, this.client.end)));
    }
    this.force(this.client, 0, this.client.end);
    this.force(this.server, 0, this.server.end);
    this.client.isOver = true;
    this.server.isOver = true;
  }

  /**
   * Decides what can be said of undecided bytes. Where text is spoken their line ends stay, from which a reader finds the
   * next line, and answers of a server's that nobody asked for; the rest is zeros.
   */
  force(image: StreamImage, from: number, to: number): void {
    if (this.isTls && image.end >= tlsHeader) image.write(0, image.read(0, tlsHeader).bytes);
    if (!this.#isText && image === this.client) return;
    for (let run = image.undecided(from, to); run !== undefined; run = image.undecided(run.to, to)) {
      const { bytes, runs } = image.read(run.from, run.to);
      const message = new Rewriting(bytes, runs, this.#scrambler);
      if (image === this.server) rewriteStrayAnswers(message, !this.#isText);
      else rewriteStrayCommands(message);
      if (this.#isText) keepLineEnds(message);
      image.write(run.from, message.saved);
    }
  }

  #request(request: Transaction, from: number, to: number): void {
    if (this.client.isDecided(from, to)) return;
    const { bytes, runs } = this.client.read(from, to);
    const message = new Rewriting(bytes, runs, this.#scrambler);
    if (request.protocol === 'binary') rewriteBinary(message, 0, bytes.length, true);
    else this.#textRequest(message, request);
    this.client.write(from, message.saved);
  }

  #textRequest(message: Rewriting, request: Transaction): void {
    const { length } = message.bytes;
    const isWhole = rewriteTextRequest(
      message,
      0,
      Math.min(length, headLength(request)),
      length,
      request.requestStart < this.#strayEnd,
    );
    const { refused } = request as Transaction & { readonly refused?: boolean };
    const isRefused = refused && storage.has(request.command);
    if (!isWhole || isRefused) {
      this.#strayOf = request;
      this.#strayAnswerEnd = Number.POSITIVE_INFINITY;
    }
    if (!isWhole || (isRefused && request.bytes < 0)) this.#strayEnd = Number.POSITIVE_INFINITY;
    else if (isRefused) {
      const end = request.requestStart + headLength(request) + request.bytes + crlf;
      this.#strayEnd = Math.max(this.#strayEnd, end);
    }
  }

  #answer(isBinary: boolean, from: number, to: number): void {
    const { bytes, runs } = this.server.read(from, to);
    const message = new Rewriting(bytes, runs, this.#scrambler);
    if (isBinary) rewriteBinary(message, 0, bytes.length, false);
    else rewriteAnswers(message, 0, bytes.length);
    this.server.write(from, message.saved);
  }
}

/** Bytes of a request before its value: the line with its end, or header, extras and key. */
function headLength(request: Transaction): number {
  const { headEnd, requestStart } = request as Transaction & { readonly headEnd?: number };
  return headEnd === undefined || headEnd < requestStart ? request.requestBytes : headEnd - requestStart;
}
