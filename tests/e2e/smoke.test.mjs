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
  await page.waitForTimeout(2000);
  assert.deepEqual(asked, []);
  const later = page.waitForRequest(/_later\.wasm$/);
  await page.keyboard.press('Shift');
  await later;
  await page.getByTestId('tab-parts').click();
  await page.locator('#tab-panel table').first().waitFor();
  assert.equal(asked.length, 1);
});

test('what is called before it has come is waited for', async (t) => {
  const page = await open(t);
  const later = page.waitForRequest(/_later\.wasm$/);
  // A click without a pointer: nothing has announced it.
  await page.evaluate(() => document.querySelector('[data-testid=tab-parts]').click());
  await later;
  await page.locator('#tab-panel table').first().waitFor();
});

test('a later part that cannot be loaded is told, with a way out', async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const { page } = await openPage(browser);
  await page.route(/_later\.wasm$/, (route) => route.abort());
  await page.getByTestId('tab-parts').click();
  const crash = page.locator('#crash');
  await crash.waitFor();
  assert.match(await crash.innerText(), /A part of the page could not be loaded/);
  await page.unroute(/_later\.wasm$/);
  await crash.getByRole('link', { name: 'Load the page again' }).click();
  await page.getByTestId('tab-parts').waitFor();
});
