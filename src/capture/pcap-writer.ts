import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { CapturedPacket } from '../../protocols/packet.ts';
import { ByteWriter } from '../byte-writer.ts';
import { type OpenFile, privateMode } from '../open-file.ts';
import { systemErrorText } from '../system-error.ts';
import { TailGuard } from '../tail-guard.ts';
import { CaptureError } from './capture-error.ts';
import { maximumSnapLength } from './capture-reader.ts';
import type { CaptureInfo } from './capture-source.ts';
import { describeLinkType } from './link-types.ts';
import { pcapMagic } from './pcap-reader.ts';

/** Bytes collected before they are handed to the sink. */
const batchLength = 64 * 1024;

/** Where a saved capture goes. `write` must have taken the bytes when it returns: the buffer is used again. */
export interface CaptureSink {
  /** For messages: a file's name. */
  readonly name: string;
  /** Takes `bytes[0, length)`, which are whole records. Throws a `CaptureError` where they can't be kept. */
  write(bytes: Buffer, length: number): void;
  close(): void;
}

/** Saves packets. What it can't keep it throws a `CaptureError` for. */
export interface PacketSaver {
  begin(info: CaptureInfo): void;
  packet(packet: CapturedPacket): void;
  flush(): void;
  close(): void;
}

/**
 * Saves packets as pcap with the times, lengths and link type that they were read with. Records are batched; `flush`
 * hands on what is there.
 */
export class PcapWriter implements PacketSaver {
  readonly #sink: CaptureSink;
  readonly #batch = new ByteWriter(2 * batchLength);
  #linkType = -1;
  #nanosecondsPerUnit = 1000;

  constructor(sink: CaptureSink) {
    this.#sink = sink;
  }

  /** Writes the file header. The fields are little-endian, as most machines write them. */
  begin(info: CaptureInfo): void {
    this.#linkType = info.linkType;
    this.#nanosecondsPerUnit = info.nanoseconds ? 1 : 1000;
    // pcapng interfaces may have different snapshot lengths: readers cut at the one in this header.
    const snapLength = info.format === 'pcapng' ? Math.max(info.snapLength, maximumSnapLength) : info.snapLength;
    this.#word(info.nanoseconds ? pcapMagic.nanoseconds : pcapMagic.microseconds);
    this.#word(0x0004_0002);
    this.#word(0);
    this.#word(0);
    this.#word(snapLength);
    this.#word(info.linkType);
    this.flush();
  }

  /**
   * Throws a `CaptureError`, and leaves what was written so far whole, where the packet is of another link type: a
   * pcap file has only one.
   */
  packet(packet: CapturedPacket): void {
    if (packet.linkType !== this.#linkType) {
      this.flush();
      throw new CaptureError(
        `packet ${packet.number} is ${describeLinkType(packet.linkType)} and the packets before it ` +
          `are ${describeLinkType(this.#linkType)}: a pcap file holds only one link type`,
        { source: this.#sink.name, packet: packet.number },
      );
    }
    const length = packet.end - packet.start;
    this.#word(packet.seconds);
    this.#word(Math.floor(packet.nanoseconds / this.#nanosecondsPerUnit));
    this.#word(length);
    this.#word(packet.originalLength);
    this.#batch.copy(packet.bytes, packet.start, packet.end);
    if (this.#batch.length >= batchLength) this.flush();
  }

  flush(): void {
    if (this.#batch.length === 0) return;
    try {
      this.#sink.write(this.#batch.bytes, this.#batch.length);
    } finally {
      this.#batch.clear();
    }
  }

  /** Flushes and closes. */
  close(): void {
    try {
      this.flush();
    } finally {
      this.#sink.close();
    }
  }

  #word(value: number): void {
    const batch = this.#batch;
    batch.reserve(4);
    const { bytes, length } = batch;
    bytes[length] = value;
    bytes[length + 1] = value >>> 8;
    bytes[length + 2] = value >>> 16;
    bytes[length + 3] = value >>> 24;
    batch.length = length + 4;
  }
}

/**
 * Opens a file for `PcapWriter`. What it held is gone from the first bytes on that are written: a capture that can't
 * begin costs nothing. Throws a `CaptureError` where it can't be opened.
 */
export function openCaptureFile(path: string, open: OpenFile = openSync): CaptureSink {
  let file: number;
  try {
    file = open(path, constants.O_WRONLY | constants.O_CREAT, privateMode);
  } catch (error) {
    throw new CaptureError(systemErrorText(error), { source: path });
  }
  const regular = fstatSync(file).isFile();
  const guard = regular ? TailGuard.ofLength(file) : undefined;
  let kept = 0;
  let broken = false;

  /** Takes back a record that was written in part, so that the file stays readable. */
  function takeBack(): void {
    broken = true;
    try {
      if (regular) ftruncateSync(file, kept);
    } catch {
      // Nothing better can be done; the error that led here is reported.
    }
  }

  return {
    name: path,
    write(bytes, length) {
      if (broken) return;
      try {
        if (kept === 0 && regular) {
          ftruncateSync(file);
          guard?.tell(0);
        }
        for (let at = 0; at < length; ) at += writeSync(file, bytes, at, length - at);
      } catch (error) {
        takeBack();
        throw new CaptureError(systemErrorText(error), { source: path });
      }
      kept += length;
      guard?.tell(kept);
    },
    close() {
      guard?.end();
      closeSync(file);
    },
  };
}
