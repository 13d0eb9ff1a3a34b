/** `qjit view`: a page for this machine alone, that goes away cleanly. */
import { type ChildProcess, spawn } from "node:child_process";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { servePage } from "../../src/cli/serve.ts";
import { folder, put, qjit, small } from "./qjit.ts";

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** A request with a path and a Host header as they are, not tidied up. */
function ask(url: string, options: { method?: string; path?: string; host?: string } = {}): Promise<Answer> {
  const { port, host } = new URL(url);
  return new Promise((done, fail) => {
    const r = request(
      {
        agent: false,
        host: "127.0.0.1",
        port,
        method: options.method ?? "GET",
        path: options.path ?? "/",
        headers: { host: options.host ?? host },
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (d) => {
          body += d;
        });
        response.on("end", () => done({ status: response.statusCode!, headers: response.headers, body }));
      },
    );
    r.on("error", fail);
    r.end();
  });
}

describe("the server", () => {
  test("gives the page, and nothing else", async () => {
    const served = await servePage("<!doctype html>é");
    try {
      expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      const page = await ask(served.url);
      expect(page).toMatchObject({ status: 200, body: "<!doctype html>é" });
      expect(page.headers).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "content-length": "17",
        "x-content-type-options": "nosniff",
        "content-security-policy": "frame-ancestors 'none'",
        "cache-control": "no-store",
      });
      expect(await ask(served.url, { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
      expect((await ask(served.url, { path: "/?x" })).status).toBe(200);
      for (const path of [
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/package.json",
        "//",
        "/%00",
        "/index.html/..",
      ])
        expect(await ask(served.url, { path }), path).toMatchObject({ status: 404, body: "there is one page, at /\n" });
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
        expect((await ask(served.url, { method })).status, method).toBe(405);
    } finally {
      await served.close();
    }
    await expect(ask(served.url)).rejects.toThrow("ECONNREFUSED");
  });

  test("refuses requests by another name, and listens on no other interface", async () => {
    const served = await servePage("secret");
    try {
      const { port } = new URL(served.url);
      for (const host of [
        "evil.example",
        `evil.example:${port}`,
        "127.0.0.1",
        `127.0.0.1.evil.example:${port}`,
        `0.0.0.0:${port}`,
      ]) {
        const { status, body } = await ask(served.url, { host });
        expect({ status, secret: body.includes("secret") }, host).toEqual({ status: 403, secret: false });
      }
      expect((await ask(served.url, { host: `localhost:${port}` })).status).toBe(200);
      // An HTTP/1.0 request names no host at all.
      const raw = await new Promise<string>((done) => {
        let text = "";
        const socket = connect(Number(port), "127.0.0.1", () => socket.write("GET / HTTP/1.0\r\n\r\n"));
        socket.on("data", (d) => {
          text += d;
        });
        socket.on("close", () => done(text));
      });
      expect(raw).toMatch(/^HTTP\/1\.1 403 /);
      expect(raw).not.toContain("secret");
    } finally {
      await served.close();
    }
  });

  test("says that a port is taken", async () => {
    const served = await servePage("x");
    try {
      const port = Number(new URL(served.url).port);
      await expect(servePage("y", port)).rejects.toThrow(`--port ${port}: is in use`);
    } finally {
      await served.close();
    }
  });

  test("closes at once, though clients hold on", async () => {
    const served = await servePage("x");
    const socket = connect(Number(new URL(served.url).port), "127.0.0.1");
    await new Promise((done) => socket.once("connect", done));
    const gone = new Promise((done) => socket.once("close", done));
    await served.close();
    await gone;
  });
});

describe("the command", () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill("SIGKILL"));

  test.each(["SIGINT", "SIGTERM"] as const)(
    "prints its address, serves the model, and ends cleanly on %s",
    async (signal) => {
      const model = put(folder(), "small.qir", small);
      const main = join(import.meta.dirname, "../../dist/cli/main.js");
      child = spawn(process.execPath, [main, "view", model, "--no-profile"], { stdio: ["ignore", "pipe", "pipe"] });
      let [out, err] = ["", ""];
      child.stderr!.on("data", (d) => {
        err += d;
      });
      const url = await new Promise<string>((done, fail) => {
        child!.stdout!.on("data", (d) => {
          out += d;
          if (out.includes("\n")) done(out.trim());
        });
        child!.once("exit", (code) => fail(new Error(`exited with ${code}: ${err}`)));
      });
      const { status, body } = await ask(url);
      expect(status).toBe(200);
      expect(body).toContain("<title>small - qjit</title>");
      const ended = new Promise((done) => child!.once("exit", (code, by) => done({ code, by })));
      child.kill(signal);
      expect(await ended).toEqual({ code: 0, by: null });
      expect(err).toBe("serving to this machine only; Ctrl-C stops\n");
    },
  );

  test("a bad model serves nothing", async () => {
    const { code, out, err } = await qjit(["view", put(folder(), "bad.qir", "func")]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^error: .*bad\.qir: /);
  });
});
