// What is told of the packets that are taken, for a host that does more with them than write: rows, one after the other. A
// row says of a packet that it came and what it shows beside its bytes, of a request that its line did, or what it was answered.

import {
  answerBytes,
  bytes,
  casFrom,
  casTo,
  cause,
  flagsFrom,
  flagsTo,
  hits,
  isNumber,
  queueUs,
  wordFrom,
  wordTo,
} from './answer';
import { ANSWER, META, RETRIEVAL } from './commands';
import { DATA_US, indexOf, IS_BINARY, SIDE } from './connections';
import { copy } from './digits';
import { EVENTS, EVENTS_END, FOUND, LINES, SIZES } from './memory';
import { digitsOf } from './numbers';
import {
  COMMAND,
  HEAD_END,
  KEY_COUNT,
  LINE_LENGTH,
  REQUEST_ACKNOWLEDGED,
  REQUEST_BYTES,
  REQUEST_PACKET,
  REQUEST_START,
  REQUEST_US,
  START_US,
  STARTS_SEGMENT,
} from './request';

/** Kinds of rows. */
const PACKET: u32 = 1;
const LINE: u32 = 2;
/** A request that asks for no answer is over. */
const SILENCE: u32 = 3;
const TEXT_ANSWER: u32 = 4;
const VALUES: u32 = 5;
const META_ANSWER: u32 = 6;
/** Of the binary protocol: the head of a request, in place of its line, and of an answer. */
const BINARY_REQUEST: u32 = 7;
const BINARY_ANSWER: u32 = 8;
/** A segment shows something beside its bytes. */
const SEGMENT: u32 = 9;

/** What that is: see `SegmentFact`; `LATE`: nothing but that it came after both FINs. */
export const HANDSHAKE: u32 = 1;
export const FIN: u32 = 2;
export const LAST_ACK: u32 = 3;
export const LATE: u32 = 4;

/** Fields of all rows. */
const KIND: usize = 0;
const ROW_LENGTH: usize = 4;
/** Of rows of a request; the second one also of a segment. */
const SLOT: usize = 8;
const CONNECTION: usize = 12;
/** Of a segment: its packet, what it shows, where in the stream of its side, and who sent it. */
const SEGMENT_US: usize = 16;
const SHOWN_AT: usize = 24;
const SEGMENT_PACKET: usize = 32;
const SHOWN: usize = 36;
const FROM_CLIENT: usize = 40;
const segmentLength: usize = 48;
/** Of a packet: its time, its length on the wire, and where its line and its records begin. */
const PACKET_US: usize = 8;
const WIRE_LENGTH: usize = 16;
const LINE_AT: usize = 20;
const RECORD_AT: usize = 24;
const packetLength: usize = 32;
/** Of the line of a request. */
const TEXT_AT: usize = 16;
const TEXT_LENGTH: usize = 20;
const BYTES_OF_REQUEST: usize = 24;
const NUMBER_OF_PACKET: usize = 28;
const LINE_US: usize = 32;
const END_OF_HEAD: usize = 40;
const START_OF_REQUEST: usize = 48;
const ACKNOWLEDGED_BY_LINE: usize = 56;
/** When the server's last data came. */
const SERVER_DATA_US: usize = 64;
const IS_FIRST: usize = 72;
const HOLDS_TWO_WORDS: usize = 73;
/** When its first byte came. */
const BEGUN_US: usize = 80;
const lineLength: usize = 88;
/** Of one that is over without an answer. */
const silenceLength: usize = 64;
/** Of an answer. */
const END_OF_REQUEST_US: usize = 16;
const FIRST_US: usize = 24;
const LAST_US: usize = 32;
const START_OF_ANSWER: usize = 40;
const VALUE_BYTES: usize = 48;
const PACKET_OF_REQUEST: usize = 56;
const PACKET_OF_ANSWER: usize = 60;
const BYTES_OF_ANSWER: usize = 64;
const WAITED_US: usize = 68;
const CAUSE: usize = 72;
const IS_NUMBER: usize = 73;
const HIT_COUNT: usize = 76;
/** The word or the number, or the first line of a meta answer. */
const WORD_AT: usize = 80;
const WORD_LENGTH: usize = 84;
/** Of the first value; of a unique -1 where there is none. */
const ITEM_FLAGS: usize = 88;
const UNIQUE: usize = 96;
/** Of several keys: how many, and of each the bytes of its value and 1; 0 where it missed. */
const SIZE_COUNT: usize = 104;
const SIZE_LIST: usize = 108;
const answerLength: usize = 112;

