// SYNs: that of a client, with which a connection begins here if the host agrees, and the server's.

import {
  BARE_ACK_US,
  BEGAN_HERE,
  CLIENT_ADDRESS,
  CLIENT_SEGMENT_SIZE,
  DATA_US,
  ESTABLISHED_US,
  IS_IPV6,
  LAST_ANSWER_END_US,
  LAST_MS,
  LAST_PACKET,
  LAST_SECONDS,
  LAST_US,
  LINE_BASE,
  NEXT_SEQUENCE,
  NUMBER,
  PHASE,
  PORTS,
  SEGMENTS,
  SENT_PACKET,
  SENT_US,
  SERVER_ADDRESS,
  SERVER_RECEIVED,
  SERVER_SEGMENT_SIZE,
  SIDE,
  SYN_ACK_US,
  SYN_RECEIVED,
  SYN_SENT,
  connectionAt,
  indexOf,
  never,
} from './connections';
import { copy, decimal, prepare, put } from './digits';
import { beginPacket, isTold, keepEvents } from './events';
import { list } from './idle';
import {
  DECLINED,
  TAKEN,
  beginLine,
  endLine,
  isTaken,
  line,
  record,
  writeAcknowledgment,
  writeLength,
  writeWindow,
  writesLines,
} from './line';
import { BASES } from './memory';
import { NETWORK, ORIGINAL, PACKET_NUMBER, SECONDS, SEGMENT, milliseconds, packetAt, timeOf, u16be, u32be } from './packet';
import { head } from './packets';
import { isCopy, notePrint } from './prints';

const SYN_TEXT = prepare('Flags [S], seq ');
const SYN_ACK_TEXT = prepare('Flags [S.], seq ');
const OPTIONS_TEXT = prepare(', options [');
const END_TEXT = prepare(']');
const END_OF_LIST_TEXT = prepare('eol');
const NO_OPERATION_TEXT = prepare('nop');
const SEGMENT_SIZE_TEXT = prepare('mss ');
const WINDOW_SCALE_TEXT = prepare('wscale ');
const SACK_PERMITTED_TEXT = prepare('sackOK');
const TIMESTAMPS_TEXT = prepare('TS val ');
const ECR_TEXT = prepare(' ecr ');

/** Options of a SYN: see `TcpOption`. */
const END_OF_LIST: u8 = 0;
const NO_OPERATION: u8 = 1;
const SEGMENT_SIZE: u8 = 2;
const WINDOW_SCALE: u8 = 3;
const SACK_PERMITTED: u8 = 4;
const TIMESTAMPS: u8 = 8;

const shortestHeader: usize = 20;

/** Where the server takes longer to answer, the general way sees how long nothing came: see `SynWatch`. */
const longestSilenceUs: f64 = 1_000_000;

/** How many connections the host has to be told of, whose lines count from elsewhere now. */
export let bases: i32 = 0;
export function clearBases(): void {
  bases = 0;
}

let segmentSize: u32 = 0;

/** Whether `[at, end)` are options that are known here, each as long as it should be; reads the largest segment's size. */
export function readOptions(at: usize, end: usize): bool {
  segmentSize = 0;
  while (at < end) {
    const kind = load<u8>(at);
    if (kind == END_OF_LIST) return true;
    if (kind == NO_OPERATION) {
      at++;
      continue;
    }
    const length = lengthOf(kind);
    if (length == 0 || at + length > end || load<u8>(at, 1) != <u8>length) return false;
    if (kind == SEGMENT_SIZE && segmentSize == 0) segmentSize = u16be(at + 2);
    at += length;
  }
  return true;
}

@inline
function lengthOf(kind: u8): usize {
  if (kind == SEGMENT_SIZE) return 4;
  if (kind == WINDOW_SCALE) return 3;
  if (kind == SACK_PERMITTED) return 2;
  return kind == TIMESTAMPS ? 10 : 0;
}

/** Writes options that were read. */
function writeOptions(out: usize, at: usize, end: usize): usize {
  if (at == end) return out;
  out = put(out, OPTIONS_TEXT);
  for (let isFirst = true; at < end; isFirst = false) {
    if (!isFirst) store<u8>(out++, 0x2c);
    const kind = load<u8>(at);
    if (kind == END_OF_LIST) {
      out = put(out, END_OF_LIST_TEXT);
      break;
    }
    if (kind == NO_OPERATION) out = put(out, NO_OPERATION_TEXT);
    else if (kind == SEGMENT_SIZE) out = decimal(put(out, SEGMENT_SIZE_TEXT), u16be(at + 2));
    else if (kind == WINDOW_SCALE) out = decimal(put(out, WINDOW_SCALE_TEXT), load<u8>(at, 2));
    else if (kind == SACK_PERMITTED) out = put(out, SACK_PERMITTED_TEXT);
    else out = decimal(put(decimal(put(out, TIMESTAMPS_TEXT), u32be(at + 2)), ECR_TEXT), u32be(at + 6));
    at += kind == NO_OPERATION ? 1 : lengthOf(kind);
  }
  return put(out, END_TEXT);
}

