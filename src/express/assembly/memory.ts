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
/** Opcodes of the binary protocol, by their number: see opcodes.ts. */
export const OPCODES: usize = 0x148000;

/** Interfaces by index: see interfaces.ts. */
export const INTERFACES: usize = 0x144000;
export const INTERFACE_BITS: i32 = 6;
export const INTERFACE_MASK: u32 = 255;

/** Connections whose lines count from elsewhere since the host was told: see handshake.ts. */
export const BASES: usize = 0x150000;
export const MOST_BASES: i32 = 4096;

/** Heads of the chains of connections. */
export const BUCKETS: usize = 0x180000;
export const BUCKET_MASK: u32 = 0x1ffff;

/** Copies of what the capture was read from. */
export const INPUT: usize = 0x200000;
export const INPUT_LENGTH: i32 = 0x200000;

/** Lines. Those of one packet take less than this. */
export const LINES: usize = 0x400000;
/** Bytes of output from which on the host takes it. */
export const FULL: usize = 0xc000;

/** Connections, from 1 on: see connections.ts. */
export const CONNECTIONS: usize = 0x600000;
export const CONNECTION_LENGTH: usize = 464;
export const MOST_CONNECTIONS: i32 = 131_072;

/** Texts of each connection: its ends as lines name them. */
export const LINE_TEXTS: usize = 0x4000000;
export const LINE_TEXT_LENGTH: usize = 128;
/** The fields of each connection in records. */
export const RECORD_TEXTS: usize = 0x5d00000;
export const RECORD_TEXT_LENGTH: usize = 384;

/** Requests that wait for their answer, from 1 on: see requests.ts. */
export const REQUESTS: usize = 0x8e00000;
export const REQUEST_LENGTH: usize = 512;
export const MOST_REQUESTS: i32 = 131_071;

/**
 * Rooms, from 1 on, for what is longer than a request's own: see rooms.ts. With all of them, and all requests, in use these
 * cost less than what `Limits.pendingTotalBytes` has for them.
 */
export const ROOMS: usize = 0xcf00000;
export const ROOM_LENGTH: usize = 0x8000;
export const MOST_ROOMS: i32 = 511;

/** Records. Those of one packet may be many. */
export const RECORDS: usize = 0xe000000;
export const RECORDS_END: usize = 0xe800000;

/** What is told of packets: see events.ts. */
export const EVENTS: usize = 0xe800000;
export const EVENTS_END: usize = 0xf000000;

/** Of the answer that was read last: of which keys of its request, by their place, values were found, two bytes each. */
export const FOUND: usize = 0x11c000;
/** Bytes of these values, four bytes each. */
export const SIZES: usize = 0x11e000;
/** What tells keys apart: see repeats.ts. */
export const MARKS: usize = 0x11d000;
export const MARKS_LENGTH: usize = 0x1000;

/** Behind all. */
export const END: usize = 0xf000000;
