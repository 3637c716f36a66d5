// The explorer in frames of all kinds: it starts and answers, hears its host and nobody else, and leaves the host's page alone.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { start as startFirefox, firefox } from './firefox.mjs';
import { startCourse } from './hosts/server.mjs';
import { launch, siteUrl } from './support.mjs';

const schema = JSON.parse(await readFile(new URL('../../docs/host.schema.json', import.meta.url)));
const ajv = new Ajv({ allErrors: true, strict: false });
ajv.addSchema(schema);
const validator = (name) => ajv.compile({ $ref: `host.schema.json#/$defs/${name}` });
const [isToHost, isToExplorer] = [validator('to-host'), validator('to-explorer')];

let course;
let browser;
before(async () => { [course, browser] = await Promise.all([startCourse(), launch()]); });
after(() => Promise.all([course.stop(), browser.close()]));

/** The explorer's address on the course's own server, or on the site's. */
function address(where, query = '') {
  const base = where === 'same origin' ? new URL(siteUrl.pathname, course.origin) : siteUrl;
  return new URL(`?embed&speed=10${query}`, base).href;
}

const stated = () => `&host=${encodeURIComponent(course.origin)}`;

/** The address of the course's page with a frame. */
function host(src, wishes = {}) {
  const url = new URL('/hosts/frame.html', course.origin);
  for (const [name, value] of Object.entries({ src, ...wishes })) url.searchParams.set(name, value);
  return url.href;
}

const kinds = [
  ['a frame of the same origin', 'same origin', {}, false],
  ['a frame of another site', 'cross site', {}, true],
  ['a sandbox without an origin', 'cross site', { sandbox: 'allow-scripts' }, true],
  ['a sandbox with its origin', 'cross site', { sandbox: 'allow-scripts allow-same-origin' }, true],
  ['a sandbox of the same origin', 'same origin', { sandbox: 'allow-scripts' }, true],
  ['a frame that is hidden at first', 'cross site', { hidden: '' }, true],
];

/** Every message that a page has sent or heard is one of the schema. */
async function checkMessages(page) {
  const { heard, said } = await page.evaluate(() => ({ heard: window.heard.map(({ data }) => data), said: window.said }));
  assert.ok(heard.length > 2);
  for (const message of heard) assert.ok(isToHost(message), `${JSON.stringify(message)}: ${ajv.errorsText(isToHost.errors)}`);
  for (const message of said) assert.ok(isToExplorer(message), `${JSON.stringify(message)}: ${ajv.errorsText(isToExplorer.errors)}`);
}

/** Talks to the explorer in the page's frame, by what both browsers know. */
async function talk(page) {
  await page.waitForFunction(() => window.heard?.some(({ data }) => data.type === 'ready'), { timeout: 60_000 });
  await page.evaluate(() => { document.getElementById('explorer').hidden = false; });
  const ready = await page.evaluate(() => window.ask({ type: 'hello' }));
  assert.equal(ready.hears, course.origin);
  const killed = await page.evaluate(() => window.ask({ type: 'command', command: { do: 'kill', part: 'web-01' } }));
  assert.equal(killed.parts['web-01/app'].condition, 'down');
  await page.evaluate(() => window.ask({ type: 'command', command: { do: 'visit', class: 'static' } }));
  const isVisit = () => window.heard.some(({ data }) => data.type === 'event' && data.events.some(({ kind }) => kind === 'visit'));
  await page.waitForFunction(isVisit, { timeout: 60_000 });
  await page.waitForFunction(() => window.heard.some(({ data }) => data.type === 'resize'), { timeout: 60_000 });
  const state = await page.evaluate(() => window.ask({ type: 'get' }));
  assert.equal(state.visits.ended, 1);
  assert.deepEqual(state.outcomes.map(({ result }) => result), ['200']);
  const wrong = await page.evaluate(() => window.ask({ type: 'command', command: { do: 'kill', part: 'web-09' } }));
  assert.deepEqual([wrong.type, wrong.field], ['error', 'command.part']);
  await checkMessages(page);
}

