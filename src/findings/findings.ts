import { addressOf } from '../../protocols/address.ts';
import type { Listener } from '../../protocols/events.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { escapedText } from '../byte-writer.ts';
import { catalog, type Diagnosis, type FindingChanges, type FindingName } from './catalog.ts';
import { Clock } from './clock.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { detectors } from './detectors.ts';
import { dispatchTo } from './dispatch.ts';
import { type Evidence, type Finding, namedPackets, type Scope } from './finding.ts';
import { KeyHashes } from './key-hashes.ts';
import { MissedKeys } from './missed-keys.ts';
import { type ShowWire, shownText } from './words.ts';

/** Looks for all that is to be found, and says so when it is certain. */
export class Findings {
  /** Hears of everything, before those who show it. */
  readonly listener: Listener;
  readonly #clock = new Clock();
  readonly #passTime: readonly Detector[];
  readonly #all: readonly Detector[];

  /**
   * `found` is called with each finding; `show` gives what is shown of text from the wire, without it all. Where `counts`
   * is false, it is not called with those that are only counted.
   */
  constructor(
    changes: FindingChanges,
    found: (finding: Finding, subject: FindingSubject) => void,
    show: ShowWire = (text) => text,
    counts = true,
  ) {
    const isOn = (name: FindingName): boolean => changes.get(name) !== 'off';
    const number: DetectorContext['number'] = (name) => {
      const changed = changes.get(name);
      const { number: known }: Diagnosis = catalog[name];
      return typeof changed === 'number' ? changed : (known?.default ?? 0);
    };
    const context: DetectorContext = {
      found: (evidence) => {
        if (evidence.isCounted === true && !counts) return;
        evidence.request?.keep();
        if (isOn(evidence.finding)) found(findingOf(evidence, show), subjectOf(evidence));
      },
      number,
      isOn,
      counts,
      said: new SaidCommands(),
      keyHashes: new KeyHashes(number('bad-key')),
      missedKeys: new MissedKeys(),
      clock: this.#clock,
      plain: {
        leastUs: Number.POSITIVE_INFINITY,
        leastBytes: Number.POSITIVE_INFINITY,
        mostExptime: Number.POSITIVE_INFINITY,
      },
    };
    this.#all = detectors.filter(({ names }) => names.some(isOn)).map(({ make }) => make(context));
    this.#passTime = this.#all.filter((detector) => detector.passTime !== undefined);
    this.listener = dispatchTo(this.#all, context);
  }

  /** A packet, before anything is told of it. */
  packet(timeUs: number): void {
    if (this.#clock.passes(timeUs)) for (const detector of this.#passTime) detector.passTime?.(timeUs);
  }

  /** Whether a finding on a connection, by its number, is still to be told after its end. */
  isUndecided(connection: number): boolean {
    return this.#all.some((detector) => detector.isUndecided?.(connection) === true);
  }

  /** Every connection has ended. */
  end(): void {
    for (const detector of this.#all) detector.end?.();
  }
}

class SaidCommands extends WeakSet<Transaction> {
  override add(transaction: Transaction): this {
    return super.add(transaction.keep());
  }
}

function clientOf({ client, connection }: Evidence, scope: Scope): string | undefined {
  if (client !== undefined || connection === undefined || scope === 'server') return client;
  return scope === 'pair' ? addressOf(connection.client) : connection.client;
}

/** What a finding is about, as it came from the wire. */
export interface FindingSubject {
  readonly command: string | undefined;
  readonly key: string | undefined;
}

function subjectOf({ request, ofCommand = request, key }: Evidence): FindingSubject {
  return { command: ofCommand?.command, key: key ?? ofCommand?.keys[0] };
}

function findingOf(evidence: Evidence, show: ShowWire): Finding {
  const { finding, timeUs, connection, scope = 'connection', request, ofCommand = request } = evidence;
  const { severity, advice }: Diagnosis = catalog[finding];
  const key = evidence.key ?? ofCommand?.keys[0];
  return {
    finding,
    severity: evidence.severity ?? severity,
    timeUs,
    about: evidence.about ?? `${connection?.id ?? ''}`,
    connection,
    scope,
    request,
    client: clientOf(evidence, scope),
    server: evidence.server ?? connection?.server,
    command: ofCommand && escapedText(show(ofCommand.command, 'command')),
    key: key === undefined ? undefined : escapedText(show(key, 'text')),
    cause: evidence.cause,
    reconnected: evidence.reconnected,
    packets: namedPackets(evidence.packets),
    count: evidence.count ?? 1,
    isCounted: evidence.isCounted ?? false,
    text: shownText(evidence.text, show),
    advice: evidence.advice ?? advice,
    total: evidence.total && {
      ...evidence.total,
      text: shownText(evidence.total.text, show),
      packets: namedPackets(evidence.total.packets),
    },
  };
}
