// Input from outside that cannot be used is named, and the page goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './support.mjs';
import { send, speed } from './explorer.mjs';

const cases = [
  ['an unknown preset', '?preset=four-server', 'preset'],
  ['a scenario that is not JSON', '#scenario=%7Bnope', 'scenario'],
  ['a scenario without a topology', `#scenario=${encodeURIComponent('{"name":"x"}')}`, 'scenario'],
  ['a number out of range', `#scenario=${encodeURIComponent('{"name":"x","topology":{"machines":[]},"workload":{"rate_per_s":-1}}')}`, 'workload.rate_per_s'],
  ['a speed that is none', '?speed=1e308', 'speed'],
];

for (const [what, path, field] of cases) {
  test(`${what} gives the default and a notice that names ${field}`, async (t) => {
    const page = await open(t, { path });
    const notice = page.locator('[data-testid=notice]').first();
    await notice.waitFor();
    assert.equal(await notice.getAttribute('data-field'), field);
    assert.equal(await page.locator('[data-testid=preset]').inputValue(), 'three-server');
    await speed(page, '10');
    assert.equal((await send(page, 'read')).result, '200');
  });
}

for (const preset of ['dedicated-db', 'one-db-server', 'one-server']) {
  test(`the preset ${preset} carries all three classes`, async (t) => {
    const page = await open(t, { path: `?preset=${preset}&speed=10` });
    for (const kind of ['read', 'write', 'static']) assert.equal((await send(page, kind)).result, '200', kind);
  });
}

test('a visit can be followed hop by hop with the keyboard alone', async (t) => {
  const page = await open(t);
  await page.focus('[data-testid=follow]');
  await page.keyboard.press('Space');
  await page.focus('[data-testid=send-read]');
  await page.keyboard.press('Enter');
  const sentences = new Set();
  for (let i = 0; i < 60; i += 1) {
    await page.waitForSelector('[data-testid=next-hop]:not([disabled]), [data-testid=narrator-result]');
    sentences.add(await page.locator('.narrator__text').innerText());
    if (await page.locator('[data-testid=narrator-result]').count()) break;
    await page.focus('[data-testid=next-hop]');
    await page.keyboard.press('Enter');
  }
  assert.ok(sentences.size >= 8, [...sentences].join('\n'));
  assert.ok([...sentences].some((text) => text.includes('HAProxy picked web-01')), [...sentences].join('\n'));
});
