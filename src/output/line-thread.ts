import { Worker } from 'node:worker_threads';
import type { Anomaly, AnomalyCounters } from '../../protocols/anomaly.ts';
import type { Limits } from '../../protocols/limits.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type { Annotation } from './annotation.ts';
import type { LinePrinter } from './line-printer.ts';
import type { LineJob, LineMessage, LineWorkerData } from './line-worker.ts';
import type { OutputStream } from './output-stream.ts';
import { PacketBatchWriter } from './packet-batch.ts';
import type { LineOptions } from './tcpdump-line/context.ts';

/** Batches that may be under way: one that the thread works on, one that waits for it, and one that is printed. */
const mostUnderWay = 3;

const initialText = 1024 * 1024;

/**
 * Prints in a thread of its own, while this one reads on: of a large file, much of the work is printing. Lines come out
 * in order, and as many as `DirectPrinter` would print.
 */
export class LineThread implements LinePrinter {
  readonly #output: OutputStream;
  readonly #anomalies: AnomalyCounters;
  readonly #worker: Worker;
  readonly #batch = new PacketBatchWriter();
  readonly #texts: SharedArrayBuffer[] = [];
  #isLoaded = false;
  #underWay = 0;
  #failure: Error | undefined;
  /** Called at each message of the thread, and when it fails. */
  #progressed: (() => void) | undefined;

  constructor(options: LineOptions, output: OutputStream, limits: Limits, anomalies: AnomalyCounters) {
    this.#output = output;
    this.#anomalies = anomalies;
    const workerData: LineWorkerData = { options, limits };
    this.#worker = new Worker(new URL('./line-worker.js', import.meta.url), { workerData });
    this.#worker.on('message', (message: LineMessage) => {
      if (message === 'loaded') this.#isLoaded = true;
      else this.#take(message);
      this.#progressed?.();
    });
    this.#worker.on('error', (error) => {
      this.#failure = error;
      this.#progressed?.();
    });
  }

  async ready(): Promise<void> {
    while (!this.#isLoaded) await this.#progress();
  }

  print(packet: CapturedPacket, annotation: Annotation | undefined): void {
    this.#batch.add(packet, annotation);
    if (this.#batch.isFull) this.flush();
  }

  flush(): void {
    if (this.#batch.isEmpty) return;
    const batch = this.#batch.take();
    const text = this.#texts.pop() ?? new SharedArrayBuffer(initialText);
    const job: LineJob = { batch, text, length: 0, anomalies: nothingCounted };
    this.#worker.postMessage(job);
    this.#underWay++;
  }

  drained(): Promise<void> | undefined {
    return this.#underWay < mostUnderWay ? this.#output.drained() : this.#waitFor(mostUnderWay - 1);
  }

  async finish(): Promise<void> {
    this.flush();
    await this.#waitFor(0);
    await this.#worker.terminate();
    await this.#output.finish();
  }

  #take({ batch, text, length, anomalies }: LineJob): void {
    this.#underWay--;
    for (const [anomaly, times] of anomalies) this.#anomalies.count(anomaly, times);
    this.#batch.giveBack(batch);
    this.#output.text.copy(Buffer.from(text), 0, length);
    this.#output.flush();
    this.#texts.push(text);
  }

  /** Settles when no more than `most` batches are under way, and the output is drained. */
  async #waitFor(most: number): Promise<void> {
    while (this.#underWay > most) await this.#progress();
    await this.#output.drained();
  }

  async #progress(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve) => {
      this.#progressed = resolve;
    });
  }
}

const nothingCounted: ReadonlyMap<Anomaly, number> = new Map();
