// What the page of the benchmark does. The server forbids scripts in the page itself.

import init, { start, advance, line } from './throughput.js';

// As long as the page lets the engine work at a time.
const SLICE_MS = 8;

// A turn of the event loop without the delay that timers have.
const { port1, port2 } = new MessageChannel();
const turn = () => new Promise((resolve) => {
  port1.onmessage = resolve;
  port2.postMessage(null);
});

// Runs the example in slices of many short calls; what the slices took together is the time that counts.
window.throughput = async (options) => {
  await init();
  start(options);
  let ms = 0;
  for (let isOver = false; !isOver; await turn()) {
    const began = performance.now();
    do isOver = advance(); while (!isOver && performance.now() - began < SLICE_MS);
    ms += performance.now() - began;
  }
  return line(ms / 1000);
};
