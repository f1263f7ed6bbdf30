/**
 * Records as Elastic Common Schema 8 has them; what it has no field for stands in `memcached`. Source: ECS field
 * reference; ecs-logging spec, whose four fields (`@timestamp`, `log.level`, `message`, `ecs.version`) come first.
 */

const version = '8.11.0';

const failures: ReadonlySet<unknown> = new Set(['error', 'client_error', 'server_error', 'misfit', 'unanswered']);

/** Fields of a record that have a name of their own in ECS. */
interface MappedFields {
  readonly level?: unknown;
  readonly time?: unknown;
  readonly msg?: unknown;
  readonly event?: unknown;
  readonly host?: unknown;
  readonly client?: unknown;
  readonly server?: unknown;
  readonly clientAddress?: unknown;
  readonly clientPort?: unknown;
  readonly serverAddress?: unknown;
  readonly serverPort?: unknown;
  readonly transport?: unknown;
  readonly requestBytes?: unknown;
  readonly responseBytes?: unknown;
  readonly durationUs?: unknown;
  readonly status?: unknown;
  readonly result?: unknown;
  readonly process?: unknown;
  readonly pid?: unknown;
  readonly container?: unknown;
  readonly [field: string]: unknown;
}

/** The record of `--json` in the fields of ECS. */
export function ecsRecord(record: MappedFields): object {
  const { level, time, msg, event, host, client: _client, server: _server, transport, durationUs, ...others } = record;
  const { clientAddress, clientPort, serverAddress, serverPort, requestBytes, responseBytes, ...unplaced } = others;
  const { process: name, pid, container, ...memcached } = unplaced;
  const { status, result } = memcached;
  const isConnection = clientAddress !== undefined;
  return {
    '@timestamp': time,
    'log.level': level,
    message: msg,
    'ecs.version': version,
    event: {
      kind: 'event',
      module: 'mcsniff',
      dataset: `mcsniff.${String(event)}`,
      action: memcached.command ?? event,
      ...(status === undefined ? {} : { outcome: outcomeOf(status) }),
      ...(typeof durationUs === 'number' ? { duration: durationUs * 1000 } : {}),
    },
    ...(host === undefined ? {} : { host: { name: host } }),
    ...(name === undefined && pid === undefined ? {} : { process: { name, pid } }),
    ...(container === undefined ? {} : { container: { id: container } }),
    ...(isConnection
      ? {
          client: { address: clientAddress, ip: clientAddress, port: clientPort, bytes: requestBytes },
          server: { address: serverAddress, ip: serverAddress, port: serverPort, bytes: responseBytes },
          network: { ...(transport === undefined ? {} : { transport }), protocol: 'memcached' },
        }
      : {}),
    ...(failures.has(status) ? { error: { type: status, message: result ?? msg } } : {}),
    memcached,
  };
}

function outcomeOf(status: unknown): 'success' | 'failure' | 'unknown' {
  if (status === 'unknown') return 'unknown';
  return failures.has(status) ? 'failure' : 'success';
}
