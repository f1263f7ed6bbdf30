import { latin1, u32be } from '../../bytes.ts';
import { Transaction } from '../../transaction.ts';
import { headerLength, wireNumber } from './header.ts';
import type { Message } from './message.ts';
import { CommandKind, isServed, isWellFormed, type Opcode, opcodeOf } from './opcodes.ts';

/** A request as pairing needs it: the transaction that the sinks will get, and where it stands in the streams. */
export class BinaryRequest extends Transaction {
  readonly opcode: Opcode;
  readonly opaque: number;
  /** Offset in the client's stream of the first byte, and of the one after the key. */
  start = 0;
  headEnd = 0;
  /** How far the client had received the server's stream when it sent the request: its answer can't lie before. */
  acknowledged = -1;
  /** False where extras or key were never captured: the request then only keeps its place among the others. */
  isHeadWhole = true;
  /** True where the server refuses the form and closes the connection. */
  refused = false;
  /** True where it waits for no answer any more, before its own last byte came: memory was short. */
  isGivenUp = false;
  /** True from the last byte of the request on. */
  isComplete = false;
  /** True from when the sinks have it. */
  isTold = false;
  /** One of several quiet requests of which only some were answered, nobody knows which. */
  isDoubtful = false;
  /** Of an answer in several messages: how many there were, their bytes, and the time of the first, µs. */
  lines = 0;
  answerBytes = 0;
  firstAnswerUs = -1;

  constructor(opcode: Opcode, opaque: number, line: string) {
    super('binary', opcode.name, line);
    this.opcode = opcode;
    this.opaque = opaque;
    this.retrieves = opcode.kind === CommandKind.retrieval;
  }

  /** Only `quitq` is never answered. */
  get awaitsAnswer(): boolean {
    return this.refused || !this.opcode.isQuiet || this.opcode.kind !== CommandKind.quit;
  }

  /**
   * True where the server reads what follows otherwise than the client means it: it closes the connection after a
   * request that it refuses, and after one that it does not know it skips extras and key twice (1.6.18).
   */
  get leadsAstray(): boolean {
    return this.refused || (!isServed(this.opcode) && this.headEnd - this.start > headerLength);
  }
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
  request.noreply = opcode.isQuiet && !request.retrieves;
  request.start = message.start;
  request.headEnd = message.start + header.headLength;
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

/** The length of the extras tells the layout: 4 exptime, 8 flags and exptime, 20 delta, initial value and exptime. */
function readExtras(request: BinaryRequest, bytes: Buffer, at: number, length: number): void {
  if (length === 8) request.flags = u32be(bytes, at);
  if (length === 20) request.delta = wireNumber(u32be(bytes, at), u32be(bytes, at + 4));
  if (length > 0) request.exptime = u32be(bytes, at + length - 4);
}
