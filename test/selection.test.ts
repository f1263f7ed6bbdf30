import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Listener } from '../protocols/events.ts';
import type { ConnectionInfo } from '../protocols/protocol.ts';
import { Transaction } from '../protocols/transaction.ts';
import { SelectedCommands, Selection, type SelectionConditions } from '../src/selection.ts';

const connection = { client: '[fe80::1]:40000' } as ConnectionInfo;

function transaction(): Transaction {
  const made = new Transaction('text', 'get', 'get a user:5');
  made.keys = ['a', 'user:5'];
  made.status = 'miss';
  made.startUs = 1000;
  made.requestUs = 5000;
  made.answerUs = 5500;
  made.endUs = 6000;
  return made;
}

function matches(conditions: SelectionConditions): boolean {
  return new Selection(conditions).matches(connection, transaction());
}

describe('Selection', () => {
  it('meets every condition', () => {
    assert.ok(matches({ commands: new Set(['get']), key: 'user:*', statuses: new Set(['miss']), slowerThanUs: 4999 }));
    assert.ok(!matches({ commands: new Set(['set']) }));
    assert.ok(!matches({ key: 'user' }));
    assert.ok(!matches({ statuses: new Set(['hit']) }));
    assert.ok(!matches({ slowerThanUs: 5000 }));
  });

  it('knows a client with and without its port', () => {
    for (const client of ['fe80::1', '[fe80::1]', '[fe80::1]:40000']) assert.ok(matches({ client }), client);
    for (const client of ['fe80::2', '[fe80::1]:40001', 'fe80']) assert.ok(!matches({ client }), client);
  });

  it('shows a request only where its answer has no say', () => {
    assert.ok(new Selection({ key: 'a' }).matchesRequest(connection, transaction()));
    assert.ok(!new Selection({ key: 'a', statuses: new Set(['miss']) }).matchesRequest(connection, transaction()));
  });
});

describe('SelectedCommands', () => {
  it('passes on what matches, and a request where its answer has no say', () => {
    const told: string[] = [];
    const listener: Listener = {
      commandLine: () => told.push('line'),
      dataBlock: () => told.push('block'),
      transaction: (_, { status }) => told.push(status),
    };
    const tell = (conditions: SelectionConditions): string[] => {
      const selected = new SelectedCommands(new Selection(conditions), listener);
      selected.commandLine(connection, transaction());
      selected.dataBlock(connection, transaction());
      selected.transaction(connection, transaction());
      return told.splice(0);
    };
    assert.deepEqual(tell({ key: 'a' }), ['line', 'block', 'miss']);
    assert.deepEqual(tell({ key: 'a', statuses: new Set(['miss']) }), ['miss']);
    assert.deepEqual(tell({ key: 'b' }), []);
  });

  it('passes on nothing but commands', () => {
    const hears = Object.getOwnPropertyNames(SelectedCommands.prototype).sort();
    assert.deepEqual(hears, ['commandLine', 'constructor', 'dataBlock', 'transaction']);
  });
});