/** A page of Chromium that fails the test if it, or a frame in it, logs an error. */
async function visit(t, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(`${error}`));
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  });
  await page.goto(url);
  return page;
}

for (const [what, where, wishes, states] of kinds) {
  test(`Chromium: ${what} starts and answers`, async (t) => {
    const page = await visit(t, host(address(where, states ? stated() : ''), wishes));
    await talk(page);
    const frame = page.frameLocator('#explorer');
    await frame.locator('[data-testid=send-read]').click();
    await frame.locator('[data-testid=narrator][data-visit="2"]').waitFor();
  });
}

test('Firefox: frames of all kinds start and answer', async (t) => {
  const other = await startFirefox(firefox);
  t.after(() => other.close());
  for (const [what, where, wishes, states] of kinds) {
    await t.test(what, async () => {
      const page = await other.newPage();
      // Firefox now and then takes its time to call a page with a sandbox loaded, which the explorer in it need not be.
      await page.goto(host(address(where, states ? stated() : ''), wishes), { waitUntil: 'domcontentloaded', timeout: 60_000 });
      await talk(page);
      await page.close();
    });
  }
});

test('top level, nothing is posted and nothing is heard', async (t) => {
  const page = await visit(t, address('cross site', stated()));
  await page.locator('svg.diagram').waitFor();
  const heard = await page.evaluate(async () => {
    const all = [];
    addEventListener('message', ({ data }) => all.push(data));
    postMessage({ ns: 'hopscope', v: 1, id: 1, type: 'get' }, '*');
    await new Promise((done) => { setTimeout(done, 500); });
    return all;
  });
  assert.deepEqual(heard.map(({ type }) => type), ['get']);
});

for (const [width, height] of [[320, 480], [480, 600], [800, 500], [1200, 800]]) {
  for (const lesson of ['', '&lesson=security']) {
    test(`a frame of ${width} × ${height}${lesson && ' with a lesson'} leaves focus, scroll and wheel to its host`, async (t) => {
      const wishes = { width, height };
      const page = await visit(t, host(address('cross site', `${stated()}${lesson}`), wishes), { viewport: { width: 1300, height: 700 } });
      await page.waitForFunction(() => window.heard.some(({ data }) => data.type === 'ready'), { timeout: 60_000 });
      const frame = page.frames()[1];
      await frame.locator(lesson ? '.lesson h2' : '.narrator__text').first().waitFor();
      await page.waitForTimeout(300);
      assert.deepEqual(await page.evaluate(() => [document.activeElement.id, scrollY]), ['own', 0]);

      const document = await frame.evaluate(() => {
        const { scrollHeight, scrollWidth, clientHeight, clientWidth } = window.document.documentElement;
        return { down: scrollHeight - clientHeight, right: scrollWidth - clientWidth };
      });
      assert.deepEqual(document, { down: 0, right: 0 });

      // Over what does not scroll by itself, the wheel is the host's at once.
      const quiet = await frame.locator(lesson && width < 780 ? '.traffic__send' : '.playback').boundingBox();
      await page.mouse.move(quiet.x + quiet.width / 2, quiet.y + quiet.height / 2);
      await page.mouse.wheel(0, 200);
      await page.waitForFunction(() => scrollY > 100);
      assert.equal(await frame.evaluate(() => scrollY), 0);
    });
  }
}

test('a wheel over what scrolls by itself goes on in the host at its end', async (t) => {
  const page = await visit(t, host(address('cross site', `${stated()}&lesson=security`)));
  const frame = page.frames()[1];
  const lesson = frame.locator('.lesson');
  await lesson.locator('h2').waitFor();
  await lesson.evaluate((panel) => { panel.scrollTop = panel.scrollHeight; });
  const box = await lesson.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.wheel(0, 200);
  await page.waitForFunction(() => scrollY > 100);
});

