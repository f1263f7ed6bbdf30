import type { Surprise } from './exchange.ts';

/** Every command of memcached that leaves the connection open, as a client sends it. Its key is `k`. */
const answered: readonly string[] = [
  'get k',
  'get k j',
  'gets k',
  'gat 60 k',
  'gats 60 k',
  'set k 0 0 2\r\nxx',
  'add k 0 0 2\r\nxx',
  'replace k 0 0 2\r\nxx',
  'append k 0 0 2\r\nxx',
  'prepend k 0 0 2\r\nxx',
  'cas k 0 0 2 7\r\nxx',
  'delete k',
  'incr k 1',
  'decr k 1',
  'touch k 60',
  'flush_all',
  'verbosity 1',
  'version',
  'stats',
  'stats items',
  'stats cachedump 1 0',
  'slabs automove 1',
  'lru mode flat',
  'lru_crawler crawl all',
  'lru_crawler metadump all',
  'lru_crawler mgdump all',
  'cache_memlimit 64',
  'watch fetchers',
  'mn',
  'me k',
  'mg k',
  'mg k v',
  'mg k k v',
  'ms k 2\r\nxx',
  'md k',
  'ma k',
  'ma k v',
  'config get cluster',
];

/** Commands of other servers, or of none. */
const unknown: readonly string[] = ['frobnicate k', 'pget a b', 'PING'];

const quiet: readonly string[] = ['mg k q', 'mg k v q', 'ms k 2 q\r\nxx', 'md k q', 'ma k q'];

const unanswered: readonly string[] = [
  'set k 0 0 2 noreply\r\nxx',
  'delete k noreply',
  'incr k 1 noreply',
  'touch k 60 noreply',
  'flush_all noreply',
  'quit',
];

/** What ElastiCache says of a cluster: a version, and a line of nodes. */
const nodes = '1\nnode.example|192.0.2.9|11211\n';

/** Every form of answer; the key of the request is `k`. */
const answers: Readonly<Record<string, string>> = {
  'VALUE of its key': 'VALUE k 0 2\r\nxx\r\nEND',
  'VALUE with cas': 'VALUE k 0 2 77\r\nxx\r\nEND',
  'VALUE of another key': 'VALUE z 0 2\r\nxx\r\nEND',
  'two VALUEs': 'VALUE k 0 2\r\nxx\r\nVALUE z 0 2\r\nyy\r\nEND',
  END: 'END',
  STORED: 'STORED',
  NOT_STORED: 'NOT_STORED',
  EXISTS: 'EXISTS',
  NOT_FOUND: 'NOT_FOUND',
  DELETED: 'DELETED',
  TOUCHED: 'TOUCHED',
  OK: 'OK',
  'a number': '42',
  ERROR: 'ERROR',
  CLIENT_ERROR: 'CLIENT_ERROR bad command line format',
  SERVER_ERROR: 'SERVER_ERROR out of memory storing object',
  VERSION: 'VERSION 1.6.18',
  'a STAT list': 'STAT pid 1\r\nSTAT uptime 2\r\nEND',
  'an ITEM list': 'ITEM a [1 b; 0 s]\r\nITEM b [2 b; 0 s]\r\nEND',
  'a key= list':
    'key=a exp=-1 la=1 cas=2 fetch=no cls=1 size=64\r\nkey=b exp=-1 la=1 cas=3 fetch=no cls=1 size=64\r\nEND',
  'a mg list': 'mg a\r\nmg b\r\nEN',
  HD: 'HD',
  'HD with flags': 'HD t-1 s2',
  VA: 'VA 2\r\nxx',
  'VA with its key': 'VA 2 kk\r\nxx',
  EN: 'EN',
  NF: 'NF',
  NS: 'NS',
  EX: 'EX',
  MN: 'MN',
  ME: 'ME k exp=-1 la=1 cas=2 fetch=no cls=1 size=64',
  'a CONFIG block': `CONFIG cluster 0 ${nodes.length}\r\n${nodes}\r\nEND`,
  'an unknown word': 'WHATEVER',
  'an unknown word with more': 'WHATEVER it is',
  'an unknown lower-case line': 'something is odd here',
  'a word with a trailing blank': 'STORED ',
  'END behind an empty line': '\r\nEND',
  'ERROR behind an empty line': '\r\nERROR',
};

/** Answers that nothing says the end of: what comes next may be more of them. */
const withoutEnd: ReadonlySet<string> = new Set(['an unknown lower-case line']);

/** Each request with each form of answer. */
export function textSurprises(): Surprise[] {
  return [
    ...crossed(answered, 'always'),
    ...crossed(unknown, 'always', true),
    ...crossed(quiet, 'sometimes'),
    ...crossed(unanswered, 'never'),
  ];
}

function crossed(requests: readonly string[], isDue: Surprise['isDue'], isUnknown = false): Surprise[] {
  return requests.flatMap((asked) =>
    Object.entries(answers).map(([form, answer]) => {
      const hasEmptyLine = answer.startsWith('\r\n');
      const isOpen = isUnknown || withoutEnd.has(form) || mayGoOn(asked, form);
      return {
        asked: JSON.stringify(asked),
        form,
        request: Buffer.from(`${asked}\r\n`),
        answer: Buffer.from(`${answer}\r\n`),
        isDue,
        firstLine: answer.split('\r\n')[0] as string,
        ...(hasEmptyLine ? { doubt: 'emptyLine' } : isOpen ? { doubt: 'open' } : {}),
      };
    }),
  );
}

/** memcached 1.6.45 says OK in front of the list of a dump. */
function mayGoOn(asked: string, form: string): boolean {
  return form === 'OK' && asked.endsWith('dump all');
}
