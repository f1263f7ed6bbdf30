/**
 * mcsniff as a library: memcached's commands from captures, packets and streams. See docs/library.md; the command line
 * begins in main.ts.
 */

export type { Anomaly } from '../protocols/anomaly.ts';
export type { Listener, UntoldBytes } from '../protocols/events.ts';
export type { Endpoint } from '../protocols/given-streams.ts';
export type { Limits } from '../protocols/limits.ts';
export { defaultLimits } from '../protocols/limits.ts';
export { LinkType } from '../protocols/packet.ts';
export type { Arrival, CloseReason, ConnectionInfo, Speaker, UnaskedAnswer } from '../protocols/protocol.ts';
export type { SegmentFact } from '../protocols/tcp/segment-facts.ts';
export type { TcpFacts } from '../protocols/tcp/tcp-facts.ts';
export type { Cause, Status, Transaction, WireNumber } from '../protocols/transaction.ts';
export { CaptureError } from './capture/capture-error.ts';
export { FilterError } from './capture/filter/filter-error.ts';
export {
  createSniffer,
  type GivenConnectionOptions,
  type GivenPacket,
  type MemcachedSniffer,
  type StreamConnection,
} from './library/create-sniffer.ts';
export { describeTransaction, escapeText } from './library/describe.ts';
export type { SnifferEvent } from './library/events.ts';
export type { SnifferListener, SnifferOptions } from './library/options.ts';
export { type CaptureInput, type CaptureReading, type ReadOptions, readCapture } from './library/read-capture.ts';
export { createStories, createSummary, type SummaryListener, type SummaryOptions } from './library/statistics.ts';
export type { RunCounts } from './library/tracker.ts';
export type { ColumnValues } from './statistics/columns-table.ts';
export type { LargeCommand, SlowCommand } from './statistics/command-lists.ts';
export type { Story } from './statistics/connection-story.ts';
export type { Dimension } from './statistics/dimensions.ts';
export type { ListEntry } from './statistics/group-list.ts';
export type { SortColumn } from './statistics/list-columns.ts';
export type { TellStory } from './statistics/stories.ts';
export type { SummarySnapshot } from './statistics/summary.ts';
