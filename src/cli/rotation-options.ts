import type { Rotation } from '../capture/rotating-writer.ts';
import type { LogRotationSettings } from '../output/log-rotation.ts';
import { flag, list, optionalInteger, type ParsedOptions, text, UsageError } from './option-values.ts';

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

/** What --rotate, --keep and --compress say of the file of `--log`; undefined where it is one. Throws a `UsageError`. */
export function logRotationOf(parsed: ParsedOptions, log: string | undefined): LogRotationSettings | undefined {
  const words = list(parsed, 'rotate');
  const keep = optionalInteger(parsed, 'keep', undefined, 1, 10_000);
  const compresses = flag(parsed, 'compress');
  if (words.length === 0) {
    if (keep !== undefined) throw new UsageError('--keep goes with --rotate SIZE or --rotate TIME');
    if (compresses) throw new UsageError('--compress goes with --rotate SIZE or --rotate TIME');
    return undefined;
  }
  if (log === undefined) throw new UsageError('--rotate divides what --log FILE writes: name a file with --log');
  const limits = { bytes: Number.POSITIVE_INFINITY, seconds: Number.POSITIVE_INFINITY };
  for (const word of words) {
    const [kind, number] = rotationLimit(word);
    if (limits[kind] !== Number.POSITIVE_INFINITY)
      throw new UsageError(`--rotate ${words.join(',')}: one size and one time at most`);
    limits[kind] = number;
  }
  return { ...limits, keep: keep ?? defaultKeep, compresses };
}

const defaultKeep = 10;

/** As logrotate has them, where k is 1024; M is MiB, since m is minutes. */
const sizeUnits: Readonly<Record<string, number>> = { k: 2 ** 10, K: 2 ** 10, M: 2 ** 20, g: 2 ** 30, G: 2 ** 30 };
const timeUnits: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function rotationLimit(word: string): ['bytes' | 'seconds', number] {
  const [, digits = '', unit = ''] = /^(\d{1,9})([a-zA-Z])$/.exec(word) ?? [];
  const number = Number(digits);
  const [size, time] = [sizeUnits[unit], timeUnits[unit]];
  if (number > 0 && size !== undefined) return ['bytes', number * size];
  if (number > 0 && time !== undefined) return ['seconds', number * time];
  throw new UsageError(`--rotate ${word}: neither a size (100k, 100M, 1G) nor a time (30s, 10m, 1h, 1d)`);
}
