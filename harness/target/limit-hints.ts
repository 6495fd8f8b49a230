/** The commands that lift a limit, on Linux and on macOS. */

/** More open files for a process; `wanted` of them. */
export function descriptorHint(platform: NodeJS.Platform | undefined, wanted: number): string {
  return platform === 'darwin'
    ? `sudo launchctl limit maxfiles ${wanted} ${wanted} && ulimit -n ${wanted}`
    : `sudo prlimit --pid $$ --nofile=${wanted}:${wanted}`;
}

/** From 10,000 to 65,535; below it are the ports servers like to listen on. */
const WIDE_PORTS = 55_536;

type PortNeed = {
  platform: NodeJS.Platform | undefined;
  clients: number;
  ports: number;
  /** Source addresses there are now. */
  addresses: number;
  withServer: boolean;
};

/** More local ports, or more addresses to start from. */
export function portHint({ platform, clients, ports, addresses, withServer }: PortNeed): string {
  if (platform === 'darwin' && withServer) {
    const wanted = Math.ceil(clients / ports);
    const last = Math.max(2, wanted);
    if (addresses < wanted) {
      return last === 2
        ? 'sudo ifconfig lo0 alias 127.0.0.2'
        : `for i in $(seq 2 ${last}); do sudo ifconfig lo0 alias 127.0.0.$i; done`;
    }
  }
  const wide =
    platform === 'darwin'
      ? 'sudo sysctl -w net.inet.ip.portrange.first=10000'
      : 'sudo sysctl -w net.ipv4.ip_local_port_range="10000 65535"';
  if (clients <= WIDE_PORTS * addresses) return wide;
  // No range is wide enough: the pair of addresses is what counts.
  const shares = Math.ceil(clients / (WIDE_PORTS * addresses));
  return `${wide}, and a target name with ${shares} addresses, or ${shares} machines`;
}
