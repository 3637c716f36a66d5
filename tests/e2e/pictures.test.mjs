// Files: pictures, a report, traces and metrics are saved; a picture dropped on another page brings its topology back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drop, flip, save, send, tab } from './explorer.mjs';
import { openInFirefox } from './firefox.mjs';
import { open, siteUrl } from './support.mjs';

/** Reads trace events as the Performance panel of Chromium's DevTools does; for each thread its outermost slices. */
async function readAsDevTools(events) {
  globalThis.window ??= globalThis;
  globalThis.DOMRect ??= class {};
  const { Processor } = await import('@paulirish/trace_engine');
  const engine = Processor.TraceProcessor.createWithAllHandlers();
  await engine.parse(events, { isFreshRecording: false, isCPUProfile: false, metadata: {} });
  const processes = [...engine.data.Renderer.processes.values()];
  const threads = processes.flatMap(({ threads }) => [...threads.values()]);
  return new Map(threads.map(({ name, tree }) => [name, [...tree.roots].map(({ entry }) => entry.name)]));
}

async function machines(page) {
  await page.waitForSelector('svg [data-testid=machine]');
  return page.$$eval('svg [data-testid=machine]', (all) => all.map((one) => one.dataset.part));
}

test('a picture is saved, and dropped on a page with another topology it brings its own back', async (t) => {
  const page = await open(t, { path: '?preset=scaled&speed=10' });
  const wanted = await machines(page);
  await flip(page, 'web-01');
  await tab(page, 'share');
  const svg = await save(page, 'SVG');
  assert.equal(svg.name, 'scaled.svg');
  const text = svg.bytes.toString();
  for (const machine of wanted) assert.ok(text.includes(`>${machine}</text>`), machine);
  assert.match(text, /<desc>web-01: no power/);

  const other = await open(t);
  assert.notDeepEqual(await machines(other), wanted);
  await drop(other, 'scaled.svg', text);
  await other.waitForFunction((count) => document.querySelectorAll('svg [data-testid=machine]').length === count, wanted.length);
  assert.deepEqual(await machines(other), wanted);
  // What is no picture is said to be none, and nothing of it comes into the page.
  await drop(other, 'evil.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=\'x\'"><script>document.title="x"</script></svg>');
  await other.waitForSelector('[data-testid=notice][data-field=metadata]');
  assert.deepEqual(await machines(other), wanted);
  assert.notEqual(await other.title(), 'x');
});

test('pixels are twice as many as the picture is large, and not all of one colour', async (t) => {
  const page = await open(t);
  await tab(page, 'share');
  const svg = (await save(page, 'SVG')).bytes.toString();
  const png = await save(page, 'PNG');
  assert.equal(png.name, 'three-server.png');
  const [, width, height] = svg.match(/width="(\d+)" height="(\d+)"/).map(Number);
  assert.deepEqual([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)], [2 * width, 2 * height]);
  const colours = await page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
    return [...new Set(pixels)].map((pixel) => (pixel & 0xffffff).toString(16).padStart(6, '0'));
  }, png.bytes.toString('base64'));
  // Ground and line of the light theme, as bytes stand in memory: the style sheet of the picture was obeyed.
  for (const colour of ['ffffff', 'f9f6f4', 'e2dad5']) assert.ok(colours.includes(colour), `${colour} in ${colours.length}`);
});

