// Names that are markup, that turn the direction of writing, or that are as long as they may be: they stay text, and nothing is pushed
// out of its place. Names of parts may have letters, digits and three signs, so that each entrance refuses anything else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutTexts } from './cut.mjs';
import { drop, save, send, tab } from './explorer.mjs';
import { launch, open, openPage, siteUrl } from './support.mjs';

const intruder = '<img/class=intruder/src=x/onerror=window.intruded=1>';
const tabs = ['trace', 'requests', 'metrics', 'data', 'runs', 'failures', 'security', 'parts', 'config', 'share'];
const notices = (page) => page.$$eval('[data-testid=notice]', (all) => all.map((notice) => notice.innerText).join('\n'));

/** The scenario of a page, as the picture in the tab Share has it. */
async function scenarioOf(page) {
  await tab(page, 'share');
  const svg = (await save(page, 'SVG')).bytes.toString();
  const text = svg.match(/<hopscope:scenario[^>]*>([^<]*)</)[1];
  const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return JSON.parse(text.replace(/&(#?\w+);/g, (_, name) => entities[name]));
}

/** Nothing of what was written has become a part of the page. */
async function assertIsText(page, where) {
  const found = await page.evaluate(() => [document.querySelectorAll('.intruder, img[src=x]').length, window.intruded ?? 0]);
  assert.deepEqual(found, [0, 0], where);
}

/** What is cut, lies on something else, or makes the page wider than it is. */
async function layoutFaults(page) {
  const faults = await page.evaluate(cutTexts);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return wide > 0 ? [...faults, `${wide} px too wide`] : faults;
}

/** How a document is understood, in a page without a policy that has nothing to do with ours. */
async function parsed(t, text, type) {
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  return page.evaluate(([source, kind]) => {
    const document = new DOMParser().parseFromString(source, kind);
    const all = [...document.querySelectorAll('*')];
    return {
      errors: document.querySelectorAll('parsererror').length,
      strange: all.filter((one) => one.localName === 'script' || one.localName === 'img' || one.classList.contains('intruder')
        || [...one.attributes].some(({ name }) => name.startsWith('on'))).map((one) => one.outerHTML.slice(0, 80)),
      text: document.documentElement.textContent,
    };
  }, [text, type]);
}

/** A scenario whose free texts are all markup: its name, the files of nginx, paths and cookies of visits. */
function withMarkup(scenario) {
  const visit = (kind, at_us) => ({ at_us, command: {
    do: 'visit', class: kind, count: 1, path: `/${intruder}"'&amp;\u202egnp.exe`, cookie: `a="${intruder}"; b='</script>\u202e` } });
  return {
    ...scenario,
    name: `"'></title></script>${intruder}\u202e&lt;`,
    settings: { ...scenario.settings, nginx: { ...scenario.settings.nginx, files: [`/${intruder}`, '/</pre>', '/\u202egnp.exe'] } },
    timeline: [visit('read', 100_000), visit('static', 200_000), visit('write', 300_000)],
  };
}

test('free texts that are markup stay text wherever they are shown, and in what is taken away', async (t) => {
  const page = await open(t, { path: '?preset=secured' });
  const scenario = withMarkup(await scenarioOf(page));
  await drop(page, 'x.json', JSON.stringify(scenario));
  await page.waitForFunction(() => document.title !== '' && document.body.innerText.includes('onerror'));
  assert.equal(await notices(page), '');
  await page.click('[data-testid=ahead-1]');
  await page.waitForTimeout(800);
  for (const name of tabs) {
    await tab(page, name);
    await page.waitForTimeout(200);
    await assertIsText(page, name);
    assert.deepEqual(await layoutFaults(page), [], name);
  }
  await tab(page, 'requests');
  for (const row of await page.$$('[data-testid=request]')) {
    await tab(page, 'requests');
    await row.click().catch(() => {});
    await assertIsText(page, 'a visit');
  }
  for (const part of await page.$$eval('svg [role=button][data-part]', (all) => all.map((one) => one.dataset.part))) {
    await page.locator(`svg [role=button][data-part="${part}"]`).dispatchEvent('click');
    await page.waitForSelector('[data-testid=inspector-title]');
    await assertIsText(page, part);
  }
  await tab(page, 'config');
  for (const path of await page.$$eval('[data-testid=config-file] option', (all) => all.map((one) => one.value))) {
    await page.selectOption('[data-testid=config-file]', path);
    await page.waitForTimeout(100);
    await assertIsText(page, path);
  }
  await tab(page, 'share');
  const svg = await parsed(t, (await save(page, 'SVG')).bytes.toString(), 'image/svg+xml');
  assert.deepEqual([svg.errors, svg.strange], [0, []]);
  assert.ok(svg.text.includes(scenario.name), 'the name is in the picture, as text');
  const report = await parsed(t, (await save(page, 'HTML')).bytes.toString(), 'text/html');
  assert.deepEqual(report.strange, []);
  assert.ok(report.text.includes(scenario.name), 'the name is in the report, as text');
});

test('names of parts that are markup are refused at each entrance, by the name of their field', async (t) => {
  const page = await open(t);
  const good = await scenarioOf(page);
  const bad = structuredClone(good);
  bad.topology.machines[3].name = intruder;
  const text = JSON.stringify(bad);
  const refused = async (field) => {
    await page.waitForSelector(`[data-testid=notice][data-field="${field}"]`);
    await assertIsText(page, field);
    await page.click('[data-testid=notice] button');
    assert.equal(await notices(page), '');
  };
  // A file, as it is and in a picture.
  await drop(page, 'x.json', text);
  await refused('topology.machines[3].name');
  await drop(page, 'x.svg', `<svg><hopscope:scenario>${text.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</hopscope:scenario></svg>`);
  await refused('topology.machines[3].name');
  // A link.
  await page.evaluate((scenario) => { location.hash = `scenario=${encodeURIComponent(scenario)}`; }, text);
  await refused('topology.machines[3].name');
  const packed = await page.evaluate(async (json) => {
    const stream = new Blob([json]).stream().pipeThrough(new CompressionStream('deflate'));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  }, JSON.stringify({ scenario: bad, now: 0, digest: 0 }));
  await page.evaluate((link) => { location.hash = `s=1.${link}`; }, packed);
  await refused('s.scenario.topology.machines[3].name');
  // A pasted haproxy.cfg.
  await tab(page, 'config');
  await page.fill('[data-testid=paste]', `listen ${intruder}\n server ${intruder} 10.0.0.1:80\n`);
  await page.click('[data-testid=read-file]');
  await page.waitForSelector('[data-testid=read-line]');
  assert.match(await page.innerText('[data-testid=reading]'), /would not start/);
  await assertIsText(page, 'haproxy.cfg');
  assert.equal(await page.locator('[data-testid=show-file]').count(), 0);
});

test('a host that loads names that are markup is told the field', async (t) => {
  const scenario = await scenarioOf(await open(t));
  scenario.topology.machines[3].name = intruder;
  const browser = await launch();
  t.after(() => browser.close());
  const { page } = await openPage(browser, { path: 'docs/links.md' });
  const answer = await page.evaluate(async ([src, bad]) => {
    const frame = document.createElement('iframe');
    const heard = (wanted) => new Promise((done) => {
      addEventListener('message', ({ data }) => wanted(data) && done(data));
    });
    const ready = heard((data) => data.type === 'ready');
    frame.src = `${src}?embed&host=${encodeURIComponent(location.origin)}`;
    document.body.append(frame);
    await ready;
    frame.contentWindow.postMessage({ ns: 'hopscope', v: 1, id: 1, type: 'load', scenario: bad }, '*');
    return heard((data) => data.id === 1);
  }, [siteUrl.href, scenario]);
  assert.deepEqual([answer.type, answer.field], ['error', 'scenario.topology.machines[3].name']);
});

test('names as long as they may be leave everything in its place', async (t) => {
  const page = await open(t, { path: '?preset=scaled' });
  const scenario = await scenarioOf(page);
  const long = (name) => `${name}-${'M'.repeat(40)}`.slice(0, 40);
  scenario.name = 'W'.repeat(100);
  scenario.settings.balancer.servers = {};
  for (const machine of scenario.topology.machines) {
    machine.name = long(machine.name);
    for (const rule of machine.firewall?.rules ?? []) rule.from = /^[a-z]+-\d+$/.test(rule.from) ? long(rule.from) : rule.from;
    for (const process of machine.processes) {
      process.name = long(process.name);
      process.replica_of &&= process.replica_of.split('/').map(long).join('/');
    }
  }
  await drop(page, 'x.json', JSON.stringify(scenario));
  await page.waitForTimeout(500);
  assert.equal(await notices(page), '');
  await page.locator('svg [data-part^="web-01-MMM"]').first().waitFor();
  await send(page, 'read');
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(300);
    for (const name of width === 390 ? [] : tabs) {
      await tab(page, name);
      await page.waitForTimeout(200);
      assert.deepEqual(await layoutFaults(page), [], `${name} at ${width} px`);
    }
    assert.deepEqual(await layoutFaults(page), [], `at ${width} px`);
  }
});
