import { holdsText, latin1 } from '../../bytes.ts';
import type { WireNumber } from '../../transaction.ts';
import { AnswerForm, maxKeyLength, maxValueLength } from '../constants.ts';
import { Due } from '../pairing/paired-request.ts';
import { Swallower } from '../server-habits.ts';
import { type HeldWords, readArgs, readHeldFields, readUnknownArgs } from './command-args.ts';
import { LineWords } from './line-words.ts';
import { readMetaDebug, readMetaGet, readMetaNoop, readMetaSet } from './meta.ts';
import { fits32, integer, signed32, unsigned } from './numbers.ts';
import { Request } from './request.ts';

/**
 * The grammar of one text command line. What the server refuses here decides how the stream goes on: a storage
 * command takes a data block only if its line is accepted.
 */
interface CommandForm extends HeldWords {
  readonly answer: AnswerForm;
  /** Number of words that the server accepts, the command's own included. */
  readonly minWords: number;
  readonly maxWords: number;
  /** Words of success, where the answer is a word; undefined where it may be any that belongs to no other command. */
  readonly words?: readonly string[];
  /** Whether a data block follows the line. */
  readonly takesBlock?: true;
  /** Whether a last word `noreply` is obeyed. */
  readonly noreply: boolean;
  /** Reads the words after the command; false where the server refuses the line. */
  readonly read: (request: Request, words: LineWords) => boolean;
}

/** More bytes, and so more words, than a line has that is no list of keys. */
const longestOtherLine = 64 * 1024;

const anyNumber = Number.MAX_SAFE_INTEGER;

const storage: CommandForm = {
  answer: AnswerForm.word,
  isKeyed: true,
  fields: ['flags', 'exptime', 'bytes'],
  takesBlock: true,
  words: ['STORED', 'NOT_STORED', 'EXISTS', 'NOT_FOUND'],
  minWords: 5,
  maxWords: 6,
  noreply: true,
  read: readStorage,
};
const retrieval: CommandForm = {
  answer: AnswerForm.retrieval,
  isKeyed: true,
  fields: 'all',
  minWords: 2,
  maxWords: anyNumber,
  noreply: false,
  read: readRetrieval,
};
/** Without a key 1.6.18 answers `END` and 1.6.45 `ERROR`. */
const touchingRetrieval: CommandForm = { ...retrieval, read: readTouchingRetrieval };
/** Of storage commands, those that take no block. */
const keyedWord: Omit<CommandForm, 'read' | 'fields' | 'words' | 'minWords'> = {
  answer: AnswerForm.word,
  isKeyed: true,
  maxWords: 4,
  noreply: true,
};
const arithmetic: CommandForm = {
  answer: AnswerForm.number,
  isKeyed: true,
  fields: ['delta'],
  minWords: 3,
  maxWords: 4,
  noreply: true,
  read: readArithmetic,
};
const administration: CommandForm = {
  answer: AnswerForm.word,
  isKeyed: false,
  fields: [],
  minWords: 1,
  maxWords: anyNumber,
  noreply: true,
  read: acceptAny,
};
const listing: CommandForm = {
  answer: AnswerForm.lines,
  isKeyed: false,
  fields: [],
  minWords: 1,
  maxWords: anyNumber,
  noreply: false,
  read: acceptAny,
};

const meta: CommandForm = {
  answer: AnswerForm.meta,
  isKeyed: true,
  fields: 'all',
  minWords: 2,
  maxWords: anyNumber,
  noreply: false,
  read: readMetaGet,
};

