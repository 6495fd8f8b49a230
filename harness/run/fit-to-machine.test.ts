import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiredrillError, messageOf } from '../base/errors.ts';
import { readMachine, type Machine } from '../target/machine.ts';
import { fitToMachine } from './fit-to-machine.ts';

/** Plenty of everything but ports: 100 for each pair of addresses. */
const machine: Machine = {
  ...readMachine(),
  platform: 'linux',
  cores: 4,
  memoryBytes: 64e9,
  availableBytes: 64e9,
  descriptorsPerProcess: 100_000,
  ephemeralPorts: 100,
  sourceAddresses: 250,
  somaxconn: 4_096,
  conntrack: null,
};
const crowd = { clients: 1_000, insists: false, workers: undefined };

test('makes a run smaller where its number was not asked for', () => {
  const fit = fitToMachine(machine, crowd, ['10.0.0.1'], false);
  assert.equal(fit.clients, 100);
  assert.match(fit.limits[0]?.limit ?? '', /ports/);
});

test('refuses what was asked for and does not fit, with every limit and a way out', () => {
  assert.throws(
    () =>
      fitToMachine(
        { ...machine, availableBytes: 90e6 },
        { ...crowd, clients: 20_000, insists: true },
        ['10.0.0.1'],
        false,
      ),
    (error) => {
      assert.ok(error instanceof FiredrillError);
      assert.equal(error.exitCode, 114);
      const [choice, ...limits] = error.problems;
      assert.equal(choice?.path, '--clients');
      assert.match(choice?.got ?? '', /^20000,/);
      assert.match(choice?.hint ?? '', /^--fit runs \d+$/);
      const named = new Set(limits.map(({ path }) => /memory|ports/.exec(path)?.[0]));
      assert.deepEqual(named, new Set(['ports', 'memory']));
      return true;
    },
  );
});

test('refuses a machine that holds not one client, asked for or not', () => {
  const none = { ...machine, availableBytes: 1e6 };
  assert.throws(
    () => fitToMachine(none, crowd, ['127.0.0.1'], false),
    (error) => error instanceof FiredrillError && error.problems.every(({ path }) => path !== '--clients'),
  );
});

test('counts ports for each pair of addresses', () => {
  assert.equal(fitToMachine(machine, crowd, ['10.0.0.1', '10.0.0.2', '10.0.0.3'], false).clients, 300);
  assert.equal(fitToMachine(machine, crowd, ['127.0.0.1'], false).clients, 1_000);
  assert.equal(fitToMachine(machine, crowd, ['::1'], false).clients, 100);
});

test('takes the number of workers it is told', () => {
  assert.equal(fitToMachine(machine, { ...crowd, workers: 7 }, ['127.0.0.1'], true).workers, 7);
});

test('processes that were asked for must hold the clients, each its files', () => {
  const many = { ...crowd, clients: 100_000, insists: true };
  const refusedWith = (asked: { workers?: number; nodes?: number }): string => {
    try {
      fitToMachine(
        { ...machine, descriptorsPerProcess: 20_000, ephemeralPorts: 28_000 },
        { ...many, ...asked },
        ['127.0.0.1'],
        true,
      );
    } catch (error) {
      return messageOf(error);
    }
    return 'taken';
  };
  assert.match(
    refusedWith({ nodes: 1 }),
    /in 1 of --nodes\n.*\n {2}wanted {2}at most 19500\n {2}hint {4}--nodes 6/,
  );
  assert.match(refusedWith({ workers: 5 }), /in 5 of --workers\n.*\n {2}wanted {2}at most 87750\n/);
  assert.equal(refusedWith({ nodes: 6, workers: 6 }), 'taken');
});
