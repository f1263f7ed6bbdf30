import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { statuses } from '../../protocols/transaction.ts';
import { recordsOf } from '../support/records.ts';

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
