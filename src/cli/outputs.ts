import { availableParallelism } from 'node:os';
import type { AnomalyCounters } from '../../protocols/anomaly.ts';
import { ByteWriter } from '../byte-writer.ts';
import { CaptureError } from '../capture/capture-error.ts';
import type { CaptureSource } from '../capture/capture-source.ts';
import { type CaptureSink, openCaptureFile } from '../capture/pcap-writer.ts';
import type { JsonLog } from '../output/json-log.ts';
import type { LinePrinter } from '../output/line-printer.ts';
import { LogFile } from '../output/log-file.ts';
import type { OutputStream } from '../output/output-stream.ts';
import { systemErrorText } from '../system-error.ts';
import { say } from './say.ts';
import type { Settings } from './settings.ts';

/** Bytes of a file from which on starting a thread is little beside reading it. */
const largeFile = 8 * 1024 * 1024;

/** Throws a `CaptureError` where the file can't be opened. */
export function openLogFile(path: string): LogFile {
  try {
    return new LogFile(path, {
      failed: (error) => say(`${path}: ${systemErrorText(error)}: records are lost until it can be written again`),
      recovered: (lost) => say(`${path}: it can be written again, ${lost} records were lost`),
    });
  } catch (error) {
    throw new CaptureError(systemErrorText(error), { source: path });
  }
}

/** SIGHUP: logrotate has moved the file away. */
export function reopen(logFile: LogFile, path: string): void {
  try {
    logFile.reopen();
  } catch (error) {
    say(`${path}: can't be opened anew (${systemErrorText(error)}), logging goes on in the old file`);
  }
}

/** Where `-w` saves to. Throws a `CaptureError` where it can't be opened. */
export function captureSink(path: string, output: OutputStream): CaptureSink {
  if (path !== '-') return openCaptureFile(path);
  return {
    name: 'standard output',
    write: (bytes, length) => output.text.copy(bytes, 0, length),
    close: () => {},
  };
}

/** Records on standard output (`--json`), in the log, or both. */
export async function jsonLog(
  settings: Settings,
  output: OutputStream,
  logFile: LogFile | undefined,
): Promise<JsonLog> {
  const { JsonLog } = await import('../output/json-log.ts');
  const { text } = output;
  if (settings.json) {
    return new JsonLog(text, (start) => {
      logFile?.write(text, start);
      output.flushIfFull();
    });
  }
  const line = new ByteWriter();
  return new JsonLog(line, () => {
    logFile?.write(line, 0);
    line.clear();
  });
}

/** Prints lines: in a thread where that pays off. */
export async function linePrinter(
  settings: Settings,
  source: CaptureSource,
  output: OutputStream,
  anomalies: AnomalyCounters,
): Promise<LinePrinter> {
  const { interfaceNames } = await import('../output/tcpdump-line/interface-names.ts');
  const options = { ...settings.lines, interfaceNames: interfaceNames() };
  const { limits } = settings;
  const capture = isWorthThread(settings, source) ? source.openAgain() : undefined;
  if (capture !== undefined) {
    const { LineThread } = await import('../output/line-thread.ts');
    const script = new URL('./line-worker.js', import.meta.url);
    const changed = (): Error => new CaptureError('the file has changed while it was read', { source: source.name });
    return new LineThread(script, { options, limits, capture, filter: settings.filter }, output, anomalies, changed);
  }
  const { DirectPrinter } = await import('../output/line-printer.ts');
  return new DirectPrinter(options, output, limits, anomalies);
}

/** A thread pays off where there is much to print, no line is waited for, and which ports have names is known. */
function isWorthThread(settings: Settings, source: CaptureSource): boolean {
  return source.size > largeFile && availableParallelism() > 1 && !settings.flushesEachPacket && !settings.recognizes;
}
