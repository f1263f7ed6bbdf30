/** How the engines name the control group of a container: Docker, containerd, CRI-O and Podman by its id, others by name. */
const byId = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?=\/|$)/;
const byName = [
  // LXC and LXD; Incus.
  /\/lxc(?:\.payload)?[./]([^/]+)/,
  // systemd-nspawn.
  /\/machine\.slice\/(?:machine-|systemd-nspawn@)([^/]+?)\.(?:scope|service)/,
] as const;

/** Whose lines in the control groups of LXC's are not the container's. */
const lxcMonitor = /\/lxc\.monitor[./]/;

/** The container that a process is in, as its `/proc/PID/cgroup` says; undefined where that names none. */
export function containerIn(cgroup: string): string | undefined {
  for (const line of cgroup.split('\n')) {
    const path = line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1);
    if (lxcMonitor.test(path)) continue;
    // Of containers in containers the innermost.
    const id = path.split('/').findLast((part) => byId.test(part));
    if (id !== undefined) return byId.exec(id)?.[1];
    for (const pattern of byName) {
      const name = pattern.exec(path)?.[1];
      // As systemd writes a hyphen in a name.
      if (name !== undefined) return name.replaceAll('\\x2d', '-');
    }
  }
  return undefined;
}
