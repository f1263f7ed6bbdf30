import type { AnomalyCounters } from '../../protocols/anomaly.ts';
import type { Listener } from '../../protocols/events.ts';
import type { Limits } from '../../protocols/limits.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { ByteWriter } from '../byte-writer.ts';
import type { Annotation } from './annotation.ts';
import type { LinePrinter } from './line-printer.ts';
import type { OutputStream } from './output-stream.ts';
import type { LineOptions } from './tcpdump-line/context.ts';
import { TcpdumpLine } from './tcpdump-line/tcpdump-line.ts';

/** Bytes of lines that may have to be shown yet; of more, the oldest are let go. */
const mostHeld = 16 * 1024 * 1024;

/**
 * Prints the lines of commands that are found worth showing only later, by another command behind them: holds the lines
 * of all commands, and prints those of the packets of a command once it is told to be shown.
 */
export class HeldLines implements LinePrinter {
  /** Hears of every command, with the packet that makes its answer certain. */
  readonly all: Listener;
  /** Hears of the commands that are shown. */
  readonly shown: Listener;
  readonly #line: TcpdumpLine;
  readonly #output: OutputStream;
  readonly #text = new ByteWriter(4096);
  readonly #held = new Map<number, Buffer>();
  readonly #completedIn = new WeakMap<Transaction, number>();
  readonly #due = new Set<number>();
  #heldBytes = 0;
  /** The packet under way. */
  #packet = 1;

  constructor(options: LineOptions, output: OutputStream, limits: Limits, anomalies: AnomalyCounters) {
    this.#line = new TcpdumpLine(options, limits, anomalies);
    this.#output = output;
    this.all = {
      transaction: (_connection: ConnectionInfo, transaction: Transaction) => {
        this.#completedIn.set(transaction, this.#packet);
      },
    };
    this.shown = {
      transaction: (_connection: ConnectionInfo, transaction: Transaction) => {
        this.#due.add(transaction.linePacket);
        this.#due.add(transaction.packet);
        this.#due.add(this.#completedIn.get(transaction) ?? this.#packet);
      },
    };
  }

  async ready(): Promise<void> {}

  print(packet: CapturedPacket, annotation: Annotation | undefined): void {
    const text = this.#text;
    this.#line.begin(packet, text);
    annotation?.appendTo(text);
    this.#line.finish(packet, text);
    this.#hold(packet.number, Buffer.from(text.bytes.subarray(0, text.length)));
    text.clear();
    this.#show(packet.number);
  }

  pass(packet: CapturedPacket): void {
    this.#line.follow(packet);
    this.#show(packet.number);
  }

  flush(): void {
    this.#output.flush();
  }

  drained(): Promise<void> | undefined {
    return this.#output.drained();
  }

  async finish(): Promise<void> {
    this.#show(this.#packet);
    await this.#output.finish();
  }

  #hold(number: number, line: Buffer): void {
    this.#held.set(number, line);
    this.#heldBytes += line.length;
    for (const [oldest, { length }] of this.#held) {
      if (this.#heldBytes <= mostHeld) break;
      this.#held.delete(oldest);
      this.#heldBytes -= length;
    }
  }

  /** Prints what was found worth showing until this packet. */
  #show(number: number): void {
    this.#packet = number + 1;
    if (this.#due.size === 0) return;
    for (const due of [...this.#due].sort((one, other) => one - other)) {
      const line = this.#held.get(due);
      if (line === undefined) continue;
      this.#held.delete(due);
      this.#heldBytes -= line.length;
      this.#output.text.copy(line, 0, line.length);
    }
    this.#due.clear();
    this.#output.flushIfFull();
  }
}
