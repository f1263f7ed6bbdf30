import type { CapturedPacket } from '../../protocols/packet.ts';
import type { CaptureInfo } from './capture-source.ts';
import { fileName } from './file-name.ts';
import { type CaptureSink, type PacketSaver, PcapWriter } from './pcap-writer.ts';

/** Header of a pcap file, and of each of its records, in bytes. */
const fileHeader = 24;
const recordHeader = 16;

/** When one file of `-w` ends and another begins. */
export interface Rotation {
  /** Once a file is larger than as many bytes (`-C`); Infinity for never. */
  readonly bytes: number;
  /** After as many seconds of packet time (`-G`); Infinity for never. */
  readonly seconds: number;
  /** How many files there are at most (`-W`): with `bytes` the first is used again, with `seconds` the run ends. */
  readonly files: number;
}

/**
 * Saves packets into one file after the other, whose names are tcpdump's: of `-G` the conversions of strftime(3), of
 * `-C` a number at the end. Files are opened when their first packet comes.
 */
export class RotatingWriter implements PacketSaver {
  readonly #path: string;
  readonly #rotation: Rotation;
  readonly #open: (path: string) => CaptureSink;
  readonly #finished: () => void;
  #info: CaptureInfo | undefined;
  #writer: PcapWriter | undefined;
  #bytes = 0;
  #startSeconds = 0;
  /** Files in the span of `-G`, and spans. */
  #filesOfSpan = 0;
  #spans = 0;
  #isFinished = false;

  /** `open` throws a `CaptureError` where that can't be done; `finished` is called once where no file may follow. */
  constructor(path: string, rotation: Rotation, open: (path: string) => CaptureSink, finished: () => void) {
    this.#path = path;
    this.#rotation = rotation;
    this.#open = open;
    this.#finished = finished;
  }

  begin(info: CaptureInfo): void {
    this.#info = info;
  }

  packet(packet: CapturedPacket): void {
    if (this.#isFinished) return;
    const { bytes, seconds } = this.#rotation;
    if (this.#writer === undefined || packet.seconds - this.#startSeconds >= seconds) this.#beginSpan(packet.seconds);
    else if (this.#bytes > bytes) this.#beginFile();
    if (this.#isFinished) return;
    this.#writer?.packet(packet);
    this.#bytes += recordHeader + packet.end - packet.start;
  }

  flush(): void {
    this.#writer?.flush();
  }

  close(): void {
    this.#writer?.close();
    this.#writer = undefined;
  }

  #beginSpan(seconds: number): void {
    const { bytes, files } = this.#rotation;
    if (bytes === Number.POSITIVE_INFINITY && this.#spans === files) {
      this.#isFinished = true;
      this.#finished();
      return;
    }
    this.#spans++;
    this.#startSeconds = seconds;
    this.#filesOfSpan = 0;
    this.#beginFile();
  }

  #beginFile(): void {
    this.close();
    const { bytes, files } = this.#rotation;
    const number = this.#filesOfSpan++;
    const ending = bytes === Number.POSITIVE_INFINITY ? '' : numberText(number, files);
    const writer = new PcapWriter(
      this.#open(fileName(this.#path, this.#rotation.seconds, this.#startSeconds) + ending),
    );
    if (this.#info !== undefined) writer.begin(this.#info);
    this.#writer = writer;
    this.#bytes = fileHeader;
  }
}

/** Nothing, 1, 2, …; of a ring with as many digits as its last one has, so that names sort: 00, 01, … */
function numberText(number: number, files: number): string {
  if (files === Number.POSITIVE_INFINITY) return number === 0 ? '' : String(number);
  return String(number % files).padStart(String(files - 1).length, '0');
}
