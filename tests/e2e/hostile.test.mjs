// The worst texts of 64 KB that anybody has thought of, dropped on the page or in its address: no task of the page takes longer than
// 50 ms, and a scenario with as many servers as there may be is drawn piece by piece. `tests/hostile.rs` has more of them, natively.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { open, siteUrl } from './support.mjs';

const LENGTH = 64 * 1024;
const MAX_MS = 50;
/** What shows a hundred servers, or more, also starts their world. */
const MAX_MS_TO_SHOW = 80;

/** A piece as often as it fits. */
const full = (begin, piece, end = '') => begin + piece.repeat((LENGTH - begin.length - end.length) / piece.length) + end;

/** Numbered pieces, as many as fit. */
function numbered(begin, piece) {
  let text = begin;
  for (let at = 0; text.length < LENGTH - 200; at += 1) text += piece(at);
  return text;
}

const http = 'defaults\n mode http\n';
const dropped = {
  'many servers': numbered(`${http}listen l\n`, (at) => ` server s${at} 10.0.0.1:80\n`),
  'many frontends': numbered(http, (at) => `listen l${at}\nserver s 1:1\n`),
  'lines without a meaning': full('backend b\n', 'xxxxxx\n'),
  'line ends': full(http, '\n'),
  'one word': full('listen ', 'x'),
  'many addresses': full('listen l\n bind ', ':80,', ':80'),
  'many rules': numbered(`${http}frontend f\n`, (at) => `acl a${at} x\nuse_backend b if a${at}\n`),
  'more servers than there are addresses': numbered(http, (at) => `listen l${at}\nserver-template s 1-999999999 1:1\n`),
  'lists in lists': full('{"topology":', '['),
  'an unknown field': `{"${'x'.repeat(LENGTH - 10)}":0}`,
  'elements without an end': full('<svg>', '<hopscope:scenario>'),
};
const addresses = {
  'many parameters that are wrong': full('', 'theme=x&'),
  'many settings that are none': full('', 'lb.x&'),
  'a value that turns the direction of writing': full('theme=', '%E2%80%AE'),
};

/**
 * The longest task of the page while something is done, and the longest work of its own in one, in milliseconds: what other programs do
 * meanwhile does not count.
 */
async function longest(page, act, ms = 500) {
  const browser = page.context().browser();
  await page.waitForTimeout(250);
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] });
  await act();
  await page.waitForTimeout(ms);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const isMain = ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain';
  const mains = new Set(traceEvents.filter(isMain).map(({ pid, tid }) => `${pid}/${tid}`));
  const all = traceEvents.filter(({ pid, tid, tdur }) => tdur && mains.has(`${pid}/${tid}`));
  const most = (wanted) => Math.max(0, ...all.filter(({ name }) => wanted.test(name)).map(({ tdur }) => tdur / 1_000));
  const times = { task: most(/RunTask$/), own: most(/^(FunctionCall|EvaluateScript|RunMicrotasks)$/) };
  assert.ok(times.task > 0, 'tasks are measured');
  return times;
}

/** Puts a text where the page's own scripts find it: handing it over is no work of the page. */
const put = (page, text) => page.evaluate((content) => { window.content = content; }, text);