/** Begins a connection, whose number and texts the host has written, with the next packet: its client's SYN. */
export function begin(index: i32): void {
  const packet = packetAt(head);
  const network = <usize>load<u32>(packet, NETWORK);
  const segment = <usize>load<u32>(packet, SEGMENT);
  const connection = connectionAt(index);
  const isIpv6 = segment - network == 40;
  const length: usize = isIpv6 ? 16 : 4;
  const source = network + (isIpv6 ? 8 : 12);
  store<u8>(connection, isIpv6 ? 1 : 0, IS_IPV6);
  memory.copy(connection + CLIENT_ADDRESS, source, length);
  memory.copy(connection + SERVER_ADDRESS, source + length, length);
  store<u32>(connection, load<u32>(segment), PORTS);
  store<u8>(connection, SYN_SENT, PHASE);
  store<u8>(connection, 1, BEGAN_HERE);
  const us = timeOf(packet);
  forgetTimes(connection);
  forgetTimes(connection + SIDE);
  store<f64>(connection, never, LAST_ANSWER_END_US);
  store<f64>(connection, never, SYN_ACK_US);
  store<f64>(connection, never, ESTABLISHED_US);
  // As `Pace` begins.
  store<f64>(connection, -1, SERVER_RECEIVED);
  store<i32>(connection, milliseconds(us), LAST_MS);
  list(connection, packet);
  readOptions(segment + shortestHeader, payloadOf(segment));
  store<u16>(connection, <u16>segmentSize, CLIENT_SEGMENT_SIZE);
  store<u32>(connection, u32be(segment + 4) + 1, NEXT_SEQUENCE);
  notePrint(load<i32>(connection, NUMBER), isIpv6 ? 0 : u16be(network + 4), segment, us);
  see(connection, connection, packet, us);
  if (writesLines) writeSyn(packet, connection, segment, true);
}

/** The server's SYN, with which it answers the client's; `identification`: of its IP packet. */
export function takeAnswer(packet: usize, connection: usize, segment: usize, identification: u32): i32 {
  const payload = payloadOf(segment);
  if (!readOptions(segment + shortestHeader, payload)) return DECLINED;
  const us = timeOf(packet);
  if (us - load<f64>(connection, SENT_US) > longestSilenceUs) return DECLINED;
  const direction = -load<i32>(connection, NUMBER);
  if (isCopy(direction, identification, segment, us)) return DECLINED;
  notePrint(direction, identification, segment, us);
  if (isTold()) beginPacket(us, load<i32>(packet, ORIGINAL), line, record);
  const server = connection + SIDE;
  const sequence = u32be(segment + 4);
  store<u8>(connection, SYN_RECEIVED, PHASE);
  store<u16>(connection, <u16>segmentSize, SERVER_SEGMENT_SIZE);
  store<u32>(server, sequence + 1, NEXT_SEQUENCE);
  store<f64>(connection, us, SYN_ACK_US);
  // As tcpdump counts from here on.
  store<u32>(connection, u32be(segment + 8) - 1, LINE_BASE);
  store<u32>(server, sequence, LINE_BASE);
  if (writesLines) {
    store<i32>(BASES + ((<usize>bases) << 2), indexOf(connection));
    bases++;
  }
  see(connection, server, packet, us);
  if (writesLines) writeSyn(packet, connection, segment, false);
  if (isTold()) keepEvents();
  return TAKEN;
}

@inline
function payloadOf(segment: usize): usize {
  return segment + ((<usize>(load<u8>(segment, 12) >> 4)) << 2);
}

function forgetTimes(side: usize): void {
  store<f64>(side, never, DATA_US);
  store<f64>(side, never, SENT_US);
  store<f64>(side, never, BARE_ACK_US);
}

/** As `SegmentObserver` has it. */
function see(connection: usize, own: usize, packet: usize, us: f64): void {
  const number = load<i32>(packet, PACKET_NUMBER);
  store<f64>(own, us, SENT_US);
  store<i32>(own, number, SENT_PACKET);
  store<i32>(own, load<i32>(own, SEGMENTS) + 1, SEGMENTS);
  store<f64>(connection, us, LAST_US);
  store<i32>(connection, load<i32>(packet, SECONDS), LAST_SECONDS);
  store<i32>(connection, number, LAST_PACKET);
  isTaken(us, number, load<i32>(connection, NUMBER));
}

function writeSyn(packet: usize, connection: usize, segment: usize, fromClient: bool): void {
  let out = beginLine(packet, connection, fromClient);
  out = decimal(put(out, fromClient ? SYN_TEXT : SYN_ACK_TEXT), u32be(segment + 4));
  const window = u16be(segment + 14);
  out = fromClient ? writeWindow(out, window) : writeAcknowledgment(out, u32be(segment + 8), window);
  endLine(writeLength(writeOptions(out, segment + shortestHeader, payloadOf(segment)), 0));
}
