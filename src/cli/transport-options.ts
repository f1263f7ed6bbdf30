import type { TransportSettings } from '../output/transport-stream.ts';
import { name, optionalInteger, type ParsedOptions, text, UsageError } from './option-values.ts';

const defaultBuffer = 10_000;

/** What --transport and the options beside it say; undefined where there is none. Throws a `UsageError`. */
export function transportOf(parsed: ParsedOptions): TransportSettings | undefined {
  const module = name(parsed, 'transport');
  const options = text(parsed, 'transport-options');
  const buffer = optionalInteger(parsed, 'transport-buffer', undefined, 1, 10_000_000);
  if (module === undefined) {
    if (options !== undefined) throw new UsageError('--transport-options goes with --transport MODULE');
    if (buffer !== undefined) throw new UsageError('--transport-buffer goes with --transport MODULE');
    return undefined;
  }
  return { module, options: options === undefined ? {} : objectOf(options), buffer: buffer ?? defaultBuffer };
}

function objectOf(json: string): object {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  throw new UsageError(`--transport-options ${json}: not a JSON object, such as {"host":"http://localhost:3100"}`);
}
