import { ByteWriter } from '../byte-writer.ts';
import type { JsonLog, RecordMapping, RecordShape } from '../output/json-log.ts';
import type { LogFile } from '../output/log-file.ts';
import type { OutputStream } from '../output/output-stream.ts';
import type { RecordFormat } from '../output/record-format.ts';
import type { RecordSample, SampleSettings } from '../output/record-sample.ts';
import { liveIdentity } from '../output/run-identity.ts';
import type { TransportStream } from '../output/transport-stream.ts';
import type { Presentation } from '../presentation/presentation.ts';
import type { Settings } from './settings.ts';

/** What writes records. */
export interface RecordLogs {
  /** Of all commands: one for each format that somebody gets. */
  readonly all: readonly JsonLog[];
  /** Of another view. */
  readonly view: JsonLog | undefined;
}

/** Takes records: what the text holds from `start` on. */
type Taker = (text: ByteWriter, start: number) => void;

export async function openRecordLogs(
  settings: Settings,
  stdout: OutputStream,
  logFile: LogFile | undefined,
  transport: TransportStream | undefined,
  presentation: Presentation,
): Promise<RecordLogs> {
  const takers = new Map<RecordFormat, Taker[]>();
  const add = (format: RecordFormat, taker: Taker): void => {
    takers.set(format, [...(takers.get(format) ?? []), taker]);
  };
  const isPrinted = settings.view === 'records';
  if (isPrinted) takers.set(settings.format, []);
  if (logFile !== undefined) add(settings.logFormat, (text, start) => logFile.write(text, start));
  if (transport !== undefined) add('pino', (text, start) => transport.write(text, start));

  const shape = (format: RecordFormat): Promise<RecordShape> => shapeOf(format, settings, presentation);
  const all: JsonLog[] = [];
  for (const [format, those] of takers) {
    all.push(
      isPrinted && format === settings.format
        ? await printingLog(await shape(format), stdout, those)
        : await silentLog(await shape(format), those),
    );
  }
  const view = settings.json && !isPrinted ? await printingLog(await shape(settings.format), stdout, []) : undefined;
  if (settings.read === undefined && !settings.presentation.isRelative) {
    // One run, whoever gets its records.
    const identity = liveIdentity();
    for (const log of [...all, view]) log?.identify(identity);
  }
  return { all, view };
}

async function printingLog(shape: RecordShape, stdout: OutputStream, takers: readonly Taker[]): Promise<JsonLog> {
  const { JsonLog } = await import('../output/json-log.ts');
  const { text } = stdout;
  return new JsonLog(
    text,
    (start) => {
      for (const take of takers) take(text, start);
      stdout.flushIfFull();
    },
    shape,
  );
}

async function silentLog(shape: RecordShape, takers: readonly Taker[]): Promise<JsonLog> {
  const { JsonLog } = await import('../output/json-log.ts');
  const text = new ByteWriter();
  return new JsonLog(
    text,
    () => {
      for (const take of takers) take(text, 0);
      text.clear();
    },
    shape,
  );
}

async function shapeOf(
  format: RecordFormat,
  settings: Settings,
  { origin, hidesTimes, processes }: Presentation,
): Promise<RecordShape> {
  return {
    origin,
    hidesTime: hidesTimes,
    isPinos: format === 'pino',
    map: await mappingOf(format),
    processes,
    sample: settings.sample && (await recordSample(settings.sample)),
  };
}

async function mappingOf(format: RecordFormat): Promise<RecordMapping | undefined> {
  if (format === 'ecs') return (await import('../output/ecs-record.ts')).ecsRecord;
  if (format === 'otel') return (await import('../output/otel-record.ts')).otelRecord;
  return undefined;
}

async function recordSample(settings: SampleSettings): Promise<RecordSample> {
  const { RecordSample } = await import('../output/record-sample.ts');
  return new RecordSample(settings);
}
