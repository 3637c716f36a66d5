// What everybody needs: no violation that axe-core finds, and nothing that has to be scrolled sideways.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { flip, inspect, load, pass, speed, tab } from './explorer.mjs';
import { open } from './support.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function violations(page) {
  await page.addScriptTag({ path: axe });
  const found = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: 'tag', values } }), tags);
  return found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')}`);
}

const states = [
  ['at rest', async () => {}],
  ['under load with a dead application', async (page) => {
    await speed(page, '5');
    await load(page, 50);
    await flip(page, 'web-01/app');
    await pass(page, 4_000);
    await tab(page, 'requests');
  }],
  ['with HAProxy inspected and charts', async (page) => {
    await speed(page, '5');
    await load(page, 50);
    await inspect(page, 'lb-01/haproxy');
    await pass(page, 4_000);
    await tab(page, 'metrics');
  }],
  ['after a promotion', async (page) => {
    await speed(page, '5');
    await load(page, 20);
    await pass(page, 2_000);
    await flip(page, 'web-01/mysqld');
    await inspect(page, 'web-02/mysqld');
    await page.click('[data-testid=act-promote]');
    await tab(page, 'data');
  }],
  ['while time runs ahead', async (page) => {
    await load(page, 1_000);
    await page.click('[data-testid=ahead-60]');
    await page.waitForSelector('[data-testid=ahead-cancel]');
  }],
  ['in a past that was changed', async (page) => {
    await load(page, 50);
    await flip(page, 'web-01/app');
    await pass(page, 1_500);
    await page.click('[data-testid=earlier]');
    await page.waitForSelector('[data-testid=hint]');
    await flip(page, 'web-02/app');
    await page.waitForSelector('[data-testid=comparison]');
  }],
  ['with the table of parts', async (page) => {
    await flip(page, 'web-02');
    await tab(page, 'parts');
  }],
];

for (const colorScheme of ['light', 'dark']) {
  for (const [name, prepare] of states) {
    test(`axe-core finds nothing ${name}, ${colorScheme}`, async (t) => {
      const page = await open(t, { colorScheme });
      await prepare(page);
      assert.deepEqual(await violations(page), []);
    });
  }
}

for (const [width, height, path] of [[390, 844, ''], [320, 640, ''], [1024, 768, ''], [800, 500, '?embed'], [320, 480, '?embed']]) {
  test(`nothing is wider than ${width} px${path && ` (${path})`}`, async (t) => {
    const page = await open(t, { width, height, path });
    await page.waitForSelector('[data-testid=diagram]');
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
    assert.deepEqual(await violations(page), []);
  });
}
