import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { collectDefaultMetrics, type Metric as PrometheusMetric, Registry } from 'prom-client';
import { type Metric, type MetricSource, metrics } from './metric-table.ts';

/** Whoever asks more often at a time is no Prometheus. */
const mostConnections = 32;

const prefix = 'mcsniff_';

/** Gauges of prom-client whose names are those of counters, which `promtool check metrics` minds. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Where metrics are served. */
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

/** Serves the metrics over HTTP, in Prometheus' text format. */
export class MetricsServer {
  readonly #registry = new Registry();
  readonly #server: Server;
  readonly #refresh: () => Promise<MetricSource>;
  /** What was counted until somebody asked last. */
  #source: MetricSource | undefined;

  /** `refresh` is called when somebody asks. */
  constructor(refresh: () => Promise<MetricSource>) {
    this.#refresh = refresh;
    // Of the process itself: memory, CPU, how late the event loop is.
    collectDefaultMetrics({ register: this.#registry, prefix });
    for (const name of misnamed) this.#registry.removeSingleMetric(prefix + name);
    for (const metric of metrics) this.#registry.registerMetric(collected(metric, () => this.#source));
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.maxConnections = mostConnections;
  }

  /** Settles with the port once it listens; rejects with the system's error. */
  listen({ host, port }: MetricsAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  close(): void {
    this.#registry.clear();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = url.split('?');
    if (method !== 'GET' && method !== 'HEAD') return end(response, 405, 'only GET is answered\n');
    if (path === '/healthz') return end(response, 200, 'ok\n');
    if (path !== '/metrics') return end(response, 404, 'there are /metrics and /healthz\n');
    try {
      this.#source = await this.#refresh();
      end(response, 200, await this.#registry.metrics(), this.#registry.contentType);
    } catch (error) {
      end(response, 500, `${error instanceof Error ? error.message : error}\n`);
    }
  }
}

/** A metric as prom-client's registry asks for it: the values are made when somebody asks. */
function collected({ name, help, type, values }: Metric, source: () => MetricSource | undefined): PrometheusMetric {
  const get = (): Promise<object> => {
    const now = source();
    const lines = now === undefined ? [] : [...values(now)];
    return Promise.resolve({
      name,
      help,
      type,
      values: lines.map(({ suffix = '', labels = {}, value }) => ({ metricName: name + suffix, labels, value })),
    });
  };
  // As much of a metric as the registry uses.
  return { name, get } as unknown as PrometheusMetric;
}

function end(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type });
  response.end(text);
}
