import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clientLines,
  hostLines,
  linkLines,
  ownerOf,
  parseRoutes,
  planLab,
  sourcesOf,
  wireLines,
  type LabPlan,
} from './net-lab-plan.ts';

function plan(pid = 64, nth = 1): LabPlan {
  return planLab(pid, nth, []) ?? assert.fail('no plan');
}

test('takes addresses that nobody here has a way to', () => {
  assert.equal(plan().host, '198.18.0.1');
  assert.equal(plan(65).host, '198.18.16.1');
  assert.equal(plan(95).host, '198.19.240.1');
  const inside = parseRoutes('[{"dst":"198.18.8.7"},{"dst":"198.18.16.0/20"}]');
  assert.equal(planLab(64, 1, inside)?.host, '198.18.32.1');
  assert.equal(planLab(64, 1, parseRoutes('[{"dst":"198.18.0.0/15"}]')), null);
  // The way to everywhere is no claim on anything.
  assert.equal(planLab(64, 1, parseRoutes('[{"dst":"default"},{"dst":"10.0.0.0/8"}]'))?.host, '198.18.0.1');
});

test('what is no list of routes takes no address', () => {
  assert.deepEqual(parseRoutes('{}'), []);
  assert.deepEqual(parseRoutes('[null,{"dst":7},{"dst":"fe80::1"},{}]'), []);
});

test('its names tell whose it is, and fit an interface', () => {
  const { clients, wire, link } = plan(4_194_304, 12);
  assert.deepEqual(
    [clients, wire, link],
    ['firedrill-4194304-12', 'firedrill-4194304-12-wire', 'fdr4194304-12'],
  );
  assert.ok(link.length <= 15);
  assert.deepEqual([plan(7).clients, plan(7).link], ['firedrill-7', 'fdr7']);
  for (const name of [clients, wire]) assert.equal(ownerOf(name), 4_194_304);
  assert.equal(ownerOf('firedrill-7'), 7);
  for (const other of ['firedrill', 'firedrill-x', 'my-firedrill-7', 'firedrill-7-other', 'cni-7']) {
    assert.equal(ownerOf(other), null, other);
  }
});

test('a hundred addresses for a few clients, one for each 4,000 of many, all of them in its own net', () => {
  assert.deepEqual(sourcesOf(plan(), 3), ['198.18.8.1', '198.18.8.2', '198.18.8.3']);
  assert.equal(sourcesOf(plan(), 100_000).length, 100);
  assert.equal(sourcesOf(plan(), 2_000_000).length, 500);
  const most = sourcesOf(plan(), 1e9);
  assert.deepEqual([most.length, most.at(-1)], [2_000, '198.18.15.208']);
  assert.equal(new Set(most).size, 2_000);
});

test('both pairs of interfaces, with their addresses and ways', () => {
  assert.deepEqual(linkLines(plan()), [
    'link add fdr64 type veth peer name to-target netns firedrill-64-wire',
    'link add to-wire netns firedrill-64 type veth peer name to-clients netns firedrill-64-wire',
    'link set fdr64 gso_max_segs 1',
  ]);
  assert.deepEqual(wireLines(plan()), [
    'address add 198.18.0.2/30 dev to-target',
    'address add 198.18.0.5/30 dev to-clients',
    'link set to-target up',
    'link set to-clients up',
    'route add default via 198.18.0.1 dev to-target',
    'route add 198.18.8.0/21 via 198.18.0.6 dev to-clients',
  ]);
  assert.deepEqual(clientLines(plan()), [
    'link set lo up',
    'link set to-wire gso_max_segs 1',
    'address add 198.18.0.6/30 dev to-wire',
    'link set to-wire up',
    'route add default via 198.18.0.5 dev to-wire',
    'route add local 198.18.8.0/21 dev lo',
  ]);
  assert.deepEqual(hostLines(plan()), [
    'address add 198.18.0.1/30 dev fdr64',
    'link set fdr64 up',
    'route add 198.18.0.0/20 via 198.18.0.2 dev fdr64',
  ]);
});
