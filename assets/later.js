
// The later part of the page: what a first visit does not run (`xtask/src/split.rs`). The build appends this to the script that
// wasm-bindgen writes, whose `wasm` are the exports of the first part, and puts in the file's name and its digest.

const LATER = { url: new URL('LATER_FILE', import.meta.url), integrity: 'LATER_INTEGRITY' };
const SIGNS_OF_USE = ['pointermove', 'pointerdown', 'touchstart', 'dragenter'];
/** What is done on the page waits for the later part, so that nothing is half done where there is no network. */
const HELD = ['click', 'keydown', 'input', 'change'];
let laterModule;
let isLaterHere = false;
let coming;
const held = [];

/** Instantiates the later part, which puts its functions into the table of the first. */
function startLater() {
    if (isLaterHere) return;
    new WebAssembly.Instance(laterModule, { first: wasm });
    isLaterHere = true;
    for (const kind of HELD) removeEventListener(kind, hold, true);
}

/** Downloads the later part when somebody begins to use the page; once, unless it fails. */
function fetchLater() {
    for (const sign of SIGNS_OF_USE) removeEventListener(sign, fetchLater, true);
    coming ??= download();
    return coming;
}

/** Whether the later part has come. */
async function download() {
    try {
        const response = await fetch(LATER.url, { integrity: LATER.integrity });
        if (response.ok) laterModule ??= await WebAssembly.compile(await response.arrayBuffer());
    } catch {
        // There is no network, say.
    }
    if (laterModule && wasm) startLater();
    if (!laterModule) coming = undefined;
    return Boolean(laterModule);
}

/** Keeps an event back until the later part is here; without it, it is as if nothing had been done. */
async function hold(event) {
    if (!document.getElementById('app').hidden) {
        event.stopImmediatePropagation();
        if (event.type === 'click') event.preventDefault();
        held.push(event);
        const isThere = await fetchLater();
        if (isThere && wasm) startLater();
        document.getElementById('lacking').hidden = isThere;
        const events = held.splice(0);
        if (!isLaterHere) return;
        for (const late of events) {
            late.target.dispatchEvent(new late.constructor(late.type, late));
            // What it has changed is drawn before the next one, and no new event comes in between.
            await null;
        }
    }
}

/** Called by the first part when it calls the later one unawaited. A caller in WebAssembly cannot wait, so this does. */
function needLater() {
    if (isLaterHere) return;
    try {
        laterModule ??= new WebAssembly.Module(downloadedNow(LATER.url));
        startLater();
    } catch (problem) {
        failure = 'load';
        throw problem;
    }
}

function downloadedNow(url) {
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    // A request that is waited for can only give text: here each character is a byte.
    request.overrideMimeType('text/plain; charset=x-user-defined');
    request.send();
    if (request.status !== 200) throw new Error(`${url.pathname}: status ${request.status}`);
    const bytes = Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 0xff);
    if (`sha256-${btoa(String.fromCharCode(...sha256(bytes)))}` !== LATER.integrity) throw new Error(`${url.pathname} is not what it was`);
    return bytes;
}

/** SHA-256 (FIPS 180-4). Only `fetch` checks digests by itself, and it cannot be waited for; nor can the browser's own SHA-256. */
function sha256(bytes) {
    const primes = [2];
    for (let n = 3; primes.length < 64; n += 2) if (primes.every((prime) => n % prime)) primes.push(n);
    const fraction = (number) => ((number % 1) * 2 ** 32) | 0;
    const keys = primes.map(Math.cbrt).map(fraction);
    const state = new Int32Array(primes.slice(0, 8).map(Math.sqrt).map(fraction));
    const padded = new DataView(new ArrayBuffer((bytes.length + 72) & ~63));
    new Uint8Array(padded.buffer).set(bytes);
    padded.setUint8(bytes.length, 0x80);
    padded.setUint32(padded.byteLength - 4, bytes.length * 8);
    const words = new Int32Array(64);
    const turn = (word, by) => (word >>> by) | (word << (32 - by));
    for (let at = 0; at < padded.byteLength; at += 64) {
        let [a, b, c, d, e, f, g, h] = state;
        for (let i = 0; i < 64; i += 1) {
            const [early, late] = [words[i - 15], words[i - 2]];
            words[i] = i < 16 ? padded.getInt32(at + 4 * i) : words[i - 16] + words[i - 7]
                + (turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)) + (turn(late, 17) ^ turn(late, 19) ^ (late >>> 10));
            const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + keys[i] + words[i];
            const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
        }
        [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] += word; });
    }
    const digest = new DataView(new ArrayBuffer(32));
    state.forEach((word, i) => digest.setInt32(4 * i, word));
    return new Uint8Array(digest.buffer);
}

/** Whether a service worker has the site (`assets/sw.js`). Then the later part is here at once; and it has to be, without a network:
    a request that is waited for asks no worker in Chromium. */
function isKept() {
    try {
        return navigator.serviceWorker.controller !== null;
    } catch {
        return false; // Plain HTTP, a file, a sandbox.
    }
}

for (const sign of SIGNS_OF_USE) addEventListener(sign, fetchLater, { capture: true, passive: true });
for (const kind of HELD) addEventListener(kind, hold, true);
// A page that opens at a lesson, with a whole run or with settings, or that another one will speak to, needs it at once: here it
// can be waited for without holding the browser up.
if (isKept() || /[?&#](lesson|host|s|tab|select|service|[a-z]+\.[a-z-]+)=/.test(location.search + location.hash)) await fetchLater();
