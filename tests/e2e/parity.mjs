// Runs the WebAssembly of examples/parity.rs in Chromium and in Firefox, and compares its digests with those of this
// machine. `cargo xtask test parity` says where everything is.

import { readFile } from 'node:fs/promises';
import { firefox, start } from './firefox.mjs';

const { PARITY_URL: url, PARITY_NATIVE: native, CHROMIUM: chromium } = process.env;

const browsers = [
  {
    browser: 'chrome',
    executablePath: chromium,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  },
  firefox,
];

async function digests(options) {
  const browser = await start(options);
  try {
    const page = await browser.newPage();
    await page.goto(url, { timeout: 120_000 });
    const text = await page.evaluate(async () => {
      const module = await import('./parity.js');
      await module.default();
      return module.digests();
    });
    return [await browser.version(), text];
  } finally {
    await browser.close();
  }
}

const expected = (await readFile(native, 'utf8')).trimEnd().split('\n');
const names = [];
for (const options of browsers) {
  const [name, text] = await digests(options);
  const found = text.trimEnd().split('\n');
  const differing = expected.filter((line, at) => line !== found[at]);
  if (differing.length > 0 || found.length !== expected.length) {
    console.error(`${name} disagrees with this machine, which has\n${differing.join('\n')}`);
    const others = found.filter((line, at) => line !== expected[at]);
    console.error(`where ${name} has\n${others.join('\n')}`);
    process.exit(1);
  }
  names.push(name);
}
console.log(`${expected.length} runs have the same digests on this machine, in ${names.join(' and in ')}.`);
