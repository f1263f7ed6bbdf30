/**
 * Answers in a row that fit the requests behind each other. Behind a hole in which requests may lie, each place where
 * the answers since can stand makes a chain, and any other answer ends it.
 */

/** Answers in a row of which one chain is proof. */
const provingRun = 8;

/** Different keys among them. */
const provingNames = 3;

/** Names that are told from each other. */
const mostNames = 16;

/** Answers in a row that fit by chance. */
const chanceRun = 3;

export class Chain {
  readonly run: number;
  readonly names: readonly string[];
  /** True where a name came twice: the client goes round, and so may the chain. */
  readonly isRound: boolean;

  private constructor(run: number, names: readonly string[], isRound: boolean) {
    this.run = run;
    this.names = names;
    this.isRound = isRound;
  }

  /** The chain that goes on with an answer; `name`: what that names, or empty. */
  static after(chain: Chain | undefined, name: string): Chain {
    const { run, names, isRound } = chain ?? none;
    if (name === '') return new Chain(run + 1, names, isRound);
    const isKnown = names.includes(name);
    const longer = isKnown || names.length >= mostNames ? names : [...names, name];
    return new Chain(run + 1, longer, isRound || isKnown);
  }
}

const none = { run: 0, names: [] as readonly string[], isRound: false };

/** Whether a chain proves where the answers stand, if there is no rival. */
export function isProof(chain: Chain | undefined): boolean {
  if (chain === undefined || chain.isRound || chain.names.length < provingNames) return false;
  return chain.run >= provingRun;
}

/** Whether another chain is more than chance. */
export function isRival(chain: Chain | undefined): boolean {
  return chain !== undefined && (chain.run > chanceRun || chain.names.length > 0);
}
