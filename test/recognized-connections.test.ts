import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Listeners } from '../protocols/events.ts';
import type { ConnectionInfo } from '../protocols/protocol.ts';
import { RecognizedConnections } from '../src/recognized-connections.ts';
import { arrivalOf, connectionInfo, request } from './support/hand-made.ts';

/** What is told of connections, through `RecognizedConnections`. */
function told(tell: (events: RecognizedConnections, connection: ConnectionInfo) => void): string[] {
  const heard: string[] = [];
  const listeners = new Listeners([
    {
      connectionOpen: (_, { packet }) => heard.push(`open #${packet}`),
      connectionClose: (_, reason) => heard.push(reason),
      commandLine: (_, { line }) => heard.push(line),
      unasked: (_, { text }) => heard.push(text),
      bytes: (_, { kind }) => heard.push(kind),
    },
  ]);
  const connection = connectionInfo();
  const events = new RecognizedConnections(listeners, ({ serverPort }) => heard.push(`found on ${serverPort}`));
  const arrival = arrivalOf(1);
  events.connectionOpen(connection, arrival);
  arrival.packet = 9;
  tell(events, connection);
  return heard;
}

describe('RecognizedConnections', () => {
  it('tell nothing of a connection of which nothing is told', () => {
    assert.deepEqual(
      told((events, connection) => events.connectionClose(connection, 'fin', arrivalOf(9))),
      [],
    );
  });

  it('tell that it was opened, and when, before the first that is told', () => {
    const heard = told((events, connection) => {
      events.commandLine(connection, request('get a'));
      events.commandLine(connection, request('get b'));
      events.connectionClose(connection, 'fin', arrivalOf(9));
    });
    assert.deepEqual(heard, ['found on 11211', 'open #1', 'get a', 'get b', 'fin']);
  });

  it('know it by an answer that nobody asked for, and by bytes', () => {
    const found = ['found on 11211', 'open #1'];
    const arrival = arrivalOf(9);
    assert.deepEqual(
      told((events, connection) => events.unasked(connection, { text: 'OK', bytes: 4, start: 0 }, arrival)),
      [...found, 'OK'],
    );
    assert.deepEqual(
      told((events, connection) => events.gap(connection, true, 1, arrival)),
      [...found, 'missing'],
    );
    assert.deepEqual(
      told((events, connection) => events.notUnderstood(connection, true, 1, arrival)),
      [...found, 'not_understood'],
    );
  });
});
