import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { mainPath } from './support/run-program.ts';
import { isRoot } from './support/users.ts';

/** The commands of the quick start, as they are typed. */
const recipes = quickStart(readFileSync('README.md', 'utf8'));

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
  execFileSync('cp', ['samples/retransmission.pcap', join(directory, 'file.pcap')]);
  writeFileSync(join(directory, 'traffic.cjs'), traffic);
});
after(() => rmSync(directory, { recursive: true }));

function quickStart(readme: string): string[] {
  const section = readme.slice(readme.indexOf('## Quick start'), readme.indexOf('## Options'));
  return [...section.matchAll(/^ {4}((?:timeout \d+ )?mcsniff .*)$/gm)].map(([, recipe]) => recipe as string);
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
  writeFileSync(join(directory, 'recipe'), `${recipe.replace(/^timeout \d+/, 'timeout 4')}\n`);
  const environment = { ...process.env, PATH: `${directory}:${process.env.PATH}`, SUDO_UID: undefined };
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
  it('are there', () => assert.ok(recipes.length >= 5, recipes.join('\n')));

  for (const recipe of recipes) {
    const needs = recipe.includes('jq') ? ['jq'] : [];
    const skip = (recipe.includes('-i ') && !isRoot) || !needs.every(isInstalled);
    it(`print something: ${recipe}`, { skip, timeout: 20_000 }, async () => {
      assert.notEqual((await type(recipe)).trim(), '', recipe);
    });
  }
});
