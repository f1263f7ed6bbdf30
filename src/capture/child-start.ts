import { closeSync } from 'node:fs';
import { parentsSignals } from './child-protocol.ts';
import { inheritedDescriptors } from './inherited-descriptors.ts';

/**
 * What every capture child does first: only its parent decides when it ends, and it holds nothing of others, to which
 * it may read whatever comes by.
 */
export function startChild(): void {
  for (const signal of parentsSignals) process.on(signal, () => undefined);
  for (const descriptor of inheritedDescriptors()) closeSync(descriptor);
}
