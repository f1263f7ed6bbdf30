import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { escapedText } from '../byte-writer.ts';
import type { Presentation } from '../presentation/presentation.ts';
import type { LocalProcess } from '../processes/local-process.ts';
import type { Story } from '../statistics/connection-story.ts';
import { isoTime, timeOfDay } from './iso-time.ts';
import { bytesText, countText, durationText, percentText, wholeText } from './units.ts';

/** No line of a story is longer. */
const mostColumns = 200;

/** Commands that are named of a connection, those sent most often first. */
const shownCommands = 4;

const ends: Readonly<Record<Story['end'], string>> = {
  quit: 'ended by quit',
  fin: 'closed',
  rst: 'reset',
  expired: 'fell silent',
  replaced: 'replaced',
  end_of_capture: 'still open',
};

/** A story, which may be without the times that were measured. */
export type TimelessStory = Omit<Story, 'seconds'> & Partial<Pick<Story, 'seconds'>>;

/** A connection in one line, and in a second one what was wrong with it. */
export function storyLines(
  connection: ConnectionInfo,
  story: TimelessStory,
  startUs: number,
  { settings: { isRelative }, hidesTimes, origin, processOf }: Presentation,
): string[] {
  const { id, client, server } = connection;
  const process = processText(processOf?.(connection));
  const { seconds, serverUs, hitRatio, handshakeUs, thinkUs, mostUnderWay } = story;
  const items = [
    `${hidesTimes ? '' : `${isRelative ? timeOfSpan(startUs - origin.us) : timeOfDay(startUs)} `}conn ${id} ${isRelative ? '' : `${client} > ${server} `}${process}${what(story)}`,
    `${endText(story)}${seconds === undefined ? '' : ` after ${durationText(Math.round(seconds * 1e6))}`}`,
    commandsText(story),
    ...(hitRatio === undefined ? [] : [`${percentText(hitRatio)} hits`]),
    ...(serverUs === undefined ? [] : [serverText(serverUs)]),
    ...(story.commands === 0 ? [] : [`${bytesText(story.requestBytes)} out, ${bytesText(story.responseBytes)} in`]),
    ...(mostUnderWay > 1 ? [`${wholeText(mostUnderWay)} at a time`] : []),
    ...(handshakeUs === undefined ? [] : [`handshake ${durationText(handshakeUs.server + handshakeUs.client)}`]),
    ...(thinkUs === undefined ? [] : [`thinks ${durationText(thinkUs.p50)}`]),
  ];
  const wrong = troubles(story);
  return [fitting(items), ...(wrong.length === 0 ? [] : [`    ${wrong.join(', ')}`])].map(cut);
}

/** `php-fpm 1234 in 9f86d081884c, `; empty where nothing is known. */
function processText({ process, pid, container }: LocalProcess = {}): string {
  const name = [...(process === undefined ? [] : [escapedText(process)]), ...(pid === undefined ? [] : [`${pid}`])];
  if (container !== undefined) name.push(`in ${escapedText(containerText(container))}`);
  return name.length === 0 ? '' : `${name.join(' ')}, `;
}

/** An id as short as container engines show it. */
function containerText(container: string): string {
  return /^[0-9a-f]{64}$/.test(container) ? container.slice(0, 12) : container;
}

/** As many of the items as fit on a line: what is said first matters most. */
function fitting(items: readonly string[]): string {
  let line = '';
  for (const item of items) {
    const longer = line === '' ? item : `${line}, ${item}`;
    if (line !== '' && longer.length > mostColumns) continue;
    line = longer;
  }
  return line;
}

function serverText({ p50, max }: NonNullable<Story['serverUs']>): string {
  const usual = `server ${durationText(p50)}`;
  return max === p50 ? usual : `${usual}, at most ${durationText(max)}`;
}

/** A connection in a few words, for a record. */
export function storySentence(story: TimelessStory): string {
  return `${endText(story)}, ${commandsText(story)}`;
}

function endText({ end, endedBy }: TimelessStory): string {
  return endedBy === undefined ? ends[end] : `${ends[end]} by the ${endedBy}`;
}

function what({ transport, protocol, midStream }: TimelessStory): string {
  const name = protocol === undefined ? transport : transport === 'tcp' ? protocol : `${transport} ${protocol}`;
  return midStream ? `${name} (its beginning was not captured)` : name;
}

/** `5 commands: 3 get, 2 set`. */
function commandsText({ commands, byCommand }: TimelessStory): string {
  const all = Object.entries(byCommand).sort(([, one], [, other]) => other - one);
  const others = all.slice(shownCommands).reduce((sum, [, count]) => sum + count, 0);
  const shown = all
    .slice(0, shownCommands)
    .map(([name, count]) => `${wholeText(count)} ${escapedText(name) || '(empty)'}`);
  const rest = others === 0 ? [] : [countText(others, 'other', 'others')];
  const text = commands === 0 ? 'no commands' : countText(commands, 'command', 'commands');
  return shown.length === 0 ? text : `${text}: ${[...shown, ...rest].join(' ')}`;
}

const badStatuses = ['error', 'client_error', 'server_error', 'misfit', 'unknown'] as const;

function troubles(story: TimelessStory): string[] {
  const items: string[] = [];
  const { retransmissions, outOfOrder, zeroWindows, missing, pendingAtEnd, byStatus } = story;
  const sides = (one: string, several: string, counts: Story['missing']): void => {
    if (counts === undefined) return;
    const by = (['client', 'server'] as const).filter((side) => counts[side] > 0);
    for (const side of by) items.push(`${countText(counts[side], one, several)} of the ${side}`);
  };
  sides('retransmission', 'retransmissions', retransmissions);
  sides('segment out of order', 'segments out of order', outOfOrder);
  sides('zero window', 'zero windows', zeroWindows);
  sides('byte missing', 'bytes missing', missing);
  for (const status of badStatuses) {
    const count = byStatus[status];
    if (count !== undefined) items.push(`${wholeText(count)} ${status}`);
  }
  if (story.findingNames.length > 0) items.unshift(`! ${story.findingNames.join(', ')}`);
  if (pendingAtEnd > 0) items.push(`${countText(pendingAtEnd, 'request', 'requests')} without an answer at the end`);
  return items;
}

function cut(line: string): string {
  return line.length <= mostColumns ? line : `${line.slice(0, mostColumns - 1)}…`;
}

function timeOfSpan(us: number): string {
  return isoTime(us).slice('1970-01-01T'.length, -1);
}
