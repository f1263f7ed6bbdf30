import { Administration } from './administration.ts';
import { BadKey } from './bad-key.ts';
import { CasConflicts } from './cas-conflicts.ts';
import type { FindingName } from './catalog.ts';
import { Churn } from './churn.ts';
import { ClearCredentials } from './clear-credentials.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { ExpiresAtOnce } from './expires-at-once.ts';
import { Failures } from './failures.ts';
import { GaveUp } from './gave-up.ts';
import { HotKey } from './hot-key.ts';
import { LockContention } from './lock-contention.ts';
import { NearItemLimit } from './near-item-limit.ts';
import { NeverSet } from './never-set.ts';
import { OneBehind } from './one-behind.ts';
import { Refusals } from './refusals.ts';
import { RepeatedGet } from './repeated-get.ts';
import { Retransmissions } from './retransmissions.ts';
import { SerialGets } from './serial-gets.ts';
import { ShiftedByError } from './shifted-by-error.ts';
import { Slow } from './slow.ts';
import { Speech } from './speech.ts';
import { Stalls } from './stalls.ts';
import { Stampede } from './stampede.ts';
import { TurnedAway } from './turned-away.ts';
import { Unanswered } from './unanswered.ts';
import { ValueAsCommands } from './value-as-commands.ts';
import { WrongKey } from './wrong-key.ts';
import { ZeroWindows } from './zero-windows.ts';

/** Everyone who looks for something, in the order in which they hear of what happens. */
export const detectors: readonly {
  /** What it may find; where all of it is left out, nobody looks. */
  readonly names: readonly FindingName[];
  readonly make: (context: DetectorContext) => Detector;
}[] = [
  { names: ['wrong-key'], make: (context) => new WrongKey(context) },
  { names: ['one-behind'], make: (context) => new OneBehind(context) },
  { names: ['value-as-commands'], make: (context) => new ValueAsCommands(context) },
  { names: ['shifted-by-error'], make: (context) => new ShiftedByError(context) },
  { names: ['bad-key'], make: (context) => new BadKey(context) },
  { names: ['serial-gets'], make: (context) => new SerialGets(context) },
  { names: ['repeated-get'], make: (context) => new RepeatedGet(context) },
  { names: ['never-set'], make: (context) => new NeverSet(context) },
  { names: ['stampede'], make: (context) => new Stampede(context) },
  { names: ['lock-contention'], make: (context) => new LockContention(context) },
  { names: ['cas-conflicts'], make: (context) => new CasConflicts(context) },
  { names: ['near-item-limit'], make: (context) => new NearItemLimit(context) },
  { names: ['expires-at-once'], make: (context) => new ExpiresAtOnce(context) },
  { names: ['hot-key'], make: (context) => new HotKey(context) },
  { names: ['flushed', 'expensive-stats'], make: (context) => new Administration(context) },
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
