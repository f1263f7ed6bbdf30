// What is told of the packets that are taken, for a host that does more with them than write: rows, one after the other. A
// row says of a packet that it came, of a request that its line did, or of a request what it was answered.

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
  sizeOf,
  wordFrom,
  wordTo,
} from './answer';
import { ANSWER, META, RETRIEVAL } from './commands';
import { DATA_US, indexOf, SIDE } from './connections';
import { EVENTS } from './memory';
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
  STARTS_SEGMENT,
} from './request';

/** Kinds of rows. */
const PACKET: u32 = 1;
const LINE: u32 = 2;
/** The line of a request that asks for no answer, and is over with it. */
const SILENT_LINE: u32 = 3;
const TEXT_ANSWER: u32 = 4;
const VALUES: u32 = 5;
const META_ANSWER: u32 = 6;

/** Fields of all rows. */
const KIND: usize = 0;
const ROW_LENGTH: usize = 4;
/** Of rows of a request. */
const SLOT: usize = 8;
const CONNECTION: usize = 12;
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
const lineLength: usize = 80;
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
const SIZES: usize = 108;
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

/** The line of a request, which lies at `line` in the packet, and its block as far as it came. */
export function tellLine(connection: usize, slot: i32, request: usize, line: usize, us: f64, isSilent: bool): void {
  store<u32>(next, isSilent ? SILENT_LINE : LINE, KIND);
  store<u32>(next, <u32>lineLength, ROW_LENGTH);
  store<i32>(next, slot, SLOT);
  store<i32>(next, indexOf(connection), CONNECTION);
  store<u32>(next, <u32>line, TEXT_AT);
  store<i32>(next, load<i32>(request, LINE_LENGTH), TEXT_LENGTH);
  store<i32>(next, load<i32>(request, REQUEST_BYTES), BYTES_OF_REQUEST);
  store<i32>(next, load<i32>(request, REQUEST_PACKET), NUMBER_OF_PACKET);
  store<f64>(next, us, LINE_US);
  store<f64>(next, load<f64>(request, HEAD_END), END_OF_HEAD);
  store<f64>(next, load<f64>(request, REQUEST_START), START_OF_REQUEST);
  store<f64>(next, load<f64>(request, REQUEST_ACKNOWLEDGED), ACKNOWLEDGED_BY_LINE);
  store<f64>(next, load<f64>(connection + SIDE, DATA_US), SERVER_DATA_US);
  store<u8>(next, load<u8>(request, STARTS_SEGMENT), IS_FIRST);
  next += lineLength;
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
  store<u32>(next, form == RETRIEVAL ? VALUES : form == META ? META_ANSWER : TEXT_ANSWER, KIND);
  store<i32>(next, slot, SLOT);
  store<i32>(next, indexOf(connection), CONNECTION);
  store<f64>(next, load<f64>(request, REQUEST_US), END_OF_REQUEST_US);
  store<f64>(next, answerUs, FIRST_US);
  store<f64>(next, us, LAST_US);
  store<f64>(next, start, START_OF_ANSWER);
  store<f64>(next, bytes, VALUE_BYTES);
  store<i32>(next, load<i32>(request, REQUEST_PACKET), PACKET_OF_REQUEST);
  store<i32>(next, packet, PACKET_OF_ANSWER);
  store<i32>(next, answerBytes, BYTES_OF_ANSWER);
  store<u32>(next, <u32>queueUs, WAITED_US);
  store<u8>(next, <u8>cause, CAUSE);
  store<u8>(next, isNumber ? 1 : 0, IS_NUMBER);
  store<i32>(next, hits, HIT_COUNT);
  let length = answerLength;
  if (form == RETRIEVAL) {
    const keys = <i32>load<u8>(request, KEY_COUNT);
    if (hits > 0) {
      store<f64>(next, digitsOf(flagsFrom, flagsTo), ITEM_FLAGS);
      store<f64>(next, casFrom == 0 ? -1 : digitsOf(casFrom, casTo), UNIQUE);
    }
    const sizes = keys > 1 ? keys : 0;
    store<i32>(next, sizes, SIZE_COUNT);
    for (let key = 0; key < sizes; key++) store<u32>(next + SIZES + ((<usize>key) << 2), sizeOf(key));
    length = (SIZES + ((<usize>sizes) << 2) + 7) & ~7;
  } else {
    store<u32>(next, <u32>wordFrom, WORD_AT);
    store<u32>(next, <u32>((form == META ? lineEnd : wordTo) - wordFrom), WORD_LENGTH);
  }
  store<u32>(next, <u32>length, ROW_LENGTH);
  next += length;
}
