// What a course might write by hand: a frame, and messages to and from it. The address tells `src`, `sandbox`, `hidden`, `width`, `height`.
const wishes = new URLSearchParams(location.search);
const frame = document.createElement('iframe');
window.heard = [];
window.said = [];

/** Says something to the explorer. */
window.say = (message) => {
  const whole = { ns: 'hopscope', v: 1, ...message };
  window.said.push(whole);
  frame.contentWindow.postMessage(whole, '*');
};

/** Says something and waits for its answer. */
window.ask = (message) => new Promise((done, failed) => {
  const id = `ask-${window.said.length}`;
  const hear = ({ data }) => {
    if (data?.id !== id) return;
    removeEventListener('message', hear);
    done(data);
  };
  addEventListener('message', hear);
  setTimeout(() => failed(new Error(`no answer to ${JSON.stringify(message)}`)), 20_000);
  window.say({ id, ...message });
});

addEventListener('message', ({ source, origin, data }) => {
  if (source === frame.contentWindow) window.heard.push({ origin, data });
});

frame.title = 'Hopscope';
frame.id = 'explorer';
frame.width = wishes.get('width') ?? 800;
frame.height = wishes.get('height') ?? 500;
if (wishes.has('sandbox')) frame.setAttribute('sandbox', wishes.get('sandbox'));
frame.hidden = wishes.has('hidden');
frame.src = wishes.get('src');
document.body.append(frame);

// Something to scroll to.
for (let line = 0; line < 120; line += 1) document.body.append(Object.assign(document.createElement('p'), { textContent: `Line ${line}` }));
