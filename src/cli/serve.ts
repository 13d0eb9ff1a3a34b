/** One page on the loopback interface. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ModelError } from "../errors.ts";

/** A server that runs until it is closed. */
export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

const headers = {
  "content-type": "text/html; charset=utf-8",
  // The page's own policy, and that no other page may hold it in a frame.
  "content-security-policy": "frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/**
 * Serves a page at / on 127.0.0.1, at a port that the system picks unless one is given. There is nothing else to fetch, so no path
 * leads to a file. Requests that name another host are refused: a page elsewhere could have its own name resolve to this machine,
 * and read what it serves. Throws ModelError if the port is taken.
 */
export async function servePage(html: string, port = 0): Promise<Served> {
  const body = Buffer.from(html);
  let hosts: readonly string[] = [];
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (request, response) => {
    const [status, text] = refusal(request, hosts);
    if (status !== 200) answer(response, status, text);
    else {
      response.writeHead(200, { ...headers, "content-length": body.length });
      response.end(request.method === "HEAD" ? undefined : body);
    }
  });
  await new Promise<void>((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE" ? "is in use" : error.code === "EACCES" ? "is not allowed" : error.message;
      fail(new ModelError(`--port ${port}`, why));
    });
    server.listen(port, "127.0.0.1", done);
  });
  const bound = (server.address() as AddressInfo).port;
  hosts = [`127.0.0.1:${bound}`, `localhost:${bound}`];
  return {
    url: `http://127.0.0.1:${bound}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** The status of a request, and what is wrong with it. */
function refusal({ method, url, headers: { host } }: IncomingMessage, hosts: readonly string[]): [number, string] {
  if (!hosts.includes(host ?? "")) return [403, "wants the address that qjit view printed"];
  if (method !== "GET" && method !== "HEAD") return [405, "wants GET"];
  const path = (url ?? "").split(/[?#]/, 1)[0];
  return path === "/" || path === "/index.html" ? [200, ""] : [404, "there is one page, at /"];
}

function answer(response: ServerResponse, status: number, text: string): void {
  const body = Buffer.from(`${text}\n`);
  response.writeHead(status, {
    ...headers,
    "content-type": "text/plain; charset=utf-8",
    "content-length": body.length,
    ...(status === 405 ? { allow: "GET, HEAD" } : {}),
  });
  response.end(body);
}
