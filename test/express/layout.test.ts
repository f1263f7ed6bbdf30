import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  connectionField,
  eventField,
  heldField,
  layout,
  packetField,
  packets,
  requestField,
  Shown,
  side,
} from '../../src/express/layout.ts';

/** Constants of a file of the module, by name. */
function constantsOf(file: string): ReadonlyMap<string, number> {
  const path = fileURLToPath(new URL(`../../../src/express/assembly/${file}.ts`, import.meta.url));
  const declared = /^(?:export )?const ([A-Z0-9_]+): (?:usize|i32|u32|u8) = (0x[0-9a-f]+|\d[\d_]*);$/gm;
  const found = readFileSync(path, 'utf8').matchAll(declared);
  return new Map([...found].map(([, name = '', value = '']) => [name, Number(value.replaceAll('_', ''))]));
}

function constant(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** Bytes of one unit in which a field is counted: as many as its type has. */
function bytesOf(name: string, fieldsOf8: ReadonlySet<string>, bytes: ReadonlySet<string>): number {
  return fieldsOf8.has(name) ? 8 : bytes.has(name) ? 1 : 4;
}

suite('the memory of the express way', () => {
  test('areas lie where the module has them', () => {
    const memory = constantsOf('memory');
    for (const [name, value] of Object.entries(layout)) assert.equal(value, memory.get(constant(name)), name);
    assert.equal(packets.words * 4, 2 ** (memory.get('PACKET_BITS') ?? 0));
    assert.equal(packets.places, (memory.get('PACKET_MASK') ?? 0) + 1);
  });

  test('areas do not overlap', () => {
    const memory = constantsOf('memory');
    const of = (name: string): number => memory.get(name) ?? Number.NaN;
    const most = of('MOST_CONNECTIONS');
    assert.ok(of('CONNECTIONS') + most * of('CONNECTION_LENGTH') <= of('LINE_TEXTS'));
    assert.ok(of('LINE_TEXTS') + most * of('LINE_TEXT_LENGTH') <= of('RECORD_TEXTS'));
    assert.ok(of('RECORD_TEXTS') + most * of('RECORD_TEXT_LENGTH') <= of('REQUESTS'));
    assert.ok(of('REQUESTS') + (of('MOST_REQUESTS') + 1) * of('REQUEST_LENGTH') <= of('ROOMS'));
    assert.ok(of('ROOMS') + (of('MOST_ROOMS') + 1) * of('ROOM_LENGTH') <= of('RECORDS'));
    assert.ok(of('FOUND') + 2 * 2048 <= of('MARKS'));
    assert.ok(of('MARKS') + of('MARKS_LENGTH') <= of('SIZES'));
    assert.ok(of('OPCODES') + 256 * 32 <= of('PACKETS'));
    assert.ok(of('PACKETS') + (of('PACKET_MASK') + 1) * 2 ** of('PACKET_BITS') <= of('BUCKETS'));
    assert.ok(of('INPUT') + of('INPUT_LENGTH') <= of('LINES'));
    assert.ok(of('RECORDS_END') <= of('EVENTS') && of('EVENTS_END') <= of('END'));
    assert.ok(of('SIZES') + 4 * 2048 <= of('PRINTS'));
    assert.ok(of('INTERFACES') + (of('INTERFACE_MASK') + 1) * 2 ** of('INTERFACE_BITS') <= of('OPCODES'));
  });

  const doubles = new Set(
    (
      'nextOffset acknowledged dataUs sentUs bareAckUs dataEnd lastUs lastAnswerEndUs serverReceived clientReceived ' +
      'synAckUs establishedUs finUs answerUs answerStart answerAcknowledged partUs partAcknowledged answerLineUs timeUs headEnd requestStart startUs exactSeconds'
    ).split(' '),
  );
  const bytes = new Set(
    (
      'ports isIpv6 sendsOn hasSilent hasSeveral isMidStream clientAddress serverAddress clientTextLength serverTextLength ' +
      'recordTextLength startsSegment isBinary opaquesRise opaquesRiseReversed phase hasSpoken closedBy clientSegmentSize serverSegmentSize clientOwes serverOwes'
    ).split(' '),
  );

  test('fields of a connection lie where the module has them', () => {
    const constants = constantsOf('connections');
    const others = new Map([['recordTextLength', 'RECORD_TEXT_BYTES']]);
    for (const [name, value] of Object.entries(connectionField)) {
      const own = others.get(name) ?? constant(name);
      assert.equal(value * bytesOf(name, doubles, bytes), constants.get(own), name);
    }
    assert.equal(side, constants.get('SIDE'));
  });

  test('fields of an answer that waits for its request lie where the module has them', () => {
    const constants = constantsOf('disorder');
    const others = new Set(['timeUs', 'acknowledged']);
    for (const [name, value] of Object.entries(heldField)) {
      const own = name === 'timeUs' ? 'HELD_US' : `HELD_${constant(name)}`;
      assert.equal(value * bytesOf(name, others, new Set(['bytes'])), constants.get(own), name);
    }
  });

  const doublesOfEvents = new Set(
    (
      'packetUs lineUs endOfHead startOfRequest acknowledgedByLine serverDataUs endOfRequestUs firstUs lastUs ' +
      'startOfAnswer valueBytes itemFlags unique begunUs segmentUs shownAt'
    ).split(' '),
  );
  const bytesOfEvents = new Set(['isFirst', 'holdsTwoWords', 'cause', 'isNumber', 'fromClient']);

  test('fields of a request and of a packet lie where the module has them', () => {
    const requests = constantsOf('request');
    const ofRequests = new Map([
      ['next', 'NEXT_REQUEST'],
      ['packet', 'REQUEST_PACKET'],
      ['timeUs', 'REQUEST_US'],
      ['acknowledged', 'REQUEST_ACKNOWLEDGED'],
    ]);
    for (const [name, value] of Object.entries(requestField)) {
      const own = ofRequests.get(name) ?? constant(name);
      assert.equal(value * bytesOf(name, doubles, bytes), requests.get(own), name);
    }
    const ofEvents = constantsOf('events');
    for (const [name, value] of Object.entries(eventField)) {
      assert.equal(value * bytesOf(name, doublesOfEvents, bytesOfEvents), ofEvents.get(constant(name)), name);
    }
    for (const [name, value] of Object.entries(Shown)) assert.equal(value, ofEvents.get(constant(name)), name);
    const ofPackets = constantsOf('packet');
    for (const [name, value] of Object.entries(packetField)) {
      const own = name === 'number' ? 'PACKET_NUMBER' : constant(name);
      assert.equal(value * bytesOf(name, doubles, bytes), ofPackets.get(own), name);
    }
  });
});
