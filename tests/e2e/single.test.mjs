// The page in one file: a double click is enough, in Chromium and in Firefox.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flip, send } from './explorer.mjs';
import { openInFirefox } from './firefox.mjs';
import { launch, tellOfViolations } from './support.mjs';

const file = new URL('../../bundle/hopscope.html', import.meta.url).href;

test('in Chromium, without a network', async (t) => {
  const browser = await launch();
  const context = await browser.newContext({ offline: true });
  await context.addInitScript(tellOfViolations);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(`${error.stack ?? error}`));
  page.on('request', (request) => /^(file|data|blob):/.test(request.url()) || complaints.push(request.url()));
  t.after(async () => {
    const seen = [...complaints];
    await browser.close();
    assert.deepEqual(seen, [], 'the page complained');
  });
  await page.goto(file);
  assert.equal((await send(page, 'read')).result, '200');
  await flip(page, 'web-01/nginx');
  await page.click('[data-testid=tab-parts]');
  await page.waitForSelector('#tab-panel table');

  // A link to this moment leads there, in the file, too.
  await page.click('[data-testid=tab-share]');
  await page.click('[data-testid=make-link]');
  const link = await page.inputValue('#moment-link');
  assert.ok(link.startsWith(`${file}#s=1.`), link);
  await page.goto('about:blank');
  await page.goto(link);
  await page.waitForSelector('svg [data-testid=switch][data-part="web-01/nginx"][aria-checked=false]');
  // Here a browser does not let the page add to its history, which is no reason to stop.
  await page.selectOption('[data-testid=preset]', 'one-server');
  assert.equal((await send(page, 'static')).result, '200');

  // An address leads to the same as on the site, and progress is kept from one visit to the next.
  await page.goto(`${file}?lesson=visit&step=1`);
  await page.click('[data-testid=lesson-do]');
  await page.click('[data-testid=lesson-next]');
  await page.goto(file);
  await page.click('.lesson summary');
  assert.match(await page.innerText('[data-testid=lesson-visit]'), /1/);
});

test('in Firefox', async (t) => {
  const page = await openInFirefox(t);
  const asked = [];
  page.on('request', (request) => /^(file|data|blob):/.test(request.url()) || asked.push(request.url()));
  await page.setViewport({ width: 1440, height: 900 });
  await page.goto(`${file}#preset=one-server`);
  await page.waitForSelector('[data-testid=send-read]', { timeout: 30_000 });
  await page.click('[data-testid=send-read]');
  await page.waitForSelector('[data-testid=narrator-result]', { timeout: 60_000 });
  await page.click('[data-testid=tab-parts]');
  await page.waitForSelector('#tab-panel table');
  await page.goto(`${file}?lesson=visit&step=3`);
  await page.waitForSelector('.lesson__answer', { timeout: 30_000 });
  assert.deepEqual(asked, []);
});

test('what somebody has added to the file does not run', async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(file);
  await page.waitForSelector('[data-testid=send-read]');
  const outcome = await page.evaluate(() => new Promise((resolve) => {
    addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective));
    const script = document.createElement('script');
    script.append("document.title = 'it runs'");
    document.body.append(script);
    setTimeout(resolve, 2000, document.title);
  }));
  assert.match(outcome, /^(script-src-elem|require-trusted-types-for)$/);
});
