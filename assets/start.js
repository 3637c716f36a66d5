
// The start of the page. The build appends this to the script that wasm-bindgen writes, and puts in the file's name and its digest.

const FIRST = { url: new URL('FIRST_FILE', import.meta.url), integrity: 'FIRST_INTEGRITY' };

try {
    if (/[?&]crash=load\b/.test(location.search)) FIRST.url.pathname += '.missing';
    await __wbg_init({ module_or_path: fetch(FIRST.url, { integrity: FIRST.integrity }) });
    dispatchEvent(new CustomEvent('TrunkApplicationStarted', { detail: { wasm } }));
} catch (problem) {
    console.error(problem);
    hopscope.notStarted(String(problem));
}
