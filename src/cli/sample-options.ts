import { type SampleSettings, sampleDimensions } from '../output/record-sample.ts';
import { choice, type ParsedOptions, text, UsageError } from './option-values.ts';

/** What --sample and --sample-by say; undefined where all records are written. Throws a `UsageError`. */
export function sampleOf(parsed: ParsedOptions, hasRecords: boolean): SampleSettings | undefined {
  const word = text(parsed, 'sample');
  const by = choice(parsed, 'sample-by', 'sample', sampleDimensions);
  if (word === undefined) {
    if (by !== undefined) throw new UsageError('--sample-by says what --sample 1/N chooses: give --sample, too');
    return undefined;
  }
  const of = Number(/^1\/(\d{1,7})$/.exec(word)?.[1]);
  if (!(of >= 1)) throw new UsageError(`--sample ${word}: not a part; write 1/N with a number from 1 to 9999999`);
  if (!hasRecords) {
    throw new UsageError('--sample says how many records are written: give --json, --log FILE or --transport, too');
  }
  return { of, by: by ?? 'key' };
}
