import assert from 'node:assert/strict';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { Listeners } from '../../protocols/events.ts';
import { defaultLimits } from '../../protocols/limits.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import { ByteWriter } from '../../src/byte-writer.ts';
import { Annotation } from '../../src/output/annotation.ts';
import { ExitReport } from '../../src/output/exit-report.ts';
import { JsonLog } from '../../src/output/json-log.ts';
import { defaultLineOptions, type LineOptions } from '../../src/output/tcpdump-line/context.ts';
import { TcpdumpLine } from '../../src/output/tcpdump-line/tcpdump-line.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { RecognizedConnections } from '../../src/recognized-connections.ts';

/** Everything that can be printed of a packet. */
const allOptions: LineOptions = {
  ...defaultLineOptions,
  linkHeader: true,
  verbose: 2,
  hexAscii: 2,
  timestamps: 4,
  packetNumber: true,
};

/** Small, so that short inputs reach them. */
const smallLimits = {
  ...defaultLimits,
  connections: 4,
  outOfOrderBytes: 256,
  outOfOrderSegments: 4,
  outOfOrderTotalBytes: 4096,
  commandLineBytes: 64,
  retrievalLineBytes: 128,
  keysPerRequest: 3,
  doubtfulBytes: 1024,
  recognitionBytes: 1024,
  unfinishedTotalBytes: 2048,
  pendingRequests: 3,
  tentativeRequests: 2,
  pendingTotalBytes: 4096,
  fragmentedDatagrams: 2,
  fragmentBytes: 2048,
  udpRequests: 3,
  udpHeldBytes: 8192,
  lineConversations: 4,
  explainedConnections: 4,
};

/**
 * What the program does with packets, without the guard that keeps it alive: what throws is a finding. So is a byte
 * that is not printable in a line or record, and a record that is no JSON.
 */
export class FuzzedProgram {
  readonly pipeline: Pipeline;
  readonly #anomalies = new AnomalyCounters();
  readonly #report = new ExitReport(this.#anomalies);
  readonly #out = new ByteWriter(4096);
  readonly #annotation = new Annotation(memcached.name);
  readonly #record = new ByteWriter(4096);
  readonly #log = new JsonLog(this.#record, () => {
    checkRecord(this.#record.toString());
    this.#record.clear();
  });
  readonly #line: TcpdumpLine;
  #packets = 0;

  /** `choice` picks among limits, ports and options, so that an input says all by itself. */
  constructor(choice: number) {
    const limits = (choice & 1) === 0 ? defaultLimits : smallLimits;
    const recognizes = (choice & 2) !== 0;
    const options = (choice & 4) === 0 ? allOptions : { ...defaultLineOptions, ascii: 1, absoluteSequence: true };
    this.#line = new TcpdumpLine(options, limits, this.#anomalies);
    const listeners = new Listeners([this.#report, this.#annotation, this.#log]);
    this.pipeline = new Pipeline({
      protocol: memcached,
      ports: recognizes ? 'any' : new Set([11211]),
      udpPorts: new Set([11211]),
      limits,
      anomalies: this.#anomalies,
      keepValueBytes: (choice & 8) === 0 ? 0 : 7,
      events: recognizes ? new RecognizedConnections(listeners, () => {}) : listeners,
    });
  }

  packet(packet: CapturedPacket): void {
    packet.number = ++this.#packets;
    if (this.pipeline.isFull) this.#process();
    this.pipeline.add(packet);
  }

  end(): void {
    while (this.pipeline.next !== undefined) this.#process();
    this.#annotation.clear();
    this.pipeline.end();
    this.#log.summary(this.#report, this.pipeline.timeUs);
    for (const line of this.#report.lines()) checkText(Buffer.from(line));
  }

  #process(): void {
    const packet = this.pipeline.next;
    if (packet === undefined) return;
    this.#annotation.clear();
    this.pipeline.process();
    this.#out.clear();
    this.#line.begin(packet, this.#out);
    this.#annotation.appendTo(this.#out);
    this.#line.finish(packet, this.#out);
    checkText(this.#out.bytes.subarray(0, this.#out.length));
  }
}

/** Lines end and are indented; nothing else moves the cursor. */
function checkText(bytes: Buffer): void {
  for (const byte of bytes) {
    assert.ok((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09, `byte ${byte} in the output`);
  }
}

function checkRecord(line: string): void {
  assert.ok(/^[ -~]*\n$/.test(line), `a record with unprintable bytes: ${JSON.stringify(line)}`);
  JSON.parse(line);
}
