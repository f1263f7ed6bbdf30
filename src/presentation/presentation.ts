import { addressOf } from '../../protocols/address.ts';
import { type Listener, Listeners, type UntoldBytes } from '../../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo, UnaskedAnswer } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Finding } from '../findings/finding.ts';
import type { ShowWire } from '../findings/words.ts';
import type { ConnectionProcesses } from '../processes/connection-processes.ts';
import type { ProcessOf } from '../statistics/dimensions.ts';
import type { ConnectionNumbers } from './connection-numbers.ts';

/** What outputs may say of commands and connections, beside what the wire said. */
export interface PresentationSettings {
  /** Times from the first packet, and connections by number. */
  readonly isRelative: boolean;
  /** No latency, duration or other measured time. */
  readonly hidesLatency: boolean;
  /** Keys are replaced and values withheld. */
  readonly redaction: RedactionSettings | undefined;
}

export interface RedactionSettings {
  /** What keeps names the same from one run to another; undefined for another one in each run. */
  readonly salt: string | undefined;
}

/** Replaces texts from the wire. */
export interface TextRedaction {
  /** Properties of a command whose texts are replaced, for `Object.create`. */
  readonly transaction: PropertyDescriptorMap;
  /** The pattern of a key, by what the key was replaced with. */
  readonly patternOf: (name: string) => string;
  /** The first line of an answer. */
  answerLine(text: string): string;
  /** What findings say of the wire. */
  readonly showWire: ShowWire;
}

/** When the capture began. */
export interface TimeOrigin {
  /** Time of the first packet where times are to be from there, µs since 1970; else 0. */
  us: number;
}

/** As findings write times. */
const measuredTime = /\b\d+(?:\.\d+)? (?:us|ms|s)\b/g;

/** Own properties of a command that has no measured times. */
const withoutTimes: PropertyDescriptorMap = {
  latencyUs: { value: -1 },
  serverUs: { value: -1 },
  durationUs: { value: -1 },
  transferUs: { value: -1 },
  queueUs: { value: 0 },
  cause: { value: undefined },
};

/**
 * Stands between what is found in the capture and every output: what these are told of has passed through here, so that
 * none of them can show what is not to be shown. Statistics that outputs make themselves are made of it, too.
 */
export class Presentation {
  readonly settings: PresentationSettings;
  readonly origin: TimeOrigin = { us: 0 };
  readonly numbers: ConnectionNumbers | undefined;
  /** Whose connections are; undefined where nobody wants to know. */
  readonly processes: ConnectionProcesses | undefined;
  readonly #redaction: TextRedaction | undefined;
  readonly #properties: PropertyDescriptorMap | undefined;
  readonly #connections = new WeakMap<ConnectionInfo, ConnectionInfo>();
  readonly #transactions = new WeakMap<Transaction, Transaction>();

  constructor(
    settings: PresentationSettings,
    numbers: ConnectionNumbers | undefined,
    processes?: ConnectionProcesses,
    redaction?: TextRedaction,
  ) {
    this.settings = settings;
    this.numbers = numbers;
    this.processes = processes;
    this.#redaction = redaction;
    const times = settings.hidesLatency ? withoutTimes : {};
    if (settings.hidesLatency || redaction !== undefined) this.#properties = { ...times, ...redaction?.transaction };
  }

  /** No time stamps either: nothing that two recordings of the same commands differ in. */
  get hidesTimes(): boolean {
    return this.settings.isRelative && this.settings.hidesLatency;
  }

  /** Listeners for outputs, which hear what they may show; themselves where that is everything. */
  of(listeners: readonly Listener[]): readonly Listener[] {
    const hidesNothing = !this.settings.isRelative && this.#properties === undefined;
    return hidesNothing || listeners.length === 0 ? listeners : [new PresentedEvents(this, new Listeners(listeners))];
  }

  /** What finds the pattern of a key that was presented; undefined where the key itself does. */
  get patternOf(): ((name: string) => string) | undefined {
    return this.#redaction?.patternOf;
  }

  /** What finds the process at the local end of a connection; undefined where nobody looks for them. */
  get processOf(): ProcessOf | undefined {
    const { processes } = this;
    return processes && ((connection) => processes.of(connection));
  }

  /** What findings may say of the wire; undefined where that is all. */
  get showWire(): ShowWire | undefined {
    return this.#redaction?.showWire;
  }

