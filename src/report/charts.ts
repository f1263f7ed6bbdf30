import { html, type Markup, raw } from './markup.ts';

/** One line or area of a chart. */
export interface Curve {
  readonly name: string;
  /** Class of its colour: `a`, `b`, `c`. */
  readonly style: string;
  /** One value a step; undefined where there is none. */
  readonly values: readonly (number | undefined)[];
}

export interface Chart {
  readonly title: string;
  /** What a screen reader says. */
  readonly description: string;
  readonly curves: readonly Curve[];
  /** How a value is written. */
  readonly text: (value: number) => string;
  /** Of the first and of the last step. */
  readonly from: string;
  readonly to: string;
  /** The highest value that is drawn; by default the largest there is. */
  readonly most?: number;
}

const width = 640;
const height = 180;
const left = 64;
const bottom = 24;
const top = 8;

/** A chart over time, as SVG. */
export function timeChart({ title, description, curves, text, from, to, most }: Chart): Markup {
  const largest = Math.max(0, ...curves.flatMap(({ values }) => values.filter((value) => value !== undefined)));
  const scale = most ?? niceCeiling(largest);
  const steps = Math.max(1, ...curves.map(({ values }) => values.length));
  const x = (step: number): number => round(left + ((step + 0.5) * (width - left - 8)) / steps);
  const y = (value: number): number => round(top + (1 - value / scale) * (height - top - bottom));
  const grid = [0, 0.5, 1].map((part) => {
    const at = y(part * scale);
    return html`<line class="grid" x1="${left}" x2="${width - 8}" y1="${at}" y2="${at}"/><text class="axis" x="${left - 6}" y="${at + 4}" text-anchor="end">${text(part * scale)}</text>`;
  });
  const lines = curves.map(({ name, style, values }) => {
    const { line, dots } = paths(values, x, y);
    const lone =
      dots === '' ? raw('') : html`<path class="curve dots ${style}" d="${dots}"><title>${name}</title></path>`;
    return html`<path class="curve ${style}" d="${line}"><title>${name}</title></path>${lone}`;
  });
  const legend =
    curves.length < 2
      ? raw('')
      : html`<p class="legend">${curves.map(({ name, style }) => html`<span><i class="${style}"></i>${name}</span>`)}</p>`;
  return html`<figure>
<figcaption>${title}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${description}">${grid}${lines}
<text class="axis" x="${left}" y="${height - 6}">${from}</text><text class="axis" x="${width - 8}" y="${height - 6}" text-anchor="end">${to}</text></svg>
${legend}</figure>`;
}

/** Bars side by side, as SVG. */
export function barChart(
  title: string,
  description: string,
  bars: readonly { readonly name: string; readonly value: number }[],
  text: (value: number) => string,
): Markup {
  const scale = niceCeiling(Math.max(0, ...bars.map(({ value }) => value)));
  const step = (width - left - 8) / Math.max(1, bars.length);
  const y = (value: number): number => round(top + (1 - value / scale) * (height - top - bottom));
  const drawn = bars.map(({ name, value }, index) => {
    const at = round(left + index * step);
    return html`<rect class="bar" x="${round(at + step * 0.1)}" y="${y(value)}" width="${round(step * 0.8)}" height="${round(y(0) - y(value))}"><title>${name}: ${text(value)}</title></rect><text class="axis small${index % 2 === 0 ? '' : ' odd'}" x="${round(at + step / 2)}" y="${height - 6}" text-anchor="middle">${name}</text>`;
  });
  return html`<figure>
<figcaption>${title}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${description}"><line class="grid" x1="${left}" x2="${width - 8}" y1="${y(0)}" y2="${y(0)}"/><text class="axis" x="${left - 6}" y="${y(scale) + 4}" text-anchor="end">${text(scale)}</text>${drawn}</svg>
</figure>`;
}

/** A line through all values; where one is missing it is broken. A value that has none beside it is a dot. */
function paths(
  values: readonly (number | undefined)[],
  x: (step: number) => number,
  y: (value: number) => number,
): { readonly line: string; readonly dots: string } {
  let line = '';
  let dots = '';
  for (const [step, value] of values.entries()) {
    if (value === undefined) continue;
    const isBegun = values[step - 1] !== undefined;
    if (!isBegun && values[step + 1] === undefined) dots += `M${x(step)} ${y(value)}h.1`;
    else line += `${isBegun ? 'L' : 'M'}${x(step)} ${y(value)}`;
  }
  return { line, dots };
}

/** The next number that people like on an axis: 1, 2 or 5 times a power of ten. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 5, 10]) {
    if (value <= factor * power) return factor * power;
  }
  return value;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
