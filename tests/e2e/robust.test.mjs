// A tab that was hidden, a computer that slept, a clock that was set, two pages at once, a full or damaged storage: the page goes on,
// says so, and loses nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clock, send } from './explorer.mjs';
import { openInFirefox } from './firefox.mjs';
import { open, siteUrl } from './support.mjs';

const HOUR_MS = 3_600_000;
const notices = (page) => page.$$eval('[data-testid=notice]', (all) => all.map((notice) => notice.innerText));
const kept = (page) => page.evaluate(() => localStorage.getItem('hopscope.lessons'));

/** Lets the time of frames be moved on or back, as a computer does that slept. */
const withAClock = (context) => context.addInitScript(() => {
  let later = 0;
  const next = requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) => next((time) => draw(time + later));
  window.jump = (ms) => { later += ms; };
});

/** Does the first step of a lesson. */
async function learn(page, lesson) {
  await page.goto(new URL(`?lesson=${lesson}`, siteUrl).href);
  await page.click('[data-testid=lesson-next]');
  await page.waitForTimeout(200);
}

test('after eight hours of sleep time has stood still, and the page says so; a clock that goes back does no harm', async (t) => {
  const page = await open(t, { before: withAClock });
  await send(page, 'read');
  const before = await clock(page);
  await page.evaluate((ms) => window.jump(ms), 8 * HOUR_MS);
  await page.getByText('asleep for 8 h 0 min').first().waitFor();
  assert.ok((await clock(page)) - before < 60_000, 'no hours in a burst');
  await page.evaluate((ms) => window.jump(-ms), 4 * HOUR_MS);
  const then = await clock(page);
  await page.waitForTimeout(1_000);
  assert.ok(await clock(page) > then, 'time goes on');
  assert.equal((await send(page, 'read')).result, '200');
});

test('two pages add to the progress of each other', async (t) => {
  const first = await open(t);
  const second = await first.context().newPage();
  await first.goto(new URL('?lesson=visit', siteUrl).href);
  await second.goto(new URL('?lesson=dns', siteUrl).href);
  await first.click('[data-testid=lesson-next]');
  await second.click('[data-testid=lesson-next]');
  await second.waitForFunction(() => /visit=1\/.*dns=1\//.test(localStorage.getItem('hopscope.lessons')));
  // The first page has heard of it, and does not forget it when it goes on.
  await first.click('[data-testid=lesson-back]');
  await first.waitForTimeout(300);
  assert.match(await kept(first), /visit=1\/.*dns=1\//);
});

test('a storage without room, and one without permission, are told once there is something to lose', async (t) => {
  for (const forbid of [
    () => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; },
    () => Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('no', 'SecurityError'); } }),
  ]) {
    const page = await open(t, { before: (context) => context.addInitScript(forbid) });
    await page.getByTestId('tab-parts').click();
    assert.deepEqual(await notices(page), []);
    await learn(page, 'visit');
    assert.match((await notices(page)).join(), /progress lasts as long as this page/);
  }
});

test('in Firefox, too: a storage without room, and none at all', async (t) => {
  const page = await openInFirefox(t);
  await page.evaluateOnNewDocument(() => {
    if (location.search.includes('full')) Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
    else Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('no', 'SecurityError'); } });
  });
  for (const kind of ['full', 'none']) {
    await page.goto(new URL(`?lesson=visit&is=${kind}`, siteUrl).href);
    await page.waitForSelector('[data-testid=lesson-next]', { timeout: 30_000 });
    await page.click('[data-testid=lesson-next]');
    await page.waitForFunction(() => /progress lasts as long as this page/.test(document.querySelector('[data-testid=notice]')?.innerText), { timeout: 30_000 });
  }
});

test('a damaged storage is told, and what can be read of it counts', async (t) => {
  const before = (context) => context.addInitScript(() => {
    if (sessionStorage.getItem('once')) return;
    sessionStorage.setItem('once', 'x');
    localStorage.setItem('hopscope.theme', '\u0000<b>');
    localStorage.setItem('hopscope.lessons', 'visit=3/4 \u0000\ud800{"dns":1} dns=99999999999 balance=1/5 ');
  });
  const page = await open(t, { before });
  await page.getByText('the progress that was kept is damaged').first().waitFor();
  await learn(page, 'dns');
  assert.match(await kept(page), /visit=3\/.*dns=1\/.*balance=1\//);
});

test('markup in names stays text', async (t) => {
  const page = await open(t, {
    before: (context) => context.addInitScript(() => { window.addEventListener('error', () => {}); }),
  });
  const name = '<img src=x onerror=window.intruded=1>';
  await page.goto(new URL(`?preset=${encodeURIComponent(name)}&theme=${encodeURIComponent(name)}`, siteUrl).href);
  assert.ok((await notices(page)).every((text) => text.includes('<img src=x')), 'seen as text');
  assert.equal((await notices(page)).length, 2);
  assert.equal(await page.evaluate(() => window.intruded), undefined);
});
