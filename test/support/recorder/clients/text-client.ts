import type { Target } from '../recording.ts';
import { type Step, sayAll } from './scripted.ts';

const long = 'v'.repeat(100_000);
const longestKey = 'k'.repeat(250);

function step(send: string, answer: string, ...told: readonly string[]): Step {
  return { send, answer, told };
}

/** What clients of the classic text protocol rarely send, and what the server makes of it (1.6.18). */
export const textSteps: readonly Step[] = [
  step('version\r\n', 'VERSION 1.6.18\r\n', 'ok version'),
  step(`set large 0 0 ${long.length}\r\n${long}\r\n`, 'STORED\r\n', 'stored set large'),
  step('get large\r\n', `VALUE large 0 ${long.length}\r\n${long}\r\nEND\r\n`, 'hit get large'),
  step(`set ${longestKey} 0 0 1\r\nx\r\n`, 'STORED\r\n', `stored set ${longestKey}`),
  step(`get ${longestKey}\r\n`, `VALUE ${longestKey} 0 1\r\nx\r\nEND\r\n`, `hit get ${longestKey}`),
  step(`get ${longestKey}k\r\n`, 'CLIENT_ERROR bad command line format\r\n', `client_error get ${longestKey}k`),
  step('set lone 0 0 1\nx\r\n', 'STORED\r\n', 'stored set lone'),
  step('get lone\n', 'VALUE lone 0 1\r\nx\r\nEND\r\n', 'hit get lone'),
  step('  get   lone   none \r\n', 'VALUE lone 0 1\r\nx\r\nEND\r\n', 'partial get lone none'),
  step('set bad 0 0 3\r\nlong\r\n', 'CLIENT_ERROR bad data chunk\r\nERROR\r\n', 'client_error set bad', 'error'),
  step('set negative 0 0 -1\r\n', 'CLIENT_ERROR bad command line format\r\n', 'client_error set negative'),
  step('set past 0 -1 1\r\nx\r\nget past\r\n', 'STORED\r\nEND\r\n', 'stored set past', 'miss get past'),
  step('delete lone 0\r\n', 'DELETED\r\n', 'deleted delete lone'),
  step(
    'delete lone 5\r\n',
    'CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n',
    'client_error delete lone',
  ),
  step('delete lone 0 noreply\r\nmn\r\n', 'MN\r\n', 'no_reply delete lone', 'ok mn'),
  step('set n 0 0 20 noreply\r\n18446744073709551615\r\nincr n 1\r\n', '0\r\n', 'no_reply set n', 'ok incr n'),
  step('decr n 5\r\n', '0\r\n', 'ok decr n'),
  step('incr n -1\r\n', 'CLIENT_ERROR invalid numeric delta argument\r\n', 'client_error incr n'),
  step('verbosity\r\n', 'ERROR\r\n', 'error verbosity'),
  step('verbosity 2\r\n', 'OK\r\n', 'ok verbosity'),
  step('flush_all 100\r\n', 'OK\r\n', 'ok flush_all'),
  step('flush_all -1\r\n', 'OK\r\n', 'ok flush_all'),
  step('flush_all noreply\r\nversion\r\n', 'VERSION 1.6.18\r\n', 'no_reply flush_all', 'ok version'),
  step('gat 100 none n\r\n', 'END\r\n', 'miss gat none n'),
  step('gats soon n\r\n', 'CLIENT_ERROR invalid exptime argument\r\n', 'client_error gats n'),
  step('touch n soon\r\n', 'CLIENT_ERROR invalid exptime argument\r\n', 'client_error touch n'),
  step('cas n 0 0 1\r\n', 'ERROR\r\n', 'error cas n'),
  step('\r\n', 'ERROR\r\n', 'error'),
  step('get\r\n', 'ERROR\r\n', 'error get'),
  step('GET n\r\n', 'ERROR\r\n', 'error get'),
  step('cache_memlimit 64\r\n', 'OK\r\n', 'ok cache_memlimit'),
  step('lru_crawler sleep 100\r\n', 'OK\r\n', 'ok lru_crawler'),
  step('lru mode segmented\r\n', 'OK\r\n', 'ok lru'),
  step('slabs automove 0\r\n', 'OK\r\n', 'ok slabs'),
  step('stats detail on\r\n', 'OK\r\n', 'ok stats'),
];

/** Thousands of requests in one write, whose answers come as they may. */
export const pipelined: readonly Step[] = [
  step(
    Array.from({ length: 2000 }, (_, index) => `set p${index} 0 0 4\r\nx${index % 10}\r\n\r\n`).join(''),
    'STORED\r\n'.repeat(2000),
    ...Array.from({ length: 2000 }, (_, index) => `stored set p${index}`),
  ),
  step(
    Array.from({ length: 2000 }, (_, index) => `get p${index} none\r\n`).join(''),
    Array.from({ length: 2000 }, (_, index) => `VALUE p${index} 0 4\r\nx${index % 10}\r\n\r\nEND\r\n`).join(''),
    ...Array.from({ length: 2000 }, (_, index) => `partial get p${index} none`),
  ),
  step(`get ${Array.from({ length: 5000 }, (_, index) => `none${index}`).join(' ')}\r\n`, 'END\r\n'),
];

export async function textClient(target: Target): Promise<void> {
  await sayAll(target, textSteps);
  await sayAll(target, pipelined);
}
