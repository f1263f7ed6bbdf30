import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { CapturedPacket } from '../../protocols/packet.ts';
import { CaptureError } from '../../src/capture/capture-error.ts';
import { CaptureFile } from '../../src/capture/capture-file.ts';
import { compileFilter } from '../../src/capture/filter/evaluate.ts';
import { FilterError } from '../../src/capture/filter/filter-error.ts';
import { encodePacket } from '../support/binary-messages.ts';
import { toldOf } from '../support/both-ways.ts';
import { ethernet, ipv4, pcapFile, TcpConversation, tcp, udp } from '../support/packet-builder.ts';
import { SessionRecorder } from '../support/session-recorder.ts';
import { FuzzedProgram } from './program.ts';

/** Takes one input, and throws where it finds something wrong. */
export type Target = (input: Buffer) => Promise<void> | void;

const linkTypes = [1, 101, 113, 276, 0, 108, 228, 229, 147] as const;

/** Every input is a sequence of steps: bytes that say what, a length, and as many bytes. */
function* steps(input: Buffer, heads: number): Generator<{ head: Buffer; body: Buffer }> {
  for (let at = 1; at + heads < input.length; ) {
    const head = input.subarray(at, at + heads);
    const length = input[at + heads] as number;
    const body = input.subarray(at + heads + 1, at + heads + 1 + length);
    yield { head, body };
    at += heads + 1 + length;
  }
}

function captured(bytes: Buffer, linkType: number, timeUs: number, originalLength = bytes.length): CapturedPacket {
  const seconds = Math.floor(timeUs / 1e6);
  const nanoseconds = (timeUs - seconds * 1e6) * 1000;
  return { bytes, start: 0, end: bytes.length, originalLength, seconds, nanoseconds, linkType, number: 0 };
}

/** A capture file, from its magic number to the lines and records. */
async function capture(input: Buffer): Promise<void> {
  const program = new FuzzedProgram((input.at(-1) ?? 0) & ~2);
  let packets = 0;
  const file = new CaptureFile('fuzzed', () => Readable.from(input.length === 0 ? [] : [input]));
  try {
    await file.run({
      begin: () => {},
      packet: (packet) => {
        packets++;
        program.packet(packet);
      },
      afterChunk: () => undefined,
    });
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    assert.match(error.message, /^fuzzed: [ -~]+$/);
    // What came before the damage was handed over.
    if (error.packet !== undefined) assert.equal(error.packet, packets + 1);
  }
  program.end();
}

/** Link, network and transport headers of packets of any link type. */
function packets(input: Buffer): void {
  const program = new FuzzedProgram(input[0] ?? 0);
  let timeUs = 1_700_000_000_000_000;
  for (const { head, body } of steps(input, 2)) {
    const [link = 0, time = 0] = head;
    timeUs += time < 250 ? time * 10 : (time - 253) * 40_000_000;
    const original = body.length + (link >> 4);
    program.packet(captured(Buffer.from(body), linkTypes[(link & 15) % linkTypes.length] as number, timeUs, original));
  }
  program.end();
}

/** Segments of a few connections: flags, places in the streams, acknowledgments, payloads. */
function segments(input: Buffer): void {
  const program = new FuzzedProgram(input[0] ?? 0);
  const client = { address: '10.0.0.1', port: 40_000 };
  const server = { address: '10.0.0.2', port: 11_211 };
  const near = (byte: number): number => (byte < 128 ? byte : byte < 250 ? (byte - 256) * 64 : 2 ** (byte - 224));
  let timeUs = 1_700_000_000_000_000;
  for (const { head, body } of steps(input, 4)) {
    const [what = 0, flags = 0, sequence = 0, acknowledged = 0] = head;
    timeUs += 50;
    const here = { ...client, port: client.port + ((what >> 1) & 3) };
    const [source, destination] = (what & 1) === 0 ? [here, server] : [server, here];
    const names = 'FSRP.UEW';
    const letters = [...names].filter((_, bit) => ((flags >> bit) & 1) === 1).join('');
    const segment = tcp(Buffer.from(body), {
      source,
      destination,
      seq: 0xffff_ff00 + near(sequence),
      ack: 0xffff_ff00 + near(acknowledged),
      flags: letters,
      window: 500,
      options: [],
    });
    const bytes = ethernet(ipv4(segment, { source: source.address, destination: destination.address }));
    const cut = (what & 0x80) === 0 ? bytes.length : Math.max(1, bytes.length - (what & 0x78));
    program.packet(captured(bytes.subarray(0, cut), 1, timeUs, bytes.length));
  }
  program.end();
  assert.equal(program.pipeline.next, undefined);
}

