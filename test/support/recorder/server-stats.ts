/** The counters of memcached's `stats` as they follow from records: what the server counts where (1.6.18). */
import type { CommandRecord } from './comparison.ts';

/** A counter: exact, or from `least` to `most` where requests without an answer may or may not have counted. */
interface Counter {
  least: number;
  most: number;
}

type Rule = (record: CommandRecord) => number | 'maybe';

const isRetrieval = ({ command }: CommandRecord): boolean => /^(?:get[sq]?|bget|getkq?)$/.test(command);
const isTouchingRetrieval = ({ command }: CommandRecord): boolean => /^gat[sq]?$|^gatkq?$/.test(command);

/** `mg` with a `T` counts as a touch where it hits. */
const touches = (record: CommandRecord): boolean =>
  isTouchingRetrieval(record) || (record.command === 'mg' && hasFlag(record, 'T') && record.status === 'hit');
const retrieves = (record: CommandRecord): boolean =>
  isRetrieval(record) || (record.command === 'mg' && !(hasFlag(record, 'T') && record.status === 'hit'));

const isError = ({ status }: CommandRecord): boolean => /error$/.test(status);
const isSilent = ({ status }: CommandRecord): boolean => status === 'no_reply';

function hasFlag({ metaFlags = '' }: CommandRecord, flag: string): boolean {
  return metaFlags.split(' ').some((word) => word.startsWith(flag));
}

/** Meta arithmetic decrements where its mode says so. */
function isDecrement({ command, metaFlags = '' }: CommandRecord): boolean {
  if (command === 'ma') return /(?:^| )M(?:D|d|-|decr)/.test(metaFlags);
  return /^decr(?:ementq?)?$/.test(command);
}

function isIncrement(record: CommandRecord): boolean {
  return /^incr(?:ementq?)?$|^ma$/.test(record.command) && !isDecrement(record);
}

/** 1 where the command has this outcome, `maybe` where nothing was answered. */
function outcome(record: CommandRecord, status: string): number | 'maybe' {
  return isSilent(record) ? 'maybe' : Number(record.status === status);
}

const isStore = ({ command }: CommandRecord): boolean =>
  /^(?:set|add|replace|append|prepend)q?$|^cas$|^ms$/.test(command);
const isCas = (record: CommandRecord): boolean =>
  record.command === 'cas' || (record.command === 'ms' && hasFlag(record, 'C'));
const isDelete = ({ command }: CommandRecord): boolean => /^deleteq?$|^md$/.test(command);

const rules: Readonly<Record<string, Rule>> = {
  cmd_get: (record) => (retrieves(record) && !isError(record) ? hits(record) + misses(record) : 0),
  get_hits: (record) => (retrieves(record) ? hits(record) : 0),
  get_misses: (record) => (retrieves(record) ? misses(record) : 0),
  cmd_touch: (record) => {
    if (record.command === 'touch') return isError(record) ? 0 : 1;
    return touches(record) ? hits(record) + misses(record) : 0;
  },
  touch_hits: (record) =>
    record.command === 'touch' ? outcome(record, 'touched') : touches(record) ? hits(record) : 0,
  touch_misses: (record) =>
    record.command === 'touch' ? outcome(record, 'not_found') : touches(record) ? misses(record) : 0,
  cmd_set: (record) => Number(isStore(record) && (!isError(record) || /bad data chunk/.test(record.result ?? ''))),
  cmd_flush: (record) => Number(/^flush(?:_all|q)?$/.test(record.command) && !isError(record)),
  delete_hits: (record) => (isDelete(record) ? outcome(record, 'deleted') : 0),
  delete_misses: (record) => (isDelete(record) ? outcome(record, 'not_found') : 0),
  incr_hits: (record) => (isIncrement(record) ? arithmetic(record) : 0),
  incr_misses: (record) => (isIncrement(record) ? outcome(record, 'not_found') : 0),
  decr_hits: (record) => (isDecrement(record) ? arithmetic(record) : 0),
  decr_misses: (record) => (isDecrement(record) ? outcome(record, 'not_found') : 0),
  cas_hits: (record) => (isCas(record) ? outcome(record, 'stored') : isBinaryStore(record) ? 'maybe' : 0),
  cas_badval: (record) => (isCas(record) ? outcome(record, 'exists') : isBinaryStore(record) ? 'maybe' : 0),
  cas_misses: (record) => (isCas(record) ? outcome(record, 'not_found') : isBinaryStore(record) ? 'maybe' : 0),
};

/** Where the request names an initial value, the item may have been made, which is counted nowhere. */
function arithmetic(record: CommandRecord): number | 'maybe' {
  const mayCreate = record.protocol === 'binary' || (record.command === 'ma' && hasFlag(record, 'N'));
  return mayCreate && record.status === 'ok' ? 'maybe' : outcome(record, 'ok');
}

/** A binary store has a cas value in its header, which the record does not tell from that of the answer. */
function isBinaryStore(record: CommandRecord): boolean {
  return record.protocol === 'binary' && isStore(record);
}

function hits(record: CommandRecord): number {
  return record.hits ?? Number(record.status === 'hit');
}

function misses(record: CommandRecord): number {
  return record.misses ?? Number(record.status === 'miss');
}

export function countersOf(records: readonly CommandRecord[]): Record<string, Counter> {
  const counters: Record<string, Counter> = {};
  for (const [name, rule] of Object.entries(rules)) {
    const counter = { least: 0, most: 0 };
    for (const record of records) {
      const count = rule(record);
      counter.least += count === 'maybe' ? 0 : count;
      counter.most += count === 'maybe' ? 1 : count;
    }
    counters[name] = counter;
  }
  return counters;
}
