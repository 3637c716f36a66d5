// Links to a run, undo and redo, the browser's way back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violations } from './axe.mjs';
import { clock, flip, inspect, load, outcomes, pass, set, speed, tab } from './explorer.mjs';
import { openInFirefox } from './firefox.mjs';
import { open, openPage, shot, siteUrl } from './support.mjs';

const isAt = (page, ms) => page.waitForFunction(
  (ms) => document.querySelector('[data-testid=clock]')?.dataset.ms === String(ms), ms, { timeout: 30_000 },
);
const notices = (page) => page.$$eval('[data-testid=notice]', (all) => all.map((notice) => notice.dataset.field));
const on = (page, part) => page.getAttribute(`svg [data-testid=switch][data-part="${part}"]`, 'aria-checked');
const isOn = (page, part, expected) => page.waitForSelector(`svg [data-testid=switch][data-part="${part}"][aria-checked=${expected}]`);
const query = (page) => new URL(page.url()).search;
const preset = (page) => page.inputValue('[data-testid=preset]');

/** Some seconds under load in which something breaks; the page stands still at the end. */
async function story(page) {
  await load(page, 50);
  await speed(page, '10');
  await pass(page, 2_000);
  await flip(page, 'web-01/app');
  await pass(page, 3_000);
  await inspect(page, 'lb-01/haproxy');
  await set(page, 'lb.balance', 'leastconn');
  await pass(page, 2_000);
  await page.click('[data-testid=toggle]');
}

test('a link that is copied leads to the same point of the same run', async (t) => {
  const page = await open(t);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await story(page);
  const before = { ms: await clock(page), outcomes: await outcomes(page) };
  assert.ok(before.outcomes.rows.some((row) => row.result === '502'), JSON.stringify(before));

  await page.click('[data-testid=share]');
  await page.click('[data-testid=copy-moment-link]');
  await page.waitForFunction(() => document.querySelector('.copyable .said')?.innerText.includes('Copied'));
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, await page.inputValue('[data-testid=moment-link]'));
  assert.ok(link.startsWith(`${siteUrl.href}#s=1.`) && link.length <= 1_500, link);

  const { page: other, complaints } = await openPage(page.context().browser(), { path: new URL(link).hash });
  await isAt(other, before.ms);
  assert.deepEqual(await notices(other), [], 'the digest is the same');
  assert.deepEqual({ ms: await clock(other), outcomes: await outcomes(other) }, before);
  assert.equal(await on(other, 'web-01/app'), 'false');

  // Another fragment in the same page, and the way back.
  await other.evaluate(() => { location.hash = ''; });
  await isAt(other, 0).catch(() => {});
  await other.goBack();
  await isAt(other, before.ms);
  assert.deepEqual(await outcomes(other), before.outcomes);
  assert.deepEqual(complaints, []);
});

test('a link that cannot be read is named, and the page begins as usual', async (t) => {
  const page = await open(t, { path: '#s=1.eNqrVgrandmore' });
  await page.waitForSelector('[data-testid=notice]');
  assert.deepEqual(await notices(page), ['s']);
  assert.equal(await preset(page), 'three-server');
});

test('what was done last is undone and done again, by buttons and keys', async (t) => {
  const page = await open(t);
  await story(page);
  const end = { ms: await clock(page), outcomes: await outcomes(page) };
  await page.locator('body').press('Control+z');
  await page.waitForFunction((ms) => Number(document.querySelector('[data-testid=clock]').dataset.ms) < ms, end.ms);
  // What takes long to draw is drawn in more than one turn: the clock may be ahead of the rest.
  await page.waitForFunction(() => document.querySelector('[data-testid="set-lb.balance"]').value === 'roundrobin');
  await isOn(page, 'web-01/app', false);
  await page.click('[data-testid=undo]');
  await isOn(page, 'web-01/app', true);
  for (const key of ['Control+y', 'Control+Shift+Z']) await page.locator('body').press(key);
  await isAt(page, end.ms);
  assert.deepEqual(await outcomes(page), end.outcomes);

  // In a field with text the keys belong to what is typed.
  await page.focus('[data-testid="set-lb.fall"]');
  await page.keyboard.press('Control+z');
  assert.equal(await clock(page), end.ms);
});

