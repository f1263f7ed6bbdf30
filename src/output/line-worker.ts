import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
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
}

const port = parentPort as MessagePort;
const line = new TcpdumpLine(workerData as LineOptions);
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
  const job: LineJob = { batch, text: sharedMemoryOf(out.exchange(nothing), length), length };
  port.postMessage(job);
});
