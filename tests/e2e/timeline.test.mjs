// Going back in time: dragging, changing something there, comparing, and going back to the run that was left.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clock, flip, inspect, load, outcomes, pass, speed, tab } from './explorer.mjs';
import { open } from './support.mjs';

const slider = '[data-testid=timeline]';
const hint = (page) => page.textContent('[data-testid=hint]');
const isAt = (page, ms) => page.waitForFunction(
  (ms) => document.querySelector('[data-testid=clock]').dataset.ms === String(ms), ms, { timeout: 20_000 },
);

/** Some seconds under load, in which the application of one web server dies; the page stands still at the end. */
async function story(page) {
  await load(page, 50);
  await speed(page, '10');
  await pass(page, 4_000);
  await flip(page, 'web-01/app');
  await pass(page, 8_000);
  await page.click('[data-testid=toggle]');
}

/** The comparison: its lines by name, in the present run and in the other. */
async function comparison(page) {
  await page.waitForSelector('[data-testid=comparison]', { timeout: 20_000 });
  const lines = await page.$$eval('[data-testid=comparison-line]', (rows) => rows.map((row) => ({ ...row.dataset })));
  return new Map(lines.map(({ name, here, there }) => [name, [here, there]]));
}

test('the past is gone back to, watched again, changed, and compared with what it was', async (t) => {
  const page = await open(t);
  await story(page);
  const end = await clock(page);
  const before = await outcomes(page);
  assert.ok(before.rows.some((row) => row.result === '502'), JSON.stringify(before));

  // Dragged to the left: time stands still in the past, and everything shows that moment.
  const box = await page.locator(slider).boundingBox();
  await page.mouse.move(box.x + box.width - 8, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 10, box.y + box.height / 2, { steps: 8 });
  await page.mouse.up();
  await page.waitForFunction((end) => Number(document.querySelector('[data-testid=clock]').dataset.ms) < end / 4, end);
  await page.waitForFunction(() => document.querySelector('[data-testid=hint]')?.innerText.includes('This is the past'));
  assert.ok((await outcomes(page)).ended < before.ended / 2);
  assert.equal(await page.getAttribute('[data-testid=switch][data-part="web-01/app"]', 'aria-checked'), 'true');

  // Watched again to the end: the same.
  await page.click('[data-testid=to-the-end]');
  await isAt(page, end);
  assert.deepEqual(await outcomes(page), before);

  // With the keyboard: to the mark before, a step to the left, to the beginning.
  await page.click('[data-testid=earlier]');
  await page.waitForFunction(() => document.querySelector('[data-testid=hint]').innerText.includes('after: Kill web-01/app'));
  const kill = await clock(page);
  await page.focus(slider);
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction((kill) => Number(document.querySelector('[data-testid=clock]').dataset.ms) < kill, kill);
  assert.match(await page.getAttribute(slider, 'aria-valuetext'), /Load: 50 visits per second/);
  await page.keyboard.press('Home');
  await isAt(page, 0);
  assert.ok((await page.$$('[data-testid=timeline-mark]')).length >= 2);

  // Changed there: the run so far is kept, and both are compared at the same moment.
  await page.keyboard.press('PageUp');
  await page.waitForFunction(() => Number(document.querySelector('[data-testid=clock]').dataset.ms) > 500);
  await page.waitForFunction(() => document.querySelector('[data-testid=hint]'));
  await flip(page, 'web-02/mysqld');
  await page.click('[data-testid=toggle]');
  await pass(page, end);
  await page.click('[data-testid=toggle]');
  assert.equal(await page.getAttribute('[data-testid=tab-runs]', 'aria-selected'), 'true');
  const lines = await comparison(page);
  const [bad, worse] = lines.get('502 Bad Gateway').map(Number);
  assert.ok(bad === 0 && worse > 10, `${bad} and ${worse} times 502`);
  assert.ok(lines.has('Mean response time') && lines.has('Lost rows'));
  t.diagnostic(await page.textContent('[data-testid=comparison]'));

  // The other run becomes the present one, where it was left, and both change places.
  assert.equal(await page.locator('[data-testid=kept-run]').count(), 1);
  await page.click('[data-testid=switch-run]');
  await isAt(page, end);
  assert.deepEqual(await outcomes(page), before);
  await tab(page, 'runs');
  const turned = await comparison(page);
  assert.ok(Number(turned.get('502 Bad Gateway')[0]) > 10 && turned.get('502 Bad Gateway')[1] === '0');
});

test('the next event of the chosen part is run to', async (t) => {
  const page = await open(t);
  await inspect(page, 'web-02/nginx');
  await page.click('[data-testid=step-part]');
  await page.waitForFunction(() => document.querySelector('[data-testid=ahead-status]').innerText.startsWith('Paused at'));
  const first = await clock(page);
  await page.click('[data-testid=step-part]');
  await page.waitForFunction((ms) => Number(document.querySelector('[data-testid=clock]').dataset.ms) > ms, first);
  const second = await clock(page);
  assert.ok(second - first >= 1_900 && second - first <= 2_100, `health checks at ${first} and ${second} ms`);
});
