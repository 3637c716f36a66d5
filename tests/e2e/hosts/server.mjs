// A course's web server: pages that hold the explorer in a frame, and the explorer itself, so that a frame can be of the same
// origin as its page. For frames of another site there is the site's own address.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { siteUrl } from '../support.mjs';

const types = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8' };

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://course.example');
  if (pathname === '/favicon.ico') {
    response.writeHead(204).end();
    return;
  }
  const page = /^\/hosts\/(\w+\.(html|js))$/.exec(pathname);
  if (page) {
    const content = await readFile(new URL(page[1], import.meta.url));
    response.writeHead(200, { 'Content-Type': types[page[2]] }).end(content);
    return;
  }
  const from = await fetch(new URL(request.url, siteUrl), { redirect: 'manual' });
  const headers = Object.fromEntries(['content-type', 'access-control-allow-origin'].flatMap((name) => {
    const value = from.headers.get(name);
    return value ? [[name, value]] : [];
  }));
  response.writeHead(from.status, headers).end(Buffer.from(await from.arrayBuffer()));
}

/** Starts the server under another host name than the site's. Its origin, and how to stop it. */
export async function startCourse() {
  const server = createServer((request, response) => answer(request, response).catch((error) => response.writeHead(500).end(`${error}`)));
  await new Promise((done) => { server.listen(0, 'localhost', done); });
  const stop = () => new Promise((done) => { server.close(done); server.closeAllConnections(); });
  return { origin: `http://localhost:${server.address().port}`, stop };
}
