import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { statuses } from '../../protocols/transaction.ts';
import { recordsOf } from '../support/records.ts';
import { runMcsniff } from '../support/run-program.ts';

const schema = JSON.parse(readFileSync('share/record.schema.json', 'utf8'));
const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);

describe('share/record.schema.json', () => {
  it('describes each record that the samples give', () => {
    const golden = 'test/golden';
    let records = 0;
    for (const file of readdirSync(golden).filter((name) => name.endsWith('.jsonl')))
      for (const record of recordsOf(readFileSync(`${golden}/${file}`))) {
        records++;
        const { event } = record;
        const ofEvent = validate.errors?.filter(({ schemaPath }) => schemaPath.includes(`/${String(event)}/`));
        assert.ok(
          validate(record),
          `${file}: ${JSON.stringify(record)}: ${JSON.stringify(ofEvent ?? validate.errors)}`,
        );
      }
    assert.ok(records > 1000, `${records} records`);
  });

  it('describes what other views write', async () => {
    for (const options of [
      ['--summary', '--every', '100ms', '--by', 'command,pattern+client,status,connection,key'],
      ['--connections'],
      ['--findings', '--sample', '1/2'],
    ]) {
      for (const sample of ['client-perl', 'findings/slow', 'findings/gave-up', 'retransmission']) {
        const { stdout } = await runMcsniff(['-r', `samples/${sample}.pcap`, '--json', ...options]);
        const records = recordsOf(stdout);
        assert.ok(records.length > 0);
        for (const record of records) assert.ok(validate(record), `${sample} ${options[0]}: ${JSON.stringify(record)}`);
      }
    }
  });

  it('refuses what no record is', () => {
    const [record] = recordsOf(readFileSync('test/golden/multi-get.pcap.jsonl')).filter(
      ({ event }) => event === 'command',
    );
    assert.ok(validate(record));
    assert.ok(!validate({ ...record, another: 1 }));
    assert.ok(!validate({ ...record, status: 'lost' }));
    assert.ok(!validate({ ...record, time: 0 }));
  });

  it('knows the statuses of commands', () => {
    assert.deepEqual(schema.$defs.command.properties.status.enum, statuses);
  });
});
