import type { AnomalyCounters } from '../../protocols/anomaly.ts';
import type { Limits } from '../../protocols/limits.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type { Annotation } from './annotation.ts';
import type { OutputStream } from './output-stream.ts';
import type { LineOptions } from './tcpdump-line/context.ts';
import { TcpdumpLine } from './tcpdump-line/tcpdump-line.ts';

/** Prints packets, each with what is said of it. */
export interface LinePrinter {
  /** What lines are made of, where they are made here and go straight to standard output. */
  readonly line?: TcpdumpLine | undefined;
  /** Settles when everything is loaded that it needs: from then on it opens no file. */
  ready(): Promise<void>;
  /** The packet and the annotation are borrowed until the call returns. */
  print(packet: CapturedPacket, annotation: Annotation | undefined): void;
  /** The packet, borrowed like those that are printed, is not shown. */
  pass(packet: CapturedPacket): void;
  /** Hands on what is printed so far. */
  flush(): void;
  /** Settles when more may be printed; undefined where there is nothing to wait for. */
  drained(): Promise<void> | undefined;
  /** Settles when all is handed on. */
  finish(): Promise<void>;
}

/** Prints at once. */
export class DirectPrinter implements LinePrinter {
  readonly #line: TcpdumpLine;
  readonly #output: OutputStream;

  constructor(options: LineOptions, output: OutputStream, limits: Limits, anomalies: AnomalyCounters) {
    this.#line = new TcpdumpLine(options, limits, anomalies);
    this.#output = output;
  }

  async ready(): Promise<void> {}

  print(packet: CapturedPacket, annotation: Annotation | undefined): void {
    const { text } = this.#output;
    this.#line.begin(packet, text);
    annotation?.appendTo(text);
    this.#line.finish(packet, text);
    this.#output.flushIfFull();
  }

  /** See `TcpdumpLine`. */
  get sequenceBases(): TcpdumpLine['sequenceBases'] {
    return this.#line.sequenceBases;
  }

  pass(packet: CapturedPacket): void {
    this.#line.follow(packet);
  }

  /** The texts that lines are made of. */
  get line(): TcpdumpLine {
    return this.#line;
  }

  flush(): void {
    this.#output.flush();
  }

  drained(): Promise<void> | undefined {
    return this.#output.drained();
  }

  async finish(): Promise<void> {
    await this.#output.finish();
  }
}
