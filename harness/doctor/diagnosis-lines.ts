/** A diagnosis as `key=value` lines for a pipe: stable names, plain numbers. */
import type { Diagnosis } from './diagnose.ts';

export function renderDiagnosisLines(diagnosis: Diagnosis, fits: boolean): string {
  const { withServer, elsewhere, limits, checks, tools, machine } = diagnosis;
  const lines: string[] = [];
  const put = (key: string, value: string | number | boolean): void => {
    lines.push(`${key}=${String(value)}`);
  };
  put('clients', diagnosis.clients);
  put('fits', fits);
  put('holds_with_server', withServer.holds);
  put('binds_with_server', withServer.binds);
  put('holds_elsewhere', elsewhere.holds);
  put('binds_elsewhere', elsewhere.binds);
  put('workers', withServer.workers);
  put('nodes', withServer.nodes);
  put('memory_needed_bytes', withServer.memoryBytes);
  put('memory_available_bytes', machine.availableBytes);
  put('cores', machine.cores);
  put('cpu', machine.cpuModel);
  put('platform', machine.platform);
  put('node', machine.node);
  for (const { kind, limit, holdsWithServer, holdsElsewhere, lift } of limits) {
    const key = `limit_${kind.replaceAll('-', '_')}`;
    put(key, limit);
    put(`${key}_holds_with_server`, holdsWithServer);
    put(`${key}_holds_elsewhere`, holdsElsewhere);
    if (lift !== null) put(`${key}_lift`, lift);
  }
  for (const { name, found, isFine, lift } of checks) {
    const key = `check_${keyOf(name)}`;
    put(key, isFine ? 'fine' : 'mind');
    put(`${key}_found`, found);
    if (lift !== null) put(`${key}_lift`, lift);
  }
  for (const { name, version, problem, lift } of tools) {
    const key = `tool_${keyOf(name)}`;
    put(key, version ?? 'missing');
    if (problem !== null) put(`${key}_problem`, problem);
    if (version === null || problem !== null) put(`${key}_lift`, lift);
  }
  return lines.join('\n');
}

function keyOf(name: string): string {
  return name.toLowerCase().replaceAll(/\W+/g, '_');
}