let tells: bool = false;
export function setTells(value: bool): void {
  tells = value;
}

@inline
export function isTold(): bool {
  return tells;
}

/** Where the next row goes, once the packet under way is taken. */
export let event: usize = EVENTS;
let next: usize = EVENTS;

/** The host has taken all rows. */
export function clearEvents(): void {
  event = EVENTS;
}

/** A packet begins. */
export function beginPacket(us: f64, wireLength: i32, line: usize, record: usize): void {
  next = event;
  store<u32>(next, PACKET, KIND);
  store<u32>(next, <u32>packetLength, ROW_LENGTH);
  store<f64>(next, us, PACKET_US);
  store<i32>(next, wireLength, WIRE_LENGTH);
  store<u32>(next, <u32>line, LINE_AT);
  store<u32>(next, <u32>record, RECORD_AT);
  next += packetLength;
}

/** The packet was taken. */
export function keepEvents(): void {
  event = next;
}

/** A segment shows something, `at` an offset of the stream of its side. */
export function tellSegment(connection: usize, shown: u32, fromClient: bool, packet: i32, us: f64, at: f64): void {
  store<u32>(next, SEGMENT, KIND);
  store<u32>(next, <u32>segmentLength, ROW_LENGTH);
  store<i32>(next, indexOf(connection), CONNECTION);
  store<f64>(next, us, SEGMENT_US);
  store<f64>(next, at, SHOWN_AT);
  store<i32>(next, packet, SEGMENT_PACKET);
  store<u32>(next, shown, SHOWN);
  store<u8>(next, fromClient ? 1 : 0, FROM_CLIENT);
  next += segmentLength;
}

/** More bytes than a row has: those of a line, or of all sizes of values. */
const longestRow: usize = 0x8000;

/** Whether there is room for a row. */
export function hasRoom(): bool {
  return next < EVENTS_END - longestRow;
}

/** Where the host finds a text of a row: in the packet, or behind the row, whose length is returned then. */
let textAt: usize = 0;
function withText(at: usize, length: usize, rowLength: usize): usize {
  textAt = at;
  // What does not lie in a packet may change before the host looks.
  if (at < LINES) return rowLength;
  textAt = next + rowLength;
  copy(textAt, at, length);
  return rowLength + ((length + 7) & ~7);
}

/** The line of a request, which lies at `line`, and its block as far as it came. */
export function tellLine(
  connection: usize,
  slot: i32,
  request: usize,
  line: usize,
  us: f64,
  holdsTwoWords: bool,
): void {
  const length = withText(line, <usize>load<i32>(request, LINE_LENGTH), lineLength);
  store<u32>(next, load<u8>(connection, IS_BINARY) != 0 ? BINARY_REQUEST : LINE, KIND);
  store<u32>(next, <u32>length, ROW_LENGTH);
  store<i32>(next, slot, SLOT);
  store<i32>(next, indexOf(connection), CONNECTION);
  store<u32>(next, <u32>textAt, TEXT_AT);
  store<i32>(next, load<i32>(request, LINE_LENGTH), TEXT_LENGTH);
  store<i32>(next, load<i32>(request, REQUEST_BYTES), BYTES_OF_REQUEST);
  store<i32>(next, load<i32>(request, REQUEST_PACKET), NUMBER_OF_PACKET);
  store<f64>(next, us, LINE_US);
  store<f64>(next, load<f64>(request, HEAD_END), END_OF_HEAD);
  store<f64>(next, load<f64>(request, REQUEST_START), START_OF_REQUEST);
  store<f64>(next, load<f64>(request, REQUEST_ACKNOWLEDGED), ACKNOWLEDGED_BY_LINE);
  store<f64>(next, load<f64>(connection + SIDE, DATA_US), SERVER_DATA_US);
  store<u8>(next, load<u8>(request, STARTS_SEGMENT), IS_FIRST);
  store<u8>(next, holdsTwoWords ? 1 : 0, HOLDS_TWO_WORDS);
  store<f64>(next, load<f64>(request, START_US), BEGUN_US);
  next += length;
}

