import { addressOf } from '../../protocols/address.ts';
import { type Listener, Listeners } from '../../protocols/events.ts';
import { escapedText } from '../byte-writer.ts';
import { catalog, type Diagnosis, type FindingChanges, type FindingName } from './catalog.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { detectors } from './detectors.ts';
import { type Evidence, type Finding, namedPackets, type Scope } from './finding.ts';

/** Looks for all that is to be found, and says so when it is certain. */
export class Findings {
  /** Hears of everything, before those who show it. */
  readonly listener: Listener;
  readonly #passTime: readonly Detector[];
  readonly #all: readonly Detector[];

  /** `found` is called with each finding. */
  constructor(changes: FindingChanges, found: (finding: Finding) => void) {
    const isOn = (name: FindingName): boolean => changes.get(name) !== 'off';
    const context: DetectorContext = {
      found: (evidence) => {
        if (isOn(evidence.finding)) found(findingOf(evidence));
      },
      number: (name) => {
        const changed = changes.get(name);
        const { number }: Diagnosis = catalog[name];
        return typeof changed === 'number' ? changed : (number?.default ?? 0);
      },
      isOn,
      said: new WeakSet(),
    };
    this.#all = detectors.filter(({ names }) => names.some(isOn)).map(({ make }) => make(context));
    this.#passTime = this.#all.filter((detector) => detector.passTime !== undefined);
    this.listener = new Listeners(this.#all);
  }

  /** A packet, before anything is told of it. */
  packet(timeUs: number): void {
    for (const detector of this.#passTime) detector.passTime?.(timeUs);
  }

  /** Every connection has ended. */
  end(): void {
    for (const detector of this.#all) detector.end?.();
  }
}

function clientOf({ client, connection }: Evidence, scope: Scope): string | undefined {
  if (client !== undefined || connection === undefined || scope === 'server') return client;
  return scope === 'pair' ? addressOf(connection.client) : connection.client;
}

function findingOf(evidence: Evidence): Finding {
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
    command: ofCommand && escapedText(ofCommand.command),
    key: key === undefined ? undefined : escapedText(key),
    cause: evidence.cause,
    reconnected: evidence.reconnected,
    packets: namedPackets(evidence.packets),
    count: evidence.count ?? 1,
    isCounted: evidence.isCounted ?? false,
    text: evidence.text,
    advice: evidence.advice ?? advice,
    total: evidence.total && { ...evidence.total, packets: namedPackets(evidence.total.packets) },
  };
}
