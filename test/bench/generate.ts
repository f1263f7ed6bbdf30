/**
 * Writes a capture of small memcached exchanges for measuring: `npm run bench:generate -- FILE [PACKETS]`,
 * a million packets unless told otherwise. The same arguments give the same bytes.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { ethernet, ipv4, tcp } from '../support/packet-builder.ts';

const connectionCount = 200;
const recordHeaderLength = 16;
/** Ethernet, IPv4 and TCP with time stamps. */
const headerLength = 14 + 20 + 32;
const bufferLength = 1 << 20;

/** Numerical Recipes' linear congruential generator: small, and the same everywhere. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x100000000) * below);
  };
}

interface Flow {
  readonly clientHeader: Buffer;
  readonly serverHeader: Buffer;
  clientNext: number;
  serverNext: number;
}

function frameHeader(
  source: { address: string; port: number },
  destination: { address: string; port: number },
): Buffer {
  const timestamps = { kind: 'ts', value: 1, echo: 1 } as const;
  const options = [{ kind: 'nop' }, { kind: 'nop' }, timestamps] as const;
  const segment = tcp(Buffer.alloc(0), { source, destination, seq: 0, flags: '.', window: 502, options });
  return ethernet(ipv4(segment, { source: source.address, destination: destination.address, dontFragment: true }));
}

function newFlow(index: number): Flow {
  const client = { address: `10.0.${index >> 6}.${(index & 63) + 1}`, port: 30000 + index * 7 };
  const server = { address: '10.1.0.1', port: 11211 };
  const clientNext = Math.imul(index + 1, 2654435761) >>> 0;
  const serverNext = Math.imul(index + 1, 2246822519) >>> 0;
  const clientHeader = frameHeader(client, server);
  return { clientHeader, serverHeader: frameHeader(server, client), clientNext, serverNext };
}

/** Streams packets into a file through one buffer, patching a ready-made header for each. */
class BenchWriter {
  written = 0;
  readonly #file: number;
  readonly #buffer = Buffer.alloc(bufferLength);
  #used = 0;
  #microseconds = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt32LE(0x00040002, 4);
    header.writeUInt32LE(262144, 16);
    header.writeUInt32LE(1, 20);
    writeSync(this.#file, header);
  }

  packet(flow: Flow, fromClient: boolean, flags: number, payload: Buffer): void {
    const length = headerLength + payload.length;
    if (this.#used + recordHeaderLength + length > bufferLength) this.#flush();
    const bytes = this.#buffer;
    const record = this.#used;
    this.#microseconds += 7;
    bytes.writeUInt32LE(1767323045 + Math.floor(this.#microseconds / 1e6), record);
    bytes.writeUInt32LE(this.#microseconds % 1e6, record + 4);
    bytes.writeUInt32LE(length, record + 8);
    bytes.writeUInt32LE(length, record + 12);
    const frame = record + recordHeaderLength;
    bytes.set(fromClient ? flow.clientHeader : flow.serverHeader, frame);
    // Checksums stay those of the header alone: nobody looks at them without -v.
    bytes.writeUInt16BE(52 + payload.length, frame + 16);
    bytes.writeUInt32BE(fromClient ? flow.clientNext : flow.serverNext, frame + 38);
    bytes.writeUInt32BE(fromClient ? flow.serverNext : flow.clientNext, frame + 42);
    bytes.writeUInt8(flags, frame + 47);
    bytes.writeUInt32BE(Math.floor(this.#microseconds / 1000), frame + 58);
    bytes.writeUInt32BE(Math.floor(this.#microseconds / 1000), frame + 62);
    bytes.set(payload, frame + headerLength);
    if (fromClient) flow.clientNext = (flow.clientNext + payload.length) >>> 0;
    else flow.serverNext = (flow.serverNext + payload.length) >>> 0;
    this.#used += recordHeaderLength + length;
    this.written++;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#buffer, 0, this.#used);
    this.#used = 0;
  }
}

const pushAck = 0x18;
const onlyAck = 0x10;
const nothing = Buffer.alloc(0);

function generate(path: string, packets: number): void {
  const random = randomNumbers(1);
  const flows = Array.from({ length: connectionCount }, (_, index) => newFlow(index));
  const value = 'v'.repeat(400);
  const writer = new BenchWriter(path);
  while (writer.written < packets) {
    const flow = flows[random(connectionCount)] ?? newFlow(0);
    const key = `user:${random(100_000)}:profile`;
    const size = 1 + random(400);
    const kind = random(10);
    let request = `get ${key}\r\n`;
    let answer = 'END\r\n';
    if (kind < 6) {
      answer = `VALUE ${key} 0 ${size}\r\n${value.slice(0, size)}\r\nEND\r\n`;
    } else if (kind < 8) {
      request = `set ${key} 0 0 ${size}\r\n${value.slice(0, size)}\r\n`;
      answer = 'STORED\r\n';
    }
    writer.packet(flow, true, pushAck, Buffer.from(request));
    if (writer.written < packets) writer.packet(flow, false, pushAck, Buffer.from(answer));
    if (writer.written < packets) writer.packet(flow, true, onlyAck, nothing);
  }
  writer.close();
}

const [path, count = '1000000'] = process.argv.slice(2);
if (path === undefined || !/^[1-9]\d*$/.test(count)) {
  process.stderr.write('usage: generate FILE [PACKETS]\n');
  process.exitCode = 2;
} else {
  generate(path, Number(count));
}
