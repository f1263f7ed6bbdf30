// Lines, as far as they are the same for all packets, and where the next line and the next record go.

import { CLIENT_TEXT_LENGTH, IS_IPV6, SERVER_TEXT_LENGTH, lineText } from './connections';
import { copy, decimal, prepare, put, sixDigits } from './digits';
import { interfaceAt, isNamed, writeInterface } from './interfaces';
import { CLOCK } from './memory';
import { ADDRESS, COOKED_2, LINK, MICROSECONDS, SECONDS, u32be } from './packet';

const IP_TEXT = prepare('IP ');
const IP6_TEXT = prepare('IP6 ');
const TO_TEXT = prepare(' > ');
const COLON_TEXT = prepare(': ');
export const PLAIN_FLAGS_TEXT = prepare('Flags [.]');
export const SEQ_TEXT = prepare(', seq ');
const ACK_TEXT = prepare(', ack ');
const WIN_TEXT = prepare(', win ');
const TIMESTAMPS_TEXT = prepare(', options [nop,nop,TS val ');
const ECR_TEXT = prepare(' ecr ');
const TIMESTAMPS_END_TEXT = prepare(']');
const LENGTH_TEXT = prepare(', length ');

/** How a packet went. */
export const TAKEN: i32 = 0;
/** It is the general way's. */
export const DECLINED: i32 = 1;
/** The host has to do first what it does once a second of packet time. */
export const TICK: i32 = 2;
/** The host has to say first how lines name the interface `interfaceAt`. */
export const UNNAMED: i32 = 5;
/** It is a SYN, with which the host may begin a connection here. */
export const BEGINS: i32 = 6;

/** What is written: lines, and records. */
export let writesLines: bool = false;
export let writesRecords: bool = false;
export function setOutputs(lines: bool, records: bool): void {
  writesLines = lines;
  writesRecords = records;
}

/** Whether sequence numbers print as they are. */
export let isAbsolute: bool = false;
export function setAbsolute(value: bool): void {
  isAbsolute = value;
}

/** The second of the last packet that the host has heard of, and how long the text of its clock is. */
let second: u32 = 0xffffffff;
let clockLength: usize = 0;
/** Whether the clock has a fraction. */
let hasFraction: bool = true;
export function setSecond(value: u32, length: i32, fraction: bool): void {
  second = value;
  clockLength = length;
  hasFraction = fraction;
}

/** Where the next line and the next record go. */
export let line: usize = 0;
export let record: usize = 0;
export function setOutput(lineAt: usize, recordAt: usize): void {
  line = lineAt;
  record = recordAt;
}

/** Records were written up to there. */
@inline
export function recordTo(end: usize): void {
  record = end;
}

/** Of the last packet that was taken: its time, and the numbers of it and of its connection. */
export let lastUs: f64 = 0;
export let lastPacket: i32 = 0;
export let lastConnection: i32 = 0;
@inline
export function isTaken(us: f64, packet: i32, connection: i32): void {
  lastUs = us;
  lastPacket = packet;
  lastConnection = connection;
}

/** Whether what is written of a packet can be: `TAKEN`, or what has to be done first. */
@inline
export function readiness(packet: usize): i32 {
  const seconds = load<u32>(packet, SECONDS);
  if (seconds != second) return <i32>seconds < 0 ? DECLINED : TICK;
  if (writesLines && load<u8>(packet, LINK) == COOKED_2 && !isNamed(<usize>load<u32>(packet, ADDRESS)))
    return interfaceAt < 0 ? DECLINED : UNNAMED;
  return TAKEN;
}

/** Writes what stands before a line's flags; returns where these go. */
export function beginLine(packet: usize, connection: usize, fromClient: bool): usize {
  let out = copy(line, CLOCK, clockLength);
  if (hasFraction) {
    store<u8>(out, 0x2e);
    out = sixDigits(out + 1, load<u32>(packet, MICROSECONDS));
    store<u8>(out++, 0x20);
  }
  if (load<u8>(packet, LINK) == COOKED_2) out = writeInterface(out, <usize>load<u32>(packet, ADDRESS));
  out = put(out, load<u8>(connection, IS_IPV6) != 0 ? IP6_TEXT : IP_TEXT);
  out = put(writeEnd(out, connection, fromClient), TO_TEXT);
  return put(writeEnd(out, connection, !fromClient), COLON_TEXT);
}

/** The text of the client's end, or the server's. */
@inline
function writeEnd(out: usize, connection: usize, ofClient: bool): usize {
  const length = load<u16>(connection + (ofClient ? CLIENT_TEXT_LENGTH : SERVER_TEXT_LENGTH));
  return copy(out, lineText(connection, ofClient), length);
}

/** What is acknowledged, as a line says it, and the window. */
@inline
export function writeAcknowledgment(out: usize, acknowledgment: u32, window: u32): usize {
  return writeWindow(decimal(put(out, ACK_TEXT), acknowledgment), window);
}

@inline
export function writeWindow(out: usize, window: u32): usize {
  return decimal(put(out, WIN_TEXT), window);
}

/** The options of a segment that has no others than these; `values`: where the two numbers lie. */
@inline
export function writeTimestamps(out: usize, values: usize): usize {
  out = decimal(put(out, TIMESTAMPS_TEXT), u32be(values));
  return put(decimal(put(out, ECR_TEXT), u32be(values + 4)), TIMESTAMPS_END_TEXT);
}

@inline
export function writeLength(out: usize, length: i32): usize {
  return decimal(put(out, LENGTH_TEXT), length);
}

/** The line ends there. */
@inline
export function endLine(out: usize): void {
  store<u8>(out, 0x0a);
  line = out + 1;
}
