// The page comes up at the address that it is served from.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launch, open, openPage } from './support.mjs';

test('the page has its title and its header', async (t) => {
  const page = await open(t);
  await page.locator('header').first().waitFor({ state: 'visible' });
  assert.match(await page.title(), /Hopscope/);
});

test('a first load leaves the later part alone; who uses the page gets it once', async (t) => {
  const page = await open(t);
  const asked = [];
  page.on('request', (request) => request.url().endsWith('_later.wasm') && asked.push(request.url()));
  // Whoever has been here before has progress that is read at the start.
  await page.evaluate(() => localStorage.setItem('hopscope.lessons', 'visit=3/4 dns=1/5 at=dns/2 '));
  await page.reload();
  await page.waitForTimeout(2000);
  assert.deepEqual(asked, []);
  const later = page.waitForRequest(/_later\.wasm$/);
  await page.keyboard.press('Shift');
  await later;
  await page.getByTestId('tab-parts').click();
  await page.locator('#tab-panel table').first().waitFor();
  assert.equal(asked.length, 1);
});

test('a click before it has come waits for it', async (t) => {
  const page = await open(t);
  const later = page.waitForRequest(/_later\.wasm$/);
  // A click without a pointer: nothing has announced it.
  await page.evaluate(() => document.querySelector('[data-testid=tab-parts]').click());
  await later;
  await page.locator('#tab-panel table').first().waitFor();
});

test('without a network for it the page says so and goes on; what is done once it can be loaded is done', async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const { page } = await openPage(browser);
  await page.route(/_later\.wasm$/, (route) => route.abort());
  await page.getByTestId('tab-parts').click();
  await page.getByText('there may be no network').waitFor();
  const clock = () => page.evaluate(() => Number(document.querySelector('[data-testid=clock]').dataset.ms));
  const before = await clock();
  await page.waitForTimeout(500);
  assert.ok(await clock() > before, 'time goes on');
  assert.ok(await page.locator('#crash').isHidden());

  await page.unroute(/_later\.wasm$/);
  await page.getByTestId('tab-parts').click();
  await page.locator('#tab-panel table').first().waitFor();
  assert.ok(await page.getByText('there may be no network').isHidden());
});

test('a page that cannot do without it says so', async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const before = (context) => context.route(/_later\.wasm$/, (route) => route.abort());
  const { page } = await openPage(browser, { path: '?lesson=visit', before });
  const crash = page.locator('#crash');
  await crash.waitFor();
  assert.match(await crash.innerText(), /A part of the page could not be loaded/);
  await page.context().unroute(/_later\.wasm$/);
  await crash.getByRole('link', { name: 'Load the page again' }).click();
  await page.getByTestId('tab-parts').waitFor();
});

test('a large diagram takes the room of the panels, which come when they are asked for', async (t) => {
  const page = await open(t, { path: '?preset=scaled' });
  const width = () => page.locator('.stage').evaluate((stage) => stage.clientWidth);
  const [panel, inspector] = [page.locator('#tab-panel'), page.locator('.page__inspector')];
  const before = await width();
  await page.getByTestId('large').click();
  await page.locator('[data-testid=large][aria-pressed=true]').waitFor();
  assert.ok(await width() > before * 1.4, `${await width()} instead of ${before} px`);
  assert.deepEqual([await panel.isVisible(), await inspector.isVisible()], [false, false]);
  await page.click('svg [role=button][data-part="web-01/nginx"]');
  await inspector.waitFor();
  await page.getByTestId('tab-parts').click();
  await panel.locator('table').waitFor();
  assert.equal(await inspector.isVisible(), false);
  await page.locator('.tabs > .sheet-close').click();
  await panel.waitFor({ state: 'hidden' });
  await page.getByTestId('large').click();
  await inspector.waitFor();
  assert.deepEqual([await panel.isVisible(), await width()], [true, before]);
});
