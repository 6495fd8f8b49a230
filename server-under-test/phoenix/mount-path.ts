/** Where a transport is mounted; `:name` segments of the path become params (phoenix-semantics 1.1). */
export interface MountPath {
  readonly path: string;
  readonly segments: readonly string[];
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

/** Empty segments count nothing: `/socket//websocket/` is `/socket/websocket`. */
function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

export function mountPath(path: string): MountPath {
  return { path, segments: split(path) };
}

/** The params a path gives, undecoded as in Phoenix and without those named `_…`; null when it is another path. */
export function matchPath(mount: MountPath, path: string): Readonly<Record<string, string>> | null {
  if (path === mount.path) return NO_PARAMS;
  const { segments } = mount;
  const given = split(path);
  if (given.length !== segments.length) return null;
  const params: [name: string, value: string][] = [];
  for (const [index, segment] of segments.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith(':')) params.push([segment.slice(1), value]);
    else if (segment !== value) return null;
  }
  return params.length === 0
    ? NO_PARAMS
    : Object.fromEntries(params.filter(([name]) => !name.startsWith('_')));
}
