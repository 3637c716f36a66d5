// After the first visit the site works without a network; and whatever is published when, a page is never a mix of two versions.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { send } from './explorer.mjs';
import { openInFirefox } from './firefox.mjs';
import { filesOf, serve } from './static.mjs';
import { launch, tellOfViolations } from './support.mjs';

const prefix = '/course/week-3/';
const built = await filesOf(fileURLToPath(new URL('../../dist', import.meta.url)));
const digest = (content, kind = 'sha384') => `${kind}-${createHash(kind).update(content).digest('base64')}`;

/** The version that would be published after a change of everything: each file has another content, and so another name. */
function nextVersion(files) {
  const next = new Map(files);
  let page = `${next.get('index.html')}`;
  const change = (end, changed) => {
    const [name, content] = [...files].find(([file]) => file.endsWith(end));
    assert.match(name, /^hopscope-[0-9a-f]{16}[._]/);
    const other = Buffer.from(changed(content));
    const otherName = name.replace(/-\w{16}/, `-${createHash('sha384').update(other).digest('hex').slice(0, 16)}`);
    next.delete(name);
    next.set(otherName, other);
    const renamed = (text) => ['sha256', 'sha384'].reduce(
      (out, kind) => out.replaceAll(digest(content, kind), digest(other, kind)), text.replaceAll(name, otherName),
    );
    page = renamed(page);
    return renamed;
  };
  const section = (content) => Buffer.concat([content, Buffer.from([0, 2, 1, 66])]); // A custom section, named B.
  const [later, first] = [change('_later.wasm', section), change('_bg.wasm', section)];
  for (const end of ['.css', '_crash.js']) change(end, (content) => `${content}/* B */`);
  const script = [...files.keys()].find((name) => /^hopscope-\w{16}\.js$/.test(name));
  change(script, (content) => first(later(`${content}`)));
  next.set('index.html', Buffer.from(page.replace('<title>', '<title>B: ')));
  next.delete('sw.js');
  const list = JSON.stringify(Object.fromEntries([...next].map(([name, content]) => [name, digest(content)])));
  const worker = `${files.get('sw.js')}`.replace(/FILES = \{[^}]*\}/, `FILES = ${list}`).replace(/VERSION = '\w+'/, "VERSION = 'b'");
  return next.set('sw.js', Buffer.from(worker));
}

const newer = nextVersion(built);
// The worker has taken over, and what was left for later has come from it.
const isKept = () => navigator.serviceWorker.controller !== null
  && performance.getEntriesByType('resource').some(({ name }) => name.endsWith('_later.wasm'));
const load = (page) => page.waitForSelector('[data-testid=send-static]', { timeout: 30_000 });

/** Uses what a first load leaves for later. */
async function useLater(page) {
  await page.click('[data-testid=tab-parts]');
  await page.waitForSelector('#tab-panel table', { timeout: 15_000 });
}

/** Which version each file of the page is of. */
async function versions(page) {
  const names = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name.split('/').pop()));
  const of = (name) => [built.has(name) && 'A', newer.has(name) && 'B'].filter(Boolean).join('');
  const title = await page.title();
  return [...new Set([title.startsWith('B: ') ? 'B' : 'A', ...names.map(of)])].join(' and ');
}

async function inChromium(t, address) {
  const browser = await launch();
  const context = await browser.newContext();
  await context.addInitScript(tellOfViolations);
  const complaints = [];
  t.after(async () => {
    const seen = [...complaints];
    await browser.close();
    assert.deepEqual(seen, [], 'the page complained');
  });
  const open = async (path = '') => {
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(`${error.stack ?? error}`));
    await page.goto(address + path);
    await load(page);
    return page;
  };
  return { open };
}

test('the second visit needs no server, nor does what the first one has left for later', async (t) => {
  const server = await serve(t, { prefix, files: built, caching: 'no-store' });
  const { open } = await inChromium(t, server.address);
  const page = await open();
  await page.waitForFunction(isKept, null, { timeout: 30_000 });
  await server.stop();
  await useLater(page);
  await page.reload();
  await load(page);
  assert.equal((await send(page, 'static')).result, '200');
  await useLater(page);
  await page.goto(`${server.address}index.html?lesson=visit&step=3`);
  await page.waitForSelector('.lesson__answer');
  assert.equal(await versions(page), 'A');
  await server.start();
});

