import type { ServerConfig } from '../config.ts';
import type { ConfigProblem } from './problem.ts';
import { SETTINGS } from './settings.ts';

/** Whether an address is this machine's own and nobody else's. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function problem(key: keyof ServerConfig, got: string, wanted: string, hint: string): ConfigProblem {
  return { code: 'bad_config', path: SETTINGS[key].name, got, wanted, hint };
}

/** What is wrong between settings that are right one by one. */
export function checkTogether(config: ServerConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { controlHost, controlToken, port, controlPort } = config;
  if (!isLoopback(controlHost) && controlToken === null) {
    const hint = 'CONTROL_TOKEN=$(openssl rand -hex 32), or --control-host 127.0.0.1';
    problems.push(
      problem('controlToken', 'nothing', `a token, for the control port listens at ${controlHost}`, hint),
    );
  }
  if (port !== 0 && port === controlPort) {
    problems.push(problem('controlPort', `${controlPort}, as PORT`, 'another port', '--control-port 0'));
  }
  if (config.presenceDownMs < config.presenceBroadcastPeriodMs) {
    const wanted = `at least PRESENCE_BROADCAST_PERIOD_MS, ${config.presenceBroadcastPeriodMs}`;
    problems.push(
      problem('presenceDownMs', String(config.presenceDownMs), wanted, '--presence-down-ms 30000'),
    );
  }
  if (config.presencePermdownMs < config.presenceDownMs) {
    const wanted = `at least PRESENCE_DOWN_MS, ${config.presenceDownMs}`;
    problems.push(
      problem(
        'presencePermdownMs',
        String(config.presencePermdownMs),
        wanted,
        '--presence-permdown-ms 1200000',
      ),
    );
  }
  return problems;
}
