import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CONFIG, type ServerConfig } from '../config.ts';
import { describeConfig, helpText, settingsTable } from './help.ts';
import { describeProblem } from './problem.ts';
import { readConfig, type Reading } from './read-config.ts';

type Env = Record<string, string>;

function read(args: string[], env: Env = {}, files: Env = {}): Reading {
  const readFile = (path: string): string => {
    if (!Object.hasOwn(files, path)) throw new Error(`ENOENT: no such file, open '${path}'`);
    return files[path] ?? '';
  };
  return readConfig({ args, env, readFile });
}

function config(args: string[], env: Env = {}, files: Env = {}): ServerConfig {
  const { config, problems } = read(args, env, files);
  assert.deepEqual(problems, []);
  return config;
}

function lines(args: string[], env: Env = {}, files: Env = {}): string[] {
  return read(args, env, files).problems.map(describeProblem);
}

test('nothing said is the default', () => {
  assert.deepEqual(config([]), DEFAULT_CONFIG);
});

test('a flag goes before the environment, the environment before the default', () => {
  const env = { PORT: '5000', NODES: '3', SOCKET_TOKEN_FILE: '/run/secrets/token' };
  const { port, nodes, secret, nice } = config(['--port', '6000'], env, { '/run/secrets/token': 's3cret\n' });
  assert.deepEqual([port, nodes, secret, nice], [6000, 3, 's3cret', 0]);
});

test('a flag hides a variable that could not be read', () => {
  assert.equal(config(['--port', '0'], { PORT: 'what?', PORT_FILE: '/nowhere' }).port, 0);
});

test('takes both spellings of a flag, the last of a name counts', () => {
  const { nodes, nice, secret, longpoll, controlPort } = config(
    '--nodes 2 --nodes=3 --nice -5 --secret=a=b --longpoll --control-port 0'.split(' '),
  );
  assert.deepEqual([nodes, nice, secret, longpoll, controlPort], [3, -5, 'a=b', true, 0]);
  assert.equal(config(['--longpoll', 'false', '--secret', '--odd-secret']).secret, '--odd-secret');
});

test('of a file only the last newline is cut', () => {
  const file = (text: string): string | null => config([], { SOCKET_TOKEN_FILE: 'f' }, { f: text }).secret;
  assert.deepEqual([file('a\n'), file('a\r\n'), file('a\n\n'), file(' a b ')], ['a', 'a', 'a\n', ' a b ']);
});

test('lists every problem at once, each with path, got, wanted and a hint', () => {
  const env = {
    CHECK_ORIGIN: 'example.com',
    PROFILE: 'nginx',
    IDLE_TIMEOUT_MS: '10s',
    PHX_HOST: 'http://example.com',
    NODES: '2',
    NODES_FILE: '/n',
    SECRET_KEY_BASE_FILE: '/gone',
    LOG_LEVEL: '',
    MAX_CHANNELS: '0',
  };
  assert.deepEqual(lines(['--port', '70000', '--prot', '1', '--nice', '--secret', ''], env), [
    'bad_flag: --prot got an unknown flag, wanted a flag of the server; hint: did you mean --port?',
    'bad_flag: --port got 70000, wanted an integer from 0 to 65535; hint: --port 4000',
    'bad_variable: PHX_HOST got http://example.com, wanted a host name or an address, without scheme and port; hint: PHX_HOST=example.com, or unset PHX_HOST',
    'bad_variable: NODES got both NODES and NODES_FILE, wanted one of them; hint: unset NODES, or unset NODES_FILE',
    'bad_flag: --nice got nothing, wanted an integer from -20 to 19; hint: --nice 0',
    'bad_variable: PROFILE got nginx, wanted one of bandit, cowboy; hint: PROFILE=bandit, or unset PROFILE',
    'bad_variable: LOG_LEVEL got nothing, wanted one of debug, info, notice, warning, error, none; hint: LOG_LEVEL=warning, or unset LOG_LEVEL',
    "bad_variable: SECRET_KEY_BASE_FILE got ENOENT: no such file, open '/gone', wanted a readable file; hint: unset SECRET_KEY_BASE_FILE, or put the value into that file",
    'bad_flag: --secret got nothing, wanted a text; hint: --secret $(openssl rand -hex 32)',
    'bad_variable: CHECK_ORIGIN got example.com, wanted true, false, or origins with commas between: https://example.com,//*.example.com; hint: CHECK_ORIGIN=true, or unset CHECK_ORIGIN',
    'bad_variable: IDLE_TIMEOUT_MS got 10s, wanted an integer of milliseconds from 1 to 86400000; hint: IDLE_TIMEOUT_MS=60000, or unset IDLE_TIMEOUT_MS',
    'bad_variable: MAX_CHANNELS got 0, wanted an integer from 1 to 1000000, or infinity; hint: MAX_CHANNELS=100, or unset MAX_CHANNELS',
  ]);
});

