/**
 * Where things lie in the memory of the express way: the counterpart of assembly/memory.ts and of the fields in
 * assembly/packets.ts, connections.ts and requests.ts. Addresses are bytes.
 */
export const layout = {
  prints: 0x120000,
  printTimes: 0x124000,
  bases: 0x150000,
  packets: 0x160000,
  clock: 0x141000,
  recordRun: 0x141200,
  input: 0x200000,
  inputLength: 0x200000,
  lines: 0x400000,
  records: 0xe000000,
  events: 0xe800000,
  connections: 0x600000,
  connectionLength: 464,
  lineTexts: 0x4000000,
  lineTextLength: 128,
  recordTexts: 0x5d00000,
  recordTextLength: 384,
  requests: 0x8e00000,
  requestLength: 512,
} as const;

/** The ring of packets: its places, and 32-bit words of each. */
export const packets = { places: 2048, words: 16, lookAheadAtMost: 512 } as const;

/** Words of a packet. */
export const packetField = {
  address: 0,
  captured: 1,
  original: 2,
  seconds: 3,
  microseconds: 4,
  number: 5,
  link: 6,
  nanoseconds: 7,
  chunk: 8,
  chunkStart: 9,
  linkType: 10,
  /** In units of eight bytes. */
  exactSeconds: 6,
  network: 14,
  segment: 15,
} as const;

/** Bytes between what is kept of the client, and of the server. */
export const side = 80;

/** Fields of a connection: those of 8 bytes in units of 8, those of 4 in units of 4, the others in bytes. */
export const connectionField = {
  ports: 8,
  isIpv6: 12,
  sendsOn: 13,
  hasSilent: 14,
  isMidStream: 15,
  clientAddress: 16,
  serverAddress: 32,
  nextSequence: 48 / 4,
  lineBase: 52 / 4,
  nextOffset: 56 / 8,
  acknowledged: 64 / 8,
  dataUs: 72 / 8,
  sentUs: 80 / 8,
  bareAckUs: 88 / 8,
  dataEnd: 96 / 8,
  dataBytes: 104 / 4,
  dataPacket: 108 / 4,
  sentPacket: 112 / 4,
  bareAckPacket: 116 / 4,
  segments: 120 / 4,
  lastUs: 208 / 8,
  lastAnswerEndUs: 216 / 8,
  serverReceived: 224 / 8,
  clientReceived: 232 / 8,
  lastMs: 240 / 4,
  clientMs: 244 / 4,
  waited: 248 / 4,
  endedRun: 252 / 4,
  seemedToWait: 256 / 4,
  listedSeconds: 260 / 4,
  listedPacket: 264 / 4,
  lastSeconds: 268 / 4,
  lastPacket: 272 / 4,
  pending: 276 / 4,
  firstPending: 280 / 4,
  silentBehind: 288 / 4,
  added: 292 / 4,
  largestSegment: 296 / 4,
  number: 300 / 4,
  clientTextLength: 304,
  serverTextLength: 306,
  recordTextLength: 308,
  hasSeveral: 310,
  isBinary: 311,
  requestRest: 312 / 4,
  begun: 316 / 4,
  begunLength: 320 / 4,
  answerAt: 324 / 4,
  answerLength: 328 / 4,
  answerPart: 332 / 4,
  answerPacket: 348 / 4,
  partPacket: 352 / 4,
  clientOwes: 356,
  serverOwes: 358,
  answerUs: 368 / 8,
  answerStart: 376 / 8,
  answerAcknowledged: 384 / 8,
  partUs: 392 / 8,
  partAcknowledged: 400 / 8,
  answerLineUs: 408 / 8,
  lastOpaque: 416 / 4,
  looks: 420 / 4,
  opaquesRise: 426,
  opaquesRiseReversed: 427,
  phase: 428,
  hasSpoken: 430,
  closedBy: 431,
  clientSegmentSize: 432,
  serverSegmentSize: 434,
  held: 436 / 4,
  synAckUs: 440 / 8,
  establishedUs: 448 / 8,
  finUs: 456 / 8,
} as const;

