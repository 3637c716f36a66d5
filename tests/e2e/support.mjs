// What every end-to-end test needs: the page in a browser of its own, and no tolerance for its errors.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** Where the built site is: `cargo xtask test e2e` tells, and `cargo xtask serve` is the usual place otherwise. */
export const siteUrl = new URL(process.env.HOPSCOPE_URL ?? 'http://127.0.0.1:8080/');

const shotsFolder = fileURLToPath(new URL('./shots/', import.meta.url));

const quietly = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium: the one that the variable CHROMIUM names, else Debian's. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quietly });
}

/** Runs in the page: whatever its content security policy forbids is an error on the console, in every browser. */
export function tellOfViolations() {
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample, sourceFile, lineNumber }) => {
    console.error(`forbidden by ${effectiveDirective}: ${blockedURI} ${sample} (${sourceFile}:${lineNumber})`);
  });
}

/**
 * Opens the page for the test `t` and closes it at the test's end, which fails if the page logged an error, threw
 * one, or asked for anything outside its origin. `path` is relative to the site, as in `?preset=one-server`.
 */
export async function open(t, options = {}) {
  const browser = await launch();
  let complaints = [];
  t.after(async () => {
    const seen = [...complaints]; // Closing the browser breaks off requests, which is no fault of the page.
    await browser.close();
    assert.deepEqual(seen, [], 'the page complained');
  });
  const opened = await openPage(browser, options);
  complaints = opened.complaints;
  return opened.page;
}

/**
 * Opens the page in a browser that is already there; `complaints` fills with what the page does wrong. `before` may
 * prepare the browser's context.
 */
export async function openPage(browser, { path = '', width = 1440, height = 900, colorScheme = 'light', before } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  await before?.(context);
  await context.addInitScript(tellOfViolations);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.stack ?? error}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    const isLocal = protocol === 'data:' || protocol === 'blob:' || origin === siteUrl.origin;
    if (!isLocal) complaints.push(`request leaves the origin: ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    if (reason !== 'net::ERR_ABORTED') complaints.push(`request failed: ${request.url()} (${reason})`);
  });
  await page.goto(new URL(path, siteUrl).href, { timeout: 90_000 });
  return { page, complaints };
}

/** Writes what the page shows to `tests/e2e/shots/<name>.png`. */
export async function shot(page, name) {
  await mkdir(shotsFolder, { recursive: true });
  await page.screenshot({ path: `${shotsFolder}${name}.png` });
}
