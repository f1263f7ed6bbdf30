import { findNewline } from '../../protocols/bytes.ts';
import { parseCommandLine } from '../../protocols/memcached/text/command-line.ts';
import {
  decodeUdpFrame,
  fullUdpPayload,
  UdpFrame,
  UdpFrameStatus,
  udpFrameLength,
} from '../../protocols/memcached/udp/frame.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { rewriteBinary } from './binary-bytes.ts';
import { rewriteAnswers, rewriteTextRequest } from './line-bytes.ts';
import { Rewriting } from './rewriting.ts';
import type { Scrambler } from './scrambler.ts';

/** Answers that are remembered, those that are complete with them: a datagram may be captured twice. */
const mostAnswers = 1024;
const mostDatagrams = 4096;

/** One datagram's payload as it is saved. */
export interface SavedPayload {
  /** Zeros until it is decided. */
  readonly saved: Buffer;
  isDecided: boolean;
  /** Decides what can be said of it although not all of its answer has come. */
  decide(): void;
}

interface Part extends SavedPayload {
  readonly bytes: Buffer;
  /** True where the capture cut it. */
  readonly isCut: boolean;
}

/** The datagrams of one answer, by their place in it. */
interface Answer {
  readonly parts: (Part | undefined)[];
  missing: number;
}

const frame = new UdpFrame();

/** Memcached's datagrams as they are saved. A request is one datagram; an answer is decided when all of it has come. */
export class UdpImages {
  readonly #scrambler: Scrambler;
  readonly #answers = new Map<string, Answer>();

  constructor(scrambler: Scrambler) {
    this.#scrambler = scrambler;
  }

  /** `bytes` is what was captured of the payload, `length` its length on the wire. */
  payload(flow: ConnectionInfo, fromClient: boolean, bytes: Buffer, length: number): SavedPayload {
    const arrival = { timeUs: 0, packet: 0, acknowledged: -1 };
    const payload = { bytes, start: 0, end: bytes.length, length, identification: 0 };
    const part: Part = {
      bytes,
      isCut: bytes.length < length,
      saved: Buffer.alloc(bytes.length),
      isDecided: false,
      decide: () => {},
    };
    if (decodeUdpFrame(payload, arrival, frame) !== UdpFrameStatus.ok) return { ...part, isDecided: true };
    bytes.copy(part.saved, 0, 0, udpFrameLength);
    if (fromClient) this.#request(part);
    else return this.#answer(part, `${flow.id} ${frame.requestId}`, frame.sequence, frame.total);
    return part;
  }

  #request(part: Part): void {
    const { bytes } = part;
    const body = bytes.subarray(udpFrameLength);
    const message = new Rewriting(body, [{ from: 0, to: body.length }], this.#scrambler);
    if (body[0] === 0x80) rewriteBinary(message, 0, body.length, true);
    else {
      for (let at = 0; at < body.length; ) {
        const newlineAt = findNewline(body, at, body.length);
        if (newlineAt < 0) break;
        const { valueLength } = parseCommandLine(body, at, newlineAt, 1);
        const end = Math.min(body.length, newlineAt + 1 + (valueLength < 0 ? 0 : valueLength + 2));
        rewriteTextRequest(message, at, newlineAt + 1, end, false);
        at = end;
      }
    }
    message.saved.copy(part.saved, udpFrameLength);
    part.isDecided = true;
  }

  #answer(part: Part, name: string, sequence: number, total: number): SavedPayload {
    if (sequence >= total || total > mostDatagrams) {
      part.isDecided = true;
      return part;
    }
    let answer = this.#answers.get(name);
    const known = answer?.parts[sequence];
    if (known?.bytes.equals(part.bytes)) return known;
    // Another answer to the same number.
    if (answer === undefined || answer.parts.length !== total || known !== undefined) {
      answer = { parts: new Array<Part | undefined>(total).fill(undefined), missing: total };
      this.#answers.delete(name);
      this.#answers.set(name, answer);
      for (const oldest of this.#answers.keys()) {
        if (this.#answers.size <= mostAnswers) break;
        this.#answers.delete(oldest);
      }
    }
    const { parts } = answer;
    part.decide = () => this.#decide(parts);
    answer.parts[sequence] = part;
    answer.missing--;
    if (answer.missing === 0) this.#decide(parts);
    return part;
  }

  /** Of one that never came the length is that of the others: only the last one is shorter. */
  #decide(parts: readonly (Part | undefined)[]): void {
    const present = parts.slice(0, -1).find((part) => part !== undefined && !part.isCut);
    const usual = present === undefined ? fullUdpPayload : present.bytes.length - udpFrameLength;
    const runs: { from: number; to: number }[] = [];
    const bodies: Buffer[] = [];
    let length = 0;
    for (const [index, part] of parts.entries()) {
      const body = part?.bytes.subarray(udpFrameLength) ?? Buffer.alloc(0);
      const isLast = index === parts.length - 1;
      const missing = isLast ? 0 : Math.max(0, usual - body.length);
      const run = runs.at(-1);
      if (run?.to === length) run.to += body.length;
      else runs.push({ from: length, to: length + body.length });
      bodies.push(body, Buffer.alloc(missing));
      length += body.length + missing;
    }
    const message = new Rewriting(Buffer.concat(bodies), runs, this.#scrambler);
    if (message.bytes[0] === 0x81) rewriteBinary(message, 0, length, false);
    else rewriteAnswers(message, 0, length);
    let at = 0;
    for (const [index, part] of parts.entries()) {
      const body = bodies[2 * index] as Buffer;
      if (part !== undefined) {
        message.saved.copy(part.saved, udpFrameLength, at, at + body.length);
        part.isDecided = true;
      }
      at += body.length + (bodies[2 * index + 1] as Buffer).length;
    }
  }
}
