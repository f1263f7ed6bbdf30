import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { Datagram } from '../../protocols/datagram.ts';
import { defaultLimits, type Limits } from '../../protocols/limits.ts';
import type { Arrival } from '../../protocols/protocol.ts';
import { Transaction } from '../../protocols/transaction.ts';
import { UdpDatagram } from '../../protocols/udp.ts';
import { UdpFlows } from '../../protocols/udp-flows.ts';

/** Sends datagrams to a table of flows and writes down what its sessions are told. */
class Wire {
  readonly events: string[] = [];
  readonly anomalies = new AnomalyCounters();
  readonly numbers = { next: 5 };
  readonly flows: UdpFlows;
  readonly arrival: Arrival = { timeUs: 0, packet: 0, acknowledged: -1 };
  /** Text at which the session throws. */
  poison = '';

  constructor(limits: Partial<Limits> = {}) {
    this.flows = new UdpFlows({
      limits: { ...defaultLimits, ...limits },
      anomalies: this.anomalies,
      numbers: this.numbers,
      isServerPort: (port) => port === 11211 || port === 11212,
      open: ({ id }) => ({
        datagram: (fromClient, { bytes, start, end, length }, { packet }) => {
          const text = bytes.toString('latin1', start, end);
          if (text === this.poison) throw new Error('poison');
          this.events.push(`${id} ${fromClient ? 'client' : 'server'} ${text} of ${length} #${packet}`);
        },
        doubled: (fromClient, _payload, { packet }) =>
          this.events.push(`${id} ${fromClient ? 'client' : 'server'} doubled #${packet}`),
        waiting: (tell) => tell(new Transaction('text', 'request', `request of ${id}`)),
        end: (reason, { packet }) => this.events.push(`${id} end ${reason} #${packet}`),
      }),
      opened: ({ id, transport, client, server }) => this.events.push(`${id} open ${transport} ${client} ${server}`),
      closed: ({ id }) => this.events.push(`${id} closed`),
    });
  }

  /** `identification` is IP's number for it. */
  send(source: number, destination: number, text: string, length = text.length, identification = 0): this {
    const datagram = new Datagram();
    datagram.identification = identification;
    datagram.family = 4;
    datagram.source3 = source === 11211 ? 0x0a000002 : 0x0a000001;
    datagram.destination3 = source === 11211 ? 0x0a000001 : 0x0a000002;
    const udp = Object.assign(new UdpDatagram(), { sourcePort: source, destinationPort: destination });
    Object.assign(udp, { payloadStart: 0, payloadEnd: text.length, payloadLength: length });
    this.arrival.packet++;
    this.flows.datagram(datagram, udp, Buffer.from(text), this.arrival);
    return this;
  }

  take(): string[] {
    return this.events.splice(0);
  }
}

test('both directions of one flow, a number from the common count for each', () => {
  const wire = new Wire().send(40000, 11211, 'ask').send(11211, 40000, 'answer', 20).send(40001, 11211, 'x');
  assert.deepEqual(wire.take(), [
    '5 open udp 10.0.0.1:40000 10.0.0.2:11211',
    '5 client ask of 3 #1',
    '5 server answer of 20 #2',
    '6 open udp 10.0.0.1:40001 10.0.0.2:11211',
    '6 client x of 1 #3',
  ]);
  assert.equal(wire.numbers.next, 7);
});

test('other ports are not followed; between two server ports the first to speak is the client', () => {
  const wire = new Wire().send(40000, 53, 'x').send(53, 40000, 'x').send(11212, 11211, 'ask').send(11211, 11212, 'ok');
  assert.deepEqual(wire.take().slice(1), ['5 client ask of 3 #3', '5 server ok of 2 #4']);
});

