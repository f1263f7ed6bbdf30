import { escapedText } from '../byte-writer.ts';
import type { Finding } from '../findings/finding.ts';
import { bytesText, countText, durationText, percentText, wholeText } from '../output/units.ts';
import type { LargeCommand, SlowCommand } from '../statistics/command-lists.ts';
import type { ListEntry } from '../statistics/group-list.ts';
import type { SummarySnapshot } from '../statistics/summary.ts';
import { type ChartContent, charts, rateText, timeText } from './chart-section.ts';
import type { Ladder } from './ladder.ts';
import { ladderPicture } from './ladder-picture.ts';
import { html, type Markup, raw } from './markup.ts';
import { script, style } from './page-assets.ts';

/** All that a page shows. */
export interface ReportContent extends ChartContent {
  /** The file or device that was read. */
  readonly source: string;
  readonly summary: SummarySnapshot;
  readonly ladders: readonly Ladder[];
}

const none = raw('');

/** Findings that a page has, at most; errors come first. */
const mostFindings = 500;

/** One page that needs nothing else: no network, no other file. */
export function reportPage(content: ReportContent): string {
  const { source, summary, times } = content;
  const { fromUs, toUs } = summary;
  const when =
    fromUs === undefined || toUs === undefined
      ? 'no packets'
      : `${timeText(fromUs, times)} to ${timeText(toUs, times)}`;
  const sections: readonly (readonly [id: string, name: string, body: Markup])[] = [
    ['findings', 'Findings', findings(summary.findings, linksTo(content.ladders))],
    ['time', 'Over time', charts(content)],
    ...Object.entries(summary.by).map(
      ([list, entries]) => [`by-${list}`, listName(list), listTable(list, entries)] as const,
    ),
    ['slowest', 'Longest waits', slowTable(summary.slowest)],
    ['largest', 'Largest values', largeTable(summary.largest)],
    ['connections', 'Packets of connections', connections(content.ladders)],
  ];
  return `<!DOCTYPE html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>mcsniff: ${source}</title>
<style>${raw(style)}</style>
</head>
<body>
<header><h1>memcached: ${source}</h1><p>${when}</p>
<nav aria-label="Sections"><ul>${sections.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav></header>
<main>
${totals(summary)}
${sections.map(([id, name, body]) => html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${name}</h2>${body}</section>\n`)}
</main>
<footer><p>Made by mcsniff. ${summary.isApproximate ? 'There were more than 100,000 key patterns: those here are approximate.' : ''}</p></footer>
<script>${raw(script)}</script>
</body>
</html>`}\n`;
}

function totals({ total, packets, bytes, opened, closed, open, fromUs, toUs }: SummarySnapshot): Markup {
  const seconds = fromUs === undefined || toUs === undefined ? 0 : (toUs - fromUs) / 1e6;
  const { count, hitRatio, hits, misses, errors, unanswered, unknown, serverUs, waitUs } = total;
  const ended = Object.entries(closed).map(([reason, number]) => `${wholeText(number)} by ${reason}`);
  const cards: (readonly [string, string, string])[] = [
    ['commands', wholeText(count), seconds > 0 ? `${rateText(count / seconds)} a second` : ''],
    [
      'hit ratio',
      hitRatio === undefined ? '–' : percentText(hitRatio),
      `${wholeText(hits)} hits, ${wholeText(misses)} misses`,
    ],
    [
      'server took',
      serverUs === undefined ? '–' : durationText(serverUs.p50),
      serverUs === undefined ? '' : `median; p99 ${durationText(serverUs.p99)}, at most ${durationText(serverUs.max)}`,
    ],
    [
      'clients waited',
      waitUs === undefined ? '–' : durationText(waitUs.p50),
      waitUs === undefined ? '' : `median; p99 ${durationText(waitUs.p99)}, at most ${durationText(waitUs.max)}`,
    ],
    ['failed', wholeText(errors), `${wholeText(unanswered)} unanswered, ${wholeText(unknown)} unknown`],
    ['packets', wholeText(packets), `${bytesText(bytes)} on the wire`],
    ['connections', wholeText(opened), [...ended, `${wholeText(open)} open`].join(', ')],
  ];
  return html`<section aria-label="Totals"><dl class="cards">${cards.map(([name, value, more]) => html`<div><dt>${name}</dt><dd><b>${value}</b> <span>${more}</span></dd></div>`)}</dl></section>`;
}

/** A link to something of the page, or the text alone where it is not in it. */
type LinkTo = (id: string, text: string) => Markup;

/** Links to the packets and connections that are pictured. */
function linksTo(ladders: readonly Ladder[]): LinkTo {
  const ids = new Set<string>();
  for (const ladder of ladders) {
    ids.add(`connection-${ladder.connection.id}`);
    for (const { packet } of ladder.rungs()) ids.add(`packet-${packet}`);
  }
  return (id, text) => (ids.has(id) ? html`<a href="#${id}">${text}</a>` : html`${text}`);
}

