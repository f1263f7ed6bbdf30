import type { FindingName } from './catalog.ts';
import { Churn } from './churn.ts';
import { ClearCredentials } from './clear-credentials.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { Failures } from './failures.ts';
import { GaveUp } from './gave-up.ts';
import { Refusals } from './refusals.ts';
import { Retransmissions } from './retransmissions.ts';
import { Slow } from './slow.ts';
import { Speech } from './speech.ts';
import { Stalls } from './stalls.ts';
import { TurnedAway } from './turned-away.ts';
import { Unanswered } from './unanswered.ts';
import { ZeroWindows } from './zero-windows.ts';

/** Everyone who looks for something, in the order in which they hear of what happens. */
export const detectors: readonly {
  /** What it may find; where all of it is left out, nobody looks. */
  readonly names: readonly FindingName[];
  readonly make: (context: DetectorContext) => Detector;
}[] = [
  { names: ['refused'], make: (context) => new Refusals(context) },
  { names: ['too-many-connections'], make: (context) => new TurnedAway(context) },
  { names: ['stall-delayed-ack'], make: (context) => new Stalls(context) },
  { names: ['zero-window'], make: (context) => new ZeroWindows(context) },
  { names: ['churn'], make: (context) => new Churn(context) },
  { names: ['binary-protocol', 'udp', 'tls'], make: (context) => new Speech(context) },
  { names: ['clear-credentials'], make: (context) => new ClearCredentials(context) },
  { names: ['gave-up'], make: (context) => new GaveUp(context) },
  { names: ['retransmission', 'syn-retry'], make: (context) => new Retransmissions(context) },
  { names: ['slow'], make: (context) => new Slow(context) },
  { names: ['unanswered'], make: (context) => new Unanswered(context) },
  { names: ['server-error', 'protocol-error'], make: (context) => new Failures(context) },
];