const drop = (page) => page.evaluate(() => {
  const data = new DataTransfer();
  data.items.add(new File([window.content], 'x.txt'));
  for (const type of ['dragover', 'drop']) {
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
});

/** Measures again if it takes too long: the first time more is compiled than is run. */
async function assertQuick(page, what, act) {
  const first = await longest(page, act);
  const times = first.task <= MAX_MS ? first : await longest(page, act);
  assert.ok(times.task <= MAX_MS, `${what}: ${JSON.stringify([first, times])}`);
}

test('what is dropped is read and answered at once', async (t) => {
  const page = await open(t);
  await page.getByTestId('tab-config').click();
  for (const [what, text] of Object.entries(dropped)) {
    await put(page, text);
    await assertQuick(page, what, () => drop(page));
    const answered = await page.locator('[data-testid=reading], [data-testid=notice]').count();
    assert.ok(answered > 0, `${what} is answered`);
    assert.ok(await page.locator('[data-testid=read-line]').count() <= 100, `${what}: lines are listed piece by piece`);
  }
});

test('an address is read at once, and its notices are few and short', async (t) => {
  const page = await open(t);
  for (const [what, text] of Object.entries(addresses)) {
    await put(page, text);
    await assertQuick(page, what, () => page.evaluate(() => { location.hash = window.content; }));
    const told = await page.$$eval('[data-testid=notice]', (all) => all.map((notice) => notice.innerText.length));
    assert.ok(told.length > 0 && told.length <= 4 && Math.max(...told) < 700, `${what}: ${told}`);
  }
});

test('a hundred servers are drawn piece by piece, and all of them', async (t) => {
  const page = await open(t);
  await page.getByTestId('tab-config').click();
  await put(page, dropped['many servers']);
  let least = Infinity;
  for (let round = 0; round < 3 && least > MAX_MS_TO_SHOW; round += 1) {
    await drop(page);
    await page.locator('[data-testid=show-file]').waitFor();
    const { own } = await longest(page, () => page.evaluate(() => document.querySelector('[data-testid=show-file]').click()), 3_000);
    least = Math.min(least, own);
  }
  const shown = await page.$$eval('svg [data-testid=machine]', (all) => all.filter(({ dataset }) => /^s\d+$/.test(dataset.part)).length);
  assert.equal(shown, 100);
  assert.ok(least <= MAX_MS_TO_SHOW, `the longest piece took ${least} ms`);

  // The table of parts lists a hundred machines and processes and a hundred links at a time.
  // Under load the table is drawn anew all the time, which must not list more than was asked for.
  await page.fill('[data-testid=rate]', '50');
  await page.getByTestId('tab-parts').click();
  const rows = () => page.locator('[data-testid=part-row]').count();
  await page.getByTestId('more-parts').waitFor();
  await page.waitForTimeout(1_000);
  const first = await rows();
  await page.getByTestId('more-parts').click();
  await page.waitForFunction((before) => document.querySelectorAll('[data-testid=part-row]').length >= before + 100, first);
  assert.ok(first <= 200 && await rows() <= first + 200, `${first} rows, then ${await rows()}`);
});

/** As many web servers with an application server as there may be: a scenario has 300 processes at most. */
async function largest() {
  const scenario = JSON.parse(await readFile(new URL('../../src/sim/presets/three-server.json', import.meta.url), 'utf8'));
  const { machines } = scenario.topology;
  const { processes } = machines.find(({ name }) => name === 'web-01');
  for (let at = machines.length; at < 150; at += 1) {
    machines.push({ name: `web-${at}`, address: `10.0.1.${at}`, processes: processes.slice(0, 2) });
  }
  return scenario;
}

for (const [where, load] of Object.entries({
  'dropped on the page': async (page, scenario) => {
    await put(page, JSON.stringify(scenario));
    return () => drop(page);
  },
  'in the address': async (page, scenario) => {
    await put(page, `scenario=${encodeURIComponent(JSON.stringify(scenario))}`);
    return () => page.evaluate(() => { location.hash = window.content; });
  },
  'from a host': async (page, scenario) => {
    const host = '<!doctype html><link rel="icon" href="data:,"><title>A course</title><body></body>';
    await page.route('**/host.html', (route) => route.fulfill({ contentType: 'text/html', body: host }));
    await page.goto(new URL('host.html', siteUrl).href);
    await page.evaluate(async (message) => {
      const frame = document.createElement('iframe');
      const ready = new Promise((done) => { addEventListener('message', ({ data }) => data.type === 'ready' && done()); });
      frame.src = `./?embed&host=${encodeURIComponent(location.origin)}`;
      frame.style = 'width: 1000px; height: 700px';
      document.body.replaceChildren(frame);
      await ready;
      window.send = () => frame.contentWindow.postMessage(message, '*');
    }, { ns: 'hopscope', v: 1, id: 1, type: 'load', scenario });
    return () => page.evaluate(() => window.send());
  },
})) {
  test(`a hundred and fifty machines ${where} are drawn piece by piece`, async (t) => {
    const page = await open(t);
    const act = await load(page, await largest());
    // Who does such a thing has moved the mouse before: the later part of the program is there.
    await page.mouse.move(200, 200);
    await page.waitForTimeout(1_000);
    const times = await longest(page, act, 5_000);
    const drawn = page.frames().at(-1);
    assert.deepEqual(await drawn.locator('[data-testid=notice]').allInnerTexts(), []);
    assert.equal(await drawn.locator('svg [data-testid=machine]').count(), 150);
    t.diagnostic(JSON.stringify(times));
    // 50 ms if nothing else runs; another test does.
    assert.ok(Math.max(times.task, times.own) <= 2 * MAX_MS, JSON.stringify(times));
  });
}
