import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { defaultLimits, type Limits } from '../../protocols/limits.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import type { Session, SessionEvents } from '../../protocols/protocol.ts';
import { RecognizedServers } from '../../protocols/recognized-servers.ts';
import { type SessionHolder, SessionMemory } from '../../protocols/session-memory.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { ByteWriter } from '../../src/byte-writer.ts';
import { connectionInfo } from './hand-made.ts';

/** A memcached session fed by hand; it writes down what it is told, as text, and keeps the transactions. */
export class SessionRecorder {
  readonly events: string[] = [];
  readonly transactions: Transaction[] = [];
  /** Bytes of a connection that was said not to be understood. */
  readonly passedOver: number[] = [];
  readonly anomalies = new AnomalyCounters();
  readonly #memory: WatchedMemory;
  readonly #session: Session;
  readonly #offsets = { client: 0, server: 0 };
  #packet = 0;
  #waitedUs = 0;

  constructor(isMidStream = false, keepValueBytes = 0, recognizes = false, limits: Limits = defaultLimits) {
    const events: SessionEvents = {
      commandLine: (_, request) => this.events.push(`line ${escaped(request.line)}`),
      dataBlock: (_, request) => this.events.push(`block ${request.valueLength}`),
      transaction: (_, transaction) => {
        this.transactions.push(transaction);
        this.events.push(describe(transaction));
      },
      unasked: (_, { text, bytes }) => this.events.push(`unasked ${escaped(text)} (${bytes})`),
      gap: (_, fromClient, length) => this.events.push(`gap ${side(fromClient)} ${length}`),
      notUnderstood: (_, fromClient, length, _arrival, protocol) =>
        this.events.push(`not understood ${side(fromClient)} ${protocol ?? length}`),
      passedOver: (_, length) => this.passedOver.push(length),
      unfinished: (_, fromClient, length) => this.events.push(`unfinished ${side(fromClient)} ${length}`),
    };
    const { anomalies } = this;
    this.#memory = new WatchedMemory(limits, anomalies);
    const recognized = recognizes ? new RecognizedServers(limits.recognizedServers) : undefined;
    const context = { events, limits, anomalies, memory: this.#memory, keepValueBytes, recognized };
    this.#session = memcached.open(connectionInfo({ startedMidStream: isMidStream }), context);
  }

  /** Bytes that the budgets of memory believe to be held. */
  get heldBytes(): number {
    let bytes = 0;
    for (const holder of this.#memory.holders) bytes += holder.heldBytes;
    return bytes;
  }

  /** One packet with these bytes; it acknowledges all that the other side has sent. */
  data(fromClient: boolean, bytes: Buffer): void {
    if (bytes.length === 0) return;
    const acknowledged = fromClient ? this.#offsets.server : this.#offsets.client;
    this.#session.data(fromClient, bytes, 0, bytes.length, this.#arrival(acknowledged));
    this.#advance(fromClient, bytes.length);
  }

  /** `isCut`: the bytes were in the packet before, which was captured only in part. */
  gap(fromClient: boolean, length: number, isCut = false): void {
    if (isCut) this.#packet--;
    this.#session.gap(fromClient, length, { ...this.#arrival(-1), isCut });
    this.#advance(fromClient, length);
  }

  /** Lets time pass, beyond the 100 µs between one packet and the next. */
  wait(microseconds: number): void {
    this.#waitedUs += microseconds;
  }

  /** The lines of the requests that are due an answer. */
  waiting(): string[] {
    const lines: string[] = [];
    this.#session.waiting(({ line }) => lines.push(line));
    return lines;
  }

  end(): void {
    this.#session.end('fin', this.#arrival(-1));
  }

  #arrival(acknowledged: number): { timeUs: number; packet: number; acknowledged: number } {
    this.#packet++;
    return { timeUs: this.#packet * 100 + this.#waitedUs, packet: this.#packet, acknowledged };
  }

  #advance(fromClient: boolean, length: number): void {
    if (fromClient) this.#offsets.client += length;
    else this.#offsets.server += length;
  }
}

/** Knows all who ever held something. */
class WatchedMemory extends SessionMemory {
  readonly holders = new Set<SessionHolder>();

  override holdUnfinished(holder: SessionHolder, bytes: number): void {
    this.holders.add(holder);
    super.holdUnfinished(holder, bytes);
  }

  override holdPending(holder: SessionHolder, bytes: number): void {
    this.holders.add(holder);
    super.holdPending(holder, bytes);
  }
}

/** What a reviewer wants to see of a transaction: all that does not depend on how the bytes were cut. */
function describe(transaction: Transaction): string {
  const { command, keys, status, result, requestBytes, responseBytes } = transaction;
  const shown = keys.length > 10 ? [keys[0] as string, `and ${keys.length - 1} more`] : keys;
  const words = [`${status}:`, ...[command, ...shown].map(escaped)];
  const fields: Record<string, string | number | boolean | undefined> = {
    args: transaction.args === undefined ? undefined : `"${escaped(transaction.args)}"`,
    flags: transaction.flags,
    exptime: transaction.exptime,
    cas: transaction.cas,
    delta: transaction.delta,
    bytes: transaction.bytes < 0 ? undefined : transaction.bytes,
    result: result === undefined ? undefined : `"${escaped(result)}"`,
    missed: transaction.missed?.map(escaped).join(','),
    noreply: transaction.noreply ? 'yes' : undefined,
    ...transaction.extra,
    value: transaction.value === undefined ? undefined : `"${escaped(transaction.value)}"`,
  };
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) words.push(`${name}=${value}`);
  words.push(`(${requestBytes} > ${responseBytes < 0 ? 'nothing' : responseBytes})`);
  return words.join(' ');
}

function escaped(text: string): string {
  const out = new ByteWriter(64);
  out.escaped(text.length > 80 ? `${text.slice(0, 40)}…`.replace('…', '...') : text);
  return out.toString();
}

function side(fromClient: boolean): string {
  return fromClient ? 'client' : 'server';
}
