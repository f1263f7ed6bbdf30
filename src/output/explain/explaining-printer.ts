import type { CapturedPacket } from '../../../protocols/packet.ts';
import type { Annotation } from '../annotation.ts';
import type { DirectPrinter, LinePrinter } from '../line-printer.ts';
import type { OutputStream } from '../output-stream.ts';
import type { Explainer } from './explainer.ts';

/** Prints each packet, and its explanation below. */
export class ExplainingPrinter implements LinePrinter {
  readonly #printer: DirectPrinter;
  readonly #explainer: Explainer;
  readonly #output: OutputStream;
  readonly #showsNumbers: boolean;

  /** `printer` prints to `output`. `showsNumbers`: lines have sequence numbers. */
  constructor(printer: DirectPrinter, explainer: Explainer, output: OutputStream, showsNumbers: boolean) {
    this.#printer = printer;
    this.#explainer = explainer;
    this.#output = output;
    this.#showsNumbers = showsNumbers;
  }

  ready(): Promise<void> {
    return this.#printer.ready();
  }

  print(packet: CapturedPacket, annotation: Annotation | undefined): void {
    this.#printer.print(packet, annotation);
    const bases = this.#showsNumbers ? this.#printer.sequenceBases : undefined;
    const lines = this.#explainer.explain(packet, bases);
    if (lines.length === 0) return;
    const text = Buffer.from(`${lines.join('\n')}\n`);
    this.#output.text.copy(text, 0, text.length);
    this.#output.flushIfFull();
  }

  pass(packet: CapturedPacket): void {
    this.#printer.pass(packet);
    this.#explainer.pass(packet);
  }

  flush(): void {
    this.#printer.flush();
  }

  drained(): Promise<void> | undefined {
    return this.#printer.drained();
  }

  finish(): Promise<void> {
    return this.#printer.finish();
  }
}