test('back and forward lead to topologies and steps, each run as it was left; the tab makes no entry', async (t) => {
  const page = await open(t, { path: '?theme=light' });
  await story(page);
  const left = { ms: await clock(page), outcomes: await outcomes(page) };
  assert.equal(query(page), '?preset=three-server&tab=requests&theme=light');
  const entries = await page.evaluate(() => history.length);
  await page.selectOption('[data-testid=preset]', 'secured');
  await page.waitForFunction(() => location.search.includes('preset=secured'));
  assert.equal(query(page), '?preset=secured&tab=requests&theme=light');
  assert.equal(await page.evaluate(() => history.length), entries + 1);

  await page.goBack();
  await isAt(page, left.ms);
  assert.equal(await preset(page), 'three-server');
  assert.deepEqual(await outcomes(page), left.outcomes);
  await page.goForward();
  await page.waitForFunction(() => document.querySelector('[data-testid=preset]').value === 'secured');

  await page.goto(new URL('?lesson=dns', siteUrl).href);
  await page.click('[data-testid=lesson-next]');
  await page.waitForFunction(() => location.search.includes('step=2'));
  await page.goBack();
  await page.waitForFunction(() => document.querySelector('[data-testid=lesson]').innerText.includes('1/'));
  await page.reload();
  await page.waitForSelector('[data-testid=lesson-next]');
  assert.deepEqual(await notices(page), []);
});

test('in a frame nothing is written into the history of the page around it', async (t) => {
  const page = await open(t);
  const host = '<!doctype html><link rel="icon" href="data:,"><title>A course</title><body></body>';
  await page.route('**/host.html', (route) => route.fulfill({ contentType: 'text/html', body: host }));
  await page.goto(new URL('host.html', siteUrl).href);
  const entries = await page.evaluate(() => history.length);
  await page.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.src = './?lesson=visit';
    frame.width = '1200';
    frame.height = '800';
    document.body.replaceChildren(frame);
  });
  const frame = page.frameLocator('iframe');
  await frame.locator('[data-testid=lesson-next]').click();
  await frame.locator('[data-testid=lesson-back]').waitFor();
  await frame.locator('[data-testid=preset]').selectOption('scaled');
  await frame.locator('[data-testid=machine]').nth(8).waitFor();
  assert.equal(await page.evaluate(() => history.length), entries);
  const inside = page.frames().find((one) => one !== page.mainFrame());
  assert.equal(new URL(inside.url()).search, '?lesson=visit');
});

test('the tab Share leads to the documentation, which can be read at any width', async (t) => {
  const page = await open(t);
  await tab(page, 'share');
  const ways = page.locator('[data-testid=share] a[target=_blank]');
  const [documents] = await Promise.all([page.waitForEvent('popup'), ways.last().click()]);
  await documents.waitForLoadState();
  assert.match(await documents.title(), /^Embedding the explorer/);
  await documents.getByRole('link', { name: 'Links', exact: true }).click();
  await documents.waitForURL(/links\.html$/);
  assert.ok(await documents.locator('td code').count() > 30);
  for (const [width, colorScheme] of [[320, 'dark'], [1024, 'light']]) {
    await documents.emulateMedia({ colorScheme });
    await documents.setViewportSize({ width, height: 700 });
    for (const name of ['embedding', 'hosting', 'links']) {
      await documents.goto(new URL(`docs/${name}.html`, siteUrl).href);
      assert.deepEqual(await violations(documents), [], name);
      assert.ok((await documents.evaluate(() => document.documentElement.scrollWidth)) <= width, name);
      await shot(documents, `docs-${name}-${width}`);
    }
  }
  await documents.getByRole('link', { name: 'Hopscope' }).click();
  await documents.getByTestId('diagram').waitFor();
});

test('in Firefox, too: a link, undo, back and forward', async (t) => {
  const page = await openInFirefox(t);
  await page.setViewport({ width: 1440, height: 900 });
  const isOn = (state) => page.waitForFunction(
    (wanted) => document.querySelector('svg [data-testid=switch][data-part="web-01/app"]')?.getAttribute('aria-checked') === wanted,
    { timeout: 30_000 }, state,
  );
  await page.goto(siteUrl.href);
  await isOn('true');
  await page.click('svg [data-testid=switch][data-part="web-01/app"]');
  await isOn('false');
  await page.click('[data-testid=send-read]');
  await page.waitForSelector('[data-testid=narrator-result]', { timeout: 60_000 });
  await page.click('[data-testid=share]');
  await page.waitForSelector('[data-testid=moment-link]', { timeout: 30_000 });
  const link = await page.$eval('[data-testid=moment-link]', (field) => field.value);
  await page.goto('about:blank');
  await page.goto(link);
  await isOn('false');
  await page.waitForFunction(() => document.querySelectorAll('[data-testid=timeline-mark]').length >= 2, { timeout: 30_000 });
  assert.deepEqual(await notices(page), [], 'the digest is that of the run where the link was made');
  for (const key of ['z', 'z']) {
    await page.keyboard.down('Control');
    await page.keyboard.press(key);
    await page.keyboard.up('Control');
  }
  await isOn('true');
  const isAtPreset = (name) => page.waitForFunction((wanted) => document.querySelector('[data-testid=preset]').value === wanted, { timeout: 30_000 }, name);
  await page.select('[data-testid=preset]', 'secured');
  await page.waitForFunction(() => location.search.includes('preset=secured'));
  await page.evaluate(() => history.back());
  await isAtPreset('three-server');
  await page.evaluate(() => history.forward());
  await isAtPreset('secured');
});
