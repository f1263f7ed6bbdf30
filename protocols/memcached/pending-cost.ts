import type { Answer } from './answer.ts';
import type { Request } from './request.ts';

/** What a request or a held answer costs beside its text, and what each of its keys does. */
const overhead = 512;
const keyOverhead = 48;

/** What a request that waits costs, in bytes of `pendingTotalBytes`. */
export function costOfRequest(request: Request): number {
  return overhead + request.line.length + request.keys.length * keyOverhead;
}

/** What an answer that is held costs, in bytes of `pendingTotalBytes`. */
export function costOfAnswer(answer: Answer): number {
  return overhead + answer.keys.length * keyOverhead;
}
