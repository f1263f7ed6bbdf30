import { spawnSync } from 'node:child_process';

/**
 * Two network namespaces of our own, joined by a cable: what is sent on one end arrives at the other and nowhere else.
 */
export interface VethPair {
  readonly sender: Namespace;
  readonly receiver: Namespace;
  readonly remove: () => void;
}

interface Namespace {
  readonly name: string;
  readonly device: string;
}

/** Needs root. Throws where the kernel or iproute2 does not help. */
export function makeVethPair(): VethPair {
  const sender: Namespace = { name: `mcsniff-send-${process.pid}`, device: 'sender' };
  const receiver: Namespace = { name: `mcsniff-receive-${process.pid}`, device: 'receiver' };
  const remove = (): void => {
    for (const { name } of [sender, receiver]) spawnSync('ip', ['netns', 'delete', name], { stdio: 'ignore' });
  };
  try {
    for (const { name } of [sender, receiver]) ip('netns', 'add', name);
    const peer = ['type', 'veth', 'peer', 'name', receiver.device, 'netns', receiver.name];
    ip('-n', sender.name, 'link', 'add', sender.device, ...peer);
    for (const { name, device } of [sender, receiver]) {
      // Without addresses the kernel sends nothing of its own.
      ip('-n', name, 'link', 'set', device, 'addrgenmode', 'none');
      ip('-n', name, 'link', 'set', device, 'up');
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { sender, receiver, remove };
}

/** The words that run a command in a namespace. */
export function inNamespace({ name }: Namespace, ...command: readonly string[]): string[] {
  return ['netns', 'exec', name, ...command];
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}