/** Fields of an answer that waits for its request, in the same units; `bytes`: where it lies. */
export const heldField = { timeUs: 0, acknowledged: 1, packet: 4, length: 5, bytes: 24 } as const;

/** Fields of a request, in the same units. */
export const requestField = {
  next: 0,
  startsSegment: 8,
  lineLength: 12 / 4,
  requestBytes: 20 / 4,
  packet: 24 / 4,
  silentBefore: 28 / 4,
  timeUs: 32 / 8,
  headEnd: 40 / 8,
  acknowledged: 48 / 8,
  requestStart: 56 / 8,
  startUs: 64 / 8,
  linePacket: 72 / 4,
  valueLength: 16 / 4,
  /** Where its line lies. */
  lineAt: 76 / 4,
} as const;

/** Kinds of rows of what is told. */
export const EventKind = {
  packet: 1,
  line: 2,
  /** A request that asks for no answer is over. */
  silence: 3,
  textAnswer: 4,
  values: 5,
  metaAnswer: 6,
  binaryRequest: 7,
  binaryAnswer: 8,
  segment: 9,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

/** Fields of these rows, in the same units: of all, of a packet, of a segment, of a request, of its line, and of its answer. */
export const eventField = {
  kind: 0,
  rowLength: 4 / 4,
  packetUs: 8 / 8,
  wireLength: 16 / 4,
  lineAt: 20 / 4,
  recordAt: 24 / 4,
  segmentUs: 16 / 8,
  shownAt: 24 / 8,
  segmentPacket: 32 / 4,
  shown: 36 / 4,
  fromClient: 40,
  slot: 8 / 4,
  connection: 12 / 4,
  textAt: 16 / 4,
  textLength: 20 / 4,
  bytesOfRequest: 24 / 4,
  numberOfPacket: 28 / 4,
  lineUs: 32 / 8,
  endOfHead: 40 / 8,
  startOfRequest: 48 / 8,
  acknowledgedByLine: 56 / 8,
  serverDataUs: 64 / 8,
  isFirst: 72,
  holdsTwoWords: 73,
  begunUs: 80 / 8,
  endOfRequestUs: 16 / 8,
  firstUs: 24 / 8,
  lastUs: 32 / 8,
  startOfAnswer: 40 / 8,
  valueBytes: 48 / 8,
  packetOfRequest: 56 / 4,
  packetOfAnswer: 60 / 4,
  bytesOfAnswer: 64 / 4,
  waitedUs: 68 / 4,
  cause: 72,
  isNumber: 73,
  hitCount: 76 / 4,
  wordAt: 80 / 4,
  wordLength: 84 / 4,
  itemFlags: 88 / 8,
  unique: 96 / 8,
  sizeCount: 104 / 4,
  sizeList: 108 / 4,
} as const;

/** What a segment shows: see `SegmentFact`; `late`: nothing but that it came after both FINs. */
export const Shown = { handshake: 1, fin: 2, lastAck: 3, late: 4 } as const;
export type Shown = (typeof Shown)[keyof typeof Shown];

/** Who sent the first FIN. */
export const Closer = { client: 1, server: 2 } as const;

/** How far a connection has come. */
export const Phase = {
  open: 0,
  synSent: 1,
  synReceived: 2,
  clientClosed: 3,
  serverClosed: 4,
  closed: 5,
} as const;

/** How a run of the express way ended. */
export const Outcome = {
  /** The next packet is the general way's. */
  declined: 1,
  /** The next packet is of another second. */
  second: 2,
  /** All packets that can be looked at are over. */
  done: 3,
  /** The output had to be taken. */
  full: 4,
  /** The text of an interface has to be written first. */
  unnamed: 5,
  /** The next packet is a SYN, with which a connection may begin here. */
  begins: 6,
  /** A connection that began here is over. */
  ended: 7,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];
