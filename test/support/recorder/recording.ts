import { startCapture } from './capture.ts';
import { askStats, type ServerOptions, sayLastWords, startServer } from './server.ts';
import { type LoggedConnection, parseServerLog } from './server-log.ts';

/** What a client did, as the wire and as the server saw it. */
export interface Recording {
  /** The pcap file. */
  readonly file: string;
  /** Every connection that the server accepted, in its order, and the one of all UDP requests. */
  readonly connections: readonly LoggedConnection[];
  /** The server's counters after the client; undefined where it does not give them to everybody. */
  readonly stats: Readonly<Record<string, number>> | undefined;
  readonly port: number;
  readonly log: string;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** How much a client does. */
export interface Scale {
  /** Size of the large values, in bytes. */
  readonly largeBytes: number;
  /** Requests in a row where one would do. */
  readonly repeats: number;
  /** Whether values are sent that the server refuses for their size, which is more than 1 MB. */
  readonly sendsTooLarge: boolean;
}

export const fullScale: Scale = { largeBytes: 100_000, repeats: 20, sendsTooLarge: true };

/** For samples, which are to stay small. */
export const smallScale: Scale = { largeBytes: 300, repeats: 2, sendsTooLarge: false };

/** Runs a client against a server of its own while tcpdump captures into `file`. */
export async function record(
  file: string,
  client: (target: Target, scale: Scale) => Promise<void>,
  options: ServerOptions = {},
): Promise<Recording> {
  const server = await startServer(options);
  try {
    const { host, port } = server;
    const capture = await startCapture(file, `host ${host} and port ${port}`);
    let stats: Record<string, number> | undefined;
    try {
      await client({ host, port }, fullScale);
      if (!options.isBinaryOnly) stats = await askStats(host, port);
      await capture.stopAfter(await sayLastWords(host, port, options.isBinaryOnly));
    } finally {
      await capture.stop();
    }
    await server.stop();
    const log = server.log();
    return { file, connections: parseServerLog(log), stats, port, log };
  } finally {
    await server.stop();
  }
}
