// Single points of failure: what is found, a proof that can be watched, and assumptions that count.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tab } from './explorer.mjs';
import { open } from './support.mjs';

const sentences = (page) => page.locator('[data-testid=failures-sentence]').allInnerTexts();

async function examine(page) {
  await tab(page, 'failures');
  await page.waitForSelector('[data-testid=failures][data-done=true]', { timeout: 60_000 });
}

test('three servers: the replica does not save writes, and the proof is a visit', async (t) => {
  const page = await open(t, { path: '?speed=10' });
  await examine(page);
  const [files, read, write] = await sentences(page);
  assert.match(files, /^3 parts can take static files down alone: the machine lb-01, HAProxy on lb-01/);
  assert.match(read, /the machine web-02 and MySQL on web-02\.$/);
  assert.match(write, /the machine web-01 and MySQL on web-01\.$/);
  await page.click('[data-part="MySQL on web-01"] [data-class=write]');
  await page.waitForSelector('[data-testid=narrator-result]', { timeout: 60_000 });
  assert.match(await page.locator('[data-testid=narrator-result]').innerText(), /500/);
  assert.equal(await page.locator('svg [data-testid=switch][data-part="web-01/mysqld"]').getAttribute('aria-checked'), 'false');
  await tab(page, 'failures');
  await page.click('[data-testid=examine-back]');
  await page.waitForSelector('svg [data-testid=switch][data-part="web-01/mysqld"][aria-checked=true]');
});

test('pairs, an element left out, and an assumption', async (t) => {
  const page = await open(t, { path: '?preset=one-server' });
  await examine(page);
  const share = () => page.locator('[data-testid=failures-share]').first().innerText();
  const before = await share();
  await page.click('summary:has-text("Assumptions")');
  const hours = page.locator('[data-testid^=assume-]').first();
  await hours.fill('100');
  await hours.press('Enter');
  await page.waitForFunction((old) => document.querySelector('[data-testid=failures-share]').innerText !== old, before);
  await page.selectOption('[data-testid=leave-out]', 'web-01/mysqld');
  await page.waitForSelector('[data-testid=worse]');
  await page.click('[data-testid=examine-pairs]');
  await page.waitForSelector('[data-testid=pairs]');
  assert.equal(await page.locator('[data-testid=pair]').count(), 0, 'one server needs no pair to fall');
});
