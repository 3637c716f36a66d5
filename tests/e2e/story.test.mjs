// The main job of the explorer: a visit runs from the A record to the database row, and every part can be switched off.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flip, inspect, load, log, outcomes, pass, send, set, speed, tab, trace } from './explorer.mjs';
import { open } from './support.mjs';

const sum = (rows, wanted) => rows.filter(wanted).reduce((total, row) => total + row.count, 0);
const counts = (rows, key) => rows.reduce((all, row) => ({ ...all, [row[key]]: (all[row[key]] ?? 0) + 1 }), {});

test('1. six reads take turns, and each trace names every layer with times that add up', async (t) => {
  const page = await open(t);
  await speed(page, '2');
  for (let i = 0; i < 6; i += 1) {
    const visit = await send(page, 'read');
    assert.equal(visit.result, '200');
    const { spans, total } = await trace(page);
    const layers = new Set(spans.map((span) => span.layer));
    for (const layer of ['resolver', 'haproxy', 'nginx', 'app', 'mysqld']) assert.ok(layers.has(layer), `${layer} in visit ${i}`);
    assert.equal(spans.reduce((us, span) => us + span.us, 0), total);
  }
  const servers = (await log(page)).reverse().map((row) => row.server);
  assert.deepEqual(servers, ['web-01', 'web-02', 'web-01', 'web-02', 'web-01', 'web-02']);
});

test('2. nginx on web-01 killed under load', async (t) => {
  const page = await open(t);
  await speed(page, '5');
  await load(page, 50);
  await pass(page, 3_000);
  await flip(page, 'web-01/nginx');
  await pass(page, 12_000);
  let seen = await outcomes(page);
  // What nginx was working on when it died is lost as in the real HAProxy: 502 `SH--`, not retried (`killed_with_held`).
  const inHand = sum(seen.rows, (row) => row.result === '502' && row.by === 'lb-01/haproxy');
  assert.ok(inHand <= 3, `${inHand} requests were in nginx's hands`);
  assert.equal(sum(seen.rows, (row) => row.result !== '200') - inHand, 0, 'with redispatch nobody loses a request');
  assert.deepEqual(Object.keys(counts((await log(page)).slice(0, 40), 'server')), ['web-02'], 'after detection all go to web-02');

  await flip(page, 'web-01/nginx');
  await pass(page, 8_000);
  const shared = counts((await log(page)).slice(0, 40), 'server');
  assert.ok(Math.abs((shared['web-01'] ?? 0) - (shared['web-02'] ?? 0)) <= 2, `shared again: ${JSON.stringify(shared)}`);

  await inspect(page, 'lb-01/haproxy');
  await set(page, 'lb.redispatch', false);
  await flip(page, 'web-01/nginx');
  await pass(page, 15_000);
  seen = await outcomes(page);
  const lost = sum(seen.rows, (row) => row.result === '503' && row.by === 'lb-01/haproxy');
  assert.ok(lost > 0, 'without redispatch requests of the window before detection get 503');
  await pass(page, 5_000);
  seen = await outcomes(page);
  assert.equal(sum(seen.rows, (row) => row.result === '503'), lost, 'after detection nobody is lost');
});

test('3. the application on web-01 killed: a TCP check lies, an HTTP check sees it', async (t) => {
  const page = await open(t);
  await speed(page, '5');
  await flip(page, 'web-01/app');
  await pass(page, 10_000);
  const dynamic = [];
  for (let i = 0; i < 4; i += 1) dynamic.push((await send(page, 'read')).result);
  assert.deepEqual(dynamic.sort(), ['200', '200', '502', '502'], 'every other dynamic visit');
  for (let i = 0; i < 2; i += 1) assert.equal((await send(page, 'static')).result, '200');
  await inspect(page, 'lb-01/haproxy');
  await set(page, 'lb.check', 'http');
  await pass(page, 10_000);
  for (let i = 0; i < 4; i += 1) assert.equal((await send(page, 'read')).result, '200', 'the loss has stopped');
});