test('another step gets the focus, and the host stays where it is', async (t) => {
  const page = await visit(t, host(address('cross site', `${stated()}&lesson=visit`), { height: 1500 }));
  const frame = page.frames()[1];
  await frame.locator('[data-testid=lesson-next]').click();
  await frame.waitForFunction(() => document.activeElement.id === 'lesson-heading');
  assert.equal(await page.evaluate(() => scrollY), 0);
});

test('only the page around it is heard, and only if it has the stated origin', async (t) => {
  const evil = 'http://127.0.0.1:9';
  for (const [query, expected] of [[`&host=${encodeURIComponent(evil)}`, []], ['', ['ready', 'resize', 'error']], [stated(), ['ready', 'resize', 'state', 'event']]]) {
    const page = await visit(t, host(address('cross site', query)));
    const frame = page.frames()[1];
    await frame.locator('.narrator__text').waitFor();
    await page.waitForTimeout(500);
    await page.evaluate(() => {
      window.say({ id: 1, type: 'hello' });
      window.say({ id: 2, type: 'get' });
      window.say({ id: 3, type: 'command', command: { do: 'kill', part: 'web-01' } });
    });
    await page.waitForTimeout(1000);
    const heard = await page.evaluate(() => window.heard.map(({ data }) => data));
    assert.deepEqual([...new Set(heard.map(({ type }) => type))], [...new Set(expected)], query);
    if (query === '') assert.deepEqual(heard.filter(({ type }) => type === 'error').map(({ id, field }) => [id, field]), [[null, 'host'], [null, 'host'], [null, 'host']]);
    const broken = await frame.locator('.machine--down').count();
    assert.equal(broken, query === stated() ? 1 : 0, query);
  }
});

test('a sibling frame is not heard, and hears nothing', async (t) => {
  const page = await visit(t, host(address('cross site', stated())));
  await page.waitForFunction(() => window.heard.some(({ data }) => data.type === 'ready'), { timeout: 60_000 });
  const sibling = await page.evaluate(() => new Promise((done) => {
    // It has the stated origin, and still is not the window around the explorer.
    const frame = Object.assign(document.createElement('iframe'), { src: '/hosts/frame.html?src=about:blank', title: 'Sibling' });
    frame.onload = () => {
      const { contentWindow } = frame;
      contentWindow.addEventListener('message', ({ data }) => data?.ns && contentWindow.said.push(data));
      contentWindow.eval('parent.frames[0].postMessage({ ns: "hopscope", v: 1, id: 9, type: "hello" }, "*");'
        + 'parent.frames[0].postMessage({ ns: "hopscope", v: 1, id: 9, type: "command", command: { do: "kill", part: "web-01" } }, "*");');
      setTimeout(() => done(contentWindow.said.length), 1000);
    };
    document.body.append(frame);
  }));
  assert.equal(sibling, 0);
  assert.deepEqual(await page.evaluate(() => window.heard.filter(({ data }) => data.id === 9)), []);
  assert.equal(await page.frames()[1].locator('.machine--down').count(), 0);
});

test('too many messages, too long ones, and nonsense are refused; it goes on', async (t) => {
  const page = await visit(t, host(address('cross site', stated())));
  await page.waitForFunction(() => window.heard.some(({ data }) => data.type === 'ready'), { timeout: 60_000 });
  const ask = (message) => page.evaluate((said) => window.ask(said), message);
  await ask({ type: 'hello' });
  await page.evaluate(() => { for (let at = 0; at < 100; at += 1) window.say({ id: at, type: 'get' }); });
  await page.waitForTimeout(1500);
  const [states, rates] = await page.evaluate(() => ['state', 'error'].map((kind) => window.heard.filter(({ data }) => data.type === kind).length));
  assert.ok(states >= 19 && states <= 25, `${states} answers`);
  assert.ok(rates >= 1 && rates <= 2, `${rates} errors`);

  const error = await page.evaluate(() => {
    const heard = window.heard.length;
    const frame = document.getElementById('explorer').contentWindow;
    const circle = { ns: 'hopscope' };
    circle.self = circle;
    for (const odd of [circle, { ns: 'hopscope', v: 1n }, { ns: 'hopscope', v: 1, x: 'x'.repeat(65_536) }, { ns: 'hopscope' }, 'hopscope', null, 7, { ns: 'other' }]) frame.postMessage(odd, '*');
    return new Promise((done) => { setTimeout(() => done(window.heard.slice(heard).map(({ data }) => data.field)), 1000); });
  });
  assert.deepEqual(error, ['message', 'message', 'message', 'v']);
  assert.equal((await ask({ type: 'get' })).type, 'state');
});

