import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LinkType } from '../../protocols/packet.ts';
import { beginnings } from '../support/beginnings.ts';
import { type RunOptions, toldOf } from '../support/both-ways.ts';
import { pcapFile } from '../support/capture-file.ts';
import { everydayTraffic, noTrouble, type Trouble } from '../support/everyday-traffic.ts';
import { Random } from '../support/random.ts';
import type { Link } from '../support/tcp-conversation.ts';

const seeds = Number(process.env.SEEDS ?? 3);
const firstSeed = Number(process.env.FIRST_SEED ?? 1);

const troubles: readonly (readonly [string, Trouble])[] = [
  ['nothing', noTrouble],
  ['odd exchanges', { ...noTrouble, odd: 0.05 }],
  ['pauses', { ...noTrouble, pauses: 0.05, odd: 0.01 }],
  ['loss', { ...noTrouble, lost: 0.02 }],
  ['disorder', { ...noTrouble, window: 4, doubled: 0.02 }],
  ['changed bytes', { ...noTrouble, changed: 0.02 }],
  ['all of it', { lost: 0.01, doubled: 0.01, window: 3, changed: 0.005, odd: 0.02, pauses: 0.01 }],
];

const links: readonly (readonly [Link, number])[] = [
  ['ethernet', LinkType.ethernet],
  ['linuxCooked', LinkType.linuxCooked],
  ['linuxCooked2', LinkType.linuxCooked2],
  ['null', LinkType.null],
  ['loop', LinkType.loop],
  ['raw', LinkType.raw],
];

/** Both ways over one capture: returns the share of packets that went the express way. */
function compare(file: Buffer, options: Omit<RunOptions, 'express'>, seed: string): number {
  const general = toldOf(file, { ...options, express: false });
  const express = toldOf(file, { ...options, express: true });
  assert.equal(express.lines, general.lines, seed);
  assert.equal(express.records, general.records, seed);
  assert.deepEqual(express.report, general.report, seed);
  assert.deepEqual(express.heard, general.heard, seed);
  return express.express / general.lines.split('\n').length;
}

suite('both ways say the same', () => {
  for (const [name, trouble] of troubles) {
    test(`of traffic with trouble: ${name}`, () => {
      let share = 0;
      for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
        const random = new Random(seed);
        const [link, linkType] = random.chance(0.5) ? links[0]! : random.pick(links);
        const packets = everydayTraffic(random, trouble, link, random.chance(0.25));
        const isLive = random.chance(0.3);
        const options = {
          chunk: random.pick([99, 4096, 65_536, 65_536]),
          isLive,
          annotates: random.chance(0.9),
          hears: random.chance(0.5),
          window: trouble === noTrouble ? undefined : random.pick([undefined, undefined, 32, 200]),
        };
        const file = pcapFile(packets, { linkType, nanoseconds: random.chance(0.3), bigEndian: random.chance(0.3) });
        share += compare(file, options, `seed ${seed}, link type ${linkType}, ${JSON.stringify(options)}`) / seeds;
      }
      // Else the comparison would say nothing.
      if (trouble === noTrouble) assert.ok(share > 0.1, `${share} went the express way`);
    });
  }

  for (const [name, trouble] of [
    ['nothing', noTrouble],
    ['loss', { ...noTrouble, lost: 0.03 }],
    ['disorder', { ...noTrouble, window: 4, doubled: 0.03 }],
  ] as const) {
    test(`of connections that begin, with trouble: ${name}`, () => {
      let share = 0;
      for (let seed = firstSeed; seed < firstSeed + 3 * seeds; seed++) {
        const random = new Random(seed);
        const [link, linkType] = random.pick(links);
        const packets = beginnings(random, trouble, link, random.chance(0.25));
        const options = {
          chunk: random.pick([99, 4096, 65_536]),
          isLive: random.chance(0.3),
          hears: random.chance(0.5),
          window: random.pick([undefined, 1e9]),
          limits: random.chance(0.2) ? { connections: 1 + random.below(40), idleSeconds: 100, closedSeconds: 5 } : {},
        };
        share += compare(pcapFile(packets, { linkType }), options, `seed ${seed}, ${JSON.stringify(options)}`);
      }
      assert.ok(share / (3 * seeds) > 0.03, `${share / (3 * seeds)} went the express way`);
    });
  }
});
