import { durationText } from '../output/units.ts';
import type { Ladder, Rung } from './ladder.ts';
import { html, type Markup, raw } from './markup.ts';

/** A pause of this length between two packets is shown, µs. */
const pauseUs = 10_000;

/** The packets of a connection between its client and its server, each an arrow in its direction, from top to bottom. */
export function ladderPicture(ladder: Ladder): Markup {
  const { connection } = ladder;
  const { first, skipped, latest } = ladder.rungs();
  const start = first[0]?.timeUs ?? 0;
  const left = skipped === 0 ? raw('') : html`<li class="pause">${skipped} packets left out</li>`;
  return html`<details id="connection-${connection.id}"><summary>Connection ${connection.id}: ${connection.client} and ${connection.server}</summary>
<div class="ends" aria-hidden="true"><span>${connection.client}</span><span>${connection.server}</span></div>
<ol class="ladder">${rungs(first, start)}${left}${rungs(latest, start, skipped === 0 ? first.at(-1) : undefined)}</ol></details>\n`;
}

function rungs(all: readonly Rung[], start: number, behind?: Rung): Markup[] {
  let before = behind;
  return all.map((rung) => {
    const pause = before === undefined ? 0 : rung.timeUs - before.timeUs;
    before = rung;
    const waited = pause < pauseUs ? raw('') : html`<li class="pause">${durationText(pause)} pass</li>`;
    const { fromClient, flags, length, packet, notes } = rung;
    const what = [flags, length === 0 ? '' : `${length} bytes`].filter((text) => text !== '').join(', ');
    const from = fromClient ? 'client to server' : 'server to client';
    const isWrong = notes.some((note) => note.startsWith('! '));
    return html`${waited}<li id="packet-${packet}" class="${fromClient ? 'right' : 'left'}${isWrong ? ' wrong' : ''}"><span class="time">${timeText(rung.timeUs - start)}</span><span class="arrow"><span class="sr">${from}: </span>${what}</span><span class="number">${packet}</span>${notes.map((note) => html`<span class="note">${note}</span>`)}</li>\n`;
  });
}

/** Seconds since the first packet, to the µs. */
function timeText(microseconds: number): string {
  return (microseconds / 1e6).toFixed(6);
}
