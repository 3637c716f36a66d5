// Writes pictures of the page to tests/e2e/shots. Run `cargo xtask serve` in one terminal and in another:
//   node tests/e2e/screenshots.mjs

import { launch, openPage, shot, siteUrl } from './support.mjs';

const SECONDS_TO_SETTLE = 2;

const views = [
  ['wide', { width: 1440, height: 900 }],
  ['tablet', { width: 1024, height: 768 }],
  ['phone', { width: 390, height: 844 }],
  ['embed', { path: '?embed', width: 800, height: 500 }],
];

const browser = await launch();
for (const [name, view] of views) {
  for (const colorScheme of ['light', 'dark']) {
    const { page, complaints } = await openPage(browser, { ...view, colorScheme });
    await page.waitForTimeout(SECONDS_TO_SETTLE * 1000);
    await shot(page, `${name}-${colorScheme}`);
    console.log(`${name}-${colorScheme}.png`, ...complaints);
    await page.context().close();
  }
}
await browser.close();
console.log(`Took the pictures from ${siteUrl.href}`);
