import type { Rotation } from '../capture/rotating-writer.ts';
import { optionalInteger, type ParsedOptions, text, UsageError } from './option-values.ts';

/** What -C, -G and -W say of the files of `-w`; undefined for one file. Throws a `UsageError`. */
export function rotationOf(parsed: ParsedOptions, write: string | undefined): Rotation | undefined {
  const size = text(parsed, 'file-size', 'C');
  const seconds = optionalInteger(parsed, 'rotate-seconds', 'G', 1, 2 ** 31);
  const files = optionalInteger(parsed, 'file-count', 'W', 1, 1_000_000);
  if (size === undefined && seconds === undefined) {
    if (files !== undefined) throw new UsageError('--file-count (-W) goes with -C SIZE or -G SECONDS');
    return undefined;
  }
  if (write === undefined || write === '-')
    throw new UsageError('-C and -G divide what -w FILE saves: name a file with -w');
  if (size !== undefined && seconds !== undefined && files !== undefined)
    throw new UsageError('--file-count (-W) goes with -C or with -G, not with both');
  return {
    bytes: size === undefined ? Number.POSITIVE_INFINITY : bytesOf(size),
    seconds: seconds ?? Number.POSITIVE_INFINITY,
    files: files ?? Number.POSITIVE_INFINITY,
  };
}

const units: Readonly<Record<string, number>> = { '': 1e6, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

function bytesOf(size: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})([kmg]?)$/i.exec(size) ?? [];
  if (Number(digits) === 0) throw new UsageError(`--file-size (-C) ${size}: not a size; write 100, 100k, 100m or 1g`);
  return Number(digits) * (units[unit.toLowerCase()] as number);
}
