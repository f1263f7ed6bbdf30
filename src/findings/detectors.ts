import type { FindingName } from './catalog.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { Failures } from './failures.ts';
import { Retransmissions } from './retransmissions.ts';
import { Slow } from './slow.ts';
import { Unanswered } from './unanswered.ts';

/** Everyone who looks for something, in the order in which they hear of what happens. */
export const detectors: readonly {
  /** What it may find; where all of it is left out, nobody looks. */
  readonly names: readonly FindingName[];
  readonly make: (context: DetectorContext) => Detector;
}[] = [
  { names: ['retransmission', 'syn-retry'], make: (context) => new Retransmissions(context) },
  { names: ['slow'], make: (context) => new Slow(context) },
  { names: ['unanswered'], make: (context) => new Unanswered(context) },
  { names: ['server-error', 'protocol-error'], make: (context) => new Failures(context) },
];
