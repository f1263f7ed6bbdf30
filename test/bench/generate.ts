/**
 * Writes a capture for measuring: `npm run bench:generate -- FILE [PACKETS [KIND]]`, a million packets of small
 * exchanges unless told otherwise. The same arguments give the same bytes.
 */
import { generate, type TrafficName, traffics } from './traffic.ts';

function isTrafficName(word: string): word is TrafficName {
  return Object.hasOwn(traffics, word);
}

const [path, count = '1000000', kind = 'small'] = process.argv.slice(2);
if (path === undefined || path.startsWith('-') || !/^[1-9]\d*$/.test(count) || !isTrafficName(kind)) {
  process.stderr.write(`usage: generate FILE [PACKETS [KIND]]\nKIND is one of ${Object.keys(traffics).join(', ')}\n`);
  process.exitCode = 2;
} else {
  const { packets, commands } = generate(kind, path, Number(count));
  process.stdout.write(`${packets} packets, ${commands} commands\n`);
}
