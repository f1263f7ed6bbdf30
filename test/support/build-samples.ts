/** Writes the samples that are built, into samples/: `npm run samples`, from the repository's root. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedSamples, sampleDirectory } from './sample-list.ts';

for (const [name, build] of Object.entries(generatedSamples)) writeFileSync(join(sampleDirectory, name), build());
