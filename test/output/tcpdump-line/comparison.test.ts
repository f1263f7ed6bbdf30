import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, test } from 'node:test';
import { ByteWriter } from '../../../src/byte-writer.ts';
import { defaultLineOptions, type LineOptions } from '../../../src/output/tcpdump-line/context.ts';
import { interfaceNames } from '../../../src/output/tcpdump-line/interface-names.ts';
import { TcpdumpLine } from '../../../src/output/tcpdump-line/tcpdump-line.ts';
import { pcapFile } from '../../support/capture-file.ts';
import { Random } from '../../support/random.ts';
import { type GeneratedCapture, packets, randomCapture, randomTunnels } from '../../support/random-traffic.ts';

/** More seeds, or others, can be asked for: `LINE_SEEDS=5000 LINE_FIRST_SEED=1000 node --test …`. */
const { LINE_SEEDS, LINE_FIRST_SEED, TZ: machineZone } = process.env;
const seedCount = Number(LINE_SEEDS ?? 220);
const firstSeed = Number(LINE_FIRST_SEED ?? 1);
const packetCount = 300;
/** tcpdump processes at a time. */
const parallel = 4;

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Chatham'];
after(() => {
  setZone(machineZone);
});

function setZone(zone: string | undefined): void {
  if (zone === undefined) Reflect.deleteProperty(process.env, 'TZ');
  else Object.assign(process.env, { TZ: zone });
}

interface RandomOptions {
  readonly options: LineOptions;
  readonly argv: readonly string[];
}

function randomOptions(random: Random): RandomOptions {
  const quiet = random.chance(0.2) ? random.between(1, 2) : 0;
  const dump = random.below(8);
  const options: LineOptions = {
    ...defaultLineOptions,
    absoluteSequence: random.chance(0.2),
    timestamps: random.below(6),
    linkHeader: random.chance(0.4),
    quiet,
    verbose: random.below(3),
    hex: dump === 1 || dump === 2 ? dump : 0,
    hexAscii: dump === 3 || dump === 4 ? dump - 2 : 0,
    ascii: dump === 5 || dump === 6 ? dump - 4 : 0,
    packetNumber: random.chance(0.3),
    skipChecksums: random.chance(0.2),
    interfaceNames: interfaceNames(),
  };
  const argv = [
    ['-S', options.absoluteSequence ? 1 : 0],
    ['-t', options.timestamps],
    ['-e', options.linkHeader ? 1 : 0],
    ['-q', options.quiet],
    ['-v', options.verbose],
    ['-x', options.hex],
    ['-X', options.hexAscii],
    ['-A', options.ascii],
    ['-#', options.packetNumber ? 1 : 0],
    ['-K', options.skipChecksums ? 1 : 0],
  ].flatMap(([flag, count]) => Array.from({ length: count as number }, () => flag as string));
  return { options, argv };
}

function tcpdump(file: Buffer, argv: readonly string[], zone: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('tcpdump', ['-n', '-r', '-', ...argv], { env: { ...process.env, TZ: zone } });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.stdin.on('error', reject);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString('latin1'));
      else reject(new Error(`tcpdump ended with ${code}: ${Buffer.concat(errors)}`));
    });
    child.stdin.end(file);
  });
}

/** The text of every packet. */
function lines(capture: GeneratedCapture, options: LineOptions, zone: string): string[] {
  setZone(zone);
  const printer = new TcpdumpLine(options);
  const out = new ByteWriter();
  return Array.from(packets(capture), (packet) => {
    out.clear();
    printer.begin(packet, out);
    printer.finish(packet, out);
    return out.toString();
  });
}

async function compare(seed: number, generate: typeof randomCapture): Promise<void> {
  const random = new Random(seed ^ 0x5eed);
  const { options, argv } = randomOptions(random);
  const zone = random.pick(zones);
  const capture = generate(seed, packetCount);
  const ours = lines(capture, options, zone);
  const theirs = await tcpdump(pcapFile(capture.records, { linkType: capture.linkType }), argv, zone);
  let at = 0;
  for (const [index, text] of ours.entries()) {
    const expected = theirs.slice(at, at + text.length);
    if (expected !== text) {
      const bytes = capture.records[index]?.bytes.toString('hex');
      const where = `seed ${seed}, TZ=${zone} tcpdump -n ${argv.join(' ')}, link type ${capture.linkType}, packet ${index + 1}`;
      const length = capture.records[index]?.originalLength;
      assert.equal(text, theirs.slice(at).slice(0, text.length + 40), `${where}, wire length ${length}: ${bytes}`);
    }
    at += text.length;
  }
  assert.equal(theirs.length, at, `seed ${seed}: tcpdump prints more`);
}

for (const [what, generate, share] of [
  ['captures', randomCapture, 1],
  ['captures of tunnels', randomTunnels, 0.25],
] as const) {
  const seeds = Math.ceil(seedCount * share);
  test(`${seeds} random ${what} print as tcpdump prints them`, async () => {
    let next = firstSeed;
    const workers = Array.from({ length: parallel }, async () => {
      while (next < firstSeed + seeds) await compare(next++, generate);
    });
    await Promise.all(workers);
  });
}
