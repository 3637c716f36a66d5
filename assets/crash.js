// The page that is shown when the program stops or does not start: a script of its own, so that it works when nothing else does.
// Its words are in index.html and here, since those of the program may not be there.

globalThis.hopscope = (() => {
    const WHY = {
        panic: 'Something happened that should be impossible: a mistake in Hopscope. Nothing on your machine is harmed.',
        memory: 'The browser has given no more memory. Nothing on your machine is harmed; fewer visits per second need less.',
        load: 'A part of the page could not be loaded. The network, a proxy or a content blocker may have kept it back, or the site '
            + 'was being updated: then it helps to load the page again.',
        file: 'A browser loads nothing that lies beside a page on a disk. Open the page from a server, or its edition in one file.',
        webassembly: 'This browser has no WebAssembly, in which Hopscope is written, or it is switched off.',
    };
    const at = (id) => document.getElementById(id);
    let hasStarted = false;
    let hasStopped = false;
    let panic = '';

    /** Shows the page, once. `links` lead to what the program did last. */
    function stopped(why, problem, links = {}) {
        if (hasStopped) return;
        hasStopped = true;
        document.title = at('crash-title').textContent = `Hopscope has ${hasStarted ? 'stopped' : 'not started'}`;
        at('crash-why').textContent = WHY[why];
        at('crash-reason').textContent = panic || problem;
        at('crash-reason').hidden = false;
        for (const id in links) {
            at(id).href = links[id];
            at(id).parentElement.hidden = false;
        }
        at('app').hidden = true;
        at('crash').className = 'crash';
        at('crash').hidden = false;
        // The page around this one learns that nobody answers any more, and not what was in the run.
        if (parent !== window) {
            const message = `${at('crash-title').textContent}. ${WHY[why]}`;
            parent.postMessage({ ns: 'hopscope', v: 1, id: null, type: 'error', field: 'explorer', message }, '*');
        }
        // A frame takes the focus from nobody.
        if (parent === window || document.hasFocus()) at('crash-title').focus();
    }

    /** Why nothing runs, as far as that can be known. */
    function notStarted(problem) {
        const isWhole = at('first-part'); // The page in one file.
        const why = typeof WebAssembly === 'undefined' ? 'webassembly' : location.protocol === 'file:' && !isWhole ? 'file' : 'load';
        stopped(why, problem);
    }

    /** Forgets whatever may lead there again; a frame stays a frame. */
    function startClean(event) {
        event.preventDefault();
        try {
            for (const key of Object.keys(localStorage)) if (key.startsWith('hopscope.')) localStorage.removeItem(key);
        } catch {
            // A frame without storage keeps nothing.
        }
        location.replace(location.pathname + (/[?&]embed\b/.test(location.search) ? '?embed' : ''));
    }

    addEventListener('TrunkApplicationStarted', () => {
        hasStarted = true;
        if (!hasStopped) at('crash').hidden = true;
    });
    addEventListener('error', ({ target, message, filename }) => {
        if (target.localName === 'script') notStarted(`${target.src} is not there, or not what it was.`);
        else if (!hasStarted && filename?.startsWith(new URL('.', document.baseURI).href)) notStarted(message);
    }, true);
    // A link that differs after the `#` alone would not load anything.
    addEventListener('hashchange', () => hasStopped && location.reload());
    addEventListener('DOMContentLoaded', () => {
        at('crash-reload').onclick = (event) => {
            event.preventDefault();
            location.reload();
        };
        at('crash-clean').onclick = startClean;
    });
    return { stopped, notStarted, panicked: (message) => { panic = message; } };
})();
