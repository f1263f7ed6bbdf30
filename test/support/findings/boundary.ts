import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FindingName } from '../../../src/findings/catalog.ts';
import type { TcpConversation } from '../tcp-conversation.ts';
import { captureOf } from './conversations.ts';
import { foundIn } from './found.ts';

/** What is right at, just below and just above a number of a definition. */
export interface Boundary {
  /** What is seen; the name of the test. */
  readonly seen: string;
  readonly capture: () => Buffer | TcpConversation | readonly TcpConversation[];
  /** `severity count` of each entry of this finding; none where it is absent. */
  readonly told?: readonly string[];
  /** As in `--finding NAME=NUMBER`. */
  readonly number?: number | 'off';
  /** Looks at the entries. */
  readonly check?: (found: ReturnType<typeof foundIn>) => void;
}

export function testBoundaries(name: FindingName, boundaries: readonly Boundary[]): void {
  describe(name, () => {
    for (const { seen, capture, told = [], number, check } of boundaries) {
      test(`${seen}${number === undefined ? '' : `, ${name}=${number}`}: ${told.join(', ') || 'nothing'}`, () => {
        const made = capture();
        const file = Buffer.isBuffer(made) ? made : captureOf(...(Array.isArray(made) ? made : [made]));
        const all = foundIn(file, new Map(number === undefined ? [] : [[name, number]]));
        const found = all.filter(({ finding }) => finding === name);
        assert.deepEqual(
          found.map(({ severity, count }) => `${severity} ${count}`),
          told,
          found.map(({ text }) => text).join('; '),
        );
        check?.(found);
      });
    }
  });
}
