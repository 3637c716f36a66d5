// The page comes up at the address that it is served from.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './support.mjs';

test('the page has its title and its header', async (t) => {
  const page = await open(t);
  await page.locator('header').first().waitFor({ state: 'visible' });
  assert.match(await page.title(), /Hopscope/);
});
