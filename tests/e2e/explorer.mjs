// What a person does on the page, in words: send, break, look.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

/** Runs `page` at a fixed speed, such as '1', '10' or '1/20'. */
export const speed = (page, name) => page.selectOption('[data-testid=speed]', name);

/** Kills or restores a part by its switch in the diagram. */
export const flip = (page, part) => page.locator(`svg [data-testid=switch][data-part="${part}"]`).click();

/** Sends one visit and waits until it has ended; what the narrator says of it. */
export async function send(page, kind) {
  const last = await page.evaluate(() => Number(document.querySelector('[data-testid=narrator]')?.dataset.visit ?? 0));
  await page.click(`[data-testid=send-${kind}]`);
  await page.waitForFunction((before) => {
    const narrator = document.querySelector('[data-testid=narrator]');
    return Number(narrator?.dataset.visit) > before && document.querySelector('[data-testid=narrator-result]');
  }, last, { timeout: 60_000 });
  return page.evaluate(() => ({
    visit: Number(document.querySelector('[data-testid=narrator]').dataset.visit),
    text: document.querySelector('[data-testid=narrator]').innerText,
    result: document.querySelector('[data-testid=narrator-result]').innerText.replace(/^[^\w]+/, ''),
  }));
}

/** Opens a tab at the bottom. */
export const tab = (page, name) => page.click(`[data-testid=tab-${name}]`);

/** The log of ended visits, newest first. */
export async function log(page) {
  await tab(page, 'requests');
  await page.waitForSelector('[data-testid=requests]');
  await page.waitForTimeout(250);
  return page.$$eval('[data-testid=request]', (rows) => rows.map((row) => ({
    id: Number(row.dataset.id),
    kind: row.dataset.class,
    result: row.dataset.result,
    server: row.dataset.server,
    version: row.dataset.version,
    stale: row.dataset.stale === 'true',
  })));
}

/** How many visits ended how: rows of class, result and emitting process, and the totals. */
export async function outcomes(page) {
  await tab(page, 'requests');
  await page.waitForSelector('[data-testid=requests]');
  await page.waitForTimeout(250);
  return page.evaluate(() => {
    const total = (name) => Number(document.querySelector(`[data-testid=total-${name}]`)?.dataset.count);
    const rows = [...document.querySelectorAll('[data-testid=outcome-row]')].map((row) => ({
      kind: row.dataset.class, result: row.dataset.result, by: row.dataset.by, count: Number(row.dataset.count),
    }));
    const totals = Object.fromEntries(['started', 'ended', 'ok', 'stale', 'under-way'].map((name) => [name, total(name)]));
    return { rows, ...totals };
  });
}

/** The trace of the watched visit: its spans and its total in microseconds. */
export async function trace(page) {
  await tab(page, 'trace');
  await page.waitForSelector('[data-testid=trace-total]');
  return page.evaluate(() => ({
    spans: [...document.querySelectorAll('[data-testid=span]')].map((row) => ({
      layer: row.dataset.layer, us: Number(row.dataset.us), text: row.innerText,
    })),
    total: Number(document.querySelector('[data-testid=trace-total]').dataset.us),
  }));
}

/** Looks inside a part. */
export async function inspect(page, part) {
  await page.locator(`svg [role=button][data-part="${part}"]`).click();
  await page.waitForSelector('[data-testid=inspector-title]');
}

/** Changes a setting of the part in the inspector. */
export async function set(page, key, value) {
  const field = page.locator(`[data-testid="set-${key}"]`);
  if (typeof value === 'boolean') return field.setChecked(value);
  if ((await field.evaluate((node) => node.tagName)) === 'SELECT') return field.selectOption(value);
  await field.fill(value);
  return field.press('Enter');
}

/** Sets the continuous load. */
export const load = (page, rate) => page.fill('[data-testid=rate]', String(rate));

/** The simulated time in milliseconds. */
export const clock = (page) => page.locator('[data-testid=clock]').getAttribute('data-ms').then(Number);

/** Waits until so many simulated milliseconds have passed. */
export async function pass(page, ms) {
  const end = (await clock(page)) + ms;
  await page.waitForFunction((until) => Number(document.querySelector('[data-testid=clock]').dataset.ms) >= until, end, {
    timeout: 120_000,
  });
}

/** Presses a button of the tab Share; the file that is saved. */
export async function save(page, file) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator(`[data-testid=save][data-file="${file}"]`).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Holds a file over the page and lets it go there. */
export async function drop(page, name, text) {
  const data = await page.evaluateHandle(([fileName, content]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], fileName));
    return transfer;
  }, [name, text]);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  assert.ok(await page.locator('body[data-drop]').count(), 'the page says that the file can be dropped');
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  assert.equal(await page.locator('body[data-drop]').count(), 0);
}
