/**
 * Looks at pages of --report with axe-core in a headless Chromium, as wide and as narrow screens show them, light and dark,
 * with all connections open, and says what is wrong. `npm run check:page FILE.html…`; without a file, at a page about
 * the findings' samples.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMcsniff } from './run-program.ts';

const browser = 'chromium';

/** Ends of what axe says in the page that Chromium prints. */
const begin = 'AXE-BEGIN';
const end = 'AXE-END';

interface Verdict {
  readonly violations: readonly { readonly id: string; readonly help: string; readonly nodes: readonly Node[] }[];
  readonly passes: number;
}

interface Node {
  readonly html: string;
  readonly failureSummary: string;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Says what it finds in the page itself, which is the way out of a headless browser. */
const check = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations, passes }) => {
  const verdict = document.createElement('pre');
  verdict.textContent = '${begin}' + encodeURIComponent(JSON.stringify({ violations, passes: passes.length })) + '${end}';
  document.body.replaceChildren(verdict);
});`;

function verdictOn(page: string, width: number, isDark: boolean, directory: string): Verdict {
  const checked = page
    // Its policy lets nothing run but what is its own.
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
    .replaceAll('<details ', '<details open ')
    .replace(
      '</body>',
      () => `<script>${axe.replaceAll('</script', '<\\/script')}</script><script>${check}</script></body>`,
    );
  const path = join(directory, 'page.html');
  writeFileSync(path, checked);
  const options = [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    ...[`--user-data-dir=${join(directory, 'profile')}`, `--window-size=${width},900`, '--virtual-time-budget=60000'],
    ...(isDark ? ['--blink-settings=preferredColorScheme=0'] : []),
  ];
  const { stdout, stderr, error } = spawnSync(browser, [...options, '--dump-dom', `file://${path}`], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 120_000,
  });
  const said = new RegExp(`${begin}(.*?)${end}`).exec(stdout ?? '')?.[1];
  if (said === undefined) throw new Error(`${browser} has said nothing: ${error?.message ?? stderr}`);
  return JSON.parse(decodeURIComponent(said)) as Verdict;
}

async function pageOfFindings(directory: string): Promise<string> {
  const path = join(directory, 'report.html');
  const { exitCode, stderr } = await runMcsniff(['-r', 'samples/findings/slow.pcap', '--no-lines', '--report', path]);
  if (exitCode !== 0) throw new Error(stderr);
  return path;
}

const directory = mkdtempSync(join(tmpdir(), 'mcsniff-page-'));
try {
  const files = process.argv.slice(2);
  for (const file of files.length > 0 ? files : [await pageOfFindings(directory)]) {
    for (const width of [1280, 390]) {
      for (const isDark of [false, true]) {
        const { violations, passes } = verdictOn(readFileSync(file, 'utf8'), width, isDark, directory);
        console.log(
          `${file}, ${width} px, ${isDark ? 'dark' : 'light'}: ${passes} rules hold, ${violations.length} do not`,
        );
        for (const { id, help, nodes } of violations) {
          console.log(`  ${id}: ${help}, ${nodes.length} times`);
          for (const node of nodes.slice(0, 3))
            console.log(`    ${node.html.slice(0, 120)}\n    ${node.failureSummary}`);
        }
        if (violations.length > 0) process.exitCode = 1;
      }
    }
  }
} finally {
  rmSync(directory, { recursive: true });
}
