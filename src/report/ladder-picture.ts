import { countText, durationText } from '../output/units.ts';
import { isProof, type Ladder, type Rung } from './ladder.ts';
import { html, type Markup, raw } from './markup.ts';

/** A pause of this length between two packets is shown, µs. */
const pauseUs = 10_000;

/** The packets of a connection between its client and its server, each an arrow in its direction, from top to bottom. */
export function ladderPicture(ladder: Ladder): Markup {
  const { connection } = ladder;
  const all = ladder.rungs();
  return html`<details id="connection-${connection.id}"><summary>Connection ${connection.id}: ${connection.client} and ${connection.server}</summary>
<div class="ends" aria-hidden="true"><span>${connection.client}</span><span>${connection.server}</span></div>
<ol class="ladder">${rungs(all)}</ol></details>\n`;
}

function rungs(all: readonly Rung[]): Markup[] {
  const start = all[0]?.timeUs ?? 0;
  return all.map((rung, index) => {
    const waited = pauseBefore(rung, all[index - 1]);
    const { fromClient, flags, length, packet, notes } = rung;
    const what = [flags, length === 0 ? '' : `${length} bytes`].filter((text) => text !== '').join(', ');
    const from = fromClient ? 'client to server' : 'server to client';
    return html`${waited}<li id="packet-${packet}" class="${fromClient ? 'right' : 'left'}${isProof(rung) ? ' wrong' : ''}"><span class="time">${timeText(rung.timeUs - start)}</span><span class="arrow"><span class="sr">${from}: </span>${what}</span><span class="number">${packet}</span>${notes.map((note) => html`<span class="note">${note}</span>`)}</li>\n`;
  });
}

/** What lies between two rungs, where that is worth a line. */
function pauseBefore(rung: Rung, before: Rung | undefined): Markup {
  if (before === undefined) return raw('');
  const skipped = rung.place - before.place - 1;
  const pause = rung.timeUs - before.timeUs;
  const left = skipped === 0 ? '' : `${countText(skipped, 'packet', 'packets')} left out`;
  if (left === '' && pause < pauseUs) return raw('');
  return html`<li class="pause">${left === '' ? `${durationText(pause)} pass` : `${left}, ${durationText(pause)}`}</li>`;
}

/** Seconds since the first packet, to the µs. */
function timeText(microseconds: number): string {
  return (microseconds / 1e6).toFixed(6);
}
