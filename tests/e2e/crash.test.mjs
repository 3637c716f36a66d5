// The page that is shown when the program stops or does not start: it says why, and offers ways out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violations } from './axe.mjs';
import { flip } from './explorer.mjs';
import { openInFirefox } from './firefox.mjs';
import { launch, openPage, shot, siteUrl } from './support.mjs';

/** Opens a page that is to fail; `complaints` are what its console says. */
async function openFailing(t, options) {
  const browser = await launch();
  t.after(() => browser.close());
  const { page, complaints } = await openPage(browser, options);
  return { page, complaints };
}

/** What the page of a failure shows. */
async function told(page) {
  await page.locator('#crash').waitFor({ timeout: 30_000 });
  const text = async (id) => page.innerText(`#crash-${id}`);
  const focus = await page.evaluate(() => document.activeElement.id);
  const isAppHidden = await page.locator('#app').isHidden();
  return { title: await text('title'), why: await text('why'), reason: await text('reason'), focus, isAppHidden };
}

/** Takes the memory that the browser would give, so that the program gets none. */
const leaveNoMemory = (page) => page.evaluate(() => {
  for (let pages = 32_768; pages >= 1; pages /= 2) {
    try {
      for (;;) window.hopscopeMemory.grow(pages);
    } catch {
      // Less, then.
    }
  }
});
const noteMemory = () => {
  addEventListener('TrunkApplicationStarted', (event) => { window.hopscopeMemory = event.detail.wasm.memory; });
};
/** What makes rows pile up on both databases. */
const pileUp = () => {
  for (const name of ['tab-metrics', 'tab-failures', 'send-write', 'ahead-60']) document.querySelector(`[data-testid=${name}]`)?.click();
};

test('a panic: the message, where it was, and nothing goes on', async (t) => {
  const { page, complaints } = await openFailing(t, { path: '?crash=panic' });
  const seen = await told(page);
  assert.equal(seen.title, 'Hopscope has stopped');
  assert.match(seen.why, /a mistake in Hopscope/);
  assert.match(seen.reason, /panicked at src\/ui\/crash\.rs:\d+:\d+:\nthe address asks for it/);
  assert.deepEqual([seen.focus, seen.isAppHidden], ['crash-title', true]);
  assert.match(await page.innerText('#version'), /^\d+\.\d+\.\d+( \S+)? [0-9a-f]{16}$/);
  assert.deepEqual(await violations(page), []);
  // Keys, clicks, sizes, frames: nobody calls a program that has stopped.
  const before = complaints.length;
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 900, height: 600 });
  await page.evaluate(() => document.querySelector('[data-testid=send-read]').click());
  await page.waitForTimeout(1_000);
  assert.deepEqual(complaints.slice(before), []);
});

test('a trap is told like a panic', async (t) => {
  const { page } = await openFailing(t, { path: '?crash=trap' });
  const seen = await told(page);
  assert.deepEqual([seen.title, seen.focus], ['Hopscope has stopped', 'crash-title']);
  assert.match(seen.reason, /^RuntimeError: unreachable/);
});

test('what the browser throws into the program stops it, too', async (t) => {
  const { page } = await openFailing(t);
  await page.getByTestId('tab-parts').click();
  await page.evaluate(() => { CanvasRenderingContext2D.prototype.fill = () => { throw new Error('no canvas today'); }; });
  await flip(page, 'web-01/nginx');
  await page.getByTestId('send-read').click();
  assert.match((await told(page)).reason, /no canvas today/);
  // The run can be had again with the visit that was the last thing, which another program would survive.
  const again = await page.locator('#crash-again').getAttribute('href');
  // And without it.
  await page.locator('#crash-before').click();
  await page.getByTestId('diagram').waitFor();
  const marks = page.getByTestId('timeline-mark');
  const isKilled = () => page.locator('svg [data-testid=switch][data-part="web-01/nginx"][aria-checked=false]').waitFor();
  await isKilled();
  assert.deepEqual([await page.locator('[data-testid=notice]').count(), await marks.count()], [0, 1]);
  await page.goto('about:blank');
  await page.goto(new URL(again, siteUrl).href);
  await isKilled();
  await marks.nth(1).waitFor({ state: 'attached' });
  assert.equal(await page.locator('[data-testid=notice]').count(), 0);
});

test('in Firefox, too: a panic, and a program that is not there', async (t) => {
  const page = await openInFirefox(t, { complains: false });
  for (const [path, title] of [['?crash=panic', 'Hopscope has stopped'], ['?crash=load', 'Hopscope has not started']]) {
    await page.goto(new URL(path, siteUrl).href);
    await page.waitForFunction((expected) => document.getElementById('crash-title').innerText === expected, { timeout: 30_000 }, title);
    const seen = await page.evaluate(() => [document.activeElement.id, document.getElementById('crash-reason').innerText !== '', document.getElementById('app').hidden]);
    assert.deepEqual(seen, ['crash-title', true, true]);
  }
});

test('out of memory is told as such', async (t) => {
  const { page } = await openFailing(t, { before: (context) => context.addInitScript(noteMemory) });
  await page.getByTestId('tab-parts').click();
  await leaveNoMemory(page);
  for (let i = 0; i < 200 && await page.locator('#crash').isHidden(); i += 1) {
    await page.evaluate(pileUp);
    await page.waitForTimeout(50);
  }
  const seen = await told(page);
  assert.match(seen.why, /no more memory/);
});

