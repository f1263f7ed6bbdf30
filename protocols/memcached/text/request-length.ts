import { type Answer, AnswerShape } from './answer.ts';

/** How many bytes the request of an answer may take: how many of them fit into a hole follows from it. */

/** The least that a request takes whose answer is this word, in bytes. */
const leastBytesOfWord: ReadonlyMap<string, number> = new Map([
  ['STORED', 'set k 0 0 0\n\r\n'.length],
  ['NOT_STORED', 'add k 0 0 0\n\r\n'.length],
  ['DELETED', 'delete k\n'.length],
  ['TOUCHED', 'touch k 0\n'.length],
  ['NOT_FOUND', 'delete k\n'.length],
  ['END', 'get k\n'.length],
]);

/** The least that a request with such an answer takes, in bytes. */
export function leastRequestBytes(answer: Answer): number {
  switch (answer.shape) {
    case AnswerShape.values:
      return 'get\n'.length + answer.keys.reduce((sum, key) => sum + key.length + 1, 0);
    case AnswerShape.number:
      return 'incr k 1\n'.length;
    case AnswerShape.lines:
      return 'stats\n'.length;
    case AnswerShape.meta:
      if (answer.text === 'MN') return 'mn\n'.length;
      if (answer.opaque !== undefined) return 'mg k O\n'.length + answer.opaque.length;
      return 'mg k\n'.length;
    case AnswerShape.error:
      return '\n'.length;
    default:
      return leastBytesOfWord.get(answer.text) ?? 'mn\n'.length;
  }
}
