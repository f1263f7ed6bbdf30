import { TcpFlag, type TcpSegment } from '../../../protocols/tcp/segment.ts';
import type { Catalogue } from './en.ts';
import type { Page } from './page.ts';
import type { DecodedOption } from './tcp-options.ts';
import type { Reading } from './tcp-watch.ts';
import type { FlagName } from './texts.ts';
import { mostShift } from './watched-connection.ts';

/** Names of the flags, in the order in which they are told. */
const flagNames: readonly FlagName[] = ['SYN', 'FIN', 'RST', 'PSH', 'URG', 'ECE', 'CWR', 'ACK'];

const flagBits: Readonly<Record<FlagName, number>> = {
  FIN: TcpFlag.fin,
  SYN: TcpFlag.syn,
  RST: TcpFlag.rst,
  PSH: TcpFlag.psh,
  ACK: TcpFlag.ack,
  URG: TcpFlag.urg,
  ECE: TcpFlag.ece,
  CWR: TcpFlag.cwr,
};

/** Numbers as the line shows them; undefined where it shows none. */
export interface ShownNumbers {
  readonly sequence: number | undefined;
  readonly acknowledgment: number | undefined;
  /** Sequence numbers are shown as they are (-S). */
  readonly areAbsolute: boolean;
  /** The sequence number of this packet is. */
  readonly isAsItIs: boolean;
}

/** Says what a TCP segment is, and what its header holds. `isHoleTold`: that bytes before it are missing is told. */
export function explainSegment(
  page: Page,
  texts: Catalogue['tcp'],
  segment: TcpSegment,
  reading: Reading,
  shown: ShownNumbers,
  isHoleTold: boolean,
): void {
  const { from, to, steps, connection } = reading;
  const { flags } = segment;
  const isSyn = (flags & TcpFlag.syn) !== 0;
  const names = [...new Set(steps.map((step) => texts.steps[step].name))].map((name, index) =>
    index === 0 ? name : name.charAt(0).toLowerCase() + name.slice(1),
  );
  const set = flagNames.filter((name) => (flags & flagBits[name]) !== 0);
  const last = names.pop() ?? '';
  const name = names.length === 0 ? last : `${names.join(texts.comma)}${texts.and}${last}`;
  page.begin(`${name} [${set.join(texts.comma)}]`, true);
  for (const step of steps) page.sayInRow(`step ${step}`, texts.steps[step], { from, to });
  for (const name of set) if (page.isNew(`flag ${name}`)) page.detail(texts.flags[name]);
  if (steps[0] === 'copy') return;

  if (!reading.isFromStart && !connection.isToldMidStream && (flags & TcpFlag.rst) === 0) {
    connection.isToldMidStream = true;
    page.say('midStream', texts.startedBefore, {});
  }
  explainSequence(page, texts, segment, reading, shown, isHoleTold);
  if ((flags & TcpFlag.ack) !== 0 && (flags & TcpFlag.rst) === 0)
    explainAcknowledgment(page, texts, reading, shown, isSyn);
  if ((flags & TcpFlag.rst) === 0) explainWindow(page, texts, segment, reading, isSyn);
  for (const option of reading.options) explainOption(page, texts, option, reading, (flags & TcpFlag.ack) !== 0);
  page.say('length', texts.length, { length: segment.payloadLength });
}

function explainSequence(
  page: Page,
  texts: Catalogue['tcp'],
  segment: TcpSegment,
  reading: Reading,
  { sequence, areAbsolute, isAsItIs }: ShownNumbers,
  isHoleTold: boolean,
): void {
  const { from: party, first, end, hole, steps, connection } = reading;
  const from = texts.party[party];
  const { flags, payloadLength } = segment;
  const isSyn = (flags & TcpFlag.syn) !== 0;
  if (isSyn) {
    page.say('initialNumber', texts.initialNumber, { from, seq: segment.sequence >>> 0, isShownAbsolute: areAbsolute });
  }
  // A probe repeats a number; that it brings a byte is of no interest.
  const isProbe = steps.includes('keepAlive') || steps.includes('zeroWindowProbe');
  if (payloadLength > 0 && (flags & TcpFlag.rst) !== 0)
    page.say('resetText', texts.resetText, { count: payloadLength });
  else if (payloadLength > 0 && !isProbe) {
    const text = sequence === undefined ? undefined : `${sequence}:${(sequence + payloadLength) >>> 0}`;
    page.say('range', texts.range, { from: party, first, last: end - 1, count: payloadLength, shown: text });
    if (hole.from < hole.to && !isHoleTold) page.say('hole', texts.hole, { from, first: hole.from, last: hole.to - 1 });
  }
  if ((flags & TcpFlag.fin) !== 0) {
    const shown = sequence === undefined || payloadLength > 0 ? undefined : String(sequence);
    page.say('fin', texts.fin, { from, number: end, shown });
  }
  const hasNumber = payloadLength > 0 || (flags & TcpFlag.fin) !== 0;
  if (!hasNumber || isSyn || areAbsolute || sequence === undefined || !reading.isFromStart) return;
  if (isAsItIs || first >>> 0 === sequence || connection.isToldOtherCount) return;
  connection.isToldOtherCount = true;
  page.say('otherCount', texts.otherCount, {});
}

