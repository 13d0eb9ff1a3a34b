/** The page that `qjit compile --page` writes: it runs from a file, without a server, and shows what `qjit run` prints. */

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { importTflite } from "../../src/import/tflite/index.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { folder, put, qjit } from "../cli/qjit.ts";
import { missingFixture, partsOf, readDocument } from "../docs/console.ts";
import { modelsDir } from "../vectors.ts";
import { describeChromium, launch, until, withPage } from "./chromium.ts";

const cases = path.resolve(import.meta.dirname, "../run/cases");

describeChromium("a compiled model's page", () => {
  test.each(["mobile", "float", "residual"])("%s", async (name) => {
    const dir = folder();
    // Names are text of the model, and must not end the page's elements.
    const text = readFileSync(path.join(cases, `${name}.qir`), "utf8").replace(/ as "[^"]*"/, ` as "</script><b>"`);
    const model = put(dir, "model <b>&.qir", text);
    expect(await qjit(["compile", model, "-o", dir, "--page"])).toMatchObject({ code: 0 });
    const browser = await launch();
    try {
      await withPage(browser, pathToFileURL(path.join(dir, "model <b>&.html")).href, async (page) => {
        for (const seed of ["0", "7"]) {
          await until(page, "document.body.dataset.done");
          if (seed !== "0") {
            await page.fill("#seed", seed);
            await page.evaluate("delete document.body.dataset.done");
            await page.click("button");
            await until(page, "document.body.dataset.done");
          }
          const shown = (await page.textContent("#out"))!.replace(/ +/g, " ");
          const { out } = await qjit(["run", model, "--backend", "wasm", "--seed", seed]);
          const [, ...lines] = out.replace(/ +/g, " ").split("\n");
          // Tensors are summed up more briefly there; vectors, and the heads of all, are the same lines.
          for (const line of lines.filter((l) => /^(out\d| \[\d+\])/.test(l))) expect(shown).toContain(`${line}\n`);
          expect(lines.some((l) => /^out0 /.test(l))).toBe(true);
          expect(shown).toMatch(/\d+\.\d\d ms in the median of \d+ runs/);
        }
        expect(await page.title()).toBe("model <b>&");
      });
    } finally {
      await browser.close();
    }
  });
});

/** The guide's page, with the model that the guide compiles before it. */
const guide = readDocument("docs/guide.md");
const missing = missingFixture(guide);

describeChromium("the guide's index.html", () => {
  if (missing) test.skip(`skipped: no ${missing} (QJIT_MODELS_DIR, ../shared/models)`, () => {});
  else
    test("runs the model from a server", async () => {
      const part = partsOf(guide).find((p) => p.kind === "file" && p.name === "index.html");
      const page = (part as { content: string }).content;
      const dir = folder();
      const model = path.join(modelsDir()!, "pretrainedResnet_quant.tflite");
      expect((await qjit(["compile", model, "-o", dir, "--name", "resnet8"])).code).toBe(0);
      const types: Record<string, string> = { ".mjs": "text/javascript", ".wasm": "application/wasm" };
      const server = createServer((request, response) => {
        const { pathname } = new URL(request.url!, "http://x");
        if (pathname === "/") return response.setHeader("content-type", "text/html").end(page);
        const file = path.join(dir, path.basename(pathname));
        if (!pathname.startsWith("/dist/") || !existsSync(file)) return response.writeHead(404).end();
        return response.setHeader("content-type", types[path.extname(file)]).end(readFileSync(file));
      });
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      const browser = await launch();
      try {
        const graph = importTflite(readFileSync(model));
        const wanted = Array.from(interpret(graph, [new Int8Array(32 * 32 * 3)])[0] as Int8Array).join(" ");
        const tab = await browser.newPage();
        await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        await until(tab, `document.body.textContent.trim() === ${JSON.stringify(wanted)}`);
      } finally {
        await browser.close();
        server.close();
      }
    });
});
