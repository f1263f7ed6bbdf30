import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type Anomaly, AnomalyCounters } from '../../protocols/anomaly.ts';
import type { Limits } from '../../protocols/limits.ts';
import { ByteWriter } from '../byte-writer.ts';
import { type PacketBatch, readBatch, sharedMemoryOf } from './packet-batch.ts';
import type { LineOptions } from './tcpdump-line/context.ts';
import { TcpdumpLine } from './tcpdump-line/tcpdump-line.ts';

/** What the thread is given, and gives back with the lines written into `text`. */
export interface LineJob {
  readonly batch: PacketBatch;
  readonly text: SharedArrayBuffer;
  /** Bytes of the lines. */
  readonly length: number;
  /** What was counted while they were printed. */
  readonly anomalies: ReadonlyMap<Anomaly, number>;
}

/** What the thread says; first of all that it needs no more files. */
export type LineMessage = LineJob | 'loaded';

/** What the thread is started with. */
export interface LineWorkerData {
  readonly options: LineOptions;
  readonly limits: Limits;
}

const port = parentPort as MessagePort;
const { options, limits } = workerData as LineWorkerData;
const anomalies = new AnomalyCounters();
const line = new TcpdumpLine(options, limits, anomalies);
const out = new ByteWriter(0);
const nothing = Buffer.alloc(0);

port.on('message', ({ batch, text }: LineJob) => {
  out.exchange(Buffer.from(text));
  readBatch(batch, (packet, annotations, from, to) => {
    line.begin(packet, out);
    out.copy(annotations, from, to);
    line.finish(packet, out);
  });
  const { length } = out;
  const lines = sharedMemoryOf(out.exchange(nothing), length);
  say({ batch, text: lines, length, anomalies: anomalies.counts });
  anomalies.counts.clear();
});
say('loaded');

function say(message: LineMessage): void {
  port.postMessage(message);
}
