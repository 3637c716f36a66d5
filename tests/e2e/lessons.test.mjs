// Lessons: the keyboard alone completes all of them, progress is kept, links open any step, and a teacher can keep answers back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violations } from './axe.mjs';
import { flip, send } from './explorer.mjs';
import { open, siteUrl } from './support.mjs';

const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.testid || '');
const settled = (page) => page.waitForSelector('.lesson__settled', { timeout: 60_000 });

/** Presses Tab until the button or field with this name has the focus. */
async function tabTo(page, name) {
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${name} is not reached, ${await focused(page)} has the focus`);
}

async function press(page, name) {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}

const seen = (page, name) => page.locator(`[data-testid=lesson-${name}]`).count();

/** Does with the keyboard what the step asks for. The focus is on its heading. */
async function complete(page) {
  if (await seen(page, 'do')) return press(page, 'lesson-do');
  if (await seen(page, 'both')) {
    await press(page, 'lesson-both');
    return page.waitForSelector('.lesson table');
  }
  if (await page.locator('.lesson__answer').count()) {
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await press(page, 'lesson-run');
    // At this speed a short run may be over before anybody can ask for its end.
    const state = await page.waitForFunction(() => (document.querySelector('.lesson__settled') && 'over')
      || (document.querySelector('[data-testid=lesson-run]')?.innerText === 'To the end' && 'under way'));
    if (await state.jsonValue() === 'under way') await page.keyboard.press('Enter');
  } else {
    await press(page, 'lesson-begin');
    await press(page, 'lesson-hint');
    await press(page, 'lesson-solve');
  }
  await settled(page);
  return assert.match(await page.innerText('[data-testid=lesson-status]'), /^(✓|It went otherwise)/);
}

test('the keyboard alone completes every lesson, and that is kept', async (t) => {
  const page = await open(t, { path: '?speed=100' });
  await page.waitForSelector('[data-testid=lesson-next-lesson]');
  const lessons = await page.$$eval('.lesson details button', (all) => all.length);
  assert.ok(lessons >= 11);
  await press(page, 'lesson-next-lesson');
  for (let last = ''; ;) {
    await page.waitForFunction((before) => document.activeElement.id === 'lesson-heading'
      && document.querySelector('.lesson > p').innerText !== before, last);
    last = await page.innerText('.lesson > p');
    await complete(page);
    if (!(await seen(page, 'next'))) break;
    await press(page, 'lesson-next');
  }
  await press(page, 'lesson-leave');
  await page.reload();
  await page.click('.lesson summary');
  const progress = await page.$$eval('.lesson details button', (all) => all.map((button) => button.innerText));
  assert.deepEqual(progress.filter((text) => !text.endsWith('✓')), []);
  assert.equal(progress.length, lessons);
});

test('an earlier step can be gone back to while a question is being answered', async (t) => {
  const page = await open(t, { path: '?lesson=visit&step=3' });
  await page.click('.lesson__answer');
  await page.click('[data-testid=lesson-run]');
  await page.click('[data-testid=lesson-back]');
  await page.click('[data-testid=lesson-do]');
  await page.waitForSelector('[data-testid=next-hop]');
  await page.click('[data-testid=lesson-next]');
  assert.equal(await seen(page, 'run'), 0, 'nothing is chosen yet');
  await page.click('.lesson__answer');
  await press(page, 'lesson-run');
  await page.waitForFunction(() => document.querySelector('[data-testid=lesson-run]').innerText === 'To the end');
  await page.keyboard.press('Enter');
  await settled(page);
});

test('a question that is run again, quickly and to the same moment, is answered again', async (t) => {
  const page = await open(t, { path: '?lesson=visit&step=3' });
  await page.click('.lesson__answer');
  for (const first of [true, false]) {
    await page.evaluate(async () => {
      const run = () => document.querySelector('[data-testid=lesson-run]');
      run().click();
      while (run().innerText !== 'To the end') await Promise.resolve();
      run().click();
    });
    await page.waitForSelector('.lesson__settled', { timeout: 10_000 }).catch(() => assert.fail(`no answer, ${first ? 'first' : 'second'} run`));
    await page.waitForTimeout(200);
  }
});

test('a challenge is met by what one does in the diagram', async (t) => {
  const page = await open(t, { path: '?lesson=visit&step=4' });
  await page.click('[data-testid=lesson-begin]');
  await flip(page, 'web-02/mysqld');
  assert.equal((await send(page, 'read')).result, '500');
  assert.match(await page.innerText('[data-testid=lesson-status]'), /^Not yet/);
  assert.equal((await send(page, 'static')).result, '200');
  await settled(page);
});

test('a lesson does not throw a run away unasked', async (t) => {
  const page = await open(t);
  await send(page, 'static');
  await page.click('[data-testid=lesson-next-lesson]');
  await page.click('[data-testid=lesson-keep]');
  assert.equal(await page.locator('[data-testid=narrator]').getAttribute('data-visit'), '1');
  await page.click('[data-testid=lesson-next-lesson]');
  await page.click('[data-testid=lesson-start]');
  await page.waitForSelector('[data-testid=lesson-do]');
  assert.equal(await page.locator('[data-testid=narrator]').count(), 0);
});

test('a teacher locks the steps, keeps answers back, and is told of a wrong address', async (t) => {
  const page = await open(t, { path: '?lesson=visit&steps=3-4&answers=hidden&step=9' });
  await page.waitForSelector('[data-testid=lesson-back]');
  assert.deepEqual(await page.$$eval('[data-testid=notice]', (all) => all.map((notice) => notice.dataset.field)), ['step']);
  await page.click('[data-testid=lesson-back]');
  assert.equal(await page.locator('[data-testid=lesson-back]').count(), 0);
  await page.click('[data-testid=lesson-next]');
  await page.click('[data-testid=lesson-begin]');
  assert.equal(await page.locator('[data-testid=lesson-hint]').count(), 0);
});

for (const [width, height, embed] of [[1440, 900, ''], [390, 844, ''], [800, 500, '&embed'], [320, 480, '&embed']]) {
  test(`every step of every lesson is readable at ${width} px${embed && ', embedded'}`, async (t) => {
    const page = await open(t, { width, height });
    if (width < 780) await page.click('[data-testid=sheet-lesson]');
    const names = await page.$$eval('.lesson details button', (all) => all.map((button) => button.dataset.testid.slice('lesson-'.length)));
    assert.ok(names.length >= 3);
    for (const name of names) {
      await page.goto(new URL(`?lesson=${name}${embed}`, siteUrl).href);
      await page.waitForSelector('.lesson h2');
      for (;;) {
        const found = await violations(page);
        const heading = await page.innerText('.lesson h2');
        assert.deepEqual(found, [], `${name}: ${heading}`);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name}: ${heading}`);
        const next = await page.$$eval('[data-testid=lesson-next]', (all) => all.map((button) => button.innerText));
        if (next[0] !== 'Next') break;
        await page.click('[data-testid=lesson-next]');
      }
    }
  });
}