test('in Firefox, too', async (t) => {
  const server = await serve(t, { prefix, files: built });
  const page = await openInFirefox(t);
  await page.setViewport({ width: 1440, height: 900 });
  await page.goto(server.address);
  await load(page);
  await page.waitForFunction(isKept, { timeout: 30_000 });
  // What Firefox has under way when a page is left, it reports as an error of the worker.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await server.stop();
  await page.goto(`${server.address}?preset=one-server`);
  await load(page);
  await useLater(page);
  await server.start();
});

test('an open page keeps its version, who loads it anew gets all of the next one', async (t) => {
  const site = { prefix, files: built };
  const server = await serve(t, site);
  const { open } = await inChromium(t, server.address);
  const page = await open();
  await page.waitForFunction(isKept, null, { timeout: 30_000 });
  assert.equal(await page.locator('#newer').isVisible(), false);
  // Caches of others on the same origin.
  const others = ['theirs', `hopscope ${new URL('..', server.address)} 1`];
  await page.evaluate((names) => Promise.all(names.map((name) => caches.open(name))), others);

  site.files = newer;
  const second = await open('?embed');
  assert.equal(await versions(second), 'A', 'the next version has not come yet');
  await page.locator('#newer').waitFor({ timeout: 30_000 });
  await useLater(page);
  // Whatever else it might ask for, which the server no longer has.
  const old = [...built.keys()].filter((name) => /^[^/]*-\w{16}/.test(name) && !newer.has(name));
  assert.ok(old.length >= 4);
  const statuses = await page.evaluate((names) => Promise.all(names.map(async (name) => (await fetch(name, { cache: 'no-store' })).status)), old);
  assert.deepEqual([...new Set(statuses)], [200]);
  assert.equal(await versions(page), 'A');
  await page.getByRole('button', { name: 'Load it' }).click();
  await page.waitForFunction(() => document.title.startsWith('B: '));
  await load(page);
  await server.stop();
  await useLater(page);
  assert.equal(await versions(page), 'B');
  // Somebody still has the old one.
  await useLater(await second.reload().then(() => open('?preset=scaled')));
  await server.start();

  const names = () => page.evaluate(() => caches.keys());
  assert.equal((await names()).length, 4);
  await second.close();
  for (const other of page.context().pages()) if (other !== page) await other.close();
  await page.goto('about:blank');
  await page.goto(server.address);
  await load(page);
  await page.waitForFunction(async () => (await caches.keys()).length === 3);
  assert.deepEqual((await names()).sort(), [...others, `hopscope ${server.address} b`].sort());
});

test('who hosts the site can have the server asked again', async (t) => {
  const site = { prefix, files: built };
  const server = await serve(t, site);
  const { open } = await inChromium(t, server.address);
  const page = await open();
  await page.waitForFunction(isKept, null, { timeout: 30_000 });
  const [line] = `${await readFile(new URL('../../docs/hosting.md', import.meta.url))}`.match(/addEventListener\('install'[^`]*/);
  site.files = new Map(newer).set('sw.js', Buffer.from(line));
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await page.locator('#newer').waitFor();
  await page.reload();
  await load(page);
  assert.equal(await versions(page), 'B');
});

test('a version that comes incomplete is never used', async (t) => {
  const site = { prefix, files: built };
  const server = await serve(t, site);
  const { open } = await inChromium(t, server.address);
  const page = await open();
  await page.waitForFunction(isKept, null, { timeout: 30_000 });
  const name = [...newer.keys()].find((file) => file.endsWith('_later.wasm'));
  const whole = newer.get(name);
  for (const [what, content] of [['missing', undefined], ['another', whole.subarray(1)], ['the page alone', null]]) {
    site.files = new Map(newer);
    if (content === null) site.files.set('sw.js', built.get('sw.js'));
    else site.files.set(name, content);
    const state = await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update().catch(() => {});
      while (registration.installing) await new Promise((resolve) => setTimeout(resolve, 50));
      return Boolean(registration.waiting);
    });
    assert.equal(state, false, what);
    await page.reload();
    await load(page);
    await useLater(page);
    assert.equal(await versions(page), 'A', what);
    assert.equal((await page.evaluate(() => caches.keys())).length, 1, what);
  }
});
