import { liveCapture } from '../../src/capture/live-capture.ts';
import { tcpdumpCapture } from '../../src/capture/tcpdump-capture.ts';

/**
 * A capturing process to be maltreated: says when it has begun, and why it ended. Arguments: engine, device, filter.
 */
const [engine, device = 'lo', filter = ''] = process.argv.slice(2);
const source =
  engine === 'tcpdump'
    ? tcpdumpCapture({ device, filter, snapLength: 0, bufferKibibytes: undefined, promiscuous: true })
    : liveCapture({ device, filter, bufferBytes: 8 << 20, snapLength: 0 });

try {
  await source.run({
    begin: () => process.stdout.write('begun\n'),
    packet: () => undefined,
    afterChunk: () => undefined,
  });
} catch (error) {
  process.stdout.write(`${error}\n`);
}