test('numbers are whole and in their range, nothing else', () => {
  for (const text of ['1.5', '1e3', '0x10', ' 5', '5 ', '٥', '99999999999999999999', '-1', 'NaN', '+5']) {
    assert.equal(lines([`--nodes=${text}`]).length, 1, text);
  }
});

test('a value in a message is one line of bounded length', () => {
  const [line = ''] = lines([], { PORT: `1\n\u001b[31m${'x'.repeat(10_000)}` });
  assert.ok(line.length < 300 && /^[ -~…]+$/.test(line), line);
});

test('words that belong to no flag are told by their place', () => {
  assert.deepEqual(lines(['constructor', '--secret', 'a', 'hunter2', '-p']), [
    'bad_flag: argument 1 got a word that belongs to no flag, wanted --name value or --name=value; hint: --help lists the flags',
    'bad_flag: argument 4 got a word that belongs to no flag, wanted --name value or --name=value; hint: --help lists the flags',
    'bad_flag: argument 5 got a word that belongs to no flag, wanted --name value or --name=value; hint: --help lists the flags',
  ]);
  assert.match(lines(['--constructor'])[0] ?? '', /--constructor got an unknown flag.*--help lists them all/);
});

test('what depends on the profile follows it unless it is said', () => {
  const old = config(['--phoenix-version', '1.8.7']);
  assert.deepEqual([old.maxChannels, config(['--max-channels', 'infinity']).maxChannels], [null, null]);
  assert.equal(config(['--max-channels', '7'], { PHOENIX_VERSION: '1.8.3' }).maxChannels, 7);
  const cowboy = config([], { PROFILE: 'cowboy', MAX_FRAME_BYTES: '5000' });
  assert.deepEqual([cowboy.server, cowboy.maxFragmentedBytes], ['cowboy', 5000]);
  assert.equal(config(['--profile', 'cowboy', '--max-fragmented-bytes', '9']).maxFragmentedBytes, 9);
  for (const version of ['1.7.0', '1.8', '1.8.x', '1.8.1234'])
    assert.equal(lines(['--phoenix-version', version]).length, 1);
});

test('origins are a list with commas between', () => {
  const check = (text: string): unknown => config([], { CHECK_ORIGIN: text }).checkOrigin;
  assert.deepEqual([check('true'), check('false')], [true, false]);
  assert.deepEqual(check('https://a.test, //*.b.test:8443'), ['https://a.test', '//*.b.test:8443']);
  for (const text of ['a.test', 'https://a.test,', 'yes', 'null'])
    assert.equal(lines([], { CHECK_ORIGIN: text }).length, 1, text);
});

test('addresses are names and numbers, without scheme and port', () => {
  for (const host of ['localhost', '0.0.0.0', '::', '::1', 'fe80::1', 'my-host.example.com', 'a_b']) {
    assert.equal(config(['--host', host]).host, host);
  }
  for (const host of ['http://x', 'x:80', 'a b', '-', 'x/y', '[::1]'])
    assert.equal(lines(['--host', host]).length, 1, host);
});

test('a control port beyond loopback needs a token', () => {
  const [line = ''] = lines(['--control-host', '0.0.0.0']);
  assert.match(
    line,
    /^bad_config: CONTROL_TOKEN got nothing, wanted a token, .* 0\.0\.0\.0; hint: CONTROL_TOKEN=/,
  );
  const token = 't'.repeat(16);
  assert.equal(config(['--control-host', '0.0.0.0'], { CONTROL_TOKEN: token }).controlToken, token);
  for (const host of ['127.0.0.1', '127.8.8.8', 'localhost', '::1']) config(['--control-host', host]);
  for (const host of ['127.evil.test', '::', '1.127.0.0', '128.0.0.1']) {
    assert.equal(lines(['--control-host', host]).length, 1, host);
  }
});

test('settings that contradict each other are named', () => {
  const wrong = lines(['--port', '4001', '--presence-down-ms', '1000', '--presence-permdown-ms', '10']);
  assert.deepEqual(
    wrong.map((line) => line.split(' ')[1]),
    ['CONTROL_PORT', 'PRESENCE_DOWN_MS', 'PRESENCE_PERMDOWN_MS'],
  );
  assert.deepEqual(lines(['--port', '0', '--control-port', '0']), []);
});

