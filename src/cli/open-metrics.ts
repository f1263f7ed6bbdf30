import { commandNames } from '../../protocols/memcached/command-names.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import { CaptureError } from '../capture/capture-error.ts';
import type { CaptureSource } from '../capture/capture-source.ts';
import type { MetricsAddress } from '../metrics/metrics-server.ts';
import { MetricsView } from '../metrics/metrics-view.ts';
import { systemErrorText } from '../system-error.ts';
import { say } from './say.ts';

/** Counts what `source` brings, and answers Prometheus at `address`. Throws a `CaptureError` where it can't listen. */
export async function openMetrics(address: MetricsAddress, source: CaptureSource): Promise<MetricsView> {
  const dropped = async (): Promise<number | undefined> => {
    await source.askStatistics();
    return source.statistics().dropped;
  };
  const view = new MetricsView({ commands: commandNames(), dropped });
  const { host } = address;
  const name = host.includes(':') ? `[${host}]` : host;
  try {
    const port = await view.server.listen(address);
    say(`metrics of ${memcached.name} are at http://${name}:${port}/metrics`);
  } catch (error) {
    throw new CaptureError(systemErrorText(error), { source: `--metrics ${name}:${address.port}` });
  }
  return view;
}
