import assert from 'node:assert/strict';
import { type Listener, Listeners } from '../../protocols/events.ts';
import type { CommandFacts } from '../../protocols/plain-command.ts';
import { textHash } from '../../protocols/text-hash.ts';
import type { ExpressEvents } from '../../src/express/told-events.ts';
import { Findings } from '../../src/findings/findings.ts';
import { defaultLists } from '../../src/statistics/dimensions.ts';
import { Summary } from '../../src/statistics/summary.ts';

const facts = [
  ...['command', 'status', 'noreply', 'retrieves', 'hits', 'misses', 'valueLength', 'bytes', 'requestBytes'],
  ...['responseBytes', 'packet', 'startUs', 'requestUs', 'answerUs', 'endUs', 'queueUs', 'cause', 'latencyUs'],
  ...['serverUs', 'durationUs', 'keysHeld'],
] as const as readonly (keyof CommandFacts)[];

/** What those find who hear of plain commands as numbers; `end` writes down what all comes to. */
export function sumsOf(heard: string[]): { readonly events: ExpressEvents; end(): void; plain(): number } {
  const lists = [...defaultLists, ['status'], ['connection'], ['key', 'client']] as const;
  const summary = new Summary({ lists, sort: 'count', rows: 1000 });
  const findings = new Findings(new Map(), ({ finding, timeUs, packets, text, count }) => {
    heard.push(JSON.stringify({ finding, timeUs, packets, text, count }));
  });
  let plain = 0;
  const check: Listener = {
    plain: (_connection, command) => {
      const { whole } = command;
      plain++;
      for (const name of facts) assert.equal(command[name], whole[name], `${name} of ${whole.line}`);
      assert.equal(command.exptime, whole.exptime ?? -1, whole.line);
      assert.equal(command.keyAt(0), whole.keyAt(0));
      assert.ok(command.hasKey(0, whole.keyAt(0)));
      assert.equal(command.keyHash, textHash(whole.keyAt(0)), whole.line);
    },
  };
  return {
    events: {
      listener: new Listeners([findings.listener, summary, summary.commands, check]),
      packet: (timeUs, bytes) => {
        summary.packet(timeUs, bytes);
        findings.packet(timeUs);
      },
      told: () => false,
      write: () => {},
    },
    end: () => {
      findings.end();
      heard.push(JSON.stringify(summary.snapshot()));
    },
    plain: () => plain,
  };
}
