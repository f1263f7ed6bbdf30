import type { CaptureStatistics } from '../capture-source.ts';
import type { Pointer, PollHandle } from '../koffi-package.ts';
import { mostWaiting, type PipeBacklog } from '../pipe-backlog.ts';
import { isDeviceUp } from './devices.ts';
import type { Libpcap } from './library.ts';
import { blockTimeout, LibpcapError } from './open-device.ts';
import type { PacketDump } from './packet-dump.ts';

/** Milliseconds between two looks where nothing says that there is something. */
const lookInterval = 5;

/** Milliseconds after which what came before the request to end has been handed over by the kernel. */
const settleTime = 2 * blockTimeout;

/** Milliseconds for which packets are taken at most after that request: under steady load they never end. */
const drainTime = 150;

/** Bytes of struct pcap_stat: three counts of 32 bits. */
const statisticsLength = 12;

interface LoopOptions {
  readonly libpcap: Libpcap;
  readonly handle: Pointer;
  readonly device: string;
  readonly dump: PacketDump;
  readonly pipe: PipeBacklog;
  /** Called once: after `stop()`, or with what ended the capture before. */
  readonly ended: (error: LibpcapError | undefined) => void;
}

/**
 * Takes packets whenever the kernel has some, and hands them to the pipe. A turn is one batch: between two of them
 * signals, timers and the parent are listened to, under any load.
 */
export class CaptureLoop {
  readonly #options: LoopOptions;
  #poll: PollHandle | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Milliseconds on the monotonic clock at which the end was asked for; 0 before. */
  #stoppedAt = 0;
  #hasEnded = false;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  start(): void {
    const { libpcap, handle } = this.#options;
    const descriptor = libpcap.selectableFd(handle);
    if (descriptor < 0) this.#timer = setInterval(() => this.#turn(), lookInterval);
    else this.#poll = libpcap.koffi.node.poll(descriptor, this.#onReadable);
  }

  /** What came before this call is still handed over. */
  stop(): void {
    if (this.#stoppedAt !== 0) return;
    this.#stoppedAt = performance.now();
    this.#timer ??= setInterval(() => this.#turn(), lookInterval);
  }

  statistics(): CaptureStatistics {
    const { libpcap, handle, dump } = this.#options;
    const counts = Buffer.alloc(statisticsLength);
    if (libpcap.stats(handle, counts) < 0) return { captured: dump.packets };
    const [received = 0, dropped = 0, droppedByInterface = 0] = new Uint32Array(counts.buffer, counts.byteOffset, 3);
    return { captured: dump.packets, received, dropped, droppedByInterface };
  }

  readonly #onReadable = (status: number): void => {
    // The device has reported an error, and is not polled any more. What came before it may take a while.
    if (status !== 0) setTimeout(() => this.#examine(), settleTime);
    else this.#turn();
  };

  #turn(): void {
    if (this.#isFull()) {
      this.#pause();
      return;
    }
    const length = this.#take();
    if (this.#stoppedAt === 0) return;
    const since = performance.now() - this.#stoppedAt;
    if (since > drainTime || (since > settleTime && length === 0)) this.#end(undefined);
  }

  /** Hands a batch on; returns its length in bytes, 0 where there is no packet, or none any more. */
  #take(): number {
    if (this.#hasEnded) return 0;
    const { dump, pipe } = this.#options;
    try {
      const length = dump.take();
      if (length > 0) pipe.write(dump.memory, length);
      return length;
    } catch (error) {
      if (!(error instanceof LibpcapError)) throw error;
      this.#end(error);
      return 0;
    }
  }

  /** The reader is slower, and is not waited for once the end was asked for. */
  #isFull(): boolean {
    return this.#options.pipe.waiting > mostWaiting && this.#stoppedAt === 0;
  }

  /** Until the reader has taken something the kernel's buffer takes the pressure, and counts what it can't hold. */
  #pause(): void {
    if (this.#poll === undefined) return;
    this.#poll.stop();
    setTimeout(() => {
      if (this.#isFull()) this.#pause();
      else this.#poll?.start(this.#onReadable);
    }, lookInterval);
  }

  /** libpcap tells of an interface that has gone, and waits for one that is down. */
  #examine(): void {
    const { libpcap, device } = this.#options;
    const length = this.#take();
    if (this.#hasEnded) return;
    if (length > 0) setImmediate(() => this.#examine());
    else if (isDeviceUp(libpcap, device)) this.#poll?.start(this.#onReadable);
    else this.#end(new LibpcapError('ended', 'The interface went down'));
  }

  #end(error: LibpcapError | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#poll?.close();
    this.#poll = undefined;
    clearInterval(this.#timer);
    this.#options.ended(error);
  }
}
