import type { Listener } from '../../protocols/events.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Finding } from '../findings/finding.ts';
import type { ExitReport } from './exit-report.ts';
import type { RunIdentity } from './run-identity.ts';

/** What standard output shows instead of lines and records, or what is made beside it. */
export interface View {
  /** Packets and connections are those of the capture, whatever is selected. */
  readonly isOfCapture?: boolean;
  /** Hears of everything. */
  readonly all: Listener;
  /** Hears of the commands that are selected. */
  readonly shown: Listener;
  /** The capture has begun. */
  begin?(): void;
  /** What its records say of the run. */
  identify(identity: RunIdentity): void;
  /** Something that is wrong was found, before what proves it is told to `all` and `shown`. */
  found?(finding: Finding): void;
  /** Given what says whether a finding on a connection, by its number, is still to come after its end. */
  awaitFindings?(isUndecided: (connection: number) => boolean): void;
  /** A packet of so many bytes on the wire, before anything is told of it. */
  packet?(timeUs: number, bytes: number): void;
  /** A packet, after all that it tells was told; `connection`: the number of its connection, 0 where it has none. */
  processed?(packet: CapturedPacket, connection: number): void;
  /** Shows what there is so far, while the run goes on; `timeUs` is that of the last packet. */
  tellSoFar?(report: ExitReport, timeUs: number): void;
  /** Nothing more comes. */
  finish(report: ExitReport, timeUs: number): void;
  /** Settles when nobody looks at it any more. */
  untilClosed?(): Promise<void>;
}

/** Where a view shows something: lines of text, or records where those are wanted. */
export interface ViewOutput {
  readonly lines: (lines: readonly string[]) => void;
  readonly records: RecordWriter | undefined;
}

/** As much as a view needs of the log. */
export interface RecordWriter {
  identify(identity: RunIdentity): void;
  record(
    event: string,
    timeUs: number,
    fields: object,
    message: string,
    connection?: ConnectionInfo,
    isWarning?: boolean,
  ): void;
}
