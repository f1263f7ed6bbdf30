/** Facts of memcached's protocol. Source: memcached doc/protocol.txt and, where it is silent, the server 1.6. */

/** The port registered for memcached, TCP and UDP. */
export const memcachedPort = 11211;

/** That port's name in services(5). */
export const memcachedServiceName = 'memcache';

/** Longest key, in bytes (KEY_MAX_LENGTH). */
export const maxKeyLength = 250;

/** Largest data block that a command line can announce, in bytes: the server adds 2 and counts in a signed int. */
export const maxValueLength = 2 ** 31 - 1 - 2;

/** What kinds of answer a request gets. Every one of them may also get an error line. */
export const AnswerForm = {
  /** Silence: `noreply`, or the connection closes. */
  none: 0,
  /** `VALUE` blocks and `END`. */
  retrieval: 1,
  /** One word: STORED, NOT_STORED, EXISTS, NOT_FOUND, DELETED, TOUCHED, OK, VERSION … */
  word: 2,
  /** The new number, or NOT_FOUND. */
  number: 3,
  /** Lines up to END (stats, metadump) or EN (mgdump), or one word. */
  lines: 4,
  /** The command is not known: an error line, or whatever another server says. */
  any: 5,
  /** As `word`, and the server closes without one where it obeys. */
  closing: 6,
  /** A meta code that belongs to the command; with the flag `q` perhaps silence. */
  meta: 7,
} as const;

export type AnswerForm = (typeof AnswerForm)[keyof typeof AnswerForm];
