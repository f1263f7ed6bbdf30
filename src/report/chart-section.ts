import { isoTime } from '../output/iso-time.ts';
import { durationText, wholeText } from '../output/units.ts';
import type { Presentation } from '../presentation/presentation.ts';
import type { Histogram } from '../statistics/histogram.ts';
import type { Step, TimeSeries } from '../statistics/time-series.ts';
import { barChart, timeChart } from './charts.ts';
import { html, type Markup } from './markup.ts';

/** How times are shown. */
export type PageTimes = Pick<Presentation, 'settings' | 'origin'>;

/** What charts show. */
export interface ChartContent {
  readonly times: PageTimes;
  readonly series: TimeSeries;
  readonly latency: Histogram;
}

/** Commands, hit ratio and times over time, and how many commands took how long. */
export function charts({ series, latency, times }: ChartContent): Markup {
  const { steps, stepUs, startUs } = series;
  if (steps.length === 0) return html`<p>There were no commands.</p>`;
  const endUs = startUs + steps.length * stepUs;
  const [from, to] = [startUs, endUs].map((timeUs) => axisTime(timeUs, endUs - startUs, times)) as [string, string];
  const each = `${stepUs / 1e6} s`;
  const seconds = stepUs / 1e6;
  const values = (of: (step: Step) => number | undefined, otherwise?: number): (number | undefined)[] =>
    steps.map((step) => (step === undefined ? otherwise : of(step)));
  return html`<div class="charts">
${timeChart({
  title: `Commands a second (steps of ${each})`,
  description: `Commands a second from ${from} to ${to}`,
  curves: [
    { name: 'commands', style: 'a', values: values(({ count }) => count / seconds, 0) },
    { name: 'failed or unanswered', style: 'c', values: values(({ errors }) => errors / seconds, 0) },
  ],
  text: rateText,
  from,
  to,
})}
${timeChart({
  title: 'Hit ratio',
  description: `Share of keys that were found, from ${from} to ${to}`,
  curves: [
    {
      name: 'hit ratio',
      style: 'b',
      values: values(({ hits, misses }) => (hits + misses === 0 ? undefined : hits / (hits + misses))),
    },
  ],
  text: (value) => `${Math.round(value * 100)} %`,
  from,
  to,
  most: 1,
})}
${timeChart({
  title: 'What the server took',
  description: `Median and 99th percentile of what the server took, from ${from} to ${to}`,
  curves: [
    { name: 'median', style: 'a', values: values(({ server }) => server.percentiles()?.p50) },
    { name: 'p99', style: 'b', values: values(({ server }) => server.percentiles()?.p99) },
  ],
  text: (value) => durationText(Math.round(value)),
  from,
  to,
})}
${barChart(
  'Commands that the server answered within …',
  'Number of commands by what the server took',
  latency.counts.map((value, index) => {
    const bound = latency.bounds[index];
    return { name: bound === undefined ? 'more' : shortDuration(bound), value };
  }),
  (value) => wholeText(Math.round(value)),
)}
</div>`;
}

/** From the first packet on, or when it was. */
export function timeText(timeUs: number, { settings, origin }: PageTimes): string {
  const text = isoTime(timeUs - origin.us);
  return settings.isRelative ? text.slice('1970-01-01T'.length, -1) : text;
}

/** For the axis of a span of this length: no finer than one sees there. */
function axisTime(timeUs: number, spanUs: number, times: PageTimes): string {
  const text = timeText(timeUs, times).replace('T', ' ');
  return text.slice(0, text.indexOf('.') + (spanUs < 60e6 ? 4 : 0));
}

/** `0.018`, `3.5`, `1,234`. */
export function rateText(value: number): string {
  if (value >= 10) return wholeText(Math.round(value));
  return `${value < 1 ? Number(value.toPrecision(2)) : Math.round(value * 10) / 10}`;
}

function shortDuration(microseconds: number): string {
  if (microseconds < 1000) return `${microseconds} µs`;
  return microseconds < 1e6 ? `${microseconds / 1000} ms` : `${microseconds / 1e6} s`;
}
