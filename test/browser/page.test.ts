/** The page that `qjit compile --page` writes: it runs from a file, without a server, and shows what `qjit run` prints. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { folder, put, qjit } from "../cli/qjit.ts";
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
