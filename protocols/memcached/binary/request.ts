import { latin1, u32be } from '../../bytes.ts';
import type { Arrival } from '../../protocol.ts';
import { Due, PairedRequest } from '../pairing/paired-request.ts';
import { headerLength, wireNumber } from './header.ts';
import { Message } from './message.ts';
import { CommandKind, isServed, isWellFormed, type Opcode, opcodeOf } from './opcodes.ts';

/** A request of the binary protocol. */
export class BinaryRequest extends PairedRequest {
  readonly opcode: Opcode;
  readonly opaque: number;
  /** False where extras or key were never captured: the request then only keeps its place among the others. */
  isHeadWhole = true;
  /** True where the server refuses the form and closes the connection. */
  refused = false;

  constructor(opcode: Opcode, opaque: number, line: string) {
    super('binary', opcode.name, line);
    this.opcode = opcode;
    this.opaque = opaque;
    this.retrieves = opcode.kind === CommandKind.retrieval;
  }
}

/** What the server refuses for its form it answers, quiet or not; only `quitq` is never answered. */
function dueOf({ opcode, refused }: BinaryRequest): Due {
  if (refused || !opcode.isQuiet) return Due.always;
  return opcode.kind === CommandKind.quit ? Due.never : Due.perhaps;
}

/** Names of SASL mechanisms (RFC 4422 §3.1), a little longer: anything else in their place may be a secret. */
const mechanism = /^[A-Za-z0-9_-]{1,32}$/;

/** Makes a request of a head; `bytes` holds its extras from `at` on, unless `message.isHeadWhole` is false. */
export function readRequest(message: Message, bytes: Buffer, at: number): BinaryRequest {
  const { header, isHeadWhole } = message;
  const opcode = opcodeOf(header.opcode);
  const keyAt = at + header.extrasLength;
  let key = isHeadWhole ? latin1(bytes, keyAt, keyAt + header.keyLength) : '';
  if (opcode.kind === CommandKind.authentication && !mechanism.test(key)) key = '';
  const request = new BinaryRequest(opcode, header.opaque, key === '' ? opcode.name : `${opcode.name} ${key}`);
  if (key !== '') request.keys = [key];
  request.isHeadWhole = isHeadWhole;
  request.refused = !isWellFormed(opcode, header);
  request.cas = header.cas;
  request.comparesCas = header.cas !== undefined;
  request.noreply = opcode.isQuiet && !request.retrieves;
  request.due = dueOf(request);
  request.headEnd = message.start + header.headLength;
  request.requestStart = message.start;
  request.startUs = message.startUs;
  request.acknowledged = message.acknowledged;
  request.requestBytes = message.length;
  if (opcode.kind === CommandKind.storage && !request.refused) {
    request.valueLength = message.valueLength;
    request.bytes = message.valueLength;
  }
  if (isHeadWhole && !request.refused && isServed(opcode)) readExtras(request, bytes, at, header.extrasLength);
  return request;
}

const scratch = new Message();

/** The same where the header is known to be one, at `at`; it lies at `start` of the stream, and `arrival` brought it. */
export function readRequestAt(bytes: Buffer, at: number, start: number, arrival: Arrival): BinaryRequest {
  scratch.beginWith(bytes, at, start, arrival);
  return readRequest(scratch, bytes, at + headerLength);
}

/** The length of the extras tells the layout: 4 exptime, 8 flags and exptime, 20 delta, initial value and exptime. */
function readExtras(request: BinaryRequest, bytes: Buffer, at: number, length: number): void {
  if (length === 8) request.flags = u32be(bytes, at);
  if (length === 20) request.delta = wireNumber(u32be(bytes, at), u32be(bytes, at + 4));
  if (length > 0) request.exptime = u32be(bytes, at + length - 4);
}
