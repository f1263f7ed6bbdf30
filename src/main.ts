#!/usr/bin/env node
import { start } from './cli/start.ts';

// Until the program listens, and when it does not any more, Node.js would answer this signal with an open debugger.
process.on('SIGUSR1', () => undefined);

// This file is as deep in the package bundled as it is unbundled.
process.exitCode = await start(process.argv.slice(2), new URL('../../package.json', import.meta.url));