test('embed.js: two elements, their height, attributes, events, promises, and one that is taken away', async (t) => {
  const url = new URL(`/hosts/element.html?site=${encodeURIComponent(siteUrl)}`, course.origin);
  const page = await visit(t, url.href);
  const has = (name, element) => page.waitForFunction(([kind, id]) => window.told?.some((one) => one.name === kind && one.element === id), [name, element], { timeout: 60_000 });
  await Promise.all([has('ready', 'one'), has('resize', 'one')]);
  await page.locator('#two').scrollIntoViewIfNeeded();
  await has('ready', 'two');
  const frames = await page.$$eval('hopscope-embed > iframe', (all) => all.map((frame) => ({ height: frame.clientHeight, title: frame.title, loading: frame.loading })));
  const wanted = await page.evaluate(() => window.told.findLast(({ name, element }) => name === 'resize' && element === 'one').detail.height);
  assert.deepEqual(frames.map(({ height }) => height), [wanted, 420]);
  assert.deepEqual(frames.map(({ title }) => title), ['One server', 'Hopscope: see every hop']);
  assert.deepEqual(frames.map(({ loading }) => loading), ['lazy', 'lazy']);

  const two = page.frames().find((frame) => frame.url().includes('lesson=visit'));
  assert.match(await two.locator('.lesson > p').first().innerText(), /2\//);
  const state = await page.evaluate(() => document.getElementById('one').command({ do: 'visit', class: 'read' }));
  assert.deepEqual([state.scenario, state.visits.started], ['one-server', 1]);
  await has('event', 'one');
  const field = await page.evaluate(() => document.getElementById('one').command({ do: 'kill', part: 'moon' }).catch((error) => error.field));
  assert.equal(field, 'command.part');
  await has('error', 'one');

  await page.evaluate(() => {
    window.told.length = 0;
    const one = document.getElementById('one');
    one.setAttribute('preset', 'dedicated-db');
    one.setAttribute('theme', 'dark');
  });
  await has('ready', 'one');
  assert.equal((await page.evaluate(() => document.getElementById('one').get())).scenario, 'dedicated-db');
  assert.equal(await page.evaluate(() => window.told.filter(({ name, element }) => name === 'ready' && element === 'one').length), 1);

  const loaded = await page.evaluate(async () => {
    const scenario = { name: 'mine', topology: { machines: [{ name: 'web-01', address: '10.0.0.1', processes: [] }] } };
    return document.getElementById('one').load(scenario).catch((error) => error.field);
  });
  assert.match(`${loaded}`, /^scenario/);
  const gone = await page.evaluate(async () => {
    const element = document.getElementById('one');
    const asked = element.get().catch((error) => error.message);
    element.remove();
    return [await asked, element.childElementCount, await element.get().catch((error) => error.message)];
  });
  assert.deepEqual(gone, ['closed', 0, 'closed']);
  assert.equal((await page.evaluate(() => document.getElementById('two').get())).lesson.step, 2);
});

for (const [width, height] of [[320, 480], [800, 500]]) {
  test(`at ${width} × ${height}, what a step looks at is shown, and closing it leads back to the lesson`, async (t) => {
    const page = await visit(t, address('cross site', '&lesson=security'), { viewport: { width, height } });
    // What a challenge asks for is there.
    for (const kind of ['read', 'write', 'static']) await page.locator(`[data-testid=send-${kind}]`).waitFor();
    await page.locator('[data-testid=lesson-do]').click();
    const tabs = page.locator('.tabs');
    await tabs.locator('[data-testid=tab-security][aria-selected=true]').waitFor();
    await tabs.locator('.security__scan').first().waitFor();
    await tabs.locator('.sheet-close').click();
    await tabs.waitFor({ state: 'hidden' });
    await page.locator('.lesson h2').waitFor();
    await page.locator('[data-testid=sheet-tabs]:visible, .lesson .sheet-close:visible').first().waitFor();
  });
}

test('embed.js is told when the explorer stops, and when it does not start', async (t) => {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(new URL(`/hosts/element.html?site=${encodeURIComponent(siteUrl)}`, course.origin).href);
  const errors = await page.evaluate(async (site) => {
    const element = document.createElement('hopscope-embed');
    const open = (crash) => {
      element.setAttribute('src', `${site}?crash=${crash}`);
      document.body.prepend(element);
      return new Promise((resolve) => element.addEventListener('hopscope-error', ({ detail }) => resolve(detail), { once: true }));
    };
    const stopped = await open('panic');
    element.remove();
    const missing = open('load');
    const refused = await element.get().catch((error) => error.field);
    return [stopped, await missing, refused];
  }, siteUrl.href);
  const [stopped, missing, refused] = errors;
  for (const error of [stopped, missing]) assert.ok(isToHost(error), JSON.stringify(error));
  assert.match(stopped.message, /^Hopscope has stopped/);
  assert.match(missing.message, /^Hopscope has not started/);
  assert.deepEqual([stopped.field, missing.field, refused], ['explorer', 'explorer', 'explorer']);
});

test('what the tab Share writes for a course is what works there', async (t) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(new URL('?lesson=visit&step=2', siteUrl).href);
  await page.getByTestId('tab-share').click();
  const made = async (system) => {
    await page.getByTestId('embed-system').selectOption({ label: system });
    return page.getByTestId('snippet').evaluate((field) => field.value ?? field.textContent);
  };
  await page.getByTestId('embed-first').fill('2');
  await page.getByTestId('embed-first').press('Enter');
  await page.getByTestId('embed-last').fill('3');
  await page.getByTestId('embed-last').press('Enter');
  await page.getByTestId('embed-hide').check();
  await page.getByTestId('embed-theme').selectOption('dark');
  const query = 'lesson=visit&step=2&steps=2-3&answers=hidden&theme=dark&embed=1';
  assert.equal(await made('Notion'), `${siteUrl}?${query}`);
  assert.match(await made('Jupyter Book'), /^:::\{iframe\} http\S+&embed=1\n:width: 100%\n:::$/);
  assert.match(await made('Docusaurus'), /style=\{\{border: 0, maxWidth: '100%'\}\} \/>$/);
  // The explorer's own policy lets no text become markup: a page without one reads it.
  const reader = await context.newPage();
  const read = (text, tag) => reader.evaluate(([markup, name]) => {
    const element = new DOMParser().parseFromString(markup, 'text/html').querySelector(name);
    return { src: element.getAttribute('src'), title: element.title };
  }, [text, tag]);
  for (const system of ['HTML', 'Moodle', 'Canvas', 'Open edX', 'mdBook']) {
    const { src, title } = await read(await made(system), 'iframe');
    assert.deepEqual([src, title.startsWith('Hopscope: ')], [`${siteUrl}?${query}`, true], system);
  }
  const element = await made('HTML with embed.js');
  assert.equal((await read(element, 'script')).src, `${siteUrl}embed.js`);
  const { src } = await read(element, 'hopscope-embed');
  const course = await visit(t, host(src));
  await course.waitForFunction(() => window.heard.some(({ data }) => data.type === 'resize'), { timeout: 60_000 });
  const frame = course.frames()[1];
  assert.match(await frame.locator('.lesson > p').first().innerText(), /2\//);
  assert.equal(await frame.evaluate(() => document.documentElement.dataset.theme), 'dark');
});
