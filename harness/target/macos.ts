/** What macOS says of its limits, as its own tools print it. */

/** `name: value` lines of sysctl, whole numbers only. */
export function parseSysctl(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([\w.]+)\s*[:=]\s*(\d+)\s*$/.exec(line);
    if (match?.[1] !== undefined) values.set(match[1], Number(match[2]));
  }
  return values;
}

/** Bytes that can be taken without swapping, from vm_stat: free pages, and those that are given back when asked for. */
export function parseVmStat(text: string): number | undefined {
  const page = Number(/page size of (\d+) bytes/.exec(text)?.[1]);
  const pagesOf = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)\\.`, 'm').exec(text)?.[1]);
  const pages = pagesOf('Pages free') + pagesOf('Pages inactive') + pagesOf('Pages speculative');
  return Number.isFinite(page * pages) ? page * pages : undefined;
}

/** The IPv4 addresses of the loopback interface, from `ifconfig lo0`. */
export function parseLoopback(text: string): string[] {
  return Array.from(text.matchAll(/^\s*inet (127(?:\.\d+){3}) /gm), (match) => match[1] ?? '');
}

/** What `ulimit -Hn` prints; undefined for anything else, Infinity for no limit. */
export function parseUlimit(text: string): number | undefined {
  const word = text.trim();
  if (word === 'unlimited') return Infinity;
  return /^\d+$/.test(word) ? Number(word) : undefined;
}

/** Local ports from the two ends of the range, both included. */
export function portsOf(values: ReadonlyMap<string, number>): number | undefined {
  const first = values.get('net.inet.ip.portrange.first');
  const last = values.get('net.inet.ip.portrange.last');
  return first === undefined || last === undefined || last < first ? undefined : last - first + 1;
}
