/** Builders of capture files for tests. */

export interface TestPacket {
  readonly data: Buffer;
  readonly originalLength?: number;
  readonly seconds?: number;
  /** Nanoseconds within the second. */
  readonly nanoseconds?: number;
}

export interface PcapOptions {
  readonly bigEndian?: boolean;
  readonly nanoseconds?: boolean;
  readonly linkType?: number;
  readonly snapLength?: number;
  readonly magic?: number;
  readonly version?: readonly [number, number];
}

type Put = (value: number, width: 2 | 4) => Buffer;

function putter(bigEndian: boolean): Put {
  return (value, width) => {
    const bytes = Buffer.alloc(width);
    if (width === 2) bigEndian ? bytes.writeUInt16BE(value) : bytes.writeUInt16LE(value);
    else bigEndian ? bytes.writeUInt32BE(value >>> 0) : bytes.writeUInt32LE(value >>> 0);
    return bytes;
  };
}

export function pcapFile(packets: readonly TestPacket[], options: PcapOptions = {}): Buffer {
  const put = putter(options.bigEndian ?? false);
  const magic = options.magic ?? (options.nanoseconds === true ? 0xa1b23c4d : 0xa1b2c3d4);
  const [major, minor] = options.version ?? [2, 4];
  const parts = [put(magic, 4), put(major, 2), put(minor, 2), put(0, 4), put(0, 4)];
  parts.push(put(options.snapLength ?? 262_144, 4), put(options.linkType ?? 1, 4));
  const unit = options.nanoseconds === true ? 1 : 1000;
  for (const { data, originalLength, seconds, nanoseconds } of packets) {
    const original = originalLength ?? data.length;
    const lengths = minor < 3 || major === 543 ? [original, data.length] : [data.length, original];
    parts.push(put(seconds ?? 0, 4), put(Math.floor((nanoseconds ?? 0) / unit), 4));
    for (const length of lengths) parts.push(put(length, 4));
    if (magic === 0xa1b2cd34) parts.push(Buffer.alloc(8, 0xee));
    parts.push(data);
  }
  return Buffer.concat(parts);
}

/** Builds the blocks of a pcapng file in one byte order. */
export class PcapngBlocks {
  readonly #put: Put;
  readonly #bigEndian: boolean;

  constructor(bigEndian = false) {
    this.#bigEndian = bigEndian;
    this.#put = putter(bigEndian);
  }

  block(type: number, body: Buffer): Buffer {
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    const length = this.#put(padded.length + 12, 4);
    return Buffer.concat([this.#put(type, 4), length, padded, length]);
  }

  section(): Buffer {
    const put = this.#put;
    const rest = [put(0x1a2b3c4d, 4), put(1, 2), put(0, 2), Buffer.alloc(8, 0xff)];
    return this.block(0x0a0d0d0a, Buffer.concat(rest));
  }

  option(code: number, value: Buffer): Buffer {
    const padding = Buffer.alloc(-value.length & 3);
    return Buffer.concat([this.#put(code, 2), this.#put(value.length, 2), value, padding]);
  }

  signed64(value: bigint): Buffer {
    const bytes = Buffer.alloc(8);
    if (this.#bigEndian) bytes.writeBigInt64BE(value);
    else bytes.writeBigInt64LE(value);
    return bytes;
  }

  interface(linkType: number, snapLength: number, options: readonly Buffer[] = []): Buffer {
    const put = this.#put;
    const end = options.length === 0 ? [] : [Buffer.alloc(4)];
    return this.block(1, Buffer.concat([put(linkType, 2), put(0, 2), put(snapLength, 4), ...options, ...end]));
  }

  enhanced(index: number, units: bigint, data: Buffer, original = data.length): Buffer {
    return this.block(6, Buffer.concat([this.#put(index, 4), ...this.#common(units, data, original)]));
  }

  /** The obsolete packet block. */
  packet(index: number, units: bigint, data: Buffer, original = data.length): Buffer {
    const first = [this.#put(index, 2), this.#put(7, 2)];
    return this.block(2, Buffer.concat([...first, ...this.#common(units, data, original)]));
  }

  simple(data: Buffer, original = data.length): Buffer {
    return this.block(3, Buffer.concat([this.#put(original, 4), data]));
  }

  #common(units: bigint, data: Buffer, original: number): Buffer[] {
    const put = this.#put;
    const words = [Number(units >> 32n), Number(units & 0xffffffffn), data.length, original];
    return [...words.map((word) => put(word, 4)), data];
  }
}