test('a report has what was done, and traces and metrics are files that can be read', async (t) => {
  const page = await open(t, { path: '?speed=10' });
  await flip(page, 'web-01/app');
  await send(page, 'read');
  await send(page, 'read');
  await tab(page, 'share');
  const report = (await save(page, 'HTML')).bytes.toString();
  assert.match(report, /<td>Kill web-01\/app<\/td>/);
  assert.match(report, /<td>read<\/td><td>502<\/td><td>nginx on web-01<\/td>/);
  const otlp = JSON.parse((await save(page, 'OTLP JSON')).bytes);
  assert.ok(otlp.resourceSpans.some(({ resource }) => JSON.stringify(resource).includes('"web-01/nginx"')));
  const trace = JSON.parse((await save(page, 'Trace events')).bytes);
  const threads = await readAsDevTools(trace.traceEvents);
  assert.deepEqual(threads.get('nginx on web-01'), ['1 · read · 502']);
  assert.deepEqual(threads.get('HAProxy on lb-01'), ['1 · read · 502', '2 · read · 200']);
  assert.ok(threads.has('MySQL on web-02'));
  assert.match((await save(page, 'Prometheus text')).bytes.toString(), /^hopscope_visits_total\{.*result="502".*\} 1$/m);
  assert.match((await save(page, 'CSV: visits')).bytes.toString(), /\r\n1,.*,502,web-01\/nginx,/);
  assert.match((await save(page, 'CSV: seconds')).bytes.toString(), /^second,web-01,web-02,/);
});

test('in a frame that forbids downloads the text is shown, and the keyboard opens a file', async (t) => {
  const page = await open(t);
  const host = new URL('host.html', siteUrl).href;
  const body = `<!doctype html><iframe sandbox="allow-scripts allow-same-origin" width="1100" height="800" src="${siteUrl.href}"></iframe>`;
  await page.route(host, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(host);
  const frame = page.frameLocator('iframe');
  await frame.locator('[data-testid=tab-share]').click();
  await frame.locator('[data-testid=save][data-file="Prometheus text"]').click();
  assert.match(await frame.locator('[data-testid=download] textarea').inputValue(), /^# HELP hopscope_time_seconds/);
  await frame.locator('[data-testid=download] button').click();
  await frame.locator('[data-testid=download]').waitFor({ state: 'detached' });

  await page.goto(siteUrl.href);
  await tab(page, 'share');
  await page.setInputFiles('[data-testid=bring]', { name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{"name":1}') });
  await page.waitForSelector('[data-testid=notice][data-field=name]');
});

test('in Firefox, too: pictures are made, and one that is dropped is opened', async (t) => {
  const page = await openInFirefox(t);
  await page.setViewport({ width: 1440, height: 900 });
  await page.evaluateOnNewDocument(() => {
    window.saved = {};
    const address = URL.createObjectURL;
    const click = HTMLElement.prototype.click;
    let last;
    URL.createObjectURL = (blob) => address.call(URL, last = blob);
    HTMLElement.prototype.click = function () {
      if (this.download) window.saved[this.download] = last;
      else click.call(this);
    };
  });
  const count = (wanted) => page.waitForFunction((machines) => document.querySelectorAll('svg [data-testid=machine]').length === machines, { timeout: 30_000 }, wanted);
  await page.goto(new URL('?preset=one-server', siteUrl).href);
  await page.waitForSelector('[data-testid=tab-share]');
  await page.click('[data-testid=tab-share]');
  for (const file of ['SVG', 'PNG']) {
    await page.waitForSelector(`[data-testid=save][data-file="${file}"]`, { timeout: 30_000 });
    await page.click(`[data-testid=save][data-file="${file}"]`);
    await page.waitForFunction((name) => window.saved[name], { timeout: 30_000 }, `one-server.${file.toLowerCase()}`);
  }
  const [size, wanted] = await page.evaluate(async () => {
    const picture = await createImageBitmap(window.saved['one-server.png']);
    const [, width, height] = (await window.saved['one-server.svg'].text()).match(/width="(\d+)" height="(\d+)"/).map(Number);
    return [[picture.width, picture.height], [2 * width, 2 * height]];
  });
  assert.deepEqual(size, wanted);
  const machines = await page.$$eval('svg [data-testid=machine]', (all) => all.length);
  await page.select('[data-testid=preset]', 'scaled');
  await page.waitForFunction((before) => document.querySelectorAll('svg [data-testid=machine]').length > before, { timeout: 30_000 }, machines);
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([window.saved['one-server.svg']], 'one-server.svg'));
    for (const kind of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  });
  await count(machines);
});
