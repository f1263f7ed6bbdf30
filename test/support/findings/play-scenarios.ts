/**
 * Plays the scenarios and captures them, on the clients' host: `node play-scenarios.js CLIENTS SERVER [finding...]`, with
 * the names of two network namespaces. A recording that does not show what it is for, or a twin that does, is played again.
 */
import { chmodSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCapture } from '../recorder/capture.ts';
import { startServer } from '../recorder/server.ts';
import { recordsOf } from '../records.ts';
import { runMcsniff } from '../run-program.ts';
import { sampleDirectory } from '../sample-list.ts';
import { answerScenarios } from './answer-scenarios.ts';
import { port } from './client.ts';
import { device, type Network, networkOf, serverAddress } from './network.ts';
import { networkScenarios } from './network-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { securityScenarios } from './security-scenarios.ts';
import { usageScenarios } from './usage-scenarios.ts';

const scenarios = { ...answerScenarios, ...networkScenarios, ...usageScenarios, ...securityScenarios };
/** A busy machine can make anything slow. */
const tries = 10;

/** Plays a scenario once while tcpdump captures on the clients' host. */
async function play(file: string, scenario: Scenario, network: Network, isFaulty: boolean): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'mcsniff-findings-'));
  chmodSync(directory, 0o755);
  const further = (await scenario.prepare?.(directory, isFaulty)) ?? [];
  const server = await startServer({
    host: serverAddress,
    port: scenario.serverPort ?? port,
    args: [...(scenario.serverArgs ?? []), ...further],
    launcher: network.serverHost,
    hasNoUdp: scenario.needsUdp !== true,
  });
  const stage = { server, network, isFaulty };
  try {
    await scenario.before?.(stage);
    const capture = await startCapture(file, `host ${serverAddress} and port ${port}`, device);
    try {
      await scenario.play(stage);
      // Until the last packets were saved.
      for (let before = -1; before !== statSync(file).size; await sleep(300)) before = statSync(file).size;
    } finally {
      await capture.stop();
    }
  } finally {
    network.deliver();
    server.signal('SIGCONT');
    await server.stop();
    rmSync(directory, { recursive: true });
  }
}

/** What is wrong with a recording: it does not show what it is for, or shows what it is not for. */
async function faultOf(file: string, name: string, scenario: Scenario, isFaulty: boolean): Promise<string | undefined> {
  const { stdout, stderr, exitCode } = await runMcsniff(['--findings', '--json', '-r', file]);
  if (exitCode !== 0) throw new Error(`mcsniff: ${stderr}`);
  const shown = new Set(recordsOf(stdout).flatMap(({ finding }) => (finding === undefined ? [] : [String(finding)])));
  if (shown.has(name) !== isFaulty) return isFaulty ? `${name} is not shown` : `${name} is shown`;
  const beside: readonly string[] = (isFaulty ? scenario.beside : scenario.besideTwin) ?? [];
  const others = [...shown].filter((other) => other !== name && !beside.includes(other));
  return others.length === 0 ? undefined : `${others.join(' and ')} is shown, too`;
}

async function record(name: string, scenario: Scenario, network: Network, isFaulty: boolean): Promise<void> {
  const sample = join(sampleDirectory, 'findings', `${name}${isFaulty ? '' : '-without'}.pcap`);
  const file = `${sample}.new`;
  for (let turn = 1; ; turn++) {
    await play(file, scenario, network, isFaulty);
    const fault = await faultOf(file, name, scenario, isFaulty);
    if (fault === undefined) break;
    process.stderr.write(`${sample}: ${fault}\n`);
    if (turn === tries) throw new Error(`${name} was played ${tries} times in vain; see ${file}`);
  }
  renameSync(file, sample);
}

const [client = '', server = '', ...wanted] = process.argv.slice(2);
const network = networkOf(client, server);
for (const name of wanted) if (!(name in scenarios)) throw new Error(`there is no scenario of ${name}`);
for (const [name, scenario] of Object.entries(scenarios)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const isFaulty of [true, false]) await record(name, scenario, network, isFaulty);
}
