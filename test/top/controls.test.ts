import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstState, press, type TopAction, type TopState } from '../../src/top/controls.ts';
import type { Key } from '../../src/top/keyboard.ts';

const rows = { names: ['a', 'b', 'c', 'd', 'e'], page: 2 };

function after(...keys: Key[]): { state: TopState; actions: TopAction[] } {
  const state = firstState();
  const actions = keys.map((key) => press(state, key, rows));
  return { state, actions };
}

const cases: readonly (readonly [keys: readonly Key[], state: Partial<TopState>])[] = [
  [['down', 'down', 'up'], { row: 1 }],
  [['up'], { row: 0 }],
  [['end', 'down'], { row: 4 }],
  [['pageDown', 'pageDown', 'pageDown'], { row: 4 }],
  [['end', 'home'], { row: 0 }],
  [['down', 'tab'], { tab: 'key', row: 0 }],
  [['backTab'], { tab: 'finding' }],
  [['6'], { tab: 'connection' }],
  [['8'], { tab: 'pattern' }],
  [['>', '>'], { sort: 'bytes' }],
  [['<'], { sort: 'p99' }],
  [['down', 'enter'], { opened: 'b' }],
  [['down', 'enter', 'escape'], { opened: undefined, row: 1 }],
  [['enter', 'tab'], { opened: undefined, tab: 'key' }],
  [['/', 'q', '?', 'enter'], { filter: 'q?', isTyping: false, showsHelp: false }],
  [['/', 'x', 'y', 'backspace'], { filter: 'x', isTyping: true }],
  [['/', 'x', 'escape'], { filter: '', isTyping: false }],
  [['/', 'x', 'enter', 'escape'], { filter: '' }],
  [['?'], { showsHelp: true }],
  [['?', 'q'], { showsHelp: false }],
  [['p'], { isPaused: true }],
  [['p', ' '], { isPaused: false }],
];

for (const [keys, expected] of cases) {
  test(`${keys.join(' ')}: ${JSON.stringify(expected)}`, () => {
    const { state, actions } = after(...keys);
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(state[name as keyof TopState], value, name);
    assert.equal(actions.includes('quit'), false);
  });
}

test('q and Control-C quit, the latter while typing, too; Control-Z suspends', () => {
  assert.deepEqual(after('q').actions, ['quit']);
  assert.deepEqual(after('/', 'q', 'interrupt').actions, ['redraw', 'redraw', 'quit']);
  assert.deepEqual(after('suspend').actions, ['suspend']);
});

test('Enter opens nothing where no row is', () => {
  const state = firstState();
  press(state, 'enter', { names: [], page: 2 });
  assert.equal(state.opened, undefined);
});
