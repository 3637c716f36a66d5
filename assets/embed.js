// <hopscope-embed>: the explorer in a page, see docs/embedding.md.
(() => {
  const script = document.currentScript ?? document.querySelector('script[src$="embed.js"]');
  const parameters = ['preset', 'lesson', 'step', 'steps', 'answers', 'theme', 'speed'];

  class HopscopeEmbed extends HTMLElement {
    static observedAttributes = ['src', 'fragment', 'height', 'sandbox', ...parameters];
    #frame; #ready; #due; #last = 0; #asked = new Map();

    command(command) { return this.#ask({ type: 'command', command }); }
    load(scenario) { return this.#ask({ type: 'load', scenario }); }
    get() { return this.#ask({ type: 'get' }); }

    connectedCallback() {
      addEventListener('message', this);
      this.#open();
    }

    disconnectedCallback() {
      removeEventListener('message', this);
      this.#close();
    }

    attributeChangedCallback(name) {
      if (!this.#frame) return;
      if (name === 'height') return this.#fit();
      // Attributes that change together open it once.
      this.#due ??= setTimeout(() => {
        this.#due = 0;
        if (this.#frame) this.#open();
      });
    }

    #open() {
      this.#close();
      const url = new URL(this.getAttribute('src') ?? '.', this.hasAttribute('src') ? document.baseURI : script.src);
      const given = (name) => this.getAttribute(name);
      for (const name of parameters) if (given(name) !== null) url.searchParams.set(name, given(name));
      url.searchParams.set('embed', '1');
      if (origin !== 'null') url.searchParams.set('host', origin);
      if (given('fragment')) url.hash = given('fragment');
      const frame = document.createElement('iframe');
      frame.title = this.title || 'Hopscope: see every hop';
      frame.loading = 'lazy';
      frame.allow = 'clipboard-write';
      if (given('sandbox') !== null) frame.sandbox = given('sandbox');
      Object.assign(frame.style, { display: 'block', width: '100%', border: 0 });
      this.#ready = new Promise((...ways) => this.#asked.set('hello', ways));
      this.#ready.catch(() => {});
      this.#frame = frame;
      this.#fit(500);
      frame.src = url;
      this.append(frame);
    }

    #close() {
      this.#frame?.remove();
      this.#frame = undefined;
      for (const id of this.#asked.keys()) this.#settle(id, 1, Error('closed'));
    }

    #fit(height) {
      const fixed = parseInt(this.getAttribute('height'));
      if (fixed || height) this.#frame.style.height = `${fixed || height}px`;
    }

    #post(message) {
      if (!this.#frame) throw Error('closed');
      this.#frame.contentWindow.postMessage({ ns: 'hopscope', v: 1, ...message }, '*');
    }

    async #ask(message) {
      await this.#ready;
      const id = ++this.#last;
      this.#post({ id, ...message });
      return new Promise((...ways) => {
        this.#asked.set(id, ways);
        setTimeout(() => this.#settle(id, 1, Error('no answer')), 10000);
      });
    }

    #settle(id, way, value) {
      const ways = this.#asked.get(id);
      this.#asked.delete(id);
      ways?.[way](value);
    }

    handleEvent({ source, data }) {
      if (source !== this.#frame?.contentWindow || data?.ns !== 'hopscope') return;
      const { type, id, field, message } = data;
      if (type === 'resize') this.#fit(data.height);
      if (type === 'ready' && id === null) return this.#post({ id: 'hello', type: 'hello' });
      if (type === 'error') {
        // One that has stopped answers nothing any more.
        const ids = field === 'explorer' ? [...this.#asked.keys()] : [id];
        for (const one of ids) this.#settle(one, 1, Object.assign(Error(`${field}: ${message}`), { field }));
      } else this.#settle(id, 0, data);
      this.dispatchEvent(new CustomEvent(`hopscope-${type}`, { detail: data, bubbles: true }));
    }
  }
  customElements.define('hopscope-embed', HopscopeEmbed);
})();
