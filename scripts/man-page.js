// Makes the manual page of the option table, which `tsc` has compiled by then.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { namesOf } from '../build/src/cli/help.js';
import { options } from '../build/src/cli/options.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version, description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Of the build, or what a reproducible one is told: manual pages have a date. */
const { SOURCE_DATE_EPOCH: epoch } = process.env;
const date = (epoch === undefined ? new Date() : new Date(Number(epoch) * 1000)).toISOString().slice(0, 10);

const sections = [...groupsOf()].map(
  ([group, members]) => `.SS "${text(group.replace(/:$/, ''))}"\n${members.map(entry).join('')}`,
);

writeFileSync(
  join(root, 'dist', 'mcsniff.1'),
  `.TH MCSNIFF 1 ${date} "mcsniff ${text(version)}"
.SH NAME
mcsniff \\- a memcached protocol sniffer
.SH SYNOPSIS
.B mcsniff
.RI [ options ]
.RI [ "filter expression" ]
.SH DESCRIPTION
${text(description)}.
.PP
A filter expression is that of pcap\\-filter(7). Without one, a live capture takes the memcached ports, and a file every
packet.
.SH OPTIONS
${sections.join('')}.SH ENVIRONMENT
Each long option can stand in the environment, in capitals behind MCSNIFF_: MCSNIFF_PORT, MCSNIFF_SLOWER_THAN. What the
command line says replaces it. NO_COLOR turns colour off.
.SH "EXIT STATUS"
0; 1 when something failed while running; 2 when the command line is wrong.
.SH SIGNALS
SIGINT and SIGTERM end the run, SIGUSR1 tells the counters so far, SIGHUP opens the log anew.
.SH "SEE ALSO"
tcpdump(1), pcap\\-filter(7), memcached(1)
`,
);

function groupsOf() {
  const byGroup = new Map();
  for (const entry of Object.entries(options))
    byGroup.set(entry[1].group, [...(byGroup.get(entry[1].group) ?? []), entry]);
  return byGroup;
}

function entry([name, option]) {
  return `.TP\n.B ${text(namesOf(name, option))}\n${text(option.describe)}\n`;
}

/** Escapes what troff would take for a request or a hyphen. */
function text(words) {
  return words.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/gm, '\\&$&');
}
