/**
 * How records are written. `plain`: level as a word, time in ISO 8601. `pino`: level as a number, time in ms, as pino's
 * own transports and viewers expect them. `ecs`: Elastic Common Schema. `otel`: OpenTelemetry's log data model.
 */
export const recordFormats = ['plain', 'pino', 'ecs', 'otel'] as const;

export type RecordFormat = (typeof recordFormats)[number];