function explainAcknowledgment(
  page: Page,
  texts: Catalogue['tcp'],
  reading: Reading,
  { acknowledgment }: ShownNumbers,
  isSyn: boolean,
): void {
  const { from, to, acknowledged, acknowledgesFin, bringsBytes } = reading;
  const shown = acknowledgment === undefined ? undefined : String(acknowledgment);
  if (isSyn) {
    // Further where data came with the SYN.
    if (acknowledged <= 1) {
      if (shown !== undefined) page.say('synAcknowledgment', texts.synAcknowledgment, { to: texts.party[to], shown });
      return;
    }
  }
  if (!bringsBytes) return;
  if (reading.isAhead()) {
    page.item(texts.acknowledgmentAhead({ from: texts.party[from], to: texts.party[to], up: acknowledged - 1 }));
    return;
  }
  const up = acknowledged - (acknowledgesFin ? 2 : 1);
  // That a handshake is confirmed, or a FIN, its step has said.
  if (up <= 0 && page.knows('acknowledgment')) return;
  page.say('acknowledgment', texts.acknowledgment, { from, to, up, fin: acknowledgesFin, shown });
}

function explainWindow(
  page: Page,
  texts: Catalogue['tcp'],
  { window: win }: TcpSegment,
  { from: party, to, scale, connection }: Reading,
  isSyn: boolean,
): void {
  const from = texts.party[party];
  const side = connection.side(party);
  const shift = isSyn || typeof scale !== 'number' ? undefined : scale;
  const bytes = win * 2 ** (shift ?? 0);
  const told = `${isSyn ? 'none' : scale} ${win}`;
  if (side.toldWindow === told) return;
  side.toldWindow = told;
  if (win === 0) page.say('zeroWindow', texts.zeroWindow, { from, to: texts.party[to] });
  else if (isSyn) page.say('window', texts.window, { from: party, win, shift, bytes });
  else if (shift !== undefined) page.say('scaledWindow', texts.window, { from: party, win, shift, bytes });
  else if (scale === 'none') page.say('unscaledWindow', texts.unscaledWindow, { from, win });
  else page.say('windowOfUnknownScale', texts.windowOfUnknownScale, { win });
}

function explainOption(
  page: Page,
  { options: texts, party }: Catalogue['tcp'],
  option: DecodedOption,
  { from: sender, to: receiver, acknowledged, peerNumber }: Reading,
  isAcknowledging: boolean,
): void {
  const from = party[sender];
  const term = `option ${option.kind}`;
  switch (option.kind) {
    case 'maximumSegmentSize':
      page.say(term, texts.maximumSegmentSize, { from, size: option.size });
      return;
    case 'windowScale':
      page.say(term, texts.windowScale, { from, shift: option.shift, used: Math.min(option.shift, mostShift) });
      return;
    case 'timestamps':
      page.say(term, texts.timestamps, { value: option.value, echo: option.echo, isEchoValid: isAcknowledging });
      return;
    case 'sack': {
      const blocks = option.edges
        .map(([start, end]) => ({ first: peerNumber(start), last: peerNumber(end) - 1 }))
        .filter(({ first, last }) => first >= 0 && last >= first);
      // Source: RFC 2883 §4: the first block lies below the acknowledgment, or inside the second.
      const [one, two] = blocks;
      const isDuplicate =
        one !== undefined &&
        (one.last < acknowledged || (two !== undefined && one.first >= two.first && one.last <= two.last));
      const others = isDuplicate ? blocks.slice(1) : blocks;
      if (isDuplicate) page.say('duplicateSack', texts.duplicateSack, { from, blocks: [one] });
      if (others.length > 0) page.say(term, texts.sack, { from, to: party[receiver], blocks: others });
      return;
    }
    case 'fastOpen': {
      // Source: RFC 7413 §2: the server's SYN brings the cookie that the client's later ones return.
      const use = !option.isCookie ? 'asked' : sender === 'server' ? 'given' : 'used';
      page.say(`${term} ${use}`, texts.fastOpen[use], {});
      return;
    }
    case 'other':
      page.say(`${term} ${option.number}`, texts.other, { kind: option.number });
      return;
    case 'sackPermitted':
      page.say(term, texts.sackPermitted, { from });
      return;
    default:
      page.say(term, texts[option.kind], {});
  }
}
