import { loadCap } from './cap-package.ts';
import { CaptureError } from './capture-error.ts';
import { type Engine, engines } from './engine-names.ts';
import { loadLibpcap } from './libpcap/library.ts';
import { installTcpdump, MissingPart } from './missing-part.ts';
import { isInstalled } from './program-path.ts';

/** What each engine needs: returns what it found, or throws a `MissingPart`. */
const look: Readonly<Record<Engine, () => string>> = {
  libpcap() {
    const { version, koffi } = loadLibpcap();
    return `${version}, called through koffi ${koffi.version}`;
  },
  cap() {
    loadCap();
    return 'the package cap is there';
  },
  tcpdump() {
    if (!isInstalled('tcpdump')) throw new MissingPart('tcpdump is not installed', installTcpdump());
    return 'tcpdump is installed';
  },
};

/** An engine that is there, and why it was taken. */
interface FoundEngine {
  readonly engine: Engine;
  /** `tcpdump is installed; the package koffi is not installed; …`: what it needs, then what others lack. */
  readonly why: string;
}

/** The first engine that is there. Throws a `CaptureError` that names the quickest way to one. */
export function findEngine(): FoundEngine {
  const reasons: string[] = [];
  for (const engine of engines) {
    try {
      return { engine, why: [look[engine](), ...reasons].join('; ') };
    } catch (error) {
      if (!(error instanceof MissingPart)) throw error;
      reasons.push(error.reason);
    }
  }
  throw new CaptureError(
    `there is nothing to capture with (${reasons.join('; ')}); the quickest way to it is: ${installTcpdump()}`,
  );
}
