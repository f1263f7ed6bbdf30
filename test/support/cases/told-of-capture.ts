import { AnomalyCounters } from '../../../protocols/anomaly.ts';
import { Listeners } from '../../../protocols/events.ts';
import { memcached } from '../../../protocols/memcached/protocol.ts';
import { SplitTimes } from '../../../protocols/split-times.ts';
import { ByteWriter } from '../../../src/byte-writer.ts';
import { CaptureFile } from '../../../src/capture/capture-file.ts';
import { parseCommandLine } from '../../../src/cli/command-line.ts';
import { ExitReport } from '../../../src/output/exit-report.ts';
import { JsonLog } from '../../../src/output/json-log.ts';
import { Pipeline } from '../../../src/pipeline.ts';
import { RecognizedConnections } from '../../../src/recognized-connections.ts';
import { Sniffer } from '../../../src/sniffer.ts';
import { waitingRequests } from '../../../src/statistics/waiting-requests.ts';
import { type JsonRecord, recordsOf } from '../records.ts';

/** What a run tells of a capture. */
export interface Told {
  readonly records: readonly JsonRecord[];
  /** The lines for standard error, each with its line end. */
  readonly report: string;
}

/** Options that say how packets are understood. Others would change the run itself, which is not the program's here. */
const allowed: ReadonlySet<string> = new Set(['--port', '--udp-port', '--values', '--limit']);

/**
 * What `mcsniff --json -r PATH` tells with these options, in this process: starting the program for each of many small
 * captures takes twenty times as long. Throws where the program meets a bug of its own.
 */
export async function toldOfCapture(path: string, options: readonly string[] = []): Promise<Told> {
  const strange = options.find((word) => word.startsWith('-') && !allowed.has(word));
  if (strange !== undefined) throw new Error(`${strange} can't be given here`);
  const commandLine = parseCommandLine([...options, '--json', '-r', path]);
  if ('text' in commandLine) throw new Error(commandLine.text);
  const { ports, recognizes, udpPorts, limits, keepValueBytes } = commandLine.settings;

  const out = new ByteWriter();
  const anomalies = new AnomalyCounters();
  const report = new ExitReport(anomalies);
  const log = new JsonLog(out, () => {});
  const listeners = new Listeners([new SplitTimes(), report, log]);
  const pipeline = new Pipeline({
    protocol: memcached,
    ports: recognizes ? 'any' : ports,
    udpPorts,
    limits,
    anomalies,
    events: recognizes ? new RecognizedConnections(listeners, () => {}) : listeners,
    keepValueBytes,
  });
  const sniffer = new Sniffer({
    filter: undefined,
    first: undefined,
    save: undefined,
    pipeline,
    tally: undefined,
    isComplete: true,
    annotation: undefined,
    print: undefined,
    count: Number.POSITIVE_INFINITY,
    flushesEachPacket: false,
    report,
    opened: () => {},
    stop: () => {},
    flush: () => undefined,
    failed: (error) => {
      throw error;
    },
  });
  await new CaptureFile(path).run(sniffer);
  sniffer.finish();
  report.waiting = waitingRequests((tell) => pipeline.waiting(tell), pipeline.timeUs);
  pipeline.end();
  log.summary(report, pipeline.timeUs);
  const lines = report.lines().map((line) => `${line}\n`);
  return { records: recordsOf(out.toString()), report: lines.join('') };
}
