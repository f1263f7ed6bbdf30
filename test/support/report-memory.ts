/**
 * Loaded before the program (`node --import`): at the end it writes the peak of the process's resident memory, in
 * bytes, to file descriptor 3.
 */
import { writeSync } from 'node:fs';

process.on('exit', () => writeSync(3, `${process.resourceUsage().maxRSS * 1024}`));