/** Bytes and holes of one connection, in order: text, meta and binary parsers, pairing, recognition. */
function session(input: Buffer): void {
  const choice = input[0] ?? 0;
  const recorder = new SessionRecorder((choice & 1) !== 0, (choice & 2) === 0 ? 0 : 5, (choice & 4) !== 0);
  for (const { head, body } of steps(input, 1)) {
    const what = head[0] as number;
    if ((what & 6) === 6) recorder.gap((what & 1) === 0, body.length + 1);
    else if (body.length > 0) recorder.data((what & 1) === 0, Buffer.from(body));
    if ((what & 0x80) !== 0) recorder.wait(2e6);
  }
  recorder.end();
  const commands = recorder.transactions;
  for (const transaction of commands) {
    assert.ok(transaction.requestBytes >= 0 && transaction.latencyUs >= -1);
    // A server may answer a get without a key, whatever it means by that.
    const asked = Math.max(1, transaction.keys.length);
    assert.ok(!transaction.retrieves || transaction.hits + transaction.misses <= asked);
  }
}

/** Datagrams of a few requests and their answers. */
function datagrams(input: Buffer): void {
  const program = new FuzzedProgram((input[0] ?? 0) & ~2);
  const client = { address: '10.0.0.1', port: 40_000 };
  const server = { address: '10.0.0.2', port: 11_211 };
  let timeUs = 1_700_000_000_000_000;
  for (const { head, body } of steps(input, 5)) {
    const [what = 0, id = 0, sequence = 0, total = 0, reserved = 0] = head;
    timeUs += (what & 0x40) === 0 ? 50 : 50_000_000;
    const frame = Buffer.from([0, id & 3, 0, sequence, 0, total, 0, reserved > 250 ? 1 : 0]);
    const here = { ...client, port: client.port + ((what >> 1) & 1) };
    const [source, destination] = (what & 1) === 0 ? [here, server] : [server, here];
    const payload = (what & 0x20) === 0 ? Buffer.concat([frame, body]) : Buffer.from(body);
    const datagram = udp(payload, { source, destination });
    const bytes = ethernet(ipv4(datagram, { source: source.address, destination: destination.address, protocol: 17 }));
    program.packet(captured(bytes, 1, timeUs));
  }
  program.end();
}

/** A connection on which an exchange was seen, and what comes next: both ways have to say the same of it. */
function ways(input: Buffer): void {
  const conversation = new TcpConversation();
  conversation.handshake();
  const isBinary = ((input[0] ?? 0) & 1) === 1;
  conversation.client(isBinary ? encodePacket(true, 'get key=a opaque=1') : 'get a\r\n');
  conversation.server(isBinary ? encodePacket(false, 'get status=1 opaque=1') : 'END\r\n');
  for (const { head, body } of steps(input, 2)) {
    const [what = 0, time = 0] = head;
    conversation.wait(time < 240 ? time : (time - 239) ** 3 * 1000);
    const side = (what & 1) === 0 ? 'client' : 'server';
    const flags = (what & 0xf0) === 0xf0 ? 'F.' : (what & 0xf0) === 0xe0 ? 'R.' : body.length > 0 ? 'P.' : '.';
    const payload = Buffer.from(body);
    if ((what & 14) === 14) conversation.segment(side, payload, { flags, seq: what >> 4, ack: 1 });
    else if ((what & 14) === 12) conversation.segment(side, payload, { flags, lost: true });
    else conversation.segment(side, payload, { flags });
  }
  const file = pcapFile(conversation.packets);
  const general = toldOf(file, { express: false });
  const express = toldOf(file, { express: true });
  assert.equal(express.lines, general.lines);
  assert.equal(express.records, general.records);
  assert.deepEqual(express.report, general.report);
}

const filterPacket = captured(
  ethernet(
    ipv4(
      tcp(Buffer.alloc(0), {
        source: { address: '10.0.0.1', port: 1 },
        destination: { address: '10.0.0.2', port: 11_211 },
        seq: 1,
        flags: 'S',
        window: 1,
        options: [],
      }),
      { source: '10.0.0.1', destination: '10.0.0.2' },
    ),
  ),
  1,
  0,
);

/** A filter expression: compiled and applied, or refused with a sentence that says where. */
function filter(input: Buffer): void {
  const text = input.toString('utf8');
  try {
    const test = compileFilter(text);
    for (const linkType of linkTypes) test({ ...filterPacket, linkType });
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    assert.ok(error.position >= 1 && error.position <= text.length + 1, `position ${error.position}`);
    assert.match(error.message, /position \d+|nested|parts/);
  }
}

export const targets: Readonly<Record<string, Target>> = {
  capture,
  packets,
  segments,
  session,
  datagrams,
  filter,
  ways,
};
