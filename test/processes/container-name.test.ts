import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerIn } from '../../src/processes/container-name.ts';

const id = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

/** What engines write, as their documentation and source show it. */
const groups: readonly (readonly [cgroup: string, container: string | undefined])[] = [
  [`0::/system.slice/docker-${id}.scope`, id],
  [`12:pids:/docker/${id}\n11:cpu:/docker/${id}\n`, id],
  [`0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-${id}.scope`, id],
  [`0::/kubepods.slice/kubepods-pod1.slice/crio-${id}.scope/container`, id],
  [`1:name=systemd:/kubepods/besteffort/pod8a6f9f/${id}`, id],
  [`0::/machine.slice/libpod-${id}.scope/container`, id],
  [`0::/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:${id}`, id],
  [`0::/docker/${'0'.repeat(64)}/docker/${id}`, id],
  ['0::/lxc.payload.web1/system.slice/memcached.service', 'web1'],
  ['4:memory:/lxc/web1/user.slice', 'web1'],
  ['0::/lxc.monitor.web1', undefined],
  ['0::/machine.slice/machine-my\\x2dweb.scope/payload', 'my-web'],
  ['0::/machine.slice/systemd-nspawn@web.service/payload', 'web'],
  ['0::/system.slice/memcached.service', undefined],
  ['0::/user.slice/user-1000.slice/session-3.scope', undefined],
  [`0::/system.slice/${'a'.repeat(63)}.scope`, undefined],
  ['0::/', undefined],
  ['', undefined],
];

test('the container is the one that the control group names', () => {
  for (const [cgroup, container] of groups) assert.equal(containerIn(cgroup), container, cgroup);
});
