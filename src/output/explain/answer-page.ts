import type { Status, Transaction } from '../../../protocols/transaction.ts';
import { commandLabel, entryOf, shortened, shownTokens, type WireCodes } from './command-page.ts';
import type { Catalogue } from './en.ts';
import type { Page } from './page.ts';

/** Keys of an answer that are shown. */
const shownKeys = 8;

/** The client's wait is explained where the annotation shows it, µs beyond the latency. */
const shownBeyondLatencyUs = 1000;

/** Statuses of records that stand for a code of the binary protocol. */
const binaryCodes: Partial<Record<Status, number>> = { miss: 0x01, not_found: 0x01, exists: 0x02, not_stored: 0x05 };

/** Says how a command was answered. `hasCas`: its request brought a cas unique, which is none of the answer's then. */
export function explainAnswer(
  page: Page,
  texts: Catalogue,
  codes: WireCodes,
  answered: Transaction,
  hasCas: boolean,
  isAnnotated: boolean,
): void {
  const { status, latencyUs } = answered;
  const command = commandLabel(answered);
  page.begin(command);
  if (status === 'no_reply') return;
  if (status === 'unanswered' || status === 'unknown' || status === 'misfit') {
    page.say(status, texts.answer[status], { command });
    return;
  }
  if (status === 'miss' && answered.answerUs < 0) page.say('silentMiss', texts.answer.silentMiss, { command });
  else if (answered.protocol === 'binary') explainBinary(page, texts, codes, answered, hasCas);
  else if (answered.protocol === 'meta') explainMeta(page, texts, answered);
  else if (answered.outcome === '') explainItems(page, texts, answered);
  else explainWord(page, texts, answered);
  if (latencyUs >= 0 && isAnnotated) explainTimes(page, texts, answered);
}

function explainTimes(page: Page, texts: Catalogue, { latencyUs, durationUs, cause }: Transaction): void {
  page.say('latency', texts.answer.latency, { us: latencyUs });
  if (durationUs - latencyUs > shownBeyondLatencyUs) page.say('waited', texts.answer.waited, { us: durationUs });
  if (cause !== undefined) page.say(`cause ${cause}`, texts.answer.cause, { cause, text: texts.answer.causes[cause] });
}

/** `VALUE` lines and `END`. */
function explainItems(page: Page, { answer, tcp }: Catalogue, answered: Transaction): void {
  const { keys, flags, cas, bytes, hits, found, foundBytes } = answered;
  const [key = ''] = keys;
  if (keys.length <= 1) {
    if (hits === 0) page.say('miss', answer.miss, {});
    else {
      page.say(cas === undefined ? 'item' : 'itemWithCas', answer.item, {
        key: shortened(key),
        flags: textOf(flags),
        bytes: String(bytes),
        cas: textOf(cas),
      });
    }
    return;
  }
  const items = (found ?? []).map((name, index) => {
    const size = foundBytes?.[index];
    return size === undefined ? shortened(name) : answer.sized({ key: shortened(name), bytes: size });
  });
  const missed = answered.missed ?? (hits === 0 ? keys : []);
  page.say('several', answer.several, {
    found: listed(items, tcp.joint, answer.more),
    missed: listed(missed.map(shortened), tcp.comma, answer.more),
  });
}

function listed(items: readonly string[], joint: string, more: (values: { count: number }) => string): string {
  const shown = items.slice(0, shownKeys).join(joint);
  return items.length > shownKeys ? `${shown}${joint}${more({ count: items.length - shownKeys })}` : shown;
}

function explainWord(page: Page, { answer, tcp }: Catalogue, { outcome }: Transaction): void {
  const word = /^[A-Z_]+/.exec(outcome)?.[0] ?? '';
  const text = entryOf<string>(answer.words, word);
  if (text !== undefined) {
    const hasWords = word === 'ERROR' && outcome.trimEnd() !== word;
    const meaning = hasWords ? answer.errorWithWords : text;
    if (page.isNew(`word ${word}${hasWords ? ' …' : ''}`)) page.detail(`${word}${tcp.colon}${meaning}`);
  } else if (word === 'VERSION') page.say('version', answer.version, {});
  else if (/^\d+$/.test(outcome)) page.say('number', answer.number, { number: outcome });
  else if (/^\d+ lines$/.test(outcome)) page.say('lines', answer.lines, {});
}

function explainMeta(page: Page, texts: Catalogue, answered: Transaction): void {
  const { meta, answer, tcp } = texts;
  const { result = '', bytes, outcome, answerFlags = '', command } = answered;
  const code = entryOf(meta.codes, result);
  if (code === undefined) {
    explainWord(page, texts, answered);
    return;
  }
  page.say(`code ${result}`, code, {});
  if (result === 'VA' && command === 'mg') page.item(meta.valueBytes({ bytes: String(bytes) }));
  else if (result === 'VA' && /^\d+$/.test(outcome)) page.say('number', answer.number, { number: outcome });
  if (command === 'me') return;
  for (const token of answerFlags.split(' ').slice(0, shownTokens)) {
    const letter = token.charAt(0);
    const text = entryOf<string>(meta.answerFlags, letter);
    if (text === undefined) continue;
    const seconds = letter === 't' ? Number(token.slice(1)) : Number.NaN;
    const meaning = Number.isSafeInteger(seconds) && seconds !== 0 ? tcp.aside(meta.timeToLive(seconds)) : '';
    const isNew = page.isNew(`answer flag ${letter}`);
    page.item(`${shortened(token)}${isNew ? `${tcp.colon}${text}` : ''}${meaning}`);
  }
}

function explainBinary(
  page: Page,
  { answer }: Catalogue,
  codes: WireCodes,
  answered: Transaction,
  hasCas: boolean,
): void {
  const { status, result = '', outcome, flags, bytes, cas } = answered;
  const code = binaryCodes[status] ?? codes.status(result) ?? 0;
  const name = `0x${code.toString(16).padStart(4, '0')}`;
  const text = answer.statuses[code];
  if (text !== undefined) page.say(`status ${code}`, answer.status, { code: name, text });
  if (code !== 0) return;
  const given = hasCas ? undefined : textOf(cas);
  if (status === 'hit') {
    const values = { flags: textOf(flags) ?? '0', bytes: String(bytes), cas: given };
    page.say(given === undefined ? 'binaryHit' : 'binaryHitWithCas', answer.binaryHit, values);
    return;
  }
  if (/^\d+$/.test(outcome)) page.say('number', answer.number, { number: outcome });
  else if (/^\d+ lines$/.test(outcome)) page.say('binaryLines', answer.binaryLines, {});
  else if (outcome.startsWith('VERSION ')) page.say('version', answer.version, {});
  if (given !== undefined) page.say('casGiven', answer.cas, { cas: given });
}

function textOf(number: number | string | undefined): string | undefined {
  return number === undefined ? undefined : String(number);
}
