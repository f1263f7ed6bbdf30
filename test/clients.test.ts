import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Random } from './support/random.ts';
import { clients } from './support/recorder/client-list.ts';
import { binarySteps } from './support/recorder/clients/binary-client.ts';
import { metaSteps } from './support/recorder/clients/meta-client.ts';
import { password } from './support/recorder/clients/sasl-client.ts';
import { textSteps } from './support/recorder/clients/text-client.ts';
import { differences, sniff } from './support/recorder/comparison.ts';
import { wrongWithout } from './support/recorder/loss.ts';
import { fullScale, type Recording, record } from './support/recorder/recording.ts';
import { readPackets, replay } from './support/recorder/replay.ts';
import { dataSegments } from './support/recorder/segments.ts';
import { runMcsniff } from './support/run-program.ts';

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-clients-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

/** Share of the segments that are dropped, and how often. */
const losses = [
  { rate: 0.01, seeds: 20 },
  { rate: 0.05, seeds: 20 },
];

/** Each client is recorded anew on loopback, with a server of its own. */
for (const { name, run, server } of clients) {
  describe(name, () => {
    let recording: Recording;
    before(async () => {
      const prepared = await server?.();
      try {
        recording = await record(join(directory, `${name.replaceAll(/\W+/g, '-')}.pcap`), run, prepared);
      } finally {
        if (prepared !== undefined) rmSync(prepared.directory, { recursive: true });
      }
    });

    it('has done what it should', () => {
      assert.ok(recording.connections.flatMap(({ commands }) => commands).length > 10);
    });

    it('is told as the server logged and counted it', async () => {
      assert.deepEqual((await differences(recording)).slice(0, 10), []);
    });

    if (name === 'scripted SASL') {
      it('is told without the password', async () => {
        for (const form of [['-n'], ['--json']]) {
          const ports = ['--port', `${recording.port}`];
          const { stdout } = await runMcsniff([...form, ...ports, '--values', '1000', '-r', recording.file]);
          const output = stdout.toString();
          assert.ok(output.includes('PLAIN') && output.includes('sasl_step'));
          assert.ok(!output.includes(password), `${form} shows the password`);
        }
      });
    }

    it('is told without guesses where segments are missing', () => {
      const { port } = recording;
      const packets = readPackets(readFileSync(recording.file));
      const segments = dataSegments(packets, port);
      const whole = { packets, segments, port, told: replay(packets, port).told };
      for (const { rate, seeds } of losses) {
        for (let seed = 1; seed <= seeds; seed++) {
          const random = new Random(seed);
          const dropped = segments.filter(() => random.chance(rate));
          const wrong = wrongWithout(dropped, whole);
          assert.deepEqual(wrong.slice(0, 5), [], `seed ${seed}, without ${dropped.map(({ index }) => index + 1)}`);
        }
      }
    });
  });
}

/** Scripted clients know what each request is to be told as. */
describe('scripted requests have the status that is written beside them', () => {
  for (const [name, steps] of [
    ['scripted text', textSteps],
    ['scripted meta', metaSteps(fullScale)],
    ['scripted binary', binarySteps(fullScale)],
  ] as const) {
    it(name, async () => {
      const run = clients.find((client) => client.name === name)?.run;
      assert.ok(run);
      const { file, port } = await record(join(directory, `${name}-status.pcap`), run);
      const records = (await sniff(file, port, port)).filter(({ event, conn }) => event === 'command' && conn === 1);
      const told = records.sort((a, b) => a.packet - b.packet).map(describeRecord);
      assert.deepEqual(
        told,
        steps.flatMap((step) => step.told),
      );
    });
  }
});

function describeRecord({
  status,
  command,
  key,
  keys,
}: {
  status: string;
  command: string;
  key?: string;
  keys?: readonly string[];
}): string {
  const words = keys ?? (key === undefined ? [] : [key]);
  return [status, command, ...words].filter((word) => word !== '').join(' ');
}
