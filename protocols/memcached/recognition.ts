import { findNewline, latin1 } from '../bytes.ts';
import type { Arrival, CloseReason, ConnectionInfo, Session, SessionContext, Speaker } from '../protocol.ts';
import type { RecognizedServers } from '../recognized-servers.ts';
import { Unfinished } from '../session-memory.ts';
import type { Status, Transaction } from '../transaction.ts';
import { isPlausibleRequest } from './binary/binary-requests.ts';
import { isPlausibleAnswer } from './binary/binary-responses.ts';
import { decodeHeader, Header, headerLength, Magic } from './binary/header.ts';
import { BinaryRequest } from './binary/request.ts';
import { type EventsHolder, HeldCounters, HeldEvents } from './held-events.ts';
import { MemcachedSession } from './session.ts';
import { parseCommandLine } from './text/command-line.ts';
import { Request } from './text/request.ts';

/** The longest first line of an answer that is looked at: longer ones than with the longest key don't exist. */
const longestAnswerLine = 2048;

/** First lines of memcached's answers. Other servers send numbers, `OK` and errors too. */
const answerLine = new RegExp(
  [
    /^(?:STORED|NOT_STORED|EXISTS|NOT_FOUND|DELETED|TOUCHED|OK|END|RESET|ERROR|HD|EN|NF|NS|EX|MN|\d{1,20} *)$/,
    /^(?:VALUE|STAT|ITEM|PREFIX|VERSION|ERROR|CLIENT_ERROR|SERVER_ERROR|BUSY|BADCLASS|NOTSTARTED|NOSPARE|NOTFULL) ./,
    /^(?:UNSAFE|SAME|WATCHER_TOO_MANY|WATCHER_FAILED|MEMLIMIT_TOO_SMALL|MEMLIMIT_ADJUST_FAILED|VA|HD|EN|NF|NS|EX|ME) ./,
    /^(?:ERROR: .|key=)/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** Outcomes that prove nothing: other servers say `ERROR` or what fits nothing, or are silent, too. */
const vague: ReadonlySet<Status> = new Set(['error', 'no_reply', 'misfit', 'unanswered', 'unknown']);

/** As many requests to store something that ask for silence, one behind the other, are of no other protocol. */
const provingRun = 8;

const State = { open: 0, memcached: 1, other: 2 } as const;

type State = (typeof State)[keyof typeof State];

/**
 * A connection on any port. It is memcached's where a request gets an answer that answers it, or where its server was
 * found to be memcached on another connection. Until then what is to be told is held, and then all of it is told. Other
 * protocols share words with memcached (Redis takes `get k` and `incr n` as lines), but none shares the answers too.
 */
export class RecognizingSession implements Session, EventsHolder {
  readonly #connection: ConnectionInfo;
  readonly #context: SessionContext;
  readonly #servers: RecognizedServers;
  readonly #events: HeldEvents;
  readonly #anomalies: HeldCounters;
  #session: Session | undefined;
  #state: State = State.open;
  /** What the budget of all connections knows of the events that are held. */
  #unfinished: Unfinished | undefined = undefined;
  /** True once a request came that memcached accepts. */
  #isPlausible = false;
  /** Requests in a row that ask for silence. */
  #silentRun = 0;
  /** False where bytes may be the middle of anything: the capture began after the connection, or there is a hole. */
  #isUnbroken: boolean;

  constructor(connection: ConnectionInfo, context: SessionContext, servers: RecognizedServers) {
    this.#connection = connection;
    this.#context = context;
    this.#servers = servers;
    this.#events = new HeldEvents(context.events, this);
    this.#anomalies = new HeldCounters(context.anomalies);
    this.#isUnbroken = !connection.startedMidStream;
    this.#session = new MemcachedSession(connection, { ...context, events: this.#events, anomalies: this.#anomalies });
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    this.#askServers();
    this.#session?.data(fromClient, bytes, start, end, arrival);
    this.#letGoOfOther(arrival);
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    this.#askServers();
    this.#isUnbroken = false;
    this.#session?.gap(fromClient, length, arrival);
    this.#letGoOfOther(arrival);
  }

  /** Of a connection that may be another protocol's nothing is told. */
  waiting(tell: (request: Transaction) => void): void {
    if (this.#state === State.memcached) this.#session?.waiting(tell);
  }

  end(reason: CloseReason, arrival: Arrival): void {
    this.#askServers();
    this.#session?.end(reason, arrival);
    this.#release();
  }

  sawRequest(request: Transaction): void {
    if (this.#state !== State.open) return;
    if (isAccepted(request)) this.#isPlausible = true;
    this.#silentRun = storesInSilence(request) ? this.#silentRun + 1 : 0;
    if (this.#silentRun >= provingRun) this.#recognize();
  }

  sawTransaction(transaction: Transaction): void {
    if (this.#state === State.open && isProof(transaction)) this.#recognize();
  }

  sawBytesNotUnderstood(): void {
    if (this.#state === State.open && this.#isUnbroken) this.#state = State.other;
  }

  holds(bytes: number): void {
    const { memory, limits, anomalies } = this.#context;
    this.#unfinished ??= new Unfinished(() => this.#dropHeld());
    const unfinished = this.#unfinished;
    memory.holdUnfinished(unfinished, bytes);
    if (unfinished.heldBytes <= limits.recognitionBytes) return;
    if (this.#isPlausible) anomalies.count('recognitionLimit');
    this.#dropHeld();
    this.#release();
  }

  #askServers(): void {
    if (this.#state === State.open && this.#servers.has(this.#connection.server)) this.#recognize();
  }

  #recognize(): void {
    this.#state = State.memcached;
    this.#servers.add(this.#connection.server);
    this.#release();
    this.#anomalies.passOn();
    this.#events.passOn();
  }

  /**
   * Too much is held, or memory is short: what comes may still be recognized, unless nothing yet looked like memcached.
   */
  #dropHeld(): void {
    this.#events.drop();
    if (!this.#isPlausible) this.#state = State.other;
  }

  #release(): void {
    if (this.#unfinished !== undefined) this.#context.memory.releaseUnfinished(this.#unfinished);
    this.#unfinished = undefined;
  }

  #letGoOfOther(arrival: Arrival): void {
    if (this.#state !== State.other || this.#session === undefined) return;
    this.#session.end('expired', arrival);
    this.#session = undefined;
    this.#events.drop();
    this.#release();
  }
}

/** Who says what starts with these bytes, where a connection on any port was open before the capture. */
export function speakerOf(bytes: Buffer, start: number, end: number): Speaker | undefined {
  const magic = bytes[start];
  if (magic === Magic.request || magic === Magic.response) {
    const header = new Header();
    if (end - start < headerLength || !decodeHeader(bytes, start, header)) return undefined;
    if (magic === Magic.request) return isPlausibleRequest(header) ? 'client' : undefined;
    return isPlausibleAnswer(header) ? 'server' : undefined;
  }
  const newlineAt = findNewline(bytes, start, end);
  if (newlineAt < 0) return undefined;
  const lineEnd = newlineAt > start && bytes[newlineAt - 1] === 0x0d ? newlineAt - 1 : newlineAt;
  if (answerLine.test(latin1(bytes, start, Math.min(lineEnd, start + longestAnswerLine)))) return 'server';
  return parseCommandLine(bytes, start, newlineAt, 1).refused ? undefined : 'client';
}

function isAccepted(request: Transaction): boolean {
  return (request instanceof Request || request instanceof BinaryRequest) && !request.refused;
}

function storesInSilence(request: Transaction): boolean {
  return isAccepted(request) && request.valueLength >= 0 && request.noreply;
}

/** Whether no other server than memcached has answered this request so: gearmand shuts down at the same word. */
function isProof(transaction: Transaction): boolean {
  const { answerUs, status } = transaction;
  if (answerUs < 0 || vague.has(status)) return false;
  // These words are no other protocol's, whatever the request was.
  if (status === 'client_error' || status === 'server_error') return true;
  return isAccepted(transaction) && !mayBeJob(transaction) && transaction.command !== 'shutdown';
}

/** beanstalkd deletes jobs, by their numbers, with the same words. */
function mayBeJob({ command, keys: [key] }: Transaction): boolean {
  return command === 'delete' && key !== undefined && /^\d+$/.test(key);
}
