#!/usr/bin/env node
import { start } from './cli/start.ts';
import { boundHeapGrowth } from './heap-growth.ts';

boundHeapGrowth();

// Until the program listens, and when it does not any more, Node.js would answer this signal with an open debugger.
process.on('SIGUSR1', () => undefined);

process.exitCode = await start(process.argv.slice(2));