  /** A finding, whose texts from the wire were shown by `showWire`, as outputs tell it. */
  finding(finding: Finding): Finding {
    const { isRelative, hidesLatency } = this.settings;
    const { connection, request, total } = finding;
    if (!isRelative && this.#properties === undefined) return finding;
    const names = isRelative ? this.#namesFor(finding) : [];
    const text = (own: string): string => {
      let shown = own;
      for (const [address, name] of names) shown = shown.replaceAll(address, name);
      return hidesLatency ? shown.replace(measuredTime, '(time)') : shown;
    };
    const nameOf = (own: string | undefined): string | undefined => own && text(own);
    return {
      ...finding,
      connection: connection && this.connection(connection),
      request: request && this.transaction(request),
      client: nameOf(finding.client),
      server: nameOf(finding.server),
      cause: hidesLatency ? undefined : finding.cause,
      text: text(finding.text),
      total: total && { ...total, text: text(total.text) },
    };
  }

  /** Addresses in a finding and what stands in their place, ends with a port first. */
  #namesFor({ connection, client, server }: Finding): readonly (readonly [string, string])[] {
    const { numbers } = this;
    if (numbers === undefined) return [];
    const names: (readonly [string, string])[] = [];
    if (connection !== undefined) {
      names.push([connection.client, numbers.clientOf(connection)], [connection.server, numbers.serverOf(connection)]);
      names.push([addressOf(connection.client), addressOf(numbers.clientOf(connection))]);
      return names;
    }
    if (server !== undefined) names.push([server, numbers.serverOf({ server })]);
    if (client !== undefined) names.push([client, numbers.clientAddress(client)]);
    return names;
  }

  connection(connection: ConnectionInfo): ConnectionInfo {
    const { numbers } = this;
    if (numbers === undefined) return connection;
    let numbered = this.#connections.get(connection);
    if (numbered === undefined) {
      const { id, transport, family, startedMidStream, openedUs } = connection;
      const client = numbers.clientOf(connection);
      const server = numbers.serverOf(connection);
      numbered = {
        ...{ id, transport, family, startedMidStream, openedUs, client, server },
        clientPort: portOf(client),
        serverPort: portOf(server),
        onWire: connection,
        get tcp() {
          return connection.tcp;
        },
      };
      this.#connections.set(connection, numbered);
    }
    return numbered;
  }

  /** The same object for the same command. It goes on to follow the command until that is complete. */
  transaction(transaction: Transaction): Transaction {
    const properties = this.#properties;
    if (properties === undefined) return transaction;
    let shown = this.#transactions.get(transaction);
    if (shown === undefined) {
      shown = Object.create(transaction, properties) as Transaction;
      this.#transactions.set(transaction, shown);
    }
    return shown;
  }

  unasked(answer: UnaskedAnswer): UnaskedAnswer {
    const redaction = this.#redaction;
    return redaction === undefined ? answer : { ...answer, text: redaction.answerLine(answer.text) };
  }
}

class PresentedEvents implements Listener {
  readonly #presentation: Presentation;
  readonly #target: Listeners;
  readonly segment: Listener['segment'];

  constructor(presentation: Presentation, target: Listeners) {
    this.#presentation = presentation;
    this.#target = target;
    const { segment } = target;
    this.segment =
      segment && ((connection, fact, arrival) => segment(presentation.connection(connection), fact, arrival));
  }

  connectionOpen(connection: ConnectionInfo, arrival: Arrival): void {
    this.#target.connectionOpen(this.#presentation.connection(connection), arrival);
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void {
    this.#target.connectionClose(this.#presentation.connection(connection), reason, arrival);
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    const presentation = this.#presentation;
    this.#target.commandLine(presentation.connection(connection), presentation.transaction(request));
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    const presentation = this.#presentation;
    this.#target.dataBlock(presentation.connection(connection), presentation.transaction(request));
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const presentation = this.#presentation;
    this.#target.transaction(presentation.connection(connection), presentation.transaction(transaction));
  }

  unasked(connection: ConnectionInfo, answer: UnaskedAnswer, arrival: Arrival): void {
    const presentation = this.#presentation;
    this.#target.unasked(presentation.connection(connection), presentation.unasked(answer), arrival);
  }

  bytes(connection: ConnectionInfo, bytes: UntoldBytes): void {
    this.#target.bytes(this.#presentation.connection(connection), bytes);
  }
}

function portOf(end: string): number {
  return Number(end.slice(end.lastIndexOf(':') + 1));
}
