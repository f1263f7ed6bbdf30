/** The same answers but for times, ages, cas values and counters, which differ from run to run. */
export function isAlike(one: Buffer, other: Buffer, isBinary: boolean): boolean {
  return isBinary ? binaryForm(one) === binaryForm(other) : textForm(one) === textForm(other);
}

function textForm(answers: Buffer): string {
  return answers
    .toString('latin1')
    .replaceAll(/^(HD|VA \d+)( [^\r]*)/gm, (_, code: string, flags: string) => code + withoutTimes(flags))
    .replaceAll(/^(VALUE \S+ \d+ \d+) \d+/gm, '$1')
    .replaceAll(/ (exp|la|cas)=\S+/g, ' $1')
    .replaceAll(/^STAT .*/gm, 'STAT');
}

/** Of the meta flags for time to live, age, hits before and cas the letter is left. */
function withoutTimes(flags: string): string {
  return flags.replaceAll(/ ([tlhc])-?\d+/g, ' $1');
}

const statOpcode = 0x10;

/** Frames without the cas of their headers, and those of `stat` without their bodies. */
function binaryForm(answers: Buffer): string {
  const frames: string[] = [];
  for (let at = 0; at + 24 <= answers.length; ) {
    const opcode = answers[at + 1];
    const bodyLength = answers.readUInt32BE(at + 8);
    const header = answers.toString('hex', at, at + 16);
    frames.push(opcode === statOpcode ? 'stat' : header + answers.toString('hex', at + 24, at + 24 + bodyLength));
    at += 24 + bodyLength;
  }
  return frames.join(' ');
}
