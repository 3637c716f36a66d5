// Thirty simulated hours in Chromium, hour by hour, with a part killed and mended in each: the memory of the program, the JavaScript heap
// and the document are as large at the end as after the warm-up, in which everything that is kept has come to its limit.
// `cargo xtask bench hours` starts this; it prints what it has measured.

import { flip, load, tab } from './explorer.mjs';
import { launch, openPage } from './support.mjs';

const HOURS = 30;
/**
 * At this load the 32 copies of the world for the way back are there after seven hours; as long again until each has been replaced by a
 * larger one. What the run keeps of itself has its room from the beginning.
 */
const WARM_UP_HOURS = 15;
const RATE = 20;
const PARTS = ['web-01/nginx', 'web-02/app', 'lb-01/haproxy', 'web-02/mysqld', 'web-01/app'];

const browser = await launch();
const { page, complaints } = await openPage(browser, {
  before: (context) => context.addInitScript(() => {
    addEventListener('TrunkApplicationStarted', (event) => { window.hopscopeMemory = event.detail.wasm.memory; });
  }),
});
const session = await page.context().newCDPSession(page);

async function measured() {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes, pages } = await page.evaluate(() => ({
    // What has happened has its marks, one for each place on the timeline; all else is as it was.
    nodes: document.querySelectorAll(':not(.timeline__mark, .timeline__mark *)').length,
    pages: window.hopscopeMemory.buffer.byteLength / 65_536,
  }));
  return { heapMb: Number((usedSize / 1e6).toFixed(2)), nodes, pages };
}

async function runAhead(minutes) {
  await page.click(`[data-testid=ahead-${minutes}]`);
  await page.waitForSelector('[data-testid=ahead-cancel]', { state: 'detached', timeout: 600_000 });
}

await load(page, RATE);
await tab(page, 'parts');
let warm;
let last;
for (let hour = 1; hour <= WARM_UP_HOURS + HOURS; hour += 1) {
  const part = PARTS[hour % PARTS.length];
  await flip(page, part);
  await runAhead(1);
  await page.evaluate(() => document.querySelector('[data-testid=all-on]').click());
  await runAhead(60);
  last = await measured();
  if (hour === WARM_UP_HOURS) warm = last;
  console.log(`hour ${hour}: ${last.pages} pages of WebAssembly memory, ${last.heapMb} MB of heap, ${last.nodes} nodes`);
}
await browser.close();
const grown = { pages: last.pages - warm.pages, heapMb: last.heapMb - warm.heapMb, nodes: last.nodes / warm.nodes - 1 };
console.log(`after hour ${WARM_UP_HOURS}: ${grown.pages} pages, ${grown.heapMb.toFixed(2)} MB, ${(100 * grown.nodes).toFixed(1)} % of the nodes`);
const failed = [grown.pages > 0, grown.heapMb > 2, Math.abs(grown.nodes) > 0.01, complaints.length > 0];
if (failed.some(Boolean)) {
  console.error('over the budget of 0 pages, 2 MB and 1 %', complaints);
  process.exitCode = 1;
}