/** Every command that is known, with its grammar. */
export const commandForms: readonly (readonly [string, CommandForm])[] = [
  ['get', retrieval],
  ['gets', retrieval],
  ['bget', retrieval],
  ['gat', touchingRetrieval],
  ['gats', touchingRetrieval],
  ['set', storage],
  ['add', storage],
  ['replace', storage],
  ['append', storage],
  ['prepend', storage],
  [
    'cas',
    { ...storage, fields: ['flags', 'exptime', 'bytes', 'cas'], minWords: 6, maxWords: 7, read: readCompareAndSwap },
  ],
  ['delete', { ...keyedWord, fields: [], words: ['DELETED', 'NOT_FOUND'], minWords: 2, read: readDelete }],
  ['incr', arithmetic],
  ['decr', arithmetic],
  ['touch', { ...keyedWord, fields: ['exptime'], words: ['TOUCHED', 'NOT_FOUND'], minWords: 3, read: readTouch }],
  ['flush_all', { ...administration, fields: ['exptime'], maxWords: 3, read: readFlushAll }],
  ['verbosity', { ...administration, minWords: 2, maxWords: 3 }],
  ['cache_memlimit', { ...administration, minWords: 2, maxWords: 3 }],
  ['slabs', { ...administration, read: readSlabs }],
  ['lru', { ...administration, minWords: 2 }],
  ['extstore', { ...administration, minWords: 2 }],
  ['refresh_certs', { ...administration, words: ['OK'], noreply: false, read: readRefreshCerts }],
  ['debugtime', { ...administration, noreply: false }],
  ['watch', { ...administration, answer: AnswerForm.word }],
  ['mg', meta],
  ['ms', { ...meta, minWords: 3, read: readMetaSet }],
  ['md', meta],
  ['ma', meta],
  ['me', { ...meta, read: readMetaDebug }],
  ['mn', { ...meta, isKeyed: false, fields: [], minWords: 1, read: readMetaNoop }],
  ['stats', listing],
  ['lru_crawler', listing],
  ['debugitem', listing],
  // Of ElastiCache: `config get cluster` is answered by a counted text, `config set cluster <flags> <bytes>` has one.
  ['config', { ...listing, read: readConfig }],
  ['version', { ...administration, noreply: false }],
  ['shutdown', { ...administration, answer: AnswerForm.closing, words: [], noreply: false }],
  ['quit', { ...administration, answer: AnswerForm.none, noreply: false }],
];

/** Commands that a server or a service knows, those of older and of other servers included. */
export const textCommandNames: readonly string[] = commandForms.map(([name]) => name);

/** One command of the table. */
interface Command {
  readonly name: string;
  readonly form: CommandForm;
  readonly protocol: 'text' | 'meta';
  readonly retrieves: boolean;
  /** The next one whose name has the same hash. */
  readonly next: Command | undefined;
}

const hashMask = 255;

/** Commands by the hash of their names: found by the bytes of a line, of which no text is made for that. */
const commands: (Command | undefined)[] = new Array<Command | undefined>(hashMask + 1).fill(undefined);
for (const [name, form] of commandForms) {
  const slot = hashOf(Buffer.from(name), 0, name.length);
  const retrieves = form.answer === AnswerForm.retrieval || name === 'mg' || name === 'me';
  const protocol = form.answer === AnswerForm.meta ? 'meta' : 'text';
  commands[slot] = { name, form, protocol, retrieves, next: commands[slot] };
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  return ((bytes[start] as number) * 31 + (bytes[end - 1] as number) * 7 + (end - start)) & hashMask;
}

function findCommand(bytes: Uint8Array, start: number, end: number): Command | undefined {
  let command = commands[hashOf(bytes, start, end)];
  for (; command !== undefined; command = command.next) {
    const { name } = command;
    if (name.length === end - start && holdsText(bytes, start, name)) return command;
  }
  return undefined;
}

/**
 * True where a line of any length is legal: the server lets lists of keys grow, every other line ends at 2048 bytes.
 */
export function mayBeLong(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] === 0x20) at++;
  return (
    end - at >= 5 &&
    bytes[at] === 0x67 &&
    bytes[at + 1] === 0x65 &&
    bytes[at + 2] === 0x74 &&
    (bytes[at + 3] === 0x20 || (bytes[at + 3] === 0x73 && bytes[at + 4] === 0x20))
  );
}

const words = new LineWords();

/** Whether this is a command of memcached's, whatever its line says else. */
export function isKnownCommand(name: string): boolean {
  const bytes = Buffer.from(name, 'latin1');
  return bytes.length > 0 && findCommand(bytes, 0, bytes.length) !== undefined;
}

/**
 * Reads the command line `bytes[start, end)`, without its `\n`. Never fails: what the server would refuse awaits an
 * error. Of a list of keys the first `mostKeys` are kept. `spare`: a request that nobody looks at any more, to be used again.
 */
