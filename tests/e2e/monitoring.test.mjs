// Flying blind, and not: charts and alerts exist only where a monitor is, and then they tell of a fault and of its end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flip, load, speed, tab } from './explorer.mjs';
import { open, shot } from './support.mjs';

test('monitoring is installed, an alert fires, and is resolved', async (t) => {
  const page = await open(t);
  const alert = (rule, state) => page.waitForSelector(`[data-testid=alert][data-rule=${rule}][data-state=${state}]`, { timeout: 60_000 });
  await speed(page, '10');
  await load(page, 20);
  await tab(page, 'metrics');
  await page.waitForSelector('[data-testid=blind]');
  assert.equal(await page.locator('.chart').count(), 0, 'nobody measures anything');
  await page.locator('[data-testid=install-monitoring]').press('Enter');
  await page.waitForSelector('[data-testid=chart-qps]');
  assert.equal(await page.locator('[data-testid=blind]').count(), 0);
  assert.equal(await page.locator('[data-testid=alert]').count(), 0);

  await speed(page, '100');
  await flip(page, 'web-01/app');
  await alert('ProcessDown', 'FIRING');
  await shot(page, 'monitoring-alert');
  assert.match(await page.locator('[data-testid=detection]').innerText(), /First alert\s+after \d+ s/);
  await flip(page, 'web-01/app');
  await alert('ProcessDown', 'resolved');

  // The charts of what only the simulator knows are called just that.
  await page.locator('[data-testid=simulator-charts]').press('Enter');
  await page.waitForSelector('[data-testid=chart-outcomes]');
  assert.equal(await page.locator('[data-testid=simulator-charts]').getAttribute('aria-pressed'), 'true');
  assert.match(await page.locator('[data-testid=metrics]').innerText(), /What only the simulator knows/);
});
