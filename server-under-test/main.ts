import { checkApp } from './app/load-app.ts';
import { describeAppProblem } from './app/problem.ts';
import { Cluster } from './cluster.ts';
import { SOCKET_PATH, type ServerConfig } from './config.ts';
import { describeConfig, helpText, settingsTable } from './config/help.ts';
import { describeProblem } from './config/problem.ts';
import { readConfig } from './config/read-config.ts';
import { Control } from './control/control.ts';
import { systemClock } from './otp/clock.ts';

const BAD_CONFIG = 104;
const UNREACHABLE = 114;

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

/** An address as it stands in a URL. */
function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
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
    // As a release does on SIGTERM: sockets are drained in batches first (phoenix-semantics 2.12).
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
    const controlPort = await control.listen(config.controlHost, config.controlPort);
    await cluster.start();
    control.markReady();
    const url = `ws://${urlHost(config.host)}:${cluster.port}${SOCKET_PATH}`;
    const controlUrl = `http://${urlHost(config.controlHost)}:${controlPort}`;
    const ready = { ready: true, url, control: controlUrl, nodes: config.nodes };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
  } catch (error) {
    log(explain(error, config));
    cluster.kill();
    process.exit(UNREACHABLE);
  }
}

const { config, problems, warnings, help } = readConfig({ args: process.argv.slice(2), env: process.env });
if (help !== null) {
  process.stdout.write(help === 'markdown' ? settingsTable() : helpText());
  process.exit(0);
}
for (const warning of warnings) log(warning);
const appProblems = config.app === null ? [] : await checkApp(config.app);
if (problems.length + appProblems.length > 0) {
  for (const problem of problems) log(describeProblem(problem));
  for (const problem of appProblems) log(describeAppProblem(problem));
  process.exit(BAD_CONFIG);
}
if (config.logLevel === 'debug') for (const line of describeConfig(config)) log(line);
await serve(config);
