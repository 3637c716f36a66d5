// The tab Config: files that follow what is shown, and an haproxy.cfg that is read back.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect, send, set, tab } from './explorer.mjs';
import { open } from './support.mjs';

const file = (page) => page.$$eval('.code__line', (lines) => lines.map((line) => line.textContent.trimEnd()).join('\n'));

/** What a click brings onto the disk: its name and its text. */
async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`[data-testid=${button}]`)]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

test('a file follows what is shown, marks what has changed, and can be saved', async (t) => {
  const page = await open(t);
  await tab(page, 'config');
  await page.waitForSelector('[data-testid=file]');
  assert.match(await file(page), /\n {2}balance roundrobin\n/);
  assert.equal(await page.locator('.code__line--new').count(), 0);

  await inspect(page, 'lb-01/haproxy');
  await set(page, 'lb.balance', 'leastconn');
  await page.waitForSelector('.code__line--new');
  assert.deepEqual(await page.$$eval('.code__line--new', (lines) => lines.map((line) => line.textContent.trim())), ['balance leastconn']);
  assert.match(await page.innerText('[data-testid=config-changes]'), /\+ balance leastconn; − balance roundrobin/);

  const one = await saved(page, 'download-file');
  assert.equal(one.name, 'lb-01-haproxy.cfg');
  assert.equal(one.text.trimEnd(), (await file(page)).trimEnd());

  const folder = mkdtempSync(join(tmpdir(), 'hopscope-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const all = await saved(page, 'download-all');
  execFileSync('sh', { cwd: folder, input: all.text });
  assert.equal(readFileSync(join(folder, 'lb-01/haproxy.cfg'), 'utf8'), one.text);
  const paths = await page.$$eval('[data-testid=config-file] option', (options) => options.map((option) => option.value));
  assert.ok(paths.length > 4, `${paths}`);
  for (const path of paths) assert.ok(readFileSync(join(folder, path), 'utf8').length > 0, path);

  await page.selectOption('[data-testid=config-file]', paths.find((path) => path.endsWith('nginx.conf')));
  await page.waitForFunction(() => document.querySelector('[data-testid=file]').textContent.includes('proxy_pass'));
});

test('an haproxy.cfg is read, line by line, and shown', async (t) => {
  const page = await open(t);
  await tab(page, 'config');
  const lines = (wanted) => page.$$eval('[data-testid=read-line]', (rows, fate) => rows
    .filter((row) => row.querySelector('.chip').textContent === fate).map((row) => Number(row.dataset.line)), wanted);
  await page.fill('[data-testid=paste]', 'defaults\n mode http\n <b>retrys</b> 3\nlisten l\n bind :80\n server s 10.0.0.1:80 chek\n');
  await page.click('[data-testid=read-file]');
  await page.waitForSelector('[data-testid=read-line]');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'reading');
  assert.deepEqual(await lines('wrong'), [3, 6]);
  assert.equal(await page.innerText('[data-testid=read-line] code'), '<b>retrys</b> 3');
  assert.equal(await page.locator('[data-testid=show-file]').count(), 0, 'HAProxy would not start');

  await page.fill('[data-testid=paste]', `defaults
  mode http
  timeout connect 2s
  stats enable
frontend www
  bind :80
  default_backend app
backend app
  balance first
  server alpha 10.0.0.1:80
  server beta 10.0.0.2:80 slowstart 10s
`);
  await page.click('[data-testid=read-file]');
  await page.waitForSelector('[data-testid=show-file]');
  assert.deepEqual([await lines('wrong'), await lines('in part'), await lines('not modelled')], [[], [11], [4]]);
  await page.click('[data-testid=show-file]');
  await page.waitForFunction(() => document.querySelector('svg [data-part="beta"]') && !document.querySelector('svg [data-part="web-01"]'));
  await page.waitForFunction(() => document.querySelector('[data-testid=file]').textContent.includes('server alpha 10.0.0.1:80'));
  assert.equal((await send(page, 'read')).result, '200');
});
