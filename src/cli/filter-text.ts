import { readFileSync, statSync } from 'node:fs';
import { systemErrorText } from '../system-error.ts';
import { UsageError } from './option-values.ts';

/**
 * The filter expression: what the command line says, or what stands in the file of `-F`, where `#` begins a comment, as
 * in tcpdump. Throws a `UsageError` where a word is a capture file that lacks its `-r`.
 */
export function filterOf(words: string, file: string | undefined): string {
  if (file === undefined) {
    refuseFile(words.split(' ')[0] ?? '');
    return words;
  }
  if (words !== '')
    throw new UsageError('--filter-file (-F) and a filter expression exclude each other: leave one of them out');
  return readFilter(file).replace(/#.*/g, '').trim().replace(/\s+/g, ' ');
}

function readFilter(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--filter-file (-F) ${file}: ${systemErrorText(error)}`);
  }
}

/** No word of the filter language has a dot or a slash but in numbers and hosts, which are hardly names of files. */
function refuseFile(word: string): void {
  const isFile = /[./]/.test(word) && statSync(word, { throwIfNoEntry: false })?.isFile();
  if (isFile || /\.(?:pcap|pcapng|cap)(?:\.gz)?$/.test(word))
    throw new UsageError(`${word} is a file, and no filter expression: read it with -r ${word}`);
}
