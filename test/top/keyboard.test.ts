import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Key, keysIn } from '../../src/top/keyboard.ts';

const cases: readonly (readonly [sent: string, keys: readonly Key[]])[] = [
  ['q', ['q']],
  ['ab', ['a', 'b']],
  ['é😀', ['é', '😀']],
  ['\x1b[A\x1b[B\x1bOC', ['up', 'down', 'right']],
  ['\x1b[5~\x1b[6~', ['pageUp', 'pageDown']],
  ['\x1b', ['escape']],
  ['\x1b[Z', ['backTab']],
  // Not known: F5, Alt-x, a mouse report; what comes behind them counts.
  ['\x1b[15~q', ['q']],
  ['\x1bxq', ['q']],
  ['\r\n\t\x7f', ['enter', 'enter', 'tab', 'backspace']],
  ['\x03', ['interrupt']],
  ['\x1a', ['suspend']],
  ['\x00\x01', []],
];

for (const [sent, keys] of cases) {
  test(`${JSON.stringify(sent)} is ${keys.join(', ') || 'no key'}`, () => {
    assert.deepEqual(keysIn(sent), keys);
  });
}
