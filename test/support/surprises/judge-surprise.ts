import type { Transaction } from '../../../protocols/transaction.ts';
import type { Stream } from './stream.ts';
import type { UnaskedAnswer } from './told-of-stream.ts';

/** Which bytes are told as the answer of the surprising command, and which packets as bringing unasked ones. */
interface Fate {
  /** 0 where it is told to have none. */
  readonly responseBytes: number;
  readonly unaskedPackets: readonly number[];
}

/** Bytes of a line end. */
const emptyLine = 2;

/** What is told wrong of the surprising command and its answers, in words; undefined where nothing is. */
export function faultOfSurprise(
  stream: Stream,
  records: readonly Transaction[],
  unasked: readonly UnaskedAnswer[],
): string | undefined {
  const [record] = records;
  if (record === undefined) return 'lost';
  if (records.length > 1) return `told ${records.length} times: ${records.map(({ command }) => command).join()}`;
  // Which of the answers in a packet is its own, nothing says for certain.
  if (stream.isBatched) return undefined;
  if (!isStatusPossible(stream, record.status)) return record.status;

  const responseBytes = Math.max(0, record.responseBytes);
  const unaskedPackets = unasked.map(({ packet }) => packet);
  const told = JSON.stringify({ responseBytes, unaskedPackets });
  if (!fatesOf(stream).some((fate) => JSON.stringify(fate) === told)) {
    const length = stream.surprise.answer.length;
    return `${record.status} with ${responseBytes} bytes of ${length}, ${unasked.length} answers unasked`;
  }
  const { firstLine, doubt } = stream.surprise;
  if (firstLine === undefined || doubt === 'emptyLine') return undefined;
  const other = unasked.find(({ text }) => text.trimEnd() !== firstLine.trimEnd());
  return other === undefined ? undefined : `unasked "${other.text}", not "${firstLine}"`;
}

/** `status` may be a word that the program does not know yet. */
function isStatusPossible({ surprise, reaction }: Stream, status: string): boolean {
  if (reaction !== 'silent') return status !== 'unanswered' && status !== 'unknown';
  if (status === 'unanswered' || status === 'unknown') return true;
  return surprise.isDue !== 'always' && (status === 'no_reply' || status === 'miss');
}

/** All that can be told of its answers. */
function fatesOf({ surprise, answerPackets: packets }: Stream): Fate[] {
  const { answer, isDue, doubt } = surprise;
  if (packets.length === 0) return [{ responseBytes: 0, unaskedPackets: [] }];
  const surplus = packets.slice(1);
  const fates = [{ responseBytes: answer.length, unaskedPackets: surplus }];
  // Nobody waits for the answer to such a request, but where there is one it may as well be its own.
  if (isDue !== 'always') fates.push({ responseBytes: 0, unaskedPackets: [...packets] });
  if (doubt === 'emptyLine') {
    for (const bytes of [-emptyLine, emptyLine]) {
      fates.push({ responseBytes: answer.length + bytes, unaskedPackets: surplus });
    }
  }
  if (doubt === 'open') {
    fates.push({ responseBytes: answer.length * packets.length, unaskedPackets: [] });
    if (isDue !== 'always') fates.push({ responseBytes: 0, unaskedPackets: packets.slice(0, 1) });
  }
  return fates;
}
