// Firefox, for what must be right in every browser.

import assert from 'node:assert/strict';
import puppeteer from 'puppeteer-core';
import { tellOfViolations } from './support.mjs';

// The browser is not to look for updates, block lists, experiments or a way out to the internet.
const quietly = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.region.network.url': '',
  'browser.region.update.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.search.update': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.push.connection.enabled': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'extensions.update.enabled': false,
  'media.gmp-manager.updateEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.dns.disablePrefetch': true,
  'network.prefetch-next': false,
  'services.settings.server': 'data:,nothing',
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.unified': false,
};

/** How Firefox is started: the one that the variable FIREFOX names, else Debian's. */
export const firefox = {
  browser: 'firefox',
  executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
  extraPrefsFirefox: quietly,
};

/** Starts a browser that speaks WebDriver BiDi. */
export const start = (options) =>
  puppeteer.launch({ headless: true, protocol: 'webDriverBiDi', timeout: 120_000, ...options });

/**
 * Opens an empty page for the test `t`, which fails at its end if a page there logged an error or threw one, unless it may.
 * `settings` are the browser's own, beside the usual ones.
 */
export async function openInFirefox(t, { complains = true, settings = {} } = {}) {
  const browser = await start({ ...firefox, extraPrefsFirefox: { ...quietly, ...settings } });
  const page = await browser.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.stack ?? error}`));
  await page.evaluateOnNewDocument(tellOfViolations);
  t.after(async () => {
    const seen = [...complaints];
    await browser.close();
    if (complains) assert.deepEqual(seen, [], 'the page complained');
  });
  return page;
}