export function parseCommandLine(
  bytes: Buffer,
  start: number,
  end: number,
  mostKeys: number,
  spare: Request | undefined = undefined,
): Request {
  // One `\r` before the `\n` belongs to the line end.
  const lineEnd = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
  if (mostKeys > 0 && isPlainGet(bytes, start, lineEnd)) return plainGet(bytes, start, lineEnd, spare);
  words.read(bytes, start, lineEnd, Math.max(mostKeys, longestOtherLine) + 2);
  const { line, count } = words;
  const command = count === 0 ? undefined : findCommand(bytes, words.start(0), words.end(0));
  if (command === undefined) return unknownCommand(line);
  const { form } = command;
  const request = newRequest(command.protocol, command.name, line, form.answer, spare);
  request.words = form.words;
  request.retrieves = command.retrieves;
  if (count < form.minWords || count > form.maxWords) {
    if (form.isKeyed && count > 1) request.keys = [words.text(1)];
    if (count > form.maxWords) readHeldFields(request, words, form);
    request.refused = true;
    request.isMisworded = true;
    if (form.takesBlock) doubtBlock(request);
    // Version 1.6.18 counts words before it looks for `noreply`; 1.6.45 obeys it behind words too many.
    if (form.noreply && endsInNoreply()) {
      request.noreply = true;
      request.due = Due.perhaps;
    }
    readArgs(request, words, form);
    return request;
  }
  if (form.noreply && endsInNoreply()) request.noreply = true;
  // One word more than it takes, as where a key has a blank in it.
  else if (form.takesBlock && count === form.maxWords) request.isMisworded = true;
  if (!form.read(request, words)) request.refused = true;
  if (request.keys.length > mostKeys || count > words.kept) limitKeys(request, mostKeys);
  request.due = dueOf(request, form);
  readArgs(request, words, form);
  return request;
}

const getBlank = 'get ';

/** Whether a line is `get`, one blank, and a key that every version takes: so are most lines. */
function isPlainGet(bytes: Buffer, start: number, end: number): boolean {
  const keyStart = start + getBlank.length;
  if (end <= keyStart || end - keyStart > maxKeyLength || !holdsText(bytes, start, getBlank)) return false;
  for (let at = keyStart; at < end; at++) if (bytes[at] === 0x20 || bytes[at] === 0) return false;
  return true;
}

/** Makes one text of such a line, the key's: the engine puts the line together where somebody looks at it. */
function plainGet(bytes: Buffer, start: number, end: number, spare: Request | undefined): Request {
  const key = latin1(bytes, start + getBlank.length, end);
  const request = newRequest('text', 'get', getBlank + key, retrieval.answer, spare);
  request.retrieves = true;
  request.keys = [key];
  return request;
}

function newRequest(
  protocol: string,
  command: string,
  line: string,
  answerForm: AnswerForm,
  spare: Request | undefined,
): Request {
  if (spare === undefined) return new Request(protocol, command, line, answerForm);
  spare.renew(protocol, command, line);
  spare.answerForm = answerForm;
  return spare;
}

/** Whether an answer is due. What some version refuses it answers, perhaps, although it asks for no answer. */
function dueOf({ noreply, refused, doubtfulBlock, isQuiet }: Request, form: CommandForm): Due {
  if (form.answer === AnswerForm.none) return Due.never;
  if (form.noreply && noreply) return refused || doubtfulBlock > 0 ? Due.perhaps : Due.never;
  if (form.answer === AnswerForm.closing) return Due.perhaps;
  return isQuiet && !refused ? Due.perhaps : Due.always;
}

/** The block behind a line whose words are too many, or too few for a cas: 1.6.18 runs it, 1.6.45 swallows it. */
function doubtBlock(request: Request): void {
  const size = words.count > 4 ? readInteger(4) : undefined;
  const length = size === undefined ? -1 : signed32(size);
  if (length < 0 || length > maxValueLength) return;
  request.bytes = length;
  if (words.isPlainSize(4)) request.doubtBlock(length, Swallower.newer);
}

function endsInNoreply(): boolean {
  const last = words.count - 1;
  return (
    last < words.kept && words.length(last) === noreply.length && holdsText(words.bytes, words.start(last), noreply)
  );
}

const noreply = 'noreply';

function unknownCommand(line: string): Request {
  const { count } = words;
  // An HTTP request line makes the server close without a word (a browser that is fooled must get nothing).
  const isHttp = count > 1 && count === words.kept && words.text(count - 1).startsWith('HTTP/');
  const name = count === 0 ? '' : words.text(0);
  const request = new Request('text', asciiLowerCase(name), line, isHttp ? AnswerForm.closing : AnswerForm.any);
  request.refused = true;
  // To an unknown command that asks for no answer 1.6.45 gives none.
  if (isHttp || endsInNoreply()) request.due = Due.perhaps;
  readUnknownArgs(request, words);
  return request;
}

/** Bytes beyond ASCII are no letters here: which characters they stand for is not known. */
function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Leaves keys out that are too many. */
function limitKeys(request: Request, mostKeys: number): void {
  const keys = request.keys.length + words.count - words.kept;
  if (keys <= mostKeys) return;
  request.keys = request.keys.slice(0, mostKeys);
  request.keysLeftOut = keys - mostKeys;
}

function acceptAny(): boolean {
  return true;
}