test('4. the primary killed, the replica promoted, the lost rows named', async (t) => {
  const page = await open(t);
  await speed(page, '5');
  assert.equal((await send(page, 'write')).result, '200');
  await pass(page, 1_000);
  await flip(page, 'web-01/mysqld>web-02/mysqld');
  assert.equal((await send(page, 'write')).result, '200', 'acknowledged, but not replicated');
  await flip(page, 'web-01/mysqld');
  const failed = await send(page, 'write');
  assert.equal(failed.result, '500');
  assert.match(failed.text, /2003/);
  assert.match((await send(page, 'read')).result, /^200/, 'reads go on, without the row that was not replicated');
  await inspect(page, 'web-02/mysqld');
  await page.click('[data-testid=act-promote]');
  await page.waitForSelector('[data-testid=lost-row]');
  assert.deepEqual(await page.$$eval('[data-testid=lost-row]', (rows) => rows.map((row) => row.dataset.id)), ['2']);
  assert.equal((await send(page, 'write')).result, '200', 'writes work again');
});

test('5. a read right after a write is stale while the replica lags', async (t) => {
  const page = await open(t);
  await speed(page, '1');
  await inspect(page, 'web-02/mysqld');
  await set(page, 'mysql.source-delay', '2000');
  assert.equal((await send(page, 'write')).result, '200');
  assert.match((await send(page, 'read')).result, /200 · stale read/);
  await pass(page, 3_000);
  assert.equal((await send(page, 'read')).result, '200');
  const [newest, before] = await log(page);
  assert.deepEqual([newest.stale, before.stale], [false, true]);
});

test('6. refused, timed out, not resolved', async (t) => {
  const page = await open(t);
  await speed(page, '20');
  await flip(page, 'lb-01/haproxy');
  assert.equal((await send(page, 'read')).result, 'ERR_CONNECTION_REFUSED');
  await flip(page, 'lb-01/haproxy');
  await flip(page, 'lb-01');
  assert.equal((await send(page, 'read')).result, 'ERR_CONNECTION_TIMED_OUT');
  await flip(page, 'lb-01');
  await pass(page, 65_000);
  assert.equal((await send(page, 'read')).result, '200', 'a fresh answer is in the cache');
  await flip(page, 'ns1/nsd');
  await pass(page, 20_000);
  assert.equal((await send(page, 'read')).result, '200', 'the cache still knows');
  await pass(page, 60_000);
  assert.equal((await send(page, 'read')).result, 'ERR_NAME_NOT_RESOLVED');
});

test('7. new code on web-01 only: the versions alternate', async (t) => {
  const page = await open(t);
  await speed(page, '5');
  await inspect(page, 'web-01/app');
  await page.click('[data-testid=act-deploy]');
  for (let i = 0; i < 4; i += 1) await send(page, 'read');
  assert.deepEqual((await log(page)).reverse().map((row) => row.version), ['2', '1', '2', '1']);
});

test('8. all back on: everything recovers, nothing is left over', async (t) => {
  const page = await open(t);
  await speed(page, '20');
  for (const part of ['web-01', 'web-02/app', 'web-02/mysqld', 'lb-01/haproxy', 'ns1/nsd', 'client/browser>lb-01/haproxy']) {
    await flip(page, part);
  }
  assert.notEqual((await send(page, 'read')).result, '200');
  await page.click('[data-testid=all-on]');
  await pass(page, 60_000);
  assert.ok(await page.locator('[data-testid=all-on]').isDisabled());
  for (const kind of ['read', 'read', 'write', 'write', 'static', 'static']) assert.equal((await send(page, kind)).result, '200', kind);
  const servers = (await log(page)).slice(0, 6).map((row) => row.server);
  assert.deepEqual(counts(servers.map((server) => ({ server })), 'server'), { 'web-01': 3, 'web-02': 3 });
  const seen = await outcomes(page);
  assert.equal(seen['under-way'], 0);
  assert.equal(seen.started, seen.ended);
  await tab(page, 'parts');
  const conditions = await page.$$eval('[data-testid=part-row]', (rows) => rows.map((row) => row.dataset.condition));
  assert.ok(conditions.length > 10 && conditions.every((condition) => condition === 'up'), conditions.join());
});
