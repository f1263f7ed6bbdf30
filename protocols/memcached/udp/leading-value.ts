import { findNewline, holdsText, latin1, u8, u32be } from '../../bytes.ts';
import { headerLength, Magic } from '../binary/header.ts';
import type { UdpFrame } from './frame.ts';

/** Longest line that opens a value: a key of 250 bytes and numbers. */
const longestValueLine = 512;

/** A value at the start of an answer. */
export interface LeadingValue {
  /** Latin-1; empty where the answer does not name it. */
  readonly key: string;
  /**
   * Bytes of the value with the header or line before it and the line end behind it; a text answer's `END` may follow.
   */
  readonly length: number;
}

/** The value that a datagram starts with; undefined where it starts with something else. */
export function leadingValue({ bytes, start, end }: UdpFrame): LeadingValue | undefined {
  if (end - start >= headerLength && u8(bytes, start) === Magic.response) {
    return { key: '', length: headerLength + u32be(bytes, start + 8) };
  }
  if (end - start < 5) return undefined;
  const isClassic = holdsText(bytes, start, 'VALUE');
  if (!isClassic && !holdsText(bytes, start, 'VA ')) return undefined;
  const newline = findNewline(bytes, start, Math.min(end, start + longestValueLine));
  if (newline < 0) return undefined;
  const words = latin1(bytes, start, newline).trimEnd().split(' ');
  const length = Number(words[isClassic ? 3 : 1]);
  if (!Number.isInteger(length) || length < 0) return undefined;
  return { key: isClassic ? (words[1] as string) : '', length: newline + 1 - start + length + 2 };
}
