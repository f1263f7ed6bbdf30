import assert from 'node:assert/strict';
import { it } from 'node:test';
import { en } from '../../../src/output/explain/en.ts';
import { expiryOf, grouped } from '../../../src/output/explain/numbers.ts';
import { zh } from '../../../src/output/explain/zh.ts';

/** 2026-01-02 03:04:05 UTC. */
const nowUs = 1_767_323_045e6;

/** What an exptime means. Source: memcached doc/protocol.txt, "Expiration times" and "Storage commands". */
const expiries: readonly (readonly [exptime: number | string, en: string, zh: string])[] = [
  [0, 'never expires', '永不过期'],
  [-1, 'expires at once', '立即过期'],
  [1, 'expires after 1 s', '1 秒后过期'],
  [100, 'expires after 1 min 40 s', '1 分 40 秒后过期'],
  [3600, 'expires after 1 h', '1 小时后过期'],
  [90_061, 'expires after 1 day 1 h 1 min 1 s', '1 天 1 小时 1 分钟 1 秒后过期'],
  [2_592_000, 'expires after 30 days', '30 天后过期'],
  [2_592_001, 'expires at once, 1970-01-31 00:00:01 UTC being past', '立即过期，因为 1970-01-31 00:00:01 UTC 已经过去'],
  [1_767_323_046, 'expires on 2026-01-02 03:04:06 UTC', '2026-01-02 03:04:06 UTC 过期'],
  ['18446744073709551615', 'expires on 18,446,744,073,709,551,615', '18,446,744,073,709,551,615 过期'],
];

it('an exptime is a duration, a date, never, or at once', () => {
  for (const [exptime, english, chinese] of expiries) {
    assert.equal(en.command.expiry(expiryOf(exptime, nowUs)), english);
    assert.equal(zh.command.expiry(expiryOf(exptime, nowUs)), chinese);
  }
});

it('digits are grouped', () => {
  assert.deepEqual([0, 999, 14_592, 1_000_000].map(grouped), ['0', '999', '14,592', '1,000,000']);
});
