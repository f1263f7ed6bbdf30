import { liveCapture } from '../../src/capture/live-capture.ts';
import { tcpdumpCapture } from '../../src/capture/tcpdump-capture.ts';

/** A parent to be killed: captures on loopback and says when it has begun. Arguments: engine, filter. */
const [engine, filter = ''] = process.argv.slice(2);
const device = 'lo';
const source =
  engine === 'tcpdump'
    ? tcpdumpCapture({ device, filter, snapLength: 0, bufferKibibytes: undefined, promiscuous: true })
    : liveCapture({ device, filter, bufferBytes: 1 << 21, snapLength: 0 });

await source.run({
  begin: () => process.stdout.write('begun\n'),
  packet: () => undefined,
  afterChunk: () => undefined,
});
