
// Has the browser keep the site for later visits without a network (`assets/sw.js`), some time after the page has started. The build appends
// this to the script of the site.

const OFFLINE_AFTER_MS = 3000;

async function workOffline() {
    try {
        // Whatever of this is not there or not allowed (a file, plain HTTP, a private window, a sandbox) is not needed either.
        const workers = navigator.serviceWorker;
        // On the machine of whoever works on the site, a kept version would only confuse; and a frame's host is not kept either.
        if (/^(localhost|127\.|\[::1\])/.test(location.hostname) || self !== top) return;
        const address = document.querySelector('meta[name=service-worker]').content;
        let wasKept = isKept();
        workers.addEventListener('controllerchange', () => {
            if (wasKept) announceNewer();
            else fetchLater();
            wasKept = true;
        });
        const policy = globalThis.trustedTypes?.createPolicy('hopscope', { createScriptURL: () => address });
        await workers.register(policy ? policy.createScriptURL('') : address);
    } catch {}
}

function announceNewer() {
    const notice = document.getElementById('newer');
    notice.hidden = false;
    // From now on the live region has something to say.
    notice.firstElementChild.className = 'said';
    notice.lastElementChild.addEventListener('click', () => location.reload());
}

setTimeout(workOffline, OFFLINE_AFTER_MS);
