import { AnswerForm } from '../constants.ts';
import type { Places } from '../pairing/dialect.ts';
import { Due } from '../pairing/paired-request.ts';
import type { Request } from './request.ts';

/** How many bytes the answer to a request may take: what lies in a hole of known size follows from it. */

const lineEnd = '\r\n'.length;
const error = 'ERROR\r\n'.length;

/** Errors that say what is wrong are this long at least; no server nor proxy is known to have a shorter one. */
const leastToldError = 'SERVER_ERROR timeout\r\n'.length;

const leastHit = 'VALUE k 0 0\r\n\r\nEND\r\n'.length;

/** Largest hole, in bytes, and most places for which every combination is tried. */
const mostBytes = 1024;
const mostFirstPlaces = 64;

/** Places in the queue that are told from one another; where there are more, nothing is known. */
const mostPlaces = 1024;

/** The lengths of an answer: some, and every one from `open` on. */
interface Lengths {
  readonly exact: readonly number[];
  readonly open: number;
}

/** The least that an answer to the request takes, in bytes: its shortest word, or ERROR. */
export function leastAnswerBytes(request: Request): number {
  if (request.due !== Due.always) return 0;
  switch (request.answerForm) {
    case AnswerForm.number:
      return '0\r\n'.length;
    case AnswerForm.meta:
      return 'HD\r\n'.length;
    case AnswerForm.retrieval:
      return 'END\r\n'.length;
    default:
      return request.words === undefined ? 'OK\r\n'.length : error;
  }
}

/** Commands that every server knows, so that it never answers a line that it can read with ERROR alone. */
const knownWords: ReadonlyMap<string, readonly string[]> = new Map([
  ['set', ['STORED', 'NOT_STORED']],
  ['add', ['STORED', 'NOT_STORED']],
  ['replace', ['STORED', 'NOT_STORED']],
  ['append', ['STORED', 'NOT_STORED']],
  ['prepend', ['STORED', 'NOT_STORED']],
  ['delete', ['DELETED', 'NOT_FOUND']],
  ['get', ['END']],
  ['gets', ['END']],
]);

function answerLengths(request: Request): Lengths {
  const { answerForm, words, command, refused } = request;
  if (request.due === Due.always) {
    if (answerForm === AnswerForm.any) return { exact: [error], open: 'OK\r\n'.length };
    const open = answerForm === AnswerForm.retrieval ? Math.min(leastToldError, leastHit) : leastToldError;
    const known = refused ? undefined : knownWords.get(command);
    if (known !== undefined) return { exact: known.map((word) => word.length + lineEnd), open };
    if (answerForm === AnswerForm.retrieval) return { exact: ['END\r\n'.length, error], open };
    if (answerForm === AnswerForm.word && words !== undefined) {
      return { exact: [error, ...words.map((word) => word.length + lineEnd)], open: leastToldError };
    }
  }
  return { exact: [], open: leastAnswerBytes(request) };
}

/** The places that lost answers of exactly `room` bytes lead to; where that is too much to find out, all within reach. */
export function placesBehind(
  requests: Places<Request>,
  from: readonly number[],
  room: number,
  tailRoom: number,
): readonly number[] {
  return fillsExactly(requests, from, room, tailRoom) ?? reachable(requests, from, room);
}

function fillsExactly(
  requests: Places<Request>,
  from: readonly number[],
  room: number,
  tailRoom: number,
): number[] | undefined {
  if (room > mostBytes || from.length > mostFirstPlaces) return undefined;
  const places = new Set<number>();
  if (room < 0) return [];
  for (const first of from) {
    let sums = new Uint8Array(room + 1);
    sums[0] = 1;
    for (let place = first; ; place++) {
      const request = requests.at(place);
      // Any number of answers may have been to requests that were never captured.
      if ((request?.unseenBefore ?? tailRoom) >= 0) sums.fill(1, sums.indexOf(1));
      if (sums[room] === 1) places.add(place);
      if (places.size > mostPlaces) return undefined;
      if (request === undefined) break;
      const next = addAnswer(sums, answerLengths(request));
      if (next === undefined) break;
      sums = next;
    }
  }
  return [...places].sort((a, b) => a - b);
}

/** Places that can be reached from the given ones by answers that take so many bytes or fewer. */
function reachable(requests: Places<Request>, from: readonly number[], room: number): number[] {
  const places = new Set<number>();
  for (const first of from) {
    let bytes = 0;
    for (let place = first; place <= requests.end && bytes <= room && places.size <= mostPlaces; place++) {
      places.add(place);
      const request = requests.at(place);
      if (request !== undefined) bytes += leastAnswerBytes(request);
    }
  }
  return [...places].sort((a, b) => a - b);
}

/** The sums that are possible with one answer more; undefined where all exceed what there is room for. */
function addAnswer(sums: Uint8Array<ArrayBuffer>, { exact, open }: Lengths): Uint8Array<ArrayBuffer> | undefined {
  const next = new Uint8Array(sums.length);
  let isAny = false;
  for (let sum = 0; sum < sums.length; sum++) {
    if (sums[sum] === 0) continue;
    for (const length of exact) {
      if (sum + length >= sums.length) continue;
      next[sum + length] = 1;
      isAny = true;
    }
    // Every sum from here on: those of later sums are among them.
    if (sum + open < sums.length && next[sum + open] !== 2) {
      next.fill(2, sum + open);
      isAny = true;
    }
  }
  for (let sum = 0; sum < next.length; sum++) if (next[sum] === 2) next[sum] = 1;
  return isAny ? next : undefined;
}