test('a variable that is nearly one of ours is worth a warning, others are nobody’s business', () => {
  const env = { SECRET_KEY_BSAE: 'x', SOCKET_TOKEN_FLIE: 'x', LOGLEVEL: 'x' };
  assert.deepEqual(read([], env).warnings, [
    'unknown_variable: SECRET_KEY_BSAE is set and ignored; hint: did you mean SECRET_KEY_BASE?',
    'unknown_variable: SOCKET_TOKEN_FLIE is set and ignored; hint: did you mean SOCKET_TOKEN_FILE?',
    'unknown_variable: LOGLEVEL is set and ignored; hint: did you mean LOG_LEVEL?',
  ]);
  const common = [
    'PATH',
    'HOSTNAME',
    'NODE',
    'NODE_ENV',
    'PHX_SERVER',
    'DATABASE_URL',
    'POOL_SIZE',
    'APPDATA',
    'TERM',
  ];
  const shells = Object.fromEntries(
    [...common, 'HOSTS', 'POST', 'NODES_', '__proto__x'].map((name) => [name, 'x']),
  );
  assert.deepEqual(read([], shells).warnings, []);
});

test('--no-env reads no variable', () => {
  const { config, problems, warnings } = read(['--no-env', '--nodes', '2'], {
    PORT: 'x',
    HOST: '0.0.0.0',
    SECRET_KEY_BSAE: 'x',
  });
  assert.deepEqual([problems, warnings, config], [[], [], { ...DEFAULT_CONFIG, nodes: 2 }]);
});

test('secrets are in no output at all', () => {
  const secret = 'hunter2'.repeat(12);
  const short = 'hunter2';
  const names = ['SECRET_KEY_BASE', 'SOCKET_TOKEN', 'CONTROL_TOKEN'];
  const everything = (reading: Reading): string =>
    [
      ...reading.problems.map(describeProblem),
      ...reading.warnings,
      ...describeConfig(reading.config),
      helpText(),
      settingsTable(),
    ].join('\n');
  const env = (value: string): Env => Object.fromEntries(names.map((name) => [name, value]));
  const files = Object.fromEntries(names.map((name) => [`${name}_FILE`, `/run/${name}`]));
  const contents = Object.fromEntries(names.map((name) => [`/run/${name}`, short]));
  const readings = [
    read([], env(secret)),
    read([], { ...env(short), ...files }, contents),
    read([], files, contents),
    read(['--secret', short, '--control-token', short, '--secret-key-base', short]),
    read([`--secrte=${short}`, '--secrte', short, short, `-s=${short}`]),
    read([], { SECRET_KEY_BSAE: secret }),
    read([]),
  ];
  for (const reading of readings) {
    const text = everything(reading);
    assert.ok(!text.includes(short), text.slice(0, 2_000));
    assert.ok(!text.includes(DEFAULT_CONFIG.secretKeyBase));
  }
  assert.deepEqual(
    describeConfig(config([], env(secret))).filter((line) => /TOKEN|SECRET/.test(line)),
    ['CONTROL_TOKEN=hidden', 'SECRET_KEY_BASE=hidden', 'SOCKET_TOKEN=hidden'],
  );
  assert.match(
    lines([], env(short))[0] ?? '',
    /^bad_variable: CONTROL_TOKEN got 7 bytes, wanted a text of at least 16 bytes/,
  );
});

test('the help and the table name every setting with its flag, its default and its meaning', () => {
  const names = describeConfig(DEFAULT_CONFIG).map((line) => line.split('=', 1)[0] ?? '');
  assert.equal(names.length, Object.keys(DEFAULT_CONFIG).length);
  for (const name of names) {
    assert.match(helpText(), new RegExp(`--\\S+ +${name}\n`), name);
    assert.match(settingsTable(), new RegExp(`^\\| \`--\\S+\` \\| \`${name}\` \\|`, 'm'), name);
  }
  for (const line of settingsTable().trim().split('\n')) assert.equal(line.split('|').length, 7, line);
  assert.match(helpText(), /--idle-timeout-ms +IDLE_TIMEOUT_MS\n.*\n.*default: 60000\n/);
  assert.deepEqual(
    [read(['--help']).help, read(['--help=markdown']).help, read([]).help],
    ['text', 'markdown', null],
  );
});
