/** What the page looks like: light and dark, on wide screens, phones and paper. */
export const style = `
:root { color-scheme: light dark; --bg: #fff; --fg: #1a1d21; --soft: #f3f5f7; --line: #d4d9de; --dim: #56606b; --a: #0b62a8; --b: #7a4a00; --c: #b3261e; --warn: #7a4a00; --note: #56606b; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171a; --fg: #e8eaed; --soft: #1f2428; --line: #3a4148; --dim: #a3adb8; --a: #6db6f2; --b: #e0b050; --c: #ff8a80; --warn: #e0b050; --note: #a3adb8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--fg); font: 15px/1.45 system-ui, sans-serif; }
header, main, footer { max-width: 1280px; margin: 0 auto; padding: 0 16px; }
h1 { font-size: 1.5rem; margin: 20px 0 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 32px 0 8px; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0; }
p { margin: 4px 0; }
a { color: var(--a); }
header p, footer p, .where, .cards span { color: var(--dim); }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 0; list-style: none; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 8px; }
.cards div { background: var(--soft); border-radius: 6px; padding: 8px 12px; }
.cards dt { color: var(--dim); } .cards dd { margin: 0; } .cards b { font-size: 1.4rem; display: block; }
.findings { padding: 0; list-style: none; }
.findings > li { border-left: 4px solid var(--note); background: var(--soft); padding: 8px 12px; margin: 8px 0; overflow-wrap: anywhere; }
.findings .error { border-color: var(--c); } .findings .warning { border-color: var(--warn); }
.badge { font-size: .8rem; font-weight: 600; text-transform: uppercase; color: var(--note); }
.error .badge { color: var(--c); } .warning .badge { color: var(--warn); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 16px; }
figure { margin: 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; display: block; overflow: visible; }
.grid { stroke: var(--line); } .axis { fill: var(--dim); font-size: 11px; } .small { font-size: 9px; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; } .dots { stroke-width: 6; stroke-dasharray: none !important; } .bar { fill: var(--a); }
.curve.a { stroke: var(--a); } .curve.b { stroke: var(--b); stroke-dasharray: 5 2; } .curve.c { stroke: var(--c); stroke-dasharray: 2 2; }
.legend { display: flex; gap: 16px; color: var(--dim); } .legend i { display: inline-block; width: 20px; border-top: 3px solid; margin: 0 6px 3px 0; }
.legend .a { color: var(--a); } .legend .b { color: var(--b); border-top-style: dashed; } .legend .c { color: var(--c); border-top-style: dotted; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 3px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); font-weight: normal; }
th[scope=row], th.name { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 12em; } th[scope=row] { font-family: ui-monospace, monospace; font-size: .9em; }
thead button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
th[aria-sort=descending] button::after { content: ' ▼'; } th[aria-sort=ascending] button::after { content: ' ▲'; }
input { font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--dim); border-radius: 4px; padding: 2px 6px; }
.table label { display: block; margin: 4px 0; color: var(--dim); }
details { margin: 8px 0; } summary { cursor: pointer; font-weight: 600; overflow-wrap: anywhere; }
.ends { display: flex; flex-wrap: wrap; gap: 0 16px; justify-content: space-between; color: var(--dim); margin: 8px 64px 0 100px; }
.ladder { list-style: none; padding: 0; margin: 0; font-size: .9rem; }
.ladder li { display: grid; grid-template-columns: 92px 1fr 56px; gap: 2px 8px; padding: 2px 0; }
.ladder .time, .ladder .number { color: var(--dim); font-variant-numeric: tabular-nums; } .ladder .number { text-align: right; }
.arrow { position: relative; text-align: center; border-bottom: 2px solid var(--a); line-height: 1.3; }
.arrow::after { content: ''; position: absolute; bottom: -5px; border: 4px solid transparent; }
.right .arrow::after { right: -4px; border-left-color: var(--a); } .left .arrow::after { left: -4px; border-right-color: var(--b); }
.left .arrow { border-color: var(--b); }
.wrong .arrow { border-color: var(--c); background: var(--soft); }
.ladder .note { grid-column: 2; font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere; } .ladder .left .note { text-align: right; }
.ladder li.pause { display: block; margin-left: 100px; color: var(--dim); border-left: 2px dotted var(--dim); padding: 6px 12px; }
.ladder li:target { background: var(--soft); outline: 2px solid var(--a); }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 600px) { .axis { font-size: 18px; } .small { font-size: 16px; } .small.odd { display: none; } .ladder li { grid-template-columns: 74px 1fr 40px; } .ends { margin: 8px 48px 0 82px; font-size: .8rem; } }
@media print { nav, .table label { display: none; } .scroll { overflow: visible; } section { break-inside: auto; } }
`;

/** Tables can be sorted and searched; a link to a packet opens the connection that it is in. */
export const script = `
for (const box of document.querySelectorAll('.table')) {
  const body = box.querySelector('tbody');
  box.querySelector('input').addEventListener('input', ({ target }) => {
    const text = target.value.toLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(text);
  });
  for (const head of box.querySelectorAll('thead th')) {
    head.firstChild.addEventListener('click', () => {
      const isDown = head.getAttribute('aria-sort') !== 'descending';
      for (const other of box.querySelectorAll('thead th')) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
      const at = head.cellIndex;
      const of = (row) => row.cells[at].dataset.sort;
      const compare = (one, other) => of(one) !== undefined && of(one) !== of(other)
        ? of(one) - of(other) : one.cells[at].textContent.localeCompare(other.cells[at].textContent);
      body.append(...[...body.rows].sort((one, other) => isDown ? compare(other, one) : compare(one, other)));
    });
  }
}
const reveal = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!target) return;
  const details = target.closest('details');
  if (details) details.open = true;
  target.scrollIntoView({ block: 'center' });
};
addEventListener('hashchange', reveal);
reveal();
`;
