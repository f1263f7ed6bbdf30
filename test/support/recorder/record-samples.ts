/**
 * Records the samples of clients: `npm run record:clients -- [part of a name]`, as root, from the repository's root.
 * A recording that mcsniff does not tell as the server logged it is not kept.
 */
import { renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleDirectory } from '../sample-list.ts';
import { startCapture } from './capture.ts';
import { clients, type RecordedClient } from './client-list.ts';
import { compareWithLog, sniff } from './comparison.ts';
import { smallScale } from './recording.ts';
import { startServer } from './server.ts';
import { parseServerLog } from './server-log.ts';

const host = '127.8.34.27';
const port = 11211;

async function recordSample({ name, run, server: prepare }: RecordedClient, sample: string): Promise<void> {
  const file = join(sampleDirectory, `.${sample}`);
  const prepared = await prepare?.();
  const server = await startServer({ ...prepared, host, port });
  try {
    const capture = await startCapture(file, `host ${host} and port ${port}`);
    await run({ host, port }, smallScale);
    for (let before = -1; before !== statSync(file).size; await sleep(500)) before = statSync(file).size;
    await capture.stop();
  } finally {
    await server.stop();
    if (prepared !== undefined) rmSync(prepared.directory, { recursive: true });
  }
  const differences = compareWithLog(await sniff(file, port, port), parseServerLog(server.log()));
  if (differences.length > 0) {
    rmSync(file);
    throw new Error(`${name} is not told as the server logged it:\n${differences.join('\n')}`);
  }
  renameSync(file, join(sampleDirectory, sample));
}

const parts = process.argv.slice(2);
for (const client of clients) {
  const { sample } = client;
  if (sample === undefined) continue;
  if (parts.length === 0 || parts.some((part) => sample.includes(part))) await recordSample(client, sample);
}
