import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Anomaly, AnomalyCounters } from '../../protocols/anomaly.ts';
import type { Limits } from '../../protocols/limits.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type { Annotation } from './annotation.ts';
import { type AnnotationBatch, AnnotationBatchWriter } from './annotation-batch.ts';
import type { LinePrinter } from './line-printer.ts';
import type { OutputStream } from './output-stream.ts';
import type { LineOptions } from './tcpdump-line/context.ts';

/** What the thread is started with. */
export interface LineThreadData {
  readonly options: LineOptions;
  readonly limits: Limits;
  /** A descriptor of the capture file, for the thread alone. */
  readonly capture: number;
  /** The filter expression that packets have passed; empty where there is none. */
  readonly filter: string;
}

/** What the thread is given, and gives back with the lines written into `text`. */
export interface LineJob {
  readonly annotations: AnnotationBatch;
  readonly text: SharedArrayBuffer;
  /** Bytes of the lines. */
  readonly length: number;
  /** What was counted while they were printed. */
  readonly anomalies: ReadonlyMap<Anomaly, number>;
  /** True where the packets are not in the file any more. */
  readonly isChanged: boolean;
}

/** What the thread says; first of all that it needs no more files. */
export type LineMessage = LineJob | 'loaded';

/** Batches that may be under way: one that the thread works on, one that waits for it, and one that is printed. */
const mostUnderWay = 3;

const initialText = 1024 * 1024;

/**
 * Prints in a thread of its own, while this one reads on: of a large file, much of the work is printing. The thread
 * reads the capture itself, and is told what is said of each packet. Lines come out in order, as `DirectPrinter` prints
 * them.
 */
export class LineThread implements LinePrinter {
  readonly #script: string;
  readonly #output: OutputStream;
  readonly #anomalies: AnomalyCounters;
  readonly #changed: () => Error;
  readonly #worker: Worker;
  readonly #batch = new AnnotationBatchWriter();
  readonly #texts: SharedArrayBuffer[] = [];
  #isLoaded = false;
  #underWay = 0;
  /** Thrown once; then nothing is printed any more. */
  #failure: Error | undefined;
  #isBroken = false;
  /** Called at each message of the thread, and when it fails. */
  #progressed: (() => void) | undefined;

  /** `script`: the thread's; `changed`: makes the error for a file that holds other bytes than before. */
  constructor(
    script: URL,
    data: LineThreadData,
    output: OutputStream,
    anomalies: AnomalyCounters,
    changed: () => Error,
  ) {
    this.#script = fileURLToPath(script);
    this.#output = output;
    this.#anomalies = anomalies;
    this.#changed = changed;
    this.#worker = new Worker(script, { workerData: data });
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
    // Most installations can be read by anybody: then starting the thread and reading the capture go on side by side.
    if (isOpenToAll(this.#script)) return;
    while (!this.#isLoaded) await this.#progress();
  }

  print(_packet: CapturedPacket, annotation: Annotation | undefined): void {
    this.#batch.add(annotation);
    if (this.#batch.isFull) this.#handOver();
  }

  pass(): void {
    this.#batch.pass();
    if (this.#batch.isFull) this.#handOver();
  }

  /** Nobody waits for a line of a large file, and handing over the few packets of a chunk costs more than printing. */
  flush(): void {}

  drained(): Promise<void> | undefined {
    return this.#underWay < mostUnderWay ? this.#output.drained() : this.#waitFor(mostUnderWay - 1);
  }

  async finish(): Promise<void> {
    this.#handOver();
    try {
      await this.#waitFor(0);
    } finally {
      await this.#worker.terminate();
    }
    await this.#output.finish();
  }

  /** What was printed since the last time becomes the thread's to do. */
  #handOver(): void {
    if (this.#batch.isEmpty || this.#isBroken) return;
    const text = this.#texts.pop() ?? new SharedArrayBuffer(initialText);
    const job: LineJob = {
      annotations: this.#batch.take(),
      text,
      length: 0,
      anomalies: nothingCounted,
      isChanged: false,
    };
    this.#worker.postMessage(job);
    this.#underWay++;
  }

  #take({ annotations, text, length, anomalies, isChanged }: LineJob): void {
    this.#underWay--;
    for (const [anomaly, times] of anomalies) this.#anomalies.count(anomaly, times);
    this.#batch.giveBack(annotations);
    this.#output.text.copy(Buffer.from(text), 0, length);
    this.#output.flush();
    this.#texts.push(text);
    if (isChanged) this.#failure ??= this.#changed();
  }

  /** Settles when no more than `most` batches are under way, and the output is drained. */
  async #waitFor(most: number): Promise<void> {
    while (this.#underWay > most && !this.#isBroken) await this.#progress();
    this.#throwFailure();
    await this.#output.drained();
  }

  async #progress(): Promise<void> {
    this.#throwFailure();
    await new Promise<void>((resolve) => {
      this.#progressed = resolve;
    });
  }

  #throwFailure(): void {
    const failure = this.#failure;
    if (failure === undefined || this.#isBroken) return;
    this.#isBroken = true;
    throw failure;
  }
}

/** Whether every user may read the files in this one's directory, as far as this one's mode tells. */
function isOpenToAll(path: string): boolean {
  if ((statSync(path).mode & anyoneReads) === 0) return false;
  for (let at = dirname(path); ; at = dirname(at)) {
    if ((statSync(at).mode & anyoneEnters) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

const anyoneReads = 0o004;
const anyoneEnters = 0o001;

const nothingCounted: ReadonlyMap<Anomaly, number> = new Map();
