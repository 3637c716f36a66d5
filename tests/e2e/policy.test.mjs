// The page's content security policy: it is in force, and the page's own files are what they were when it was built.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openInFirefox } from './firefox.mjs';
import { launch, open, openPage, siteUrl } from './support.mjs';

/** Does what an intruder would, in the page: which directives have stopped it. */
const intrude = async () => {
  await new Promise((done) => { setTimeout(done); }); // What a browser's tools call at once may evaluate text.

  const stopped = [];
  addEventListener('securitypolicyviolation', (event) => stopped.push(event.effectiveDirective));
  const tried = (act) => {
    try {
      act();
    } catch {
      // Trusted Types throw.
    }
  };
  const put = (name, values) => document.body.append(Object.assign(document.createElement(name), values));
  tried(() => put('script', { textContent: 'window.intruded = true' }));
  tried(() => put('script', { src: 'https://example.org/x.js' }));
  tried(() => put('style', { textContent: 'body { color: red }' }));
  tried(() => put('img', { src: 'https://example.org/x.png' }));
  tried(() => put('base', { href: 'https://example.org/' }));
  tried(() => { document.body.innerHTML = '<img src=x onerror="window.intruded = true">'; });
  tried(() => { (0, eval)('window.intruded = true'); });
  tried(() => document.body.setAttribute('onclick', 'window.intruded = true'));
  tried(() => { fetch('https://example.org/').catch(() => {}); });
  document.body.click();
  await new Promise((done) => { setTimeout(done, 500); });
  return { stopped: [...new Set(stopped)].sort(), intruded: window.intruded ?? false };
};
/** Scripts do not come as far as `script-src`: Trusted Types stop them before. */
const directives = ['base-uri', 'connect-src', 'img-src', 'require-trusted-types-for', 'style-src-elem'];

test('an intruder is stopped by the policy, in Chromium', async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const { page } = await openPage(browser);
  const { stopped, intruded } = await page.evaluate(intrude);
  assert.equal(intruded, false);
  assert.deepEqual(directives.filter((directive) => !stopped.includes(directive)), [], `stopped: ${stopped}`);
});

test('an intruder is stopped by the policy, in Firefox', async (t) => {
  const page = await openInFirefox(t, { complains: false });
  await page.goto(siteUrl.href);
  await page.waitForSelector('[data-testid=diagram]');
  const { stopped, intruded } = await page.evaluate(intrude);
  assert.equal(intruded, false);
  assert.deepEqual(directives.filter((directive) => !stopped.includes(directive)), [], `stopped: ${stopped}`);
});

test('every script and style sheet has a digest, and the program is downloaded once', async (t) => {
  const page = await open(t);
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.reload();
  await page.waitForSelector('[data-testid=diagram]');
  await page.waitForTimeout(500);
  const bare = await page.$$eval('script, link[rel=stylesheet]', (all) => all.filter((e) => !/^sha384-.{64}$/.test(e.integrity)).length);
  assert.equal(bare, 0);
  assert.equal(asked.filter((path) => path.endsWith('_bg.wasm')).length, 1, asked.join(' '));
});

/** Opens the page in a browser where one byte of the file that `pattern` names is another. */
async function openWithAWrongByte(t, pattern, path) {
  const browser = await launch();
  t.after(() => browser.close());
  const before = (context) => context.route(pattern, async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[body.length - 1] ^= 1;
    await route.fulfill({ response, body });
  });
  return (await openPage(browser, { before, path })).page;
}

test('a later part that is not what it was is not run, whether it is waited for or not', async (t) => {
  const page = await openWithAWrongByte(t, /_later\.wasm$/);
  await page.getByTestId('tab-parts').click();
  await page.locator('#lacking').waitFor();
  assert.equal(await page.locator('#tab-panel table').count(), 0);
  // At a lesson the program calls it, whether it has come or not: then the page fetches it while the program waits, and checks it by itself.
  const lesson = await openWithAWrongByte(t, /_later\.wasm$/, '?lesson=visit');
  await lesson.locator('#crash').waitFor();
  assert.match(await lesson.innerText('#crash-reason'), /_later\.wasm is not what it was/);
});

for (const [what, pattern] of [['program', /_bg\.wasm$/], ['script', /hopscope-\w+\.js$/]]) {
  test(`a ${what} that is not what it was is not run`, async (t) => {
    const page = await openWithAWrongByte(t, pattern);
    await page.waitForTimeout(1_000);
    assert.equal(await page.locator('[data-testid=diagram]').count(), 0);
  });
}
