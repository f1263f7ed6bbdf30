import { decodeHeader, Header, headerLength } from '../../protocols/memcached/binary/header.ts';
import { CommandKind, opcodeOf } from '../../protocols/memcached/binary/opcodes.ts';
import { commandWords } from './answer-words.ts';
import type { Rewriting } from './rewriting.ts';

/** Extras of arithmetic commands: delta, initial value, exptime. */
const initialValueAt = 8;
const arithmeticExtras = 20;

const mechanism = /^[A-Za-z0-9_-]{1,32}$/;
const statusText = /^[A-Za-z][A-Za-z '-]{1,60}\.?$/;
const statistic = /^[\w.:+-]{1,60}$/;

/**
 * Binary messages in `[from, to)`. Returns where they end: before one of which not the whole header, extras and key were
 * captured.
 */
export function rewriteBinary(message: Rewriting, from: number, to: number, isRequest: boolean): number {
  const header = new Header();
  for (let at = from; at < to; ) {
    const extrasAt = at + headerLength;
    if (extrasAt > to || !message.has(at, extrasAt) || message.bytes[at] !== (isRequest ? 0x80 : 0x81)) return at;
    if (!decodeHeader(message.bytes, at, header)) return at;
    const keyAt = extrasAt + header.extrasLength;
    const valueAt = keyAt + header.keyLength;
    const end = Math.min(to, valueAt + header.valueLength);
    message.keep(at, extrasAt);
    if (valueAt <= to && message.has(extrasAt, valueAt)) rewriteHead(message, header, extrasAt, isRequest);
    rewriteValue(message, header, Math.min(valueAt, to), end, isRequest);
    at = end;
  }
  return to;
}

function rewriteHead(message: Rewriting, header: Header, extrasAt: number, isRequest: boolean): void {
  const { extrasLength, keyLength, opcode } = header;
  const { kind } = opcodeOf(opcode);
  const keyAt = extrasAt + extrasLength;
  message.keep(extrasAt, keyAt);
  if (isRequest && extrasLength === arithmeticExtras) {
    message.value(extrasAt + initialValueAt, extrasAt + 2 * initialValueAt);
  }
  const key = message.text(keyAt, keyAt + keyLength);
  const isName =
    (kind === CommandKind.authentication && mechanism.test(key)) ||
    (kind === CommandKind.stat && (isRequest ? commandWords.has(key) : statistic.test(key)));
  if (isName) message.keep(keyAt, keyAt + keyLength);
  else message.key(keyAt, keyAt + keyLength);
}

function rewriteValue(message: Rewriting, header: Header, from: number, to: number, isRequest: boolean): void {
  const { kind } = opcodeOf(header.opcode);
  const isText = !isRequest && message.has(from, to);
  const text = isText ? message.text(from, to) : '';
  const isKept =
    isText &&
    ((header.status !== 0 && statusText.test(text)) ||
      (kind === CommandKind.version && /^[\w.+-]{1,40}$/.test(text)) ||
      (kind === CommandKind.mechanisms && /^[A-Z0-9_ -]{1,200}$/.test(text)) ||
      (kind === CommandKind.stat && statistic.test(text)));
  if (isKept) message.keep(from, to);
  else message.value(from, to);
}