test('idle flows expire by packet time, the others end with the capture in the order of their beginning', () => {
  const wire = new Wire().send(40000, 11211, 'a').send(40001, 11211, 'b').send(40002, 11211, 'c');
  wire.arrival.timeUs += 3000 * 1e6;
  wire.send(40001, 11211, 'b').send(40000, 11211, 'a').take();
  wire.arrival.timeUs += 1000 * 1e6;
  wire.send(40003, 11211, 'd');
  assert.deepEqual(wire.take().slice(0, 2), ['7 end expired #6', '7 closed']);
  wire.flows.end(wire.arrival);
  assert.deepEqual(
    wire.take().filter((event) => event.includes('end')),
    ['5 end end_of_capture #6', '6 end end_of_capture #6', '8 end end_of_capture #6'],
  );
});

test('requests that wait are asked of flows that are open', () => {
  const wire = new Wire().send(40000, 11211, 'a').send(40001, 11211, 'b').send(40000, 11211, 'a');
  const waiting: string[] = [];
  wire.flows.waiting(({ line }) => waiting.push(line));
  assert.deepEqual(waiting, ['request of 5', 'request of 6']);
});

test('too many flows: the one idle longest goes', () => {
  const wire = new Wire({ connections: 2 }).send(40000, 11211, 'a').send(40001, 11211, 'b').send(40000, 11211, 'a');
  assert.equal(wire.send(40002, 11211, 'c').take().includes('6 end expired #4'), true);
  assert.equal(wire.flows.size, 2);
  assert.deepEqual([...wire.anomalies.counts], [['connectionLimit', 1]]);
});

test('a session that throws costs its flow only', () => {
  const wire = new Wire().send(40000, 11211, 'a').send(40001, 11211, 'b');
  wire.poison = 'bad';
  assert.throws(() => wire.send(40000, 11211, 'bad'));
  wire.flows.abandon();
  wire.take();
  assert.deepEqual(wire.send(40001, 11211, 'b').take(), ['6 client b of 1 #4']);
  assert.equal(wire.flows.size, 1);
});

describe('a datagram that the network or the capture has doubled is told as such', () => {
  const texts = (wire: Wire): string[] =>
    wire
      .take()
      .filter((event) => /client|server/.test(event) && !event.includes('open'))
      .map((event) => event.slice(2));

  test('it has the number and the bytes of one shortly before', () => {
    const wire = new Wire();
    for (const number of [7, 8, 7, 9, 8]) wire.send(40000, 11211, 'ask', 3, number);
    assert.deepEqual(texts(wire), [
      'client ask of 3 #1',
      'client ask of 3 #2',
      'client doubled #3',
      'client ask of 3 #4',
      'client doubled #5',
    ]);
  });

  test('in either direction, and not where the ports differ', () => {
    const wire = new Wire()
      .send(11211, 40000, 'ok', 2, 7)
      .send(11211, 40001, 'ok', 2, 8)
      .send(11211, 40000, 'ok', 2, 7);
    assert.deepEqual(texts(wire), ['server ok of 2 #1', 'server ok of 2 #2', 'server doubled #3']);
  });

  test('no number: nothing is known', () => {
    const wire = new Wire().send(40000, 11211, 'ask').send(40000, 11211, 'ask');
    assert.deepEqual(texts(wire), ['client ask of 3 #1', 'client ask of 3 #2']);
  });

  test('further away than packets change places, the number may be another round of the count', () => {
    const wire = new Wire({ lookAheadPackets: 8 }).send(40000, 11211, 'ask', 3, 7);
    wire.arrival.packet += 8;
    assert.deepEqual(texts(wire.send(40000, 11211, 'ask', 3, 7)), ['client ask of 3 #1', 'client ask of 3 #10']);
  });

  test('all have the same number: it says nothing', () => {
    const wire = new Wire();
    for (const text of ['ask', 'other', 'ask'])
      wire.send(40000, 11211, text, text.length, 1).send(11211, 40000, 'ok', 2, 1);
    assert.equal(texts(wire).filter((text) => text.includes(' of ')).length, 6);
  });
});
