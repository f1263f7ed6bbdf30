import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { type Detector, type DetectorContext, otherThan } from './detector.ts';
import type { OpenConnection } from './open-connection.ts';
import { commandText, countText } from './words.ts';

/** What comes so much later than a refusal is something that its reader decided on, µs. */
const reactionUs = 10_000;

/** A storage command of which bytes of the value may be run as commands. */
interface Suspect {
  readonly request: Transaction;
  /** Offsets in the client's stream, of what it says to be its value and the line end. */
  readonly from: number;
  readonly to: number;
  /** It was said: further lines of the value only fail in its wake. */
  isTold: boolean;
}

/** Values that are longer or shorter than their commands say, or whose commands are refused: they are run as commands. */
export class ValueAsCommands implements Detector {
  readonly statuses = otherThan('hit', 'miss', 'partial');
  readonly #context: DetectorContext;
  readonly #suspects = new Map<number, Suspect>();

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void {
    const suspect = this.#suspects.size === 0 ? undefined : this.#suspects.get(connection.id);
    if (suspect !== undefined) this.#judge(connection, suspect, transaction);
    const { requestStart, requestBytes, line, status } = transaction;
    if (requestStart < 0 || transaction.protocol === 'binary') return;
    if (transaction.isMiscounted) {
      this.#tell(connection, transaction, [transaction], 'the bytes behind the length that it says are no line end');
      const to = requestStart + requestBytes;
      // What is left of the value, up to the end of its line.
      this.#suspect(open, { request: transaction, from: to, to: to + 1, isTold: true });
      return;
    }
    if ((status !== 'error' && status !== 'client_error') || transaction.answerUs < 0) return;
    const declared = declaredBytes(transaction);
    if (declared < 0 || requestBytes > line.length + lineEnd) return;
    const from = requestStart + line.length + 1;
    this.#suspect(open, { request: transaction, from, to: from + 1 + declared + lineEnd, isTold: false });
  }

  connectionClose(connection: ConnectionInfo): void {
    this.#suspects.delete(connection.id);
  }

  #suspect(open: OpenConnection, suspect: Suspect): void {
    open.isNotable = true;
    suspect.request.keep();
    this.#suspects.set(open.id, suspect);
  }

  #judge(connection: ConnectionInfo, suspect: Suspect, transaction: Transaction): void {
    const { request, from, to, isTold } = suspect;
    const { requestStart, line, answerUs, startUs } = transaction;
    const isWithin = requestStart >= from && requestStart < to && (isTold || requestStart + line.length <= to);
    if (!isWithin) {
      if (requestStart >= to) this.#suspects.delete(connection.id);
      return;
    }
    if (answerUs < 0 || (!isTold && startUs - request.answerUs > reactionUs)) return;
    if (this.#context.isOn('value-as-commands')) this.#context.said.add(transaction);
    if (isTold) return;
    suspect.isTold = true;
    const how = `the server refused it and answered ${countText(line.length, 'byte')} of its value as a command`;
    this.#tell(connection, request, [request, transaction], how);
  }

  #tell(connection: ConnectionInfo, request: Transaction, evidence: readonly Transaction[], how: string): void {
    if (this.#context.isOn('value-as-commands')) this.#context.said.add(request);
    const last = evidence.at(-1) as Transaction;
    const declared = request.isMiscounted ? request.valueLength : declaredBytes(request);
    this.#context.found({
      finding: 'value-as-commands',
      timeUs: last.answerUs < 0 ? last.requestUs : last.endUs,
      connection,
      request: last,
      ofCommand: request,
      packets: evidence.flatMap(({ packet, answerPacket }) => [packet, answerPacket]),
      text: `${commandText(request)} says that its value has ${countText(declared, 'byte')}, and ${how}.`,
    });
  }
}

const lineEnd = 2;

const storage: ReadonlySet<string> = new Set(['set', 'add', 'replace', 'append', 'prepend', 'cas']);

/**
 * How many bytes the sender of a storage line says that its value has: where blanks in a key have moved the words, it is
 * still the last number, but for the unique of a cas. -1 where the line does not say.
 */
function declaredBytes({ command, line }: Transaction): number {
  const words = line.trim().split(/ +/);
  if (words.at(-1) === 'noreply') words.pop();
  const place = command === 'ms' ? 2 : command === 'cas' ? words.length - 2 : words.length - 1;
  if (command !== 'ms' && (!storage.has(command) || words.length < 5)) return -1;
  const word = words[place] ?? '';
  return /^\d{1,9}$/.test(word) ? Number(word) : -1;
}
