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
const drainTime = 300;

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
    else this.#poll = libpcap.koffi.node.poll(descriptor, (status) => this.#turn(status !== 0));
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

  /** `isBroken`: the device has reported an error, and is not looked at any more until the loop asks for that. */
  #turn(isBroken = false): void {
    if (this.#hasEnded) return;
    const { dump, pipe } = this.#options;
    if (pipe.waiting > mostWaiting && this.#stoppedAt === 0) {
      this.#pause();
      return;
    }
    let length: number;
    try {
      length = dump.take();
    } catch (error) {
      if (!(error instanceof LibpcapError)) throw error;
      this.#end(error);
      return;
    }
    if (length > 0) pipe.write(dump.memory, length);
    if (isBroken && length === 0) this.#examine();
    else if (isBroken) setTimeout(() => this.#turn(true), lookInterval);
    if (this.#stoppedAt === 0) return;
    const since = performance.now() - this.#stoppedAt;
    if (since > drainTime || (since > settleTime && length === 0)) this.#end(undefined);
  }

  /** The reader is slower: the kernel's buffer takes the pressure, and counts what it can't hold. */
  #pause(): void {
    if (this.#poll === undefined) return;
    this.#poll.stop();
    setTimeout(() => {
      if (this.#hasEnded) return;
      if (this.#options.pipe.waiting > mostWaiting && this.#stoppedAt === 0) this.#pause();
      else this.#look();
    }, lookInterval);
  }

  #look(): void {
    this.#poll?.start((status) => this.#turn(status !== 0));
  }

  /** libpcap tells of an interface that has gone, and waits for one that is down. */
  #examine(): void {
    const { libpcap, device } = this.#options;
    if (isDeviceUp(libpcap, device)) this.#look();
    else this.#end(new LibpcapError('ended', 'The interface went down'));
  }

  #end(error: LibpcapError | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#poll?.close();
    clearInterval(this.#timer);
    this.#options.ended(error);
  }
}
