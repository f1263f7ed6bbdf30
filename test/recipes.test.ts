import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { mainPath } from './support/run-program.ts';
import { isRoot } from './support/users.ts';

/** The commands of README.md, as they are typed. */
const recipes = recipesOf(readFileSync('README.md', 'utf8'));

/** A memcached that has nothing, and a client of it that asks again and again: lo of a namespace has no other traffic. */
const traffic = `
  const { createServer, connect } = require('node:net');
  createServer((socket) => socket.on('data', () => socket.write('END\\r\\n')).on('error', () => undefined)).listen(11211);
  setInterval(() => {
    const socket = connect(11211, '127.0.0.1').on('error', () => undefined);
    socket.write('get user:1\\r\\n');
    socket.on('data', () => socket.end('quit\\r\\n'));
  }, 100);`;

let directory = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-recipes-'));
  chmodSync(directory, 0o777);
  const program = join(directory, 'mcsniff');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${mainPath}' "$@"\n`);
  chmodSync(program, 0o755);
  symlinkSync(join(process.cwd(), 'samples'), join(directory, 'samples'));
  // The tests are root where they capture, or do not capture.
  writeFileSync(join(directory, 'sudo'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  writeFileSync(join(directory, 'traffic.cjs'), traffic);
});
after(() => rmSync(directory, { recursive: true }));

/** A command of README.md, and what it shows of its output, without `…`. */
interface Recipe {
  readonly command: string;
  readonly shown: readonly string[];
}

/** All that is typed: what stands behind `$`, or begins with the program's name in the quick start. */
function recipesOf(readme: string): Recipe[] {
  const blocks = readme.match(/(?:^ {4}.*\n)+/gm) ?? [];
  return blocks.flatMap((block) => {
    const recipes: { command: string; shown: string[] }[] = [];
    for (const line of block.split('\n').map((text) => text.slice(4))) {
      const [, command] = /^(?:\$ )?((?:sudo |timeout \d+ )?mcsniff (?!\[).*)$/.exec(line) ?? [];
      if (command !== undefined) recipes.push({ command, shown: [] });
      else if (line !== '' && line !== '…') recipes.at(-1)?.shown.push(line);
    }
    return recipes;
  });
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('which', [program]);
    return true;
  } catch {
    return false;
  }
}

/** Types a recipe into a shell, and Ctrl-C where it does not end by itself: that reaches all of a pipeline. */
function type(recipe: string): Promise<string> {
  const isLive = recipe.includes('-i ');
  const inNamespace = ['-n', 'bash', '-c', `ip link set lo up; '${process.execPath}' traffic.cjs & exec bash recipe`];
  writeFileSync(join(directory, 'recipe'), `${recipe.replace(/^timeout \d+/, 'timeout 3')}\n`);
  const environment = { ...process.env, PATH: `${directory}:${process.env.PATH}`, SUDO_UID: undefined, TZ: 'UTC' };
  const [command, args] = isLive ? ['unshare', inNamespace] : ['bash', ['recipe']];
  const child = spawn(command as string, args as string[], { cwd: directory, env: environment, detached: true });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.resume();
  const group = -(child.pid as number);
  const interrupt = setTimeout(
    () => isLive && process.kill(group, 'SIGINT'),
    recipe.startsWith('timeout') ? 7000 : 4000,
  );
  return new Promise((resolve) =>
    child.on('close', () => {
      clearTimeout(interrupt);
      resolve(output);
    }),
  );
}

describe('the recipes of README.md', () => {
  it('are there', () => {
    assert.ok(recipes.length >= 10, recipes.map(({ command }) => command).join('\n'));
    assert.ok(recipes.filter(({ shown }) => shown.length > 0).length >= 6);
  });

  for (const { command, shown } of recipes) {
    const needs = command.includes('jq') ? ['jq'] : [];
    const skip = (command.includes('-i ') && !isRoot) || !needs.every(isInstalled);
    it(`print what they show, or something: ${command}`, { skip, timeout: 20_000 }, async () => {
      const output = (await type(command)).split('\n');
      const isSaved = command.includes(' -w ');
      if (!isSaved) assert.notEqual(output.join('').trim(), '');
      else assert.ok(readdirSync(directory).some((name) => /^cache-\d{4}-\d\d-\d\d-\d\d\.pcap$/.test(name)));
      // In this order, with others between them.
      let from = 0;
      for (const line of shown) {
        const at = output.indexOf(line, from);
        assert.ok(at >= 0, `${command}\n${line}\n${output.join('\n')}`);
        from = at + 1;
      }
    });
  }
});
