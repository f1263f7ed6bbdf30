/**
 * Looks up whose sockets the ends of connections are, with the rights that this takes: it gets lines of JSON
 * (`LookUpRequest`) on standard input and answers them (`LookUpAnswer`) on standard output. It reads no packet. Its end
 * is that of its input, which the parent's death brings, too. Started by process-look-up.ts, never by hand.
 */
import { createInterface } from 'node:readline';
import { startChild } from '../capture/child-start.ts';
import { keepRights } from '../capture/give-up.ts';
import type { Account } from '../capture/live-options.ts';
import type { LookUpRequest } from './local-process.ts';
import { lookUp } from './look-up.ts';
import { SocketOwners } from './socket-owners.ts';

/** Questions that wait, at most; others are answered with nothing. */
const mostWaiting = 4096;

/** Looking takes no more than one part in so many of a processor: on a host of many sockets a look takes long. */
const partOfTime = 4;

/** Milliseconds for which questions gather at least. */
const shortestPause = 2;

startChild();
const { account } = JSON.parse(process.argv[2] ?? '{}') as { account?: Account };
keepRights(account);

const owners = new SocketOwners();
let waiting: LookUpRequest[] = [];
/** A look is due. */
let isDue = false;
let pauseEnds = 0;

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const request = JSON.parse(line) as LookUpRequest;
  if (waiting.length >= mostWaiting) {
    answer([{ id: request.id, ends: [] }]);
    return;
  }
  waiting.push(request);
  if (isDue) return;
  isDue = true;
  setTimeout(look, Math.max(0, pauseEnds - performance.now()));
});
// Nobody listens any more.
process.stdout.on('error', () => process.exit());
lines.on('close', () => process.exit());

function look(): void {
  const begin = performance.now();
  const requests = waiting;
  waiting = [];
  isDue = false;
  answer(lookUp(requests, owners));
  const end = performance.now();
  pauseEnds = end + Math.max(shortestPause, (end - begin) * (partOfTime - 1));
}

function answer(answers: ReturnType<typeof lookUp>): void {
  process.stdout.write(answers.map((one) => `${JSON.stringify(one)}\n`).join(''));
}
