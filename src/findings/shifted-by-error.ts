import type { Arrival, ConnectionInfo, UnaskedAnswer } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Detector, DetectorContext } from './detector.ts';
import type { OpenConnection } from './open-connection.ts';
import { Silence } from './silence.ts';
import { commandText, wireText } from './words.ts';

const mostRemembered = 64;

const errorLine = /^(?:ERROR|CLIENT_ERROR|SERVER_ERROR)\b/;

/** Error lines that come for requests which asked for no answer, and shift those that others wait for. */
export class ShiftedByError implements Detector {
  /** Of none but those that ask for no answer. */
  readonly statuses: readonly [] = [];
  readonly #context: DetectorContext;

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  commandLine(_connection: ConnectionInfo, request: Transaction, open: OpenConnection): void {
    if (open.silence === undefined) {
      // Nobody has asked for silence yet.
      if (!request.noreply || !open.isTcp || request.protocol === 'binary') return;
      open.silence = new Silence();
    }
    const { silence } = open;
    if (silence.requests.push(request.keep()) > mostRemembered * 2)
      silence.requests = silence.requests.slice(-mostRemembered);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction, { silence }: OpenConnection): void {
    if (!transaction.noreply || silence === undefined) return;
    const { possibleError } = transaction;
    if (possibleError !== undefined) this.#tellPossible(connection, silence, transaction, possibleError);
    if (transaction.answerUs < 0 || !errorLine.test(transaction.outcome)) return;
    const waiting = waitingBehind(silence, transaction, transaction.answerUs);
    if (waiting === undefined) return;
    this.#tell(connection, transaction, waiting, transaction.outcome, transaction.answerPacket, transaction.answerUs);
  }

  unasked(
    connection: ConnectionInfo,
    answer: UnaskedAnswer,
    { timeUs, packet }: Arrival,
    { silence }: OpenConnection,
  ): void {
    if (silence === undefined) return;
    const { text, start } = answer;
    if (errorLine.test(text)) {
      const silent = silentBefore(silence, (request) => request.answerStart >= 0 && request.answerStart < start);
      const waiting = silent && waitingBehind(silence, silent, timeUs);
      if (waiting !== undefined) this.#tell(connection, silent as Transaction, waiting, text, packet, timeUs);
      return;
    }
    // One answer too many: that of the last request came in place of an error's, which another one was given.
    const place = silence.requests.findLastIndex((request) => !request.noreply && errorLine.test(request.outcome));
    const silent = place > 0 ? silence.requests[place - 1] : undefined;
    const blamed = silence.requests[place];
    if (silent === undefined || !silent.noreply || blamed === undefined || silent.answerUs >= 0) return;
    this.#tell(connection, silent, blamed, blamed.outcome, blamed.answerPacket, timeUs, packet);
  }

  /** An error line for one of several requests that had asked for no answer: for which one nobody knows. */
  #tellPossible(
    connection: ConnectionInfo,
    silence: Silence,
    silent: Transaction,
    { text, start, timeUs, packet }: NonNullable<Transaction['possibleError']>,
  ): void {
    if (silence.lastError >= start) return;
    const waiting = waitingBehind(silence, silent, timeUs);
    if (waiting === undefined) return;
    silence.lastError = start;
    this.#tell(connection, silent, waiting, text, packet, timeUs, 0, true);
  }

  #tell(
    connection: ConnectionInfo,
    silent: Transaction,
    waiting: Transaction,
    words: string,
    packet: number,
    timeUs: number,
    proof = 0,
    isOneOfSeveral = false,
  ): void {
    // One that closes a block of quiet commands is not mistaken for an answer of theirs.
    const isClosed = waiting.command === 'mn' && silent.protocol === 'meta';
    if (!isClosed && this.#context.isOn('shifted-by-error')) this.#context.said.add(silent);
    const closing = isClosed ? ', which closes a block of quiet commands' : '';
    this.#context.found({
      finding: 'shifted-by-error',
      severity: isClosed ? 'warning' : 'error',
      timeUs,
      connection,
      ofCommand: silent,
      packets: [silent.packet, waiting.packet, packet, proof],
      text: `${wireText(words)} came for ${commandText(silent)}${isOneOfSeveral ? ', or one of those behind it' : ''}, which had asked for no answer, while ${commandText(waiting)} was waiting for its own${closing}.`,
    });
  }
}

/** The last request that asked for no answer, behind all of those that were answered before. */
function silentBefore({ requests }: Silence, wasBefore: (request: Transaction) => boolean): Transaction | undefined {
  const answered = requests.findLastIndex((request) => !request.noreply && wasBefore(request));
  const rest = requests.slice(answered + 1);
  const waiting = rest.findIndex((request) => !request.noreply);
  return rest.slice(0, waiting < 0 ? rest.length : waiting).findLast((request) => request.noreply);
}

/** The first request behind another one that waited for its answer at that time. */
function waitingBehind({ requests }: Silence, silent: Transaction, timeUs: number): Transaction | undefined {
  const place = requests.indexOf(silent);
  if (place < 0) return undefined;
  return requests
    .slice(place + 1)
    .find(({ noreply, startUs, answerUs }) => !noreply && startUs <= timeUs && (answerUs < 0 || answerUs >= timeUs));
}