function findings(all: readonly Finding[], linkTo: LinkTo): Markup {
  if (all.length === 0) return html`<p>Nothing was found to be wrong.</p>`;
  const more = all.length - mostFindings;
  const rest =
    more <= 0 ? none : html`<p>${countText(more, 'further finding', 'further findings')}: --summary has them.</p>`;
  return html`<ol class="findings">${all
    .slice(0, mostFindings)
    .map(({ finding, severity, count, client, server, connection, packets, text, advice }) => {
      const where = [client, server].filter((name) => name !== undefined).join(' to ');
      const link =
        connection === undefined
          ? none
          : html`, ${linkTo(`connection-${connection.id}`, `connection ${connection.id}`)}`;
      return html`<li class="${severity}"><h3><span class="badge">${severity}</span> ${finding}${count > 1 ? ` × ${wholeText(count)}` : ''}</h3>
<p>${text}</p><p>${advice}</p><p class="where">${where}${link}; ${packets.length === 1 ? 'packet' : 'packets'} ${packets.map((packet, index) => html`${index > 0 ? ', ' : ''}${linkTo(`packet-${packet}`, `${packet}`)}`)}</p></li>\n`;
    })}</ol>${rest}`;
}

/** A cell, and what it is sorted by. */
type Cell = readonly [text: string, sort: number | undefined];

const headings = [
  'commands',
  'share',
  'hits %',
  'misses',
  'stored',
  'errors',
  'unanswered',
  'values',
  'p50',
  'p99',
  'max',
  'wait p99',
];

function listName(list: string): string {
  return `By ${list.replaceAll('+', ' and ')}`;
}

function listTable(list: string, entries: readonly ListEntry[]): Markup {
  const rows = entries.map((entry) => ({ name: nameOf(list, entry), cells: cellsOf(entry) }));
  return table(listName(list), list, headings, rows);
}

function cellsOf({
  count,
  errorBound,
  share,
  hitRatio,
  misses,
  stored,
  errors,
  unanswered,
  valueBytes,
  serverUs,
  waitUs,
}: ListEntry): Cell[] {
  const number = (value: number): Cell => [wholeText(value), value];
  const time = (value: number | undefined): Cell => [value === undefined ? '' : durationText(value), value];
  return [
    [`${errorBound === undefined ? '' : '~'}${wholeText(count)}`, count],
    [percentText(share), share],
    [hitRatio === undefined ? '' : (hitRatio * 100).toFixed(1), hitRatio],
    number(misses),
    number(stored),
    number(errors),
    number(unanswered),
    [bytesText(valueBytes), valueBytes],
    time(serverUs?.p50),
    time(serverUs?.p99),
    time(serverUs?.max),
    time(waitUs?.p99),
  ];
}

function nameOf(list: string, entry: ListEntry): string {
  return list
    .split('+')
    .map((dimension) =>
      dimension === 'connection'
        ? `${entry.conn} ${entry.client} > ${entry.server}`
        : escapedText(`${entry[dimension as keyof ListEntry] ?? ''}`) || '(empty)',
    )
    .join('  ');
}

interface Row {
  readonly name: string;
  readonly cells: readonly Cell[];
}

/** A table that can be sorted and searched. */
function table(caption: string, first: string, names: readonly string[], rows: readonly Row[]): Markup {
  if (rows.length === 0) return html`<p>None.</p>`;
  const heading = (name: string, index: number): Markup =>
    html`<th scope="col"${index === 0 ? raw(' class="name"') : none}><button type="button">${name}</button></th>`;
  return html`<div class="table"><label>Search <input type="search" autocomplete="off"></label>
<div class="scroll" tabindex="0" role="region" aria-label="${caption}: table"><table><caption>${caption}</caption><thead><tr>${[first, ...names].map(heading)}</tr></thead>
<tbody>${rows.map(({ name, cells }) => html`<tr><th scope="row">${name}</th>${cells.map(([text, sort]) => html`<td data-sort="${sort ?? -1}">${text}</td>`)}</tr>\n`)}</tbody></table></div></div>`;
}

function slowTable(slowest: readonly SlowCommand[]): Markup {
  const rows = slowest.map(({ packet, conn, client, command, key, durationUs, latencyUs, queueUs, cause }): Row => {
    const time = (value: number | undefined): Cell => [value === undefined ? '' : durationText(value), value];
    const cells = [
      [client, undefined],
      [`${packet}`, packet],
      [`${conn}`, conn],
      time(durationUs),
      time(latencyUs),
      time(queueUs),
      [cause ?? '', undefined],
    ] as const;
    return { name: named(command, key), cells };
  });
  return table(
    'Longest waits',
    'command',
    ['client', 'packet', 'connection', 'waited', 'latency', 'queue', 'cause'],
    rows,
  );
}

function largeTable(largest: readonly LargeCommand[]): Markup {
  const rows = largest.map(({ packet, conn, client, command, key, bytes }): Row => {
    const cells = [
      [client, undefined],
      [`${packet}`, packet],
      [`${conn}`, conn],
      [bytesText(bytes), bytes],
    ] as const;
    return { name: named(command, key), cells };
  });
  return table('Largest values', 'command', ['client', 'packet', 'connection', 'value'], rows);
}

function named(command: string, key: string | undefined): string {
  return escapedText(key === undefined ? command : `${command} ${key}`) || '(empty)';
}

function connections(ladders: readonly Ladder[]): Markup {
  if (ladders.length === 0) return html`<p>None.</p>`;
  return html`<p>${countText(ladders.length, 'connection', 'connections')}: those with findings or slow commands, and the first ones.</p>
${ladders.map((ladder) => ladderPicture(ladder))}`;
}
