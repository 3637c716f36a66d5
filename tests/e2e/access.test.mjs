// What everybody needs: no violation that axe-core finds in Chromium and in Firefox, nothing that has to be scrolled
// sideways or is cut, announcements that do not flood, and stillness for who asks for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violations } from './axe.mjs';
import { cutTexts } from './cut.mjs';
import { flip, load, pass, speed, tab } from './explorer.mjs';
import { openInFirefox } from './firefox.mjs';
import { enter, states } from './states.mjs';
import { open, siteUrl } from './support.mjs';

/** Visits every state; what is wrong there, by its name. */
async function lookEverywhere(page, resize) {
  const to = (path) => page.goto(new URL(path, siteUrl).href, { timeout: 90_000 });
  await to('');
  await page.waitForSelector('[role=tab]');
  const tabs = await page.evaluate(() => [...document.querySelectorAll('[role=tab]')].map((tab) => tab.id.replace('tab-', '')));
  const all = states(tabs);
  assert.ok(all.length >= 30, `${all.length} states`);
  const wrong = {};
  for (const state of all) {
    await resize(state);
    await to(state.path);
    await page.waitForSelector('[data-testid=diagram]');
    await enter(page, state);
    const found = await violations(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) found.push(`${wide} px too wide`);
    if (found.length > 0) wrong[state.name] = found;
  }
  return wrong;
}

test('axe-core finds nothing in any state, in Chromium', async (t) => {
  const page = await open(t);
  assert.deepEqual(await lookEverywhere(page, ({ width, height }) => page.setViewportSize({ width, height })), {});
});

test('axe-core finds nothing in any state, in Firefox', async (t) => {
  const page = await openInFirefox(t);
  assert.deepEqual(await lookEverywhere(page, ({ width, height }) => page.setViewport({ width, height })), {});
});

test('a flood of news is announced at most once in two seconds', async (t) => {
  const page = await open(t);
  await page.evaluate(() => {
    window.said = [];
    const live = '[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log]';
    const hear = (changes) => {
      const regions = new Set(changes.map(({ target }) => (target.closest ? target : target.parentElement)?.closest(live)));
      regions.delete(null);
      regions.delete(undefined);
      for (const region of regions) window.said.push({ at: performance.now(), id: region.id, text: region.textContent });
    };
    new MutationObserver(hear).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await speed(page, '5');
  await load(page, 200);
  await tab(page, 'parts');
  for (let round = 0; round < 12; round += 1) {
    await flip(page, 'web-01/nginx');
    await page.click('[data-testid=send-read]');
    await page.waitForTimeout(600);
  }
  const said = await page.evaluate(() => window.said);
  assert.ok(said.length >= 3, `only ${said.length} announcements`);
  assert.deepEqual([...new Set(said.map(({ id }) => id))], ['announcer']);
  const gaps = said.slice(1).map(({ at }, before) => at - said[before].at);
  assert.ok(Math.min(...gaps) >= 1_950, `announcements ${Math.min(...gaps)} ms apart`);
  assert.ok(said.some(({ text }) => text.includes('not as it should be')), JSON.stringify(said));
});

test('who wants no motion gets numbers in place of packets', async (t) => {
  const page = await open(t);
  await speed(page, '1');
  await load(page, 500);
  const seen = () => page.evaluate(() => {
    const canvas = document.querySelector('.stage__packets');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const links = [...document.querySelectorAll('[data-testid=link]')].map((link) => link.textContent).join(' ');
    return { painted: data.some((value) => value > 0), links, moving: document.getAnimations().length };
  });
  await page.waitForFunction(() => {
    const canvas = document.querySelector('.stage__packets');
    return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
  });
  const lively = await seen();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await pass(page, 1_500);
  const calm = await seen();
  assert.deepEqual([calm.painted, calm.moving], [false, 0]);
  assert.match(calm.links, / · \d+/, 'the links say how many messages they carry');
  assert.doesNotMatch(lively.links, / · \d+/);
});

for (const width of [320, 768, 1280]) {
  test(`texts that are twice as long are not cut at ${width} px`, async (t) => {
    const page = await open(t);
    await page.setViewportSize({ width, height: 900 });
    const wrong = {};
    // Panels that a narrow screen shows one at a time are opened first.
    for (const state of states(['requests', 'metrics', 'data', 'parts']).filter((one) => one.width === 1440).filter((_, at) => at % 3 < 2)) {
      const path = `${state.path}${state.path ? '&' : '?'}strings=double`;
      await page.goto(new URL(path, siteUrl).href, { timeout: 90_000 });
      await page.waitForSelector('[data-testid=diagram]');
      const sheet = state.name.match(/^(tab|lesson) /)?.[1];
      await enter(page, state);
      if (width < 780 && sheet) await page.click(`[data-testid=sheet-${sheet === 'tab' ? 'tabs' : sheet}]`, { force: true });
      await page.waitForTimeout(150);
      const found = await page.evaluate(cutTexts);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) found.push(`${wide} px too wide`);
      if (found.length > 0) wrong[state.name] = found;
    }
    assert.deepEqual(wrong, {});
  });
}

for (const [width, height, path] of [[800, 600, ''], [900, 700, '?lesson=visit'], [820, 1180, '?lesson=visit']]) {
  test(`nothing lies on anything else at ${width} × ${height} ${path}`, async (t) => {
    const page = await open(t, { width, height, path });
    await page.waitForSelector('svg [data-testid=machine]');
    await page.waitForTimeout(500);
    const hidden = await page.evaluate(() => {
      const isBelow = (element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        const [x, y] = [left + Math.min(width / 2, 20), top + height / 2];
        const highest = document.elementFromPoint(x, y);
        return highest && !element.contains(highest);
      };
      const all = [...document.querySelectorAll('.page__centre .button:enabled, [role=tab]')].filter((element) => element.checkVisibility());
      return all.filter((element) => isBelow(element) && element.getBoundingClientRect().right < innerWidth).map((element) => element.outerHTML);
    });
    assert.deepEqual(hidden, []);
  });
}
