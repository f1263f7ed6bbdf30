/**
 * Records as OpenTelemetry has them: each line is one `LogsData` in OTLP's JSON, which the collector reads from files
 * (receiver `otlpjsonfile`) and takes at `/v1/logs`. Source: OTLP specification, "File Exporter" and "JSON Protobuf
 * Encoding"; names of attributes: semantic conventions for databases and networks, else `memcached.*`.
 */

const severities: Readonly<Record<string, number>> = { debug: 5, info: 9, warn: 13 };

/** Fields of a record that have a name of their own. */
const attributeNames: Readonly<Record<string, string>> = {
  clientAddress: 'client.address',
  clientPort: 'client.port',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  transport: 'network.transport',
  command: 'db.operation.name',
  process: 'process.title',
  pid: 'process.pid',
  container: 'container.id',
};

/** Fields that stand elsewhere in the line, or twice in the record. */
const otherFields: ReadonlySet<string> = new Set([
  ...['level', 'time', 'msg', 'event', 'run', 'host'],
  ...['client', 'server'],
]);

/** The record of `--json` as a line of OTLP. */
export function otelRecord(record: Readonly<Record<string, unknown>>): object {
  const { level, time, msg, event, run, host } = record;
  const attributes = Object.entries(record)
    .filter(([name]) => !otherFields.has(name))
    .map(([name, value]) => attribute(attributeNames[name] ?? `memcached.${name}`, value));
  const logRecord = {
    timeUnixNano: nanoseconds(String(time)),
    severityNumber: severities[String(level)],
    severityText: String(level).toUpperCase(),
    eventName: `memcached.${String(event)}`,
    body: { stringValue: msg },
    attributes: [attribute('db.system.name', 'memcached'), ...attributes],
  };
  const resource = [
    attribute('service.name', 'mcsniff'),
    attribute('service.instance.id', run),
    ...(host === undefined ? [] : [attribute('host.name', host)]),
  ];
  return {
    resourceLogs: [
      { resource: { attributes: resource }, scopeLogs: [{ scope: { name: 'mcsniff' }, logRecords: [logRecord] }] },
    ],
  };
}

/** Of a time in ISO 8601 with six digits of a second: more digits than a number has. */
function nanoseconds(time: string): string {
  const seconds = Date.parse(`${time.slice(0, 19)}Z`) / 1000;
  return `${seconds}${time.slice(20, 26)}000`;
}

function attribute(key: string, value: unknown): object {
  return { key, value: anyValue(value) };
}

/** OTLP's `AnyValue`: whole numbers are text, since they have 64 bits. */
function anyValue(value: unknown): object {
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value === 'object' && value !== null)
    return { kvlistValue: { values: Object.entries(value).map(([key, field]) => attribute(key, field)) } };
  return { stringValue: String(value) };
}
