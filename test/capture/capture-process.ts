import type { Engine } from '../../src/capture/engine-names.ts';
import { liveCapture } from '../../src/capture/live-capture.ts';

/**
 * A capturing process to be maltreated: says when it has begun, and why it ended. Arguments: engine, device, filter.
 */
const [engine = 'libpcap', device = 'lo', filter = ''] = process.argv.slice(2);
const options = { device, filter, snapLength: 0, promiscuous: true };
const source = await liveCapture(engine as Engine, options);

try {
  await source.run({
    begin: () => process.stdout.write('begun\n'),
    packet: () => undefined,
    afterChunk: () => undefined,
  });
} catch (error) {
  process.stdout.write(`${error}\n`);
}
