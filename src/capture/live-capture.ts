import { CaptureError } from './capture-error.ts';
import type { CaptureSource } from './capture-source.ts';
import type { Engine } from './engine-names.ts';
import type { LiveOptions } from './live-options.ts';

/**
 * Captures live with an engine, in a child process. What only one engine needs is loaded with it. Throws a
 * `CaptureError` where the options ask for what it can't do.
 */
export async function liveCapture(engine: Engine, options: LiveOptions): Promise<CaptureSource> {
  switch (engine) {
    case 'libpcap':
      return (await import('./libpcap/libpcap-capture.ts')).libpcapCapture(options);
    case 'tcpdump':
      return (await import('./tcpdump-capture.ts')).tcpdumpCapture(options);
    case 'cap':
      if (options.linkType !== undefined) throw capCannot('choose the link type (--linktype)');
      if (options.direction !== undefined) throw capCannot('choose the direction (--direction)');
      return (await import('./cap-capture.ts')).capCapture(options);
  }
}

/** What `-L` prints of a device. Throws a `CaptureError`. */
export async function linkTypes(engine: Engine, options: LiveOptions): Promise<string> {
  switch (engine) {
    case 'libpcap':
      return (await import('./libpcap/libpcap-capture.ts')).libpcapLinkTypes(options);
    case 'tcpdump':
      return (await import('./tcpdump-capture.ts')).tcpdumpLinkTypes(options);
    case 'cap':
      throw capCannot('list link types (-L)');
  }
}

/**
 * What `-d` prints of a filter, as tcpdump does. `form`: 1 to read, 2 as C, 3 as numbers. Throws a `CaptureError`.
 */
export async function filterCode(engine: Engine, options: LiveOptions, form: number): Promise<string> {
  switch (engine) {
    case 'libpcap':
      return (await import('./libpcap/libpcap-capture.ts')).libpcapFilterCode(options, form);
    case 'tcpdump':
      return (await import('./tcpdump-capture.ts')).tcpdumpFilterCode(options, form);
    case 'cap':
      throw capCannot('print the code of a filter (-d)');
  }
}

function capCannot(what: string): CaptureError {
  return new CaptureError(`the cap engine can't ${what}: take --engine libpcap or tcpdump`);
}
