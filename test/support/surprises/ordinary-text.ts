import type { Exchange, ExpectedCommand } from './exchange.ts';

/** Kinds of exchanges in an order in which no two neighbours have answers of the same form. */
const kinds: readonly ((key: string, number: number) => Exchange)[] = [
  (key, number) => hit(`get ${key}\r\n`, 'get', key, number),
  (key) => exchange(`set ${key} 0 0 3\r\nabc\r\n`, 'STORED\r\n', { command: 'set', key, status: 'stored', bytes: 3 }),
  (key) => exchange(`get ${key}\r\n`, 'END\r\n', { command: 'get', key, status: 'miss' }),
  (key, number) => {
    const result = String(1000 + number);
    return exchange(`incr ${key} 7\r\n`, `${result}\r\n`, { command: 'incr', key, status: 'ok', result });
  },
  (key) => exchange(`delete ${key}\r\n`, 'DELETED\r\n', { command: 'delete', key, status: 'deleted' }),
  (key, number) => {
    const value = 'm'.repeat(1 + (number % 9));
    const expected = { command: 'mg', key, status: 'hit', bytes: value.length };
    return exchange(`mg ${key} v\r\n`, `VA ${value.length}\r\n${value}\r\n`, expected);
  },
  (key) => exchange(`touch ${key} 60\r\n`, 'TOUCHED\r\n', { command: 'touch', key, status: 'touched' }),
  (key) => exchange(`add ${key} 0 0 1\r\na\r\n`, 'NOT_STORED\r\n', { command: 'add', key, status: 'not_stored' }),
  (key, number) => hit(`get ${key}\r\n`, 'get', key, number),
  (key) => exchange(`delete ${key}\r\n`, 'NOT_FOUND\r\n', { command: 'delete', key, status: 'not_found' }),
];

/** `count` ordinary exchanges of the text protocol; `first`, from 0, says with which kind they begin. */
export function ordinaryText(count: number, first: number): Exchange[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = kinds[(first + index) % kinds.length] as (typeof kinds)[number];
    return kind(`o${index}`, index);
  });
}

function hit(request: string, command: string, key: string, number: number): Exchange {
  const value = 'v'.repeat(1 + (number % 9));
  const answer = `VALUE ${key} 0 ${value.length}\r\n${value}\r\nEND\r\n`;
  return exchange(request, answer, { command, key, status: 'hit', bytes: value.length });
}

function exchange(request: string, answer: string, expected: ExpectedCommand): Exchange {
  return { request: Buffer.from(request), answer: Buffer.from(answer), expected };
}
