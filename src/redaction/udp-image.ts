import { findNewline } from '../../protocols/bytes.ts';
import { parseCommandLine } from '../../protocols/memcached/text/command-line.ts';
import { decodeUdpFrame, UdpFrame, UdpFrameStatus, udpFrameLength } from '../../protocols/memcached/udp/frame.ts';
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
    const part = { bytes, isCut: bytes.length < length, saved: Buffer.alloc(bytes.length), isDecided: false };
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
        rewriteTextRequest(message, at, newlineAt + 1, end);
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
    answer.parts[sequence] = part;
    answer.missing--;
    if (answer.missing === 0) this.#decide(answer.parts.filter((one) => one !== undefined));
    return part;
  }

  #decide(parts: readonly Part[]): void {
    const bodies = parts.map(({ bytes }) => bytes.subarray(udpFrameLength));
    const whole = Buffer.concat(bodies);
    const firstCut = parts.findIndex(({ isCut }) => isCut);
    const known =
      firstCut < 0 ? whole.length : bodies.slice(0, firstCut + 1).reduce((sum, { length }) => sum + length, 0);
    const message = new Rewriting(whole, [{ from: 0, to: known }], this.#scrambler);
    if (whole[0] === 0x81) rewriteBinary(message, 0, known, false);
    else rewriteAnswers(message, 0, known, false);
    let at = 0;
    for (const [index, part] of parts.entries()) {
      const { length } = bodies[index] as Buffer;
      message.saved.copy(part.saved, udpFrameLength, at, at + length);
      part.isDecided = true;
      at += length;
    }
  }
}
