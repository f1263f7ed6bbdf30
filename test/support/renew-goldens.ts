/**
 * Writes the goldens anew from what the program prints now: `npm run golden`, or `npm run golden -- vlan`
 * for those with `vlan` in their names; and the examples of protocols/memcached/EXAMPLES.md, docs/explain.md and
 * docs/findings.md, which are taken from the same output. The difference is then reviewed like any other change.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainDocument, explainedSession } from './explained-session.ts';
import { findingsPage, renewedPage } from './findings/examples.ts';
import { goldenDirectory, goldensOf, sampleNames } from './goldens.ts';
import { exampleDocument, examples } from './protocol-examples.ts';

const parts = process.argv.slice(2);
const chosen = sampleNames.filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)));

mkdirSync(goldenDirectory, { recursive: true });
for (const file of readdirSync(goldenDirectory)) {
  const sample = file.replace(/(?:\.explain-[a-z]+)?\.(?:txt|jsonl)$/, '');
  if (!sampleNames.includes(sample)) rmSync(join(goldenDirectory, file));
}
for (const sample of chosen) {
  for (const { file, text } of await goldensOf(sample)) writeFileSync(join(goldenDirectory, file), text);
}

writeFileSync(exampleDocument, (await examples()).renewed);
writeFileSync(explainDocument, (await explainedSession()).renewed);
writeFileSync(findingsPage, await renewedPage());
