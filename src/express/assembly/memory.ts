// Where everything lies in the memory of the express way. Addresses are bytes from its start; what lies before the first
// one is the compiler's. The memory never grows, so that the views that the host has of it stay valid; pages that nobody
// touches take no room.

/** Digits: see digits.ts. */
export const DIGITS: usize = 0x100000;
export const LEADING: usize = DIGITS + 40_960;
/** What a byte may be: see `Class`. */
export const CLASSES: usize = DIGITS + 81_920;

/** Texts that are put again and again. */
export const TEXTS: usize = 0x118000;

/** What `RecentSegments` keeps, shared with the general way. */
export const PRINTS: usize = 0x120000;
export const PRINT_TIMES: usize = 0x124000;

/** Packets that were noted and are not over yet: a ring of entries, see packets.ts. */
export const PACKETS: usize = 0x160000;
export const PACKET_BITS: i32 = 6;
export const PACKET_MASK: i32 = 2047;

/** SYNs among the packets that come next, by pair of ends. */
export const SYNS: usize = 0x140000;
export const SYN_MASK: u32 = 255;

/** Texts that the host makes once a second. */
export const CLOCK: usize = 0x141000;
export const RECORD_CLOCK: usize = 0x141100;
/** What each record says behind its time. */
export const RECORD_RUN: usize = 0x141200;

/** Commands and the words of their answers, as the host has put them there: see commands.ts. */
export const COMMANDS: usize = 0x142000;
export const WORDS: usize = 0x143000;

/** Heads of the chains of connections. */
export const BUCKETS: usize = 0x180000;
export const BUCKET_MASK: u32 = 0x1ffff;

/** Copies of what the capture was read from. */
export const INPUT: usize = 0x200000;
export const INPUT_LENGTH: i32 = 0x200000;

/** Lines, and records. */
export const LINES: usize = 0x400000;
export const RECORDS: usize = 0x480000;
/** What is told of packets: see events.ts. */
export const EVENTS: usize = 0x540000;
/** Of the answer that was read last, bytes of each value: see answer.ts. */
export const SIZES: usize = 0x5ff000;
/** Bytes of output from which on the host takes it. */
export const FULL: usize = 0xc000;

/** Connections, from 1 on: see connections.ts. */
export const CONNECTIONS: usize = 0x600000;
export const CONNECTION_LENGTH: usize = 352;
export const MOST_CONNECTIONS: i32 = 131_072;

/** Texts of each connection: the ends as lines name them, in either direction. */
export const LINE_TEXTS: usize = 0x3300000;
export const LINE_TEXT_LENGTH: usize = 256;
/** The fields of each connection in records. */
export const RECORD_TEXTS: usize = 0x5400000;
export const RECORD_TEXT_LENGTH: usize = 384;

/** Requests that wait for their answer, from 1 on: see requests.ts. */
export const REQUESTS: usize = 0x8400000;
export const REQUEST_LENGTH: usize = 512;
export const MOST_REQUESTS: i32 = 65_535;

/** Behind all. */
export const END: usize = 0xa400000;
