// Running ahead: the page answers all the while, it can be cancelled, and the run is the one that would have been played.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { clock, load, outcomes, pass, speed } from './explorer.mjs';
import { open } from './support.mjs';

const LONGEST_TASK_MS = 50;
const RATE = 200;
const TEN_MINUTES_MS = 600_000;
/** Time in which the last visits end. */
const DRAIN_MS = 20_000;

const preset = new URL('../../src/sim/presets/three-server.json', import.meta.url);

/** The address of ten minutes under load, then none: whoever looks later sees the same counters. */
async function tenMinutes() {
  const scenario = JSON.parse(await readFile(preset, 'utf8'));
  const workload = { ...scenario.workload, rate_per_s: RATE };
  const timeline = [{ at_us: TEN_MINUTES_MS * 1000, command: { do: 'load', ...workload, rate_per_s: 0 } }];
  return `#scenario=${encodeURIComponent(JSON.stringify({ ...scenario, workload, timeline }))}`;
}

/**
 * Lengths of the longest tasks of the page while `act` goes on, in milliseconds: by the browser's own observer, which knows
 * those over 50 ms, and in processor time, which does not depend on what else the machine has to do.
 */
async function longestTasks(page, act) {
  await page.evaluate(() => {
    window.longTasks = [0];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration)))
      .observe({ type: 'longtask' });
  });
  await page.context().browser().startTracing(page, { categories: ['toplevel', 'devtools.timeline'] });
  await act();
  const { traceEvents } = JSON.parse(await page.context().browser().stopTracing());
  const thread = ({ pid, tid }) => `${pid}:${tid}`;
  const drawing = new Set(traceEvents.filter((event) => event.name === 'FireAnimationFrame').map(thread));
  // Some instants have the name of a task, too: only complete events (X) have a length.
  const isTask = (event) => event.ph === 'X' && event.name.endsWith('RunTask');
  const tasks = traceEvents.filter((event) => isTask(event) && drawing.has(thread(event)));
  assert.ok(tasks.length > 100, `${tasks.length} tasks`);
  const observed = await page.evaluate(() => Math.max(...window.longTasks));
  return { observed, worked: Math.max(...tasks.map(({ tdur, dur }) => (tdur ?? dur) / 1000)) };
}

const progress = (page) => page.$eval('[data-testid=ahead-progress]', (bar) => bar.value);
const status = (page) => page.textContent('[data-testid=ahead-status]');
const focused = (page) => page.evaluate(() => document.activeElement.dataset.testid);

/** Runs ahead by a button's length, to the end. */
async function runAhead(page, minutes) {
  const end = (await clock(page)) + minutes * 60_000;
  await page.click(`[data-testid=ahead-${minutes}]`);
  await page.waitForFunction((until) => {
    const clock = Number(document.querySelector('[data-testid=clock]').dataset.ms);
    return clock >= until && !document.querySelector('[data-testid=ahead-cancel]');
  }, end, { timeout: 60_000 });
  assert.match(await status(page), /^Paused at/);
}

test('an hour ahead under load: no long task, cancelled by Escape or by the button', async (t) => {
  const page = await open(t);
  await load(page, RATE);
  await pass(page, 500);
  const { observed, worked } = await longestTasks(page, async () => {
    for (const cancel of [() => page.keyboard.press('Escape'), () => page.click('[data-testid=ahead-cancel]')]) {
      const begun = await clock(page);
      await page.click('[data-testid=ahead-60]');
      await pass(page, 150_000);
      assert.equal(await focused(page), 'ahead-cancel');
      assert.match(await status(page), /^Running ahead to/);
      assert.ok((await progress(page)) >= 4);
      await cancel();
      await page.waitForSelector('[data-testid=ahead-cancel]', { state: 'detached' });
      assert.match(await status(page), /^Cancelled at/);
      assert.equal(await focused(page), 'ahead-60');
      const stopped = await clock(page);
      await page.waitForTimeout(200);
      assert.equal(await clock(page), stopped, 'time stands still');
      assert.ok(stopped > begun + 150_000 && stopped < begun + 3_600_000, `${begun} to ${stopped} ms`);
    }
  });
  t.diagnostic(`longest task: ${worked.toFixed(0)} ms of processor time; observed over 50 ms: ${observed || 'none'}`);
  assert.ok(worked <= LONGEST_TASK_MS, `${worked} ms`);
});

test('ten minutes ahead are the ten minutes that would have been played', async (t) => {
  const path = await tenMinutes();
  const played = await open(t, { path });
  await speed(played, '100');
  const ahead = await open(t, { path });
  const begun = Date.now();
  await runAhead(ahead, 10);
  t.diagnostic(`ten minutes at ${RATE} visits/s, beside a page that plays them: ${Date.now() - begun} ms`);
  await runAhead(ahead, 1);
  await pass(played, TEN_MINUTES_MS + DRAIN_MS - (await clock(played)));
  const seen = await outcomes(ahead);
  assert.equal(seen['under-way'], 0);
  assert.ok(seen.started > 0.95 * RATE * TEN_MINUTES_MS / 1000, `${seen.started} visits`);
  assert.deepEqual(seen, await outcomes(played));
});
