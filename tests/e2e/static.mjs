// A server of what is in memory, which can be stopped, started again on its port, and given something else to serve.

import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';

const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.wasm': 'application/wasm', '.xml': 'text/xml' };

/** The files in a folder and its folders, by their names as addresses have them. */
export async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`);
  return new Map(await Promise.all(names.map(async (name) => [name.slice(folder.length).replace(/^\//, ''), await readFile(name)])));
}

/** Serves `site.files`, a map of names and contents, under `site.prefix`, until the test `t` is over. `site.post` gets what is sent,
 * `site.caching` says what browsers may keep. */
export async function serve(t, site) {
  let server;
  let port = 0;
  const start = async () => {
    server = createServer(async (request, response) => {
      const { url } = request;
      if (request.method === 'POST') {
        site.post((await request.toArray()).join(''));
        response.setHeader('Content-Type', 'application/json');
        response.end('{"result":"true","errorCode":0}');
        return;
      }
      const path = decodeURI(new URL(url, 'http://x').pathname);
      const name = path.startsWith(site.prefix) ? path.slice(site.prefix.length) || 'index.html' : '';
      const content = site.files.get(name);
      const headers = { 'Content-Type': types[extname(name)] ?? 'application/octet-stream', 'Cache-Control': site.caching ?? 'max-age=600' };
      response.writeHead(content ? 200 : 404, content ? headers : {});
      response.end(content);
    });
    await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
    ({ port } = server.address());
  };
  const stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  await start();
  t.after(stop);
  // A name that stands for this machine, and for no machine on which the site is worked on.
  return { start, stop, address: `http://course.localhost:${port}${site.prefix}` };
}
