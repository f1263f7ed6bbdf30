import type { CaptureReader, CaptureReceiver } from '../../src/capture/capture-reader.ts';
import { readChunk } from '../../src/capture/capture-reader.ts';
import type { CaptureHandler, CaptureInfo } from '../../src/capture/capture-source.ts';
import { readerFor } from '../../src/capture/detect.ts';

/** A packet kept for comparison. */
interface KeptPacket {
  readonly data: string;
  readonly originalLength: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly linkType: number;
  readonly number: number;
}

export interface Collected {
  readonly packets: KeptPacket[];
  readonly infos: CaptureInfo[];
}

export function collector(): Collected & CaptureHandler {
  const packets: KeptPacket[] = [];
  const infos: CaptureInfo[] = [];
  return {
    packets,
    infos,
    begin: (info) => infos.push(info),
    packet: ({ bytes, start, end, originalLength, seconds, nanoseconds, linkType, number }) => {
      const data = bytes.toString('hex', start, end);
      packets.push({ data, originalLength, seconds, nanoseconds, linkType, number });
    },
    afterChunk: () => undefined,
  };
}

/** Reads a whole file in one piece, or cut at the given offsets. */
export function read(file: Buffer, cuts: readonly number[] = []): Collected {
  const into = collector();
  readInto(file, into, cuts);
  return into;
}

export function readInto(file: Buffer, into: CaptureReceiver, cuts: readonly number[] = []): CaptureReader {
  const reader = readerFor(file, into);
  let at = 0;
  for (const cut of [...cuts, file.length]) {
    // A copy that is overwritten afterwards: nothing may be kept of a chunk.
    const chunk = Buffer.from(file.subarray(at, cut));
    readChunk(reader, chunk);
    chunk.fill(0xaa);
    at = cut;
  }
  reader.end();
  return reader;
}
