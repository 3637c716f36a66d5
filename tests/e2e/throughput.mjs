// Runs the throughput example in the browser and prints its line: `cargo xtask bench` starts this.

import { launch, openPage } from './support.mjs';

const browser = await launch();
const { page, complaints } = await openPage(browser);
await page.waitForFunction(() => window.throughput);
const line = await page.evaluate((options) => window.throughput(options), process.argv.slice(2).join(' '));
await browser.close();
if (complaints.length > 0) throw new Error(complaints.join('\n'));
console.log(line);
