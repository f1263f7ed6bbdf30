/** The thread that prints large files: connects capture and lines, as sniff.ts connects the rest. See `LineThread`. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import { ByteWriter } from '../byte-writer.ts';
import { CaptureError } from '../capture/capture-error.ts';
import { compileFilter } from '../capture/filter/evaluate.ts';
import { PacketCursor } from '../capture/packet-cursor.ts';
import { notPrinted, sharedMemoryOf } from '../output/annotation-batch.ts';
import type { LineJob, LineMessage, LineThreadData } from '../output/line-thread.ts';
import { TcpdumpLine } from '../output/tcpdump-line/tcpdump-line.ts';

const port = parentPort as MessagePort;
const { options, limits, capture, filter } = workerData as LineThreadData;
const anomalies = new AnomalyCounters();
const line = new TcpdumpLine(options, limits, anomalies);
const passes = filter === '' ? undefined : compileFilter(filter);
const cursor = new PacketCursor(capture);
const out = new ByteWriter(0);
const nothing = Buffer.alloc(0);
let packets = 0;

port.on('message', ({ annotations, text }: LineJob) => {
  out.exchange(Buffer.from(text));
  const lengths = new Int32Array(annotations.lengths);
  const annotation = Buffer.from(annotations.text);
  let from = 0;
  let index = 0;
  for (; index < annotations.count; index++) {
    const packet = nextPacket();
    if (packet === undefined) break;
    const length = lengths[index] as number;
    if (length === notPrinted) {
      line.follow(packet);
      continue;
    }
    line.begin(packet, out);
    out.copy(annotation, from, from + length);
    line.finish(packet, out);
    from += length;
  }
  const { length } = out;
  say({
    annotations,
    text: sharedMemoryOf(out.exchange(nothing), length),
    length,
    anomalies: anomalies.counts,
    isChanged: index < annotations.count,
  });
  anomalies.counts.clear();
});
say('loaded');

/**
 * The next packet that passes the filter, numbered as in the main thread; undefined where the file has changed since.
 */
function nextPacket(): CapturedPacket | undefined {
  for (;;) {
    const packet = readPacket();
    if (packet === undefined) return undefined;
    if (passes?.(packet) === false) continue;
    packet.number = ++packets;
    return packet;
  }
}

function readPacket(): CapturedPacket | undefined {
  try {
    return cursor.next();
  } catch (error) {
    if (error instanceof CaptureError) return undefined;
    throw error;
  }
}

function say(message: LineMessage): void {
  port.postMessage(message);
}
