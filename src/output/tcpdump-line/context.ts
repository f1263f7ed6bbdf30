import type { CapturedPacket } from '../../../protocols/packet.ts';
import type { ByteWriter } from '../../byte-writer.ts';

/** What tcpdump's command line asks of a line. */
export interface LineOptions {
  /** -S: sequence numbers as they are, not relative to the start of the conversation. */
  readonly absoluteSequence: boolean;
  /**
   * How often -t was given: 0 time of day, 1 none, 2 seconds since 1970, 3 since the last packet, 4 with date, 5 since
   * the first packet.
   */
  readonly timestamps: number;
  /** -e: the link header too. */
  readonly linkHeader: boolean;
  /** How often -q was given. */
  readonly quiet: number;
  /** How often -v was given. */
  readonly verbose: number;
  /** How often -x was given. */
  readonly hex: number;
  /** How often -X was given. */
  readonly hexAscii: number;
  /** How often -A was given. */
  readonly ascii: number;
  /** -#: the packet's number before the line. */
  readonly packetNumber: boolean;
  /** -K: checksums are not verified. */
  readonly skipChecksums: boolean;
  /** Whose ports print by name; null where all are numbers (-n). */
  readonly service: Service | null;
  /** Names of this machine's interfaces by index, which Linux cooked v2 lines start with; others print as `?`. */
  readonly interfaceNames: ReadonlyMap<number, string>;
  /** Prints connections by number, and counts times from the first packet; undefined where addresses print. */
  readonly numbers?: Directions | undefined;
  /** Hides what is in packets beside their headers; undefined where all is shown. */
  readonly mask?: Mask | undefined;
}

/** Packets without what they carry. */
export interface Mask {
  /** A copy in which all but the headers is zeros. */
  of(packet: CapturedPacket): CapturedPacket;
  /** Of the packet that was masked last: true where its line, but for dumps, says nothing of what it carries. */
  readonly isSafe: boolean;
}

/** What prints in place of two ends, `10.8.34.13:46103`, of which the first one sends; undefined where these do. */
export interface Directions {
  directionOf(source: string, destination: string): string | undefined;
}

export interface Service {
  /** As IANA registered it. */
  readonly name: string;
  readonly tcp: ReadonlySet<number>;
  readonly udp: ReadonlySet<number>;
}

/** `tcpdump -n` without further options. */
export const defaultLineOptions: LineOptions = {
  absoluteSequence: false,
  timestamps: 0,
  linkHeader: false,
  quiet: 0,
  verbose: 0,
  hex: 0,
  hexAscii: 0,
  ascii: 0,
  packetNumber: false,
  skipChecksums: false,
  service: null,
  interfaceNames: new Map(),
};

/**
 * How a part of a line went: `whole`; `ended`, where the packet's text ends with it; `cut`, where the capture
 * ends within a field that is needed.
 */
export type Outcome = 'whole' | 'ended' | 'cut';

/**
 * What the printers of one line share. A printer returns false where the capture ends within a field it
 * needs; the line then ends with `[|layer]`, as tcpdump's does.
 */
export class LineContext {
  readonly options: LineOptions;
  /** False where tcpdump leaves out the dump of what it can't decode, because a dump was asked for or -q given. */
  readonly dumpsUnknown: boolean;
  bytes: Uint8Array = new Uint8Array(0);
  /** Offset after the last byte that may be looked at: the end of the capture, or of the IP datagram. */
  end = 0;
  /** Which header is being read, in tcpdump's words. */
  layer = '';
  /** Length of the link header, which -x, -X and -A leave out. */
  linkLength = 0;
  out: ByteWriter;

  constructor(options: LineOptions, out: ByteWriter) {
    this.options = options;
    this.dumpsUnknown = options.quiet === 0 && options.hex === 0 && options.hexAscii === 0;
    this.out = out;
  }

  /** True where `length` bytes from `at` on were captured. */
  has(at: number, length: number): boolean {
    return at + length <= this.end;
  }

  /** Says that the capture ended here, where the printer goes on or ends by itself. */
  truncated(): void {
    this.out.text(' [|');
    this.out.text(this.layer);
    this.out.byte(0x5d);
  }
}
