import type { WireNumber } from '../../../protocols/transaction.ts';
import type { Duration, Expiry } from './texts.ts';

/** From here on an exptime is a date, seconds. Source: memcached doc/protocol.txt, "Expiration times". */
const longestDuration = 60 * 60 * 24 * 30;

/** `14,592`. */
export function grouped(number: WireNumber): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** What an exptime says, in a command that was sent at `nowUs`. */
export function expiryOf(exptime: WireNumber, nowUs: number): Expiry {
  const raw = String(exptime);
  const seconds = Number(exptime);
  if (seconds === 0) return { raw, kind: 'never' };
  if (seconds < 0) return { raw, kind: 'at_once' };
  if (seconds <= longestDuration) return { raw, kind: 'after', seconds };
  return { raw, kind: seconds * 1e6 <= nowUs ? 'was_on' : 'on', date: dateOf(seconds, raw) };
}

/** `2026-01-02 03:04:05 UTC`; beyond what a calendar holds the number itself. */
function dateOf(seconds: number, raw: string): string {
  if (seconds > 8.64e12) return grouped(raw);
  return `${new Date(seconds * 1000).toISOString().slice(0, -5).replace('T', ' ')} UTC`;
}

export function durationOf(seconds: number): Duration {
  return {
    days: Math.floor(seconds / 86_400),
    hours: Math.floor(seconds / 3600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
  };
}
