// What a course writes with `embed.js`: elements, events, promises. The address tells where the script is.
window.told = [];
for (const name of ['ready', 'event', 'error', 'resize']) {
  addEventListener(`hopscope-${name}`, ({ target, detail }) => window.told.push({ name, element: target.id, detail }));
}
const script = document.createElement('script');
const site = new URLSearchParams(location.search).get('site');
const policy = window.trustedTypes?.createPolicy('course', { createScriptURL: (url) => url });
const address = `${site}embed.js`;
script.src = policy ? policy.createScriptURL(address) : address;
document.head.append(script);

const add = (id, attributes) => {
  const element = document.createElement('hopscope-embed');
  element.id = id;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  document.body.append(element);
};
add('one', { preset: 'one-server', title: 'One server' });
add('two', { lesson: 'visit', step: '2', height: '420', theme: 'dark' });
