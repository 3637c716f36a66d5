// The tab Security: what a stranger finds, guesses and hears, before and after what mends it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { send, set, tab } from './explorer.mjs';
import { open } from './support.mjs';

/** Waits until a text of the page is as it should be. */
const says = (page, name, pattern) => page.waitForFunction(
  ([selector, source]) => new RegExp(source).test(document.querySelector(selector)?.innerText),
  [`[data-testid=${name}]`, pattern.source],
);

/** Waits until just these ports are open from outside. */
const found = (page, ports) => page.waitForFunction((wanted) => {
  const cells = [...document.querySelectorAll('[data-testid=port][data-state=open]')];
  return cells.map((cell) => `${cell.closest('tr').dataset.machine}:${cell.dataset.port}`).join(' ') === wanted;
}, ports);

test('firewalls close ports, TLS seals what is sent, and a certificate that has expired keeps everybody out', async (t) => {
  const page = await open(t, { path: '?speed=10' });
  await tab(page, 'security');
  await found(page, 'lb-01:22 lb-01:80 web-01:22 web-01:80 web-01:3306 web-01:8000 web-02:22 web-02:80 web-02:3306 web-02:8000');
  await says(page, 'login', /ERROR 1045 \(28000\): Access denied/);
  for (const guard of await page.locator('[data-testid=guard]').all()) await guard.click();
  await found(page, 'lb-01:80');
  await says(page, 'login', /ERROR 2003 .*\(110\)/);

  assert.equal((await send(page, 'write')).result, '200');
  await says(page, 'heard', /\nPOST [^]*&password=\w+&order=/);
  await set(page, 'tls.mode', 'balancer');
  await found(page, 'lb-01:80 lb-01:443');
  assert.equal((await send(page, 'write')).result, '200');
  await says(page, 'heard', /encrypted record[^]*17 03 03/);
  assert.doesNotMatch(await page.innerText('[data-testid=heard]'), /password|session/);

  await page.click('[data-testid=certificate]');
  assert.equal((await send(page, 'write')).result, 'NET::ERR_CERT_DATE_INVALID');
  await page.click('[data-testid=certificate]');
  assert.equal((await send(page, 'write')).result, '200');
});
