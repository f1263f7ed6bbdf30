import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Listener, Listeners, type UntoldBytes } from '../../protocols/events.ts';
import { arrivalOf, connectionInfo, request } from '../support/hand-made.ts';

const connection = connectionInfo();
const arrival = arrivalOf(3);

describe('Listeners', () => {
  it('tell each event to those that listen to it, in their order', () => {
    const told: string[] = [];
    const all: Listener = {
      connectionOpen: () => told.push('all: open'),
      connectionClose: (_, reason) => told.push(`all: ${reason}`),
      commandLine: (_, { line }) => told.push(`all: ${line}`),
      dataBlock: () => told.push('all: block'),
      transaction: (_, { status }) => told.push(`all: ${status}`),
      unasked: (_, { text }) => told.push(`all: ${text}`),
    };
    const some: Listener = { transaction: (_, { status }) => told.push(`some: ${status}`) };
    const listeners = new Listeners([all, {}, some]);
    listeners.connectionOpen(connection, arrival);
    listeners.commandLine(connection, request('get a'));
    listeners.dataBlock(connection, request('get a'));
    listeners.transaction(connection, request('get a'));
    listeners.unasked(connection, { text: 'STORED', bytes: 8, start: 0 }, arrival);
    listeners.gap(connection, true, 5, arrival);
    listeners.connectionClose(connection, 'fin', arrival);
    assert.deepEqual(told, [
      'all: open',
      'all: get a',
      'all: block',
      'all: unanswered',
      'some: unanswered',
      'all: STORED',
      'all: fin',
    ]);
  });

  it('tell of bytes of every kind in one member', () => {
    const told: UntoldBytes[] = [];
    const listeners = new Listeners([{ bytes: (_, bytes) => told.push(bytes) }]);
    listeners.gap(connection, true, 1, arrival);
    listeners.notUnderstood(connection, false, 2, arrival, 'TLS');
    listeners.passedOver(connection, 3);
    listeners.unfinished(connection, false, 4);
    assert.deepEqual(told, [
      { kind: 'missing', length: 1, fromClient: true, arrival },
      { kind: 'not_understood', length: 2, fromClient: false, arrival, protocol: 'TLS' },
      { kind: 'passed_over', length: 3 },
      { kind: 'unfinished', length: 4, fromClient: false },
    ]);
  });
});
