/** What servers say that is not made of keys or values. Source: memcached's own texts, 1.4 to 1.6.45, and its proxy's. */

/** Lines of one word. */
export const answerWords: ReadonlySet<string> = new Set([
  ...['STORED', 'NOT_STORED', 'EXISTS', 'NOT_FOUND', 'DELETED', 'TOUCHED', 'OK', 'END', 'RESET', 'ERROR', 'BLOCKED'],
  ...['HD', 'VA', 'EN', 'NF', 'NS', 'EX', 'MN', 'ME', 'BUSY', 'BADCLASS', 'NOTSTARTED', 'NOSPARE', 'NOTFULL', 'UNSAFE'],
  ...['SAME', 'WATCHER_TOO_MANY', 'WATCHER_FAILED', 'MEMLIMIT_TOO_SMALL', 'MEMLIMIT_ADJUST_FAILED', 'BADCONN'],
]);

/** Words that begin an error line. */
export const errorWords: ReadonlySet<string> = new Set(['ERROR', 'CLIENT_ERROR', 'SERVER_ERROR']);

/** What stands behind them, in lower case. */
const errorTexts: ReadonlySet<string> = new Set([
  'bad command line format',
  'bad command line termination',
  'bad data chunk',
  'bad token in command line format',
  'bad key',
  'bad class id',
  'line format',
  'line too long',
  'too large',
  'too many keys',
  'too many open connections',
  'no matching command',
  'invalid arguments',
  'invalid exptime argument',
  'invalid numeric delta argument',
  'invalid flag',
  'invalid flags',
  'duplicate flag',
  'invalid or duplicate flag',
  'invalid mode for ma',
  'invalid mode for ms',
  'invalid data',
  'options flags are too long',
  'options flags too long',
  'error decoding key',
  'cannot increment or decrement non-numeric value',
  'unauthenticated',
  'authentication failure',
  'bad authentication token format',
  'object too large for cache',
  'out of memory',
  'out of memory storing object',
  'out of memory reading request',
  'out of memory writing get response',
  'out of memory preparing response',
  'out of memory allocating new item',
  'out of memory writing stats',
  'out of memory in incr',
  'item lock',
  'illegal slab id',
  'shutdown not enabled',
  'memory limit cannot be adjusted',
  'backend failure',
  'backend timeout',
  'backend conversion failed',
  'connection refused',
  'connection timed out',
  'timed out',
  'not supported',
  'usage: cache_memlimit <megabytes>',
]);

export function isErrorText(text: string): boolean {
  return text === '' || errorTexts.has(text.toLowerCase());
}

/** Words of command lines that are no keys. */
export const commandWords: ReadonlySet<string> = new Set([
  ...['noreply', 'items', 'slabs', 'sizes', 'settings', 'conns', 'cachedump', 'detail', 'on', 'off', 'dump', 'reset'],
  ...['extstore', 'proxy', 'proxyfuncs', 'reassign', 'automove', 'crawl', 'metadump', 'mgdump', 'enable', 'disable'],
  ...['sleep', 'tocrawl', 'all', 'hash', 'mode', 'flat', 'segmented', 'tune', 'temp_ttl', 'fetchers', 'mutations'],
  ...[
    'evictions',
    'connevents',
    'proxyreqs',
    'proxyevents',
    'proxyuser',
    'deletions',
    'graceful',
    'get',
    'set',
    'cluster',
  ],
  ...[
    'free_memchunks',
    'item_size',
    'item_age',
    'low_ttl',
    'recache_percent',
    'max_frag',
    'compact_under',
    'drop_under',
  ],
]);
