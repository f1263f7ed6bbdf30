import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Listener } from '../protocols/events.ts';
import type { ConnectionInfo } from '../protocols/protocol.ts';
import { Transaction } from '../protocols/transaction.ts';
import { type AddressRange, parseAddressRange } from '../src/address-range.ts';
import { SelectedCommands } from '../src/selected-commands.ts';
import { Selection, type SelectionConditions } from '../src/selection.ts';

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

function ranges(...words: string[]): AddressRange[] {
  return words.map((word) => {
    const range = parseAddressRange(word);
    assert.ok(range, word);
    return range;
  });
}

function matches(conditions: SelectionConditions): boolean {
  return new Selection(conditions).matches(connection, transaction());
}

describe('Selection', () => {
  it('meets every condition', () => {
    assert.ok(
      matches({ commands: new Set(['get']), keys: ['user:*'], statuses: new Set(['miss']), slowerThanUs: 4999 }),
    );
    assert.ok(!matches({ commands: new Set(['set']) }));
    assert.ok(!matches({ keys: ['user'] }));
    assert.ok(!matches({ statuses: new Set(['hit']) }));
    assert.ok(!matches({ slowerThanUs: 5000 }));
  });

  it('knows a client with and without its port', () => {
    for (const client of ['fe80::1', '[fe80::1]', '[fe80::1]:40000'])
      assert.ok(matches({ clients: ranges(client) }), client);
    for (const client of ['fe80::2', '[fe80::1]:40001', 'fd00::/8'])
      assert.ok(!matches({ clients: ranges(client) }), client);
  });

  it('takes any of several patterns', () => {
    assert.ok(matches({ keys: ['b', 'a'], clients: ranges('10.0.0.1', 'fe80::/10') }));
    assert.ok(!matches({ keys: ['b', 'c'] }));
  });

  it('leaves out what is not wanted; of several keys one that is left is enough', () => {
    assert.ok(matches({ notKeys: ['a'] }));
    assert.ok(!matches({ notKeys: ['a', 'user:*'] }));
    assert.ok(!matches({ keys: ['a'], notKeys: ['a'] }));
    assert.ok(!matches({ notCommands: new Set(['get']) }));
    assert.ok(!matches({ notStatuses: new Set(['miss']) }));
    assert.ok(!matches({ notClients: ranges('fe80::/10') }));
    assert.ok(matches({ notCommands: new Set(['set']), notStatuses: new Set(['hit']), notClients: ranges('::1') }));
  });

  it('shows a request only where its answer has no say', () => {
    assert.ok(new Selection({ keys: ['a'] }).matchesRequest(connection, transaction()));
    assert.ok(!new Selection({ keys: ['a'], statuses: new Set(['miss']) }).matchesRequest(connection, transaction()));
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
    assert.deepEqual(tell({ keys: ['a'] }), ['line', 'block', 'miss']);
    assert.deepEqual(tell({ keys: ['a'], statuses: new Set(['miss']) }), ['miss']);
    assert.deepEqual(tell({ keys: ['b'] }), []);
    const selected = new SelectedCommands(new Selection({ keys: ['a'] }), listener);
    selected.transaction(connection, transaction());
    assert.equal(selected.matched, 1);
  });

  it('passes on nothing but commands', () => {
    const hears = Object.getOwnPropertyNames(SelectedCommands.prototype).sort();
    assert.deepEqual(hears, ['commandLine', 'constructor', 'dataBlock', 'transaction']);
  });
});
