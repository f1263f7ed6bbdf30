import type { Transaction } from '../../../protocols/transaction.ts';
import { escapedText } from '../../byte-writer.ts';
import type { Catalogue } from './en.ts';
import { expiryOf } from './numbers.ts';
import type { Page } from './page.ts';

/** Characters of a command line or key that are shown as a label. */
const shownCharacters = 80;

/** An exptime of `increment` and `decrement`: no item is to be made. Source: memcached protocol_binary.h. */
const makesNoItem = 0xffff_ffff;

/** Codes of the binary protocol, by the names that records have for them; undefined for what is none. */
export interface WireCodes {
  readonly opcode: (name: string) => { readonly code: number; readonly isQuiet: boolean } | undefined;
  readonly status: (name: string) => number | undefined;
}

/** Says what a command line asks for, part by part. `isComplete`: its value, if it has one, is in the same packet. */
export function explainCommand(
  page: Page,
  texts: Catalogue,
  codes: WireCodes,
  request: Transaction,
  isComplete: boolean,
  hasCas: boolean,
): void {
  page.begin(shortened(request.line.trim()));
  if (request.protocol === 'binary') explainOpcode(page, texts.command, codes, request);
  else describe(page, texts.command, request);
  explainKeys(page, texts.command, request);
  if (request.protocol === 'meta') explainMetaFlags(page, texts, request);
  else explainFields(page, texts.command, request, hasCas);
  if (request.valueLength >= 0) {
    const bytes = String(request.valueLength);
    if (request.protocol === 'binary') page.say('binaryBytes', texts.command.binaryBytes, { bytes });
    else page.say('bytes', texts.command.bytes, { bytes });
    if (!isComplete) page.say('valueToCome', texts.command.valueToCome, {});
  }
  if (request.noreply && request.protocol === 'text') page.say('noreply', texts.command.noreply, {});
}

/** Of what is sent, as a label: `get user:1`. */
export function commandLabel({ command, keys }: Transaction): string {
  const [key] = keys;
  return shortened(key === undefined ? command : `${command} ${key}`);
}

export function shortened(text: string): string {
  const shown = escapedText(text.slice(0, shownCharacters));
  return text.length > shownCharacters ? `${shown}…` : shown;
}

/** The value of a table at a key of its own; undefined where it has none. */
export function entryOf<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function describe(page: Page, texts: Catalogue['command'], { command }: Transaction): void {
  const description = entryOf<string>(texts.descriptions, command);
  if (description !== undefined) {
    if (page.isNew(`command ${command}`)) page.item(description);
  } else if (command === '') page.sayInRow('emptyCommand', texts.empty, {});
  else page.sayInRow('unknownCommand', texts.unknown, {});
}

function explainOpcode(
  page: Page,
  texts: Catalogue['command'],
  codes: WireCodes,
  { command: name }: Transaction,
): void {
  const opcode = codes.opcode(name);
  if (opcode === undefined) return;
  const { isQuiet } = opcode;
  page.say('binary', texts.binary, {});
  const code = `0x${opcode.code.toString(16).padStart(2, '0')}`;
  const loud = isQuiet ? name.slice(0, -1) : name;
  const isKeyed = loud === 'getk' || loud === 'gatk';
  const description =
    name === 'quit'
      ? texts.binaryQuit
      : (entryOf<string>(texts.descriptions, isKeyed ? loud.slice(0, -1) : loud) ?? texts.foreign);
  page.sayInRow(`opcode ${name}`, texts.opcode, { name, code, description });
  if (isQuiet && loud !== 'quit') page.say('quiet', texts.quiet, {});
  if (isKeyed) page.say('keyed', texts.keyed, {});
}

function explainKeys(page: Page, texts: Catalogue['command'], { keys, protocol, command }: Transaction): void {
  const [key] = keys;
  // The key of a SASL command is the name of a mechanism, that of stat what is asked for.
  if (key === undefined || (protocol === 'binary' && /^(?:sasl_|stat)/.test(command))) return;
  page.say('key', texts.key, { key: shortened(key) });
  if (keys.length > 1) page.say('severalKeys', texts.severalKeys, { count: keys.length });
}

function explainFields(page: Page, texts: Catalogue['command'], request: Transaction, hasCas: boolean): void {
  const { command, flags, exptime, cas, delta, requestUs, retrieves, protocol } = request;
  if (delta !== undefined) page.say('delta', texts.delta, { delta: String(delta) });
  if (command === 'append' || command === 'prepend') {
    if (flags !== undefined) page.say('ignoredFields', texts.ignoredFields, {});
    return;
  }
  // Those of a retrieval are the answer's.
  if (flags !== undefined && !retrieves) page.say('flags', texts.flags, { flags: String(flags) });
  if (exptime !== undefined) {
    const expiry = expiryOf(exptime, requestUs);
    if (protocol === 'binary' && delta !== undefined) {
      const isNone = Number(exptime) === makesNoItem;
      page.say(isNone ? 'makesNone' : 'makesOne', texts.binaryCounter, { exptime: isNone ? undefined : expiry });
    } else if (command.startsWith('flush')) page.say('delay', texts.delay, expiry);
    else page.say('exptime', texts.exptime, expiry);
  }
  if (cas !== undefined && hasCas) page.say('casAsked', texts.cas, { cas: String(cas) });
}

/** The flags behind the key, and behind the length of the value of `ms`. */
function explainMetaFlags(page: Page, { meta, command: texts, tcp }: Catalogue, request: Transaction): void {
  const { command, line, requestUs } = request;
  const tokens = line
    .trim()
    .split(/ +/)
    .slice(command === 'ms' ? 3 : command === 'mn' ? 1 : 2);
  const known = entryOf<Readonly<Record<string, string>>>(meta.requestFlags, command) ?? {};
  for (const token of tokens.slice(0, shownTokens)) {
    const letter = token.charAt(0);
    const text = entryOf(known, letter);
    const argument = token.slice(1);
    const label = shortened(token);
    const meaning =
      'TN'.includes(letter) && /^-?\d+$/.test(argument) ? texts.expiry(expiryOf(argument, requestUs)) : '';
    if (text === undefined)
      page.sayInRow(
        `meta ${command} ?`,
        { first: () => `${label}${tcp.colon}${meta.unknownFlag}`, again: () => '' },
        {},
      );
    else if (page.isNew(`meta ${letter} ${text}`))
      page.item(`${label}${tcp.colon}${text}${meaning === '' ? '' : tcp.aside(meaning)}`);
    else if (meaning !== '') page.item(`${label}${tcp.colon}${meaning}`);
  }
}

/** Flags of a meta command that are explained; no command has more letters. */
export const shownTokens = 32;