for (const [what, options] of [
  ['is asked for', { path: '?crash=load' }],
  ['is missing', { before: (context) => context.route(/_bg\.wasm$/, (route) => route.fulfill({ status: 404, body: '' })) }],
  ['is kept back', { before: (context) => context.route(/_bg\.wasm$/, (route) => route.abort()) }],
  ['is no program', { before: (context) => context.route(/_bg\.wasm$/, (route) => route.fulfill({ contentType: 'application/wasm', body: 'hello' })) }],
]) {
  test(`a program that cannot be loaded, since it ${what}`, async (t) => {
    const { page } = await openFailing(t, options);
    const seen = await told(page);
    assert.deepEqual([seen.title, seen.focus], ['Hopscope has not started', 'crash-title']);
    assert.match(seen.why, /could not be loaded/);
    assert.notEqual(seen.reason, '');
    assert.deepEqual(await violations(page), []);
  });
}

test('a script that is missing is named', async (t) => {
  const { page } = await openFailing(t, { before: (context) => context.route(/hopscope-\w{16}\.js$/, (route) => route.abort()) });
  const seen = await told(page);
  assert.equal(seen.title, 'Hopscope has not started');
  assert.match(seen.reason, /hopscope-\w{16}\.js is not there/);
});

test('a browser without WebAssembly is told what is missing', async (t) => {
  const { page } = await openFailing(t, { before: (context) => context.addInitScript(() => { delete window.WebAssembly; }) });
  assert.match((await told(page)).why, /no WebAssembly/);
});

test('without any script the page says so after a while, and at once where scripts are off', async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const blocked = await openPage(browser, { before: (context) => context.route(/\.js$/, (route) => route.abort()) });
  const crash = blocked.page.locator('#crash');
  assert.equal(await crash.evaluate((page) => getComputedStyle(page).visibility), 'hidden');
  await crash.evaluate((page) => page.getAnimations()[0].finish());
  assert.equal(await crash.evaluate((page) => getComputedStyle(page).visibility), 'visible');
  assert.match(await crash.innerText(), /has not started[^]*needs JavaScript, WebAssembly and the files/);

  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(siteUrl.href);
  await page.locator('#crash').waitFor();
  assert.match(await page.innerText('#crash'), /JavaScript is switched off here/);
});

test('in Firefox, too, a page without WebAssembly, without its program or without scripts says so', async (t) => {
  const why = async (page) => {
    await page.waitForFunction(() => document.activeElement.id === 'crash-title');
    return page.$eval('#crash-why', (element) => element.innerText);
  };
  const without = await openInFirefox(t, { complains: false, settings: { 'javascript.options.wasm': false } });
  await without.goto(siteUrl.href);
  assert.match(await why(without), /no WebAssembly/);

  const page = await openInFirefox(t, { complains: false });
  await page.goto(new URL('?crash=load', siteUrl).href);
  assert.match(await why(page), /could not be loaded/);

  // A frame in which no script may run shows what a browser shows whose scripts are switched off.
  await page.goto(new URL('sw.js', siteUrl).href);
  const shown = await page.evaluate(async (href) => {
    const frame = document.createElement('iframe');
    frame.sandbox = 'allow-same-origin';
    frame.src = href;
    const loaded = new Promise((resolve) => { frame.onload = resolve; });
    document.body.append(frame);
    await loaded;
    const crash = frame.contentDocument.querySelector('#crash');
    return [frame.contentWindow.getComputedStyle(crash).visibility, crash.innerText];
  }, siteUrl.href);
  assert.equal(shown[0], 'visible');
  assert.match(shown[1], /JavaScript is switched off here/);
});

test('in Firefox, too, out of memory is told as such', async (t) => {
  const page = await openInFirefox(t, { complains: false });
  await page.setViewport({ width: 1440, height: 900 });
  await page.evaluateOnNewDocument(noteMemory);
  await page.goto(siteUrl.href);
  await page.waitForSelector('[data-testid=diagram]');
  await page.click('[data-testid=tab-parts]');
  await page.waitForSelector('[data-testid=parts]');
  await leaveNoMemory(page);
  for (let i = 0; i < 200 && await page.evaluate(() => document.activeElement.id !== 'crash-title'); i += 1) {
    await page.evaluate(pileUp);
    await new Promise((done) => { setTimeout(done, 50); });
  }
  assert.match(await page.$eval('#crash-why', (element) => element.innerText), /no more memory/);
});

test('a clean start forgets the address and what was kept; a frame stays a frame', async (t) => {
  const { page } = await openFailing(t, { path: '?embed&crash=panic&preset=scaled#x=1' });
  await page.evaluate(() => {
    localStorage.setItem('hopscope.theme', 'dark');
    localStorage.setItem('somebody.else', 'stays');
  });
  await told(page);
  await page.locator('#crash-clean').click();
  await page.getByTestId('diagram').waitFor();
  const kept = await page.evaluate(() => [location.search + location.hash, localStorage.getItem('hopscope.theme'), localStorage.getItem('somebody.else')]);
  assert.deepEqual(kept, ['?embed', null, 'stays']);
});

for (const [name, width, height, colorScheme] of [['light', 1440, 900, 'light'], ['dark', 1440, 900, 'dark'], ['narrow', 390, 844, 'light'], ['embedded', 320, 480, 'dark']]) {
  test(`the page of a failure fits: ${name}`, async (t) => {
    const { page } = await openFailing(t, { path: '?crash=panic', width, height, colorScheme });
    await told(page);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
    assert.deepEqual(await violations(page), []);
    await shot(page, `crash-${name}`);
  });
}
