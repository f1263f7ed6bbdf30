import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patternOf } from '../../src/statistics/key-pattern.ts';

/** Keys and what they are folded to, in the order in which parts are looked for. */
const cases: readonly (readonly [key: string, pattern: string])[] = [
  ['', ''],
  ['plain', 'plain'],
  ['user:8123:profile', 'user:{n}:profile'],
  ['user8123', 'user{n}'],
  ['v2.users.17', 'v{n}.users.{n}'],
  ['007', '{n}'],
  ['order:3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'order:{uuid}'],
  ['3F2504E0-4F89-11D3-9A0C-0305E82C3301:cart', '{uuid}:cart'],
  ['x_3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'x_{uuid}'],
  ['aabbccdd-aabb-ccdd-eeff-aabbccddeeff', '{uuid}'],
  ['x3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'x{n}f{n}e{n}-{n}f{n}-{n}d{n}-{n}a{n}c-{hex}'],
  ['rate:10.8.34.13', 'rate:{ip}'],
  ['rate:10.8.34.13:80', 'rate:{ip}:{n}'],
  ['rate:10.8.34.256', 'rate:{n}.{n}.{n}.{n}'],
  ['rate:10.8.34.13.5', 'rate:{n}.{n}.{n}.{n}.{n}'],
  ['rate:v10.8.34.13', 'rate:v{n}.{n}.{n}.{n}'],
  ['rate:10.8.34', 'rate:{n}.{n}.{n}'],
  ['rate-10.8.34.13-x', 'rate-{ip}-x'],
  ['2001:db8::1', '{ip}'],
  ['user:2001:db8::1', 'user:{ip}'],
  ['user-2001:db8::1', 'user-{ip}'],
  ['user:2001:db8:0:0:0:0:0:1', 'user:{ip}'],
  ['user:::ffff:0:1', 'user:{ip}'],
  ['node2001:db8::1', 'node{n}:db{n}::{n}'],
  ['user:2001:db8::1:profile', 'user:{n}:db{n}::{n}:profile'],
  ['user:::1', 'user:::{n}'],
  ['12:34:56', '{n}:{n}:{n}'],
  ['mac:00:1a:2b:3c:4d:5e', 'mac:{n}:{n}a:{n}b:{n}c:{n}d:{n}e'],
  ['s:aB3dE6gH9jK2mN5pQ8sT', 's:{token}'],
  ['s:aB3dE6gH9jK2mN5pQ8s', 's:aB{n}dE{n}gH{n}jK{n}mN{n}pQ{n}s'],
  ['s:aB3dE6gH9jK2+N5p=8sT_x', 's:{token}'],
  ['configurationsOfApplication1', 'configurationsOfApplication{n}'],
  ['abcdefghijABCDEFGHIJ0123456789', 'abcdefghijABCDEFGHIJ{n}'],
  ['page:1f3a90c2', 'page:{hex}'],
  ['page:1F3A90C2', 'page:{hex}'],
  ['page:1f3a90c', 'page:{n}f{n}a{n}c'],
  ['page:x1f3a90c2', 'page:x{n}f{n}a{n}c{n}'],
  ['page_1f3a90c2_x', 'page_{hex}_x'],
  ['page:12345678', 'page:{n}'],
  ['page:deadbeef', 'page:deadbeef'],
  ['5d41402abc4b2a76b9719d911017c592', '{hex}'],
  ['key\xff9', 'key\xff{n}'],
];

for (const [key, pattern] of cases) {
  test(`${JSON.stringify(key)} is of the pattern ${pattern}`, () => assert.equal(patternOf(key), pattern));
}