/** A request that asks for no answer is over. */
export function tellSilence(connection: usize, slot: i32, request: usize, us: f64): void {
  store<u32>(next, SILENCE, KIND);
  store<u32>(next, <u32>silenceLength, ROW_LENGTH);
  store<i32>(next, slot, SLOT);
  store<i32>(next, indexOf(connection), CONNECTION);
  store<f64>(next, us, END_OF_REQUEST_US);
  store<i32>(next, load<i32>(request, REQUEST_PACKET), PACKET_OF_REQUEST);
  next += silenceLength;
}

/** The answer of a request, as it was read last; `lineEnd`: where the first line of a meta answer ends. */
export function tellAnswer(
  connection: usize,
  slot: i32,
  request: usize,
  lineEnd: usize,
  answerUs: f64,
  us: f64,
  start: f64,
  packet: i32,
): void {
  const form = load<u8>(<usize>load<i32>(request, COMMAND), ANSWER);
  beginAnswer(form == RETRIEVAL ? VALUES : form == META ? META_ANSWER : TEXT_ANSWER, connection, slot, request);
  writeTimes(answerUs, us, start, packet);
  store<f64>(next, bytes, VALUE_BYTES);
  store<u8>(next, isNumber ? 1 : 0, IS_NUMBER);
  store<i32>(next, hits, HIT_COUNT);
  let length = answerLength;
  if (form == RETRIEVAL) {
    const keys = <i32>load<u16>(request, KEY_COUNT);
    if (hits > 0) {
      store<f64>(next, digitsOf(flagsFrom, flagsTo), ITEM_FLAGS);
      store<f64>(next, casFrom == 0 ? -1 : digitsOf(casFrom, casTo), UNIQUE);
    }
    const sizes = keys > 1 ? keys : 0;
    store<i32>(next, sizes, SIZE_COUNT);
    if (sizes > 0) writeSizes(next + SIZE_LIST, <usize>sizes);
    length = (SIZE_LIST + ((<usize>sizes) << 2) + 7) & ~7;
  } else {
    const text = (form == META ? lineEnd : wordTo) - wordFrom;
    length = withText(wordFrom, text, answerLength);
    store<u32>(next, <u32>textAt, WORD_AT);
    store<u32>(next, <u32>text, WORD_LENGTH);
  }
  store<u32>(next, <u32>length, ROW_LENGTH);
  next += length;
}

/** The same of the binary protocol: `[at, at + text)` are header, extras and key, and what follows them where it counts. */
export function tellBinaryAnswer(
  connection: usize,
  slot: i32,
  request: usize,
  at: usize,
  text: usize,
  answerUs: f64,
  us: f64,
  start: f64,
  packet: i32,
): void {
  beginAnswer(BINARY_ANSWER, connection, slot, request);
  writeTimes(answerUs, us, start, packet);
  const length = withText(at, text, answerLength);
  store<u32>(next, <u32>textAt, WORD_AT);
  store<u32>(next, <u32>text, WORD_LENGTH);
  store<u32>(next, <u32>length, ROW_LENGTH);
  next += length;
}

function beginAnswer(kind: u32, connection: usize, slot: i32, request: usize): void {
  store<u32>(next, kind, KIND);
  store<i32>(next, slot, SLOT);
  store<i32>(next, indexOf(connection), CONNECTION);
  store<f64>(next, load<f64>(request, REQUEST_US), END_OF_REQUEST_US);
  store<i32>(next, load<i32>(request, REQUEST_PACKET), PACKET_OF_REQUEST);
}

function writeTimes(answerUs: f64, us: f64, start: f64, packet: i32): void {
  store<f64>(next, answerUs, FIRST_US);
  store<f64>(next, us, LAST_US);
  store<f64>(next, start, START_OF_ANSWER);
  store<i32>(next, packet, PACKET_OF_ANSWER);
  store<i32>(next, answerBytes, BYTES_OF_ANSWER);
  store<u32>(next, <u32>queueUs, WAITED_US);
  store<u8>(next, <u8>cause, CAUSE);
}

function writeSizes(out: usize, keys: usize): void {
  memory.fill(out, 0, keys << 2);
  for (let hit = 0; hit < hits; hit++) {
    const key = <usize>load<u16>(FOUND + ((<usize>hit) << 1));
    store<u32>(out + (key << 2), load<u32>(SIZES + ((<usize>hit) << 2)) + 1);
  }
}
