/**
 * Run as a process of its own by in-order-allocation.test.ts: sends in-order segments through a table and prints by
 * how many bytes the heap grew for each. The young generation must be large enough for no collection to happen.
 */
import { AnomalyCounters } from '../../../protocols/anomaly.ts';
import { Datagram } from '../../../protocols/datagram.ts';
import { defaultLimits } from '../../../protocols/limits.ts';
import type { Arrival, Session } from '../../../protocols/protocol.ts';
import { ConnectionTable } from '../../../protocols/tcp/connection-table.ts';
import { TcpFlag, TcpSegment } from '../../../protocols/tcp/segment.ts';

const connections = 50;
const rounds = 5;
const roundSegments = 200_000;

let delivered = 0;
const session: Session = {
  data(_fromClient, _bytes, start, end) {
    delivered += end - start;
  },
  gap() {},
  waiting() {},
  end() {},
};
const table = new ConnectionTable({
  limits: defaultLimits,
  anomalies: new AnomalyCounters(),
  isServerPort: (port) => port === 11211,
  speakerOf: () => undefined,
  open: () => session,
  fact: process.argv.includes('observed') ? () => {} : undefined,
});
const arrival: Arrival = { timeUs: 1_343_114_620_000_000.5, packet: 0, acknowledged: -1 };
const datagram = new Datagram();
const segment = new TcpSegment();
const bytes = Buffer.alloc(1500);
datagram.family = 4;
segment.payloadStart = 66;
// Near 2^31 and 2^32, so that the streams pass both.
const clientNext = new Uint32Array(connections).fill(0x7fff0000);
const serverNext = new Uint32Array(connections).fill(0xffff0000);

function send(count: number): void {
  for (let index = 0; index < count; index++) {
    const connection = (index >> 2) % connections;
    const fromClient = (index & 2) === 0;
    const own = fromClient ? clientNext : serverNext;
    const other = fromClient ? serverNext : clientNext;
    // Every other segment is a bare acknowledgment.
    const length = (index & 1) === 0 ? 40 : 0;
    datagram.source3 = fromClient ? 0x0a000001 : 0x0a000002;
    datagram.destination3 = fromClient ? 0x0a000002 : 0x0a000001;
    segment.sourcePort = fromClient ? 30_000 + connection : 11_211;
    segment.destinationPort = fromClient ? 11_211 : 30_000 + connection;
    segment.sequence = own[connection] as number;
    segment.acknowledgment = other[connection] as number;
    segment.flags = TcpFlag.ack | TcpFlag.psh;
    segment.payloadEnd = 66 + length;
    segment.payloadLength = length;
    arrival.timeUs += 10;
    arrival.packet++;
    table.segment(datagram, segment, bytes, arrival);
    own[connection] = (own[connection] as number) + length;
  }
}

send(400_000);
const deliveredBefore = delivered;
// The engine may compile or give up compiled code in one round; what the code itself allocates shows in each.
let perSegment = Number.POSITIVE_INFINITY;
for (let round = 0; round < rounds; round++) {
  const before = process.memoryUsage().heapUsed;
  send(roundSegments);
  perSegment = Math.min(perSegment, (process.memoryUsage().heapUsed - before) / roundSegments);
}
const missed = ((rounds * roundSegments) / 2) * 40 - (delivered - deliveredBefore);
process.stdout.write(`${JSON.stringify({ perSegment, missed })}\n`);
