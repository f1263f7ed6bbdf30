import type { Random } from './random.ts';
import { type Flow, fillChecksum } from './random-ip.ts';

const fin = 1;
const syn = 2;
const rst = 4;
const psh = 8;
const ack = 16;

/** The flow's next TCP segment, mostly as a well-behaved peer would send it. */
export function tcpSegment(random: Random, flow: Flow, fromClient: boolean): Buffer {
  const handshake = flow.step < 3 && random.chance(0.9);
  const client = handshake ? flow.step !== 1 : fromClient;
  const flags = handshake ? (flow.step === 0 ? syn : flow.step === 1 ? syn | ack : ack) : dataFlags(random);
  flow.step = random.chance(0.03) ? 0 : flow.step + 1;
  const payload = handshake && random.chance(0.95) ? Buffer.alloc(0) : tcpPayload(random);
  const options = tcpOptions(random, flow, client, flags);
  const header = Buffer.alloc(20);
  header.writeUInt16BE(client ? flow.clientPort : flow.serverPort, 0);
  header.writeUInt16BE(client ? flow.serverPort : flow.clientPort, 2);
  const sequence = client ? flow.clientSequence : flow.serverSequence;
  const jump = random.chance(0.08) ? random.between(-3000, 3000) : 0;
  header.writeUInt32BE((sequence + jump) >>> 0, 4);
  header.writeUInt32BE(client ? flow.serverSequence : flow.clientSequence, 8);
  header[12] = random.chance(0.02) ? random.below(256) : ((20 + options.length) / 4) << 4;
  header[13] = flags;
  header.writeUInt16BE(random.below(65536), 14);
  header.writeUInt16BE(random.chance(0.1) ? random.below(65536) : 0, 18);
  const segment = Buffer.concat([header, options, payload]);
  if (random.chance(0.85)) fillChecksum(flow, 6, segment, 16);
  else segment.writeUInt16BE(random.below(65536), 16);
  const next = (sequence + payload.length + ((flags & (syn | fin)) !== 0 ? 1 : 0)) >>> 0;
  if (client) flow.clientSequence = next;
  else flow.serverSequence = next;
  return segment;
}

function dataFlags(random: Random): number {
  const kind = random.below(100);
  if (kind < 70) return ack | (random.chance(0.5) ? psh : 0);
  if (kind < 78) return ack | fin;
  if (kind < 86) return rst | (random.chance(0.5) ? ack : 0);
  if (kind < 90) return syn | (random.chance(0.5) ? ack : 0);
  return random.below(256);
}

function tcpPayload(random: Random): Buffer {
  if (random.chance(0.3)) return Buffer.alloc(0);
  if (random.chance(0.5))
    return Buffer.from(random.pick(['get userId\r\n', 'END\r\n', 'set k 0 0 4\r\nabcd\r\n', '\t\x7f\r']));
  return random.bytes(random.below(random.chance(0.1) ? 1400 : 50));
}

function tcpOptions(random: Random, flow: Flow, client: boolean, flags: number): Buffer {
  const parts: Buffer[] = [];
  if ((flags & syn) !== 0 && random.chance(0.8)) {
    parts.push(Buffer.from([2, 4, 5, 0xb4, 4, 2]), timestamps(random), Buffer.from([1, 3, 3, 7]));
  } else if (random.chance(0.6)) {
    parts.push(Buffer.from([1, 1]), timestamps(random));
  }
  while (random.chance(0.15)) parts.push(tcpOption(random, client ? flow.serverSequence : flow.clientSequence));
  const options = Buffer.concat(parts).subarray(0, 40);
  return Buffer.concat([options, Buffer.alloc((4 - (options.length % 4)) % 4, random.pick([0, 1]))]);
}

function timestamps(random: Random): Buffer {
  return Buffer.concat([Buffer.from([8, 10]), random.bytes(8)]);
}

function tcpOption(random: Random, acknowledgment: number): Buffer {
  switch (random.below(12)) {
    case 0:
    case 1:
      return sack(random, acknowledgment);
    case 2:
      return sized(random, random.pick([2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 20, 28]), random.below(9));
    case 3:
      return sized(random, 19, random.chance(0.8) ? 16 : random.below(20));
    case 4:
      return sized(random, 29, random.below(16));
    case 5:
    case 6:
      return multipath(random);
    case 7:
      return sized(random, 34, random.pick([0, 4, 8, 16, 5, 18]));
    case 8:
      return Buffer.concat([
        Buffer.from([254, 4 + 8]),
        random.pick([Buffer.from([0xf9, 0x89]), random.bytes(2)]),
        random.bytes(8),
      ]);
    case 9:
      return sized(random, random.below(256), random.below(12));
    case 10:
      return random.bytes(random.between(1, 6));
    default:
      return Buffer.from([random.pick([0, 1])]);
  }
}

/** An option of `length` data bytes, which says so in nine of ten cases. */
function sized(random: Random, kind: number, length: number): Buffer {
  return Buffer.concat([Buffer.from([kind, random.chance(0.9) ? length + 2 : random.below(48)]), random.bytes(length)]);
}

function sack(random: Random, acknowledgment: number): Buffer {
  const blocks = random.between(1, 3);
  const option = Buffer.alloc(2 + blocks * 8);
  option[0] = 5;
  option[1] = option.length;
  for (let block = 0; block < blocks; block++) {
    const left = acknowledgment + random.below(5000);
    option.writeUInt32BE(left >>> 0, 2 + block * 8);
    option.writeUInt32BE((left + random.below(1400)) >>> 0, 6 + block * 8);
  }
  return option;
}

/** Lengths of the Multipath TCP options by subtype. */
const multipathLengths = [
  [4, 12, 20, 22],
  [12, 16, 24],
  [4, 8, 12, 16, 18, 20, 24, 26, 28],
  [8, 10, 16, 18, 20, 22, 28, 30],
  [4, 5, 6],
  [3, 4],
  [12],
  [12],
  [3, 5],
];

function multipath(random: Random): Buffer {
  const subtype = random.below(multipathLengths.length);
  const length = random.chance(0.9) ? random.pick(multipathLengths[subtype] as number[]) : random.between(2, 30);
  const option = random.bytes(length);
  option[0] = 30;
  option[1] = length;
  if (length > 2) option[2] = (subtype << 4) | random.pick([0, 0, 1, 4, 6, 15]);
  return option;
}

/** A UDP datagram, mostly with a right length and checksum. */
export function udpDatagram(random: Random, flow: Flow, fromClient: boolean): Buffer {
  const payload = random.bytes(random.below(random.chance(0.1) ? 1400 : 60));
  const datagram = Buffer.concat([Buffer.alloc(8), payload]);
  datagram.writeUInt16BE(fromClient ? flow.clientPort : flow.serverPort, 0);
  datagram.writeUInt16BE(fromClient ? flow.serverPort : flow.clientPort, 2);
  datagram.writeUInt16BE(random.chance(0.93) ? datagram.length : random.below(datagram.length * 2), 4);
  const checksum = random.below(10);
  if (checksum < 7) fillChecksum(flow, 17, datagram, 6);
  else if (checksum < 9) datagram.writeUInt16BE(random.below(65536), 6);
  return random.chance(0.02) ? datagram.subarray(0, random.below(8)) : datagram;
}