function readKey(request: Request): boolean {
  request.keys = [words.text(1)];
  return words.length(1) <= maxKeyLength;
}

function readInteger(index: number): WireNumber | undefined {
  return integer(words.bytes, words.start(index), words.end(index));
}

function readUnsigned(index: number): WireNumber | undefined {
  return unsigned(words.bytes, words.start(index), words.end(index));
}

/**
 * What some versions refuse of a line with a size that can be read, others take; and what the one runs as commands
 * behind it the other swallows as its block: 1.6.18 that of a line which it takes, 1.6.45 that of a size which it can
 * read. It reads digits alone, and no line that begins with a blank.
 */
function readStorage(request: Request): boolean {
  return readBlock(request, true);
}

function readBlock(request: Request, isAccepted: boolean): boolean {
  const keyAccepted = readKey(request);
  const flags = readUnsigned(2);
  const exptime = readInteger(3);
  const size = readInteger(4);
  if (flags !== undefined) request.flags = flags;
  if (exptime !== undefined) request.exptime = exptime;
  if (size === undefined) return false;
  const length = signed32(size);
  if (length >= 0) request.bytes = length;
  if (length < 0 || length > maxValueLength) return false;
  const isRead = isAccepted && keyAccepted && flags !== undefined && exptime !== undefined;
  // Of larger numbers 1.6.18 keeps 32 bits where a long has 64.
  const isReadByNewer = words.isPlainSize(4) && fits32(size);
  if (!isRead) {
    if (isReadByNewer) request.doubtBlock(length, Swallower.newer);
    return false;
  }
  // Who asked for no answer is told of an odd size all the same.
  if (!isReadByNewer) request.doubtBlock(length, Swallower.older);
  else if (request.noreply || (fits32(flags) && fits32(exptime))) request.valueLength = length;
  else request.doubtBlock(length, Swallower.unknown);
  return true;
}

function readCompareAndSwap(request: Request): boolean {
  request.cas = readUnsigned(5);
  return readBlock(request, request.cas !== undefined);
}

function readRetrieval(request: Request): boolean {
  return readKeys(request, 1);
}

function readTouchingRetrieval(request: Request): boolean {
  const exptime = readInteger(1);
  const areAccepted = words.count === 2 || readKeys(request, 2);
  if (exptime === undefined) {
    request.args = words.text(1);
    return false;
  }
  request.exptime = exptime;
  return areAccepted;
}

/** The keys from the word `first` on; false where one is too long. */
function readKeys(request: Request, first: number): boolean {
  request.keys = words.count === first + 1 ? [words.text(first)] : words.texts(first);
  for (let index = first; index < words.kept; index++) if (words.length(index) > maxKeyLength) return false;
  return true;
}

function readDelete(request: Request): boolean {
  const keyAccepted = readKey(request);
  // Alone behind the command it is the key to 1.6.18, which looks for `noreply` only where there are more words.
  if (words.count === 2 && request.noreply) {
    request.noreply = false;
    request.isQuiet = true;
  }
  // Clients of the 1.2 days send a hold time; today's server takes 0 and nothing else.
  const isHeld = words.count > (request.noreply ? 3 : 2);
  return keyAccepted && (!isHeld || words.text(2) === '0');
}

function readArithmetic(request: Request): boolean {
  const keyAccepted = readKey(request);
  const delta = readUnsigned(2);
  if (delta === undefined) return false;
  request.delta = delta;
  return keyAccepted;
}

function readTouch(request: Request): boolean {
  const keyAccepted = readKey(request);
  const exptime = readInteger(2);
  if (exptime === undefined) return false;
  request.exptime = exptime;
  return keyAccepted;
}

/** Only `slabs automove` obeys `noreply`. */
function readSlabs(request: Request): boolean {
  if (words.count > 1 && words.text(1) !== 'automove') request.noreply = false;
  return true;
}

/** With `noreply` success is silent, and nothing else. */
function readRefreshCerts(request: Request): boolean {
  request.noreply = endsInNoreply();
  request.isQuiet = request.noreply;
  return true;
}

function readConfig(request: Request): boolean {
  if (words.count < 5 || words.text(1) !== 'set') return true;
  const size = readInteger(4);
  const length = size === undefined ? -1 : signed32(size);
  if (length >= 0 && length <= maxValueLength) request.doubtBlock(length, Swallower.unknown);
  return true;
}

function readFlushAll(request: Request): boolean {
  if (words.count === (request.noreply ? 2 : 1)) return true;
  const exptime = readInteger(1);
  if (exptime === undefined) return false;
  request.exptime = exptime;
  return true;
}
