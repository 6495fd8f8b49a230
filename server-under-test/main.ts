import { Cluster } from './cluster.ts';
import { parseFlags, SOCKET_PATH, type ServerConfig } from './config.ts';
import { Control } from './control.ts';
import { systemClock } from './otp/clock.ts';

const BAD_FLAGS = 104;
const UNREACHABLE = 114;
const CONTROL_HOST = '127.0.0.1';

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

function explain(error: unknown, config: ServerConfig): string {
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  const message = error instanceof Error ? error.message : String(error);
  if (code !== 'EADDRINUSE') return `${code ?? 'boot_failed'}: got ${message}, wanted a running server`;
  const path = port === config.controlPort && port !== config.port ? '--control-port' : '--port';
  return `port_busy: ${path} got ${port}, wanted a free port on this host; hint: stop what listens there, or use ${path} 0`;
}

function stopOnSignals(cluster: Cluster, control: Control): void {
  let asked = false;
  const onSignal = (): void => {
    if (asked) {
      cluster.kill();
      process.exit(0);
    }
    asked = true;
    control.close();
    void cluster.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // Started by a harness that has died: nobody is left to stop us.
  process.on('disconnect', () => {
    cluster.kill();
    process.exit(0);
  });
}

async function serve(config: ServerConfig): Promise<void> {
  const cluster = new Cluster(config, systemClock, log);
  const control = new Control(cluster, systemClock);
  try {
    stopOnSignals(cluster, control);
    const controlPort = await control.listen(CONTROL_HOST, config.controlPort);
    await cluster.start();
    control.markReady();
    const url = `ws://${config.host}:${cluster.port}${SOCKET_PATH}`;
    const ready = { ready: true, url, control: `http://${CONTROL_HOST}:${controlPort}`, nodes: config.nodes };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
  } catch (error) {
    log(explain(error, config));
    cluster.kill();
    process.exit(UNREACHABLE);
  }
}

const { config, problems } = parseFlags(process.argv.slice(2));
if (problems.length > 0) {
  for (const { path, got, wanted } of problems) log(`bad_flag: ${path} got ${got}, wanted ${wanted}`);
  process.exit(BAD_FLAGS);
}
await serve(config);
