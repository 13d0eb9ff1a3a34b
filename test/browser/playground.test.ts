/** The playground as a person uses it: a model is compiled and run in the page, integer for integer, explored, measured and taken along. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { interpret, parse, type TypedArray } from "../../src/index.ts";
import { buildPlayground, servePlayground } from "../../tools/build-playground.mjs";
import { onnxFile } from "../import/onnx-file.ts";
import { describeModels } from "../vectors.ts";
import { describeChromium, launch, until, withPage } from "./chromium.ts";

const root = path.resolve(import.meta.dirname, "../..");

test("the compiler's way through a page asks for no Node module", async () => {
  const { metafile } = await build({
    entryPoints: [path.join(root, "src/index.ts"), path.join(root, "runtime/index.ts")],
    outdir: "unused",
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    metafile: true,
    external: ["binaryen"],
  });
  const outside = Object.values(metafile.inputs).flatMap((i) => i.imports.filter((m) => m.external).map((m) => m.path));
  expect([...new Set(outside)]).toEqual(["binaryen"]);
});

describeChromium("the playground in headless Chromium", () => {
  let dir: string;
  let server: Server;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), "qjit-playground-"));
    server = await servePlayground(await buildPlayground(path.join(dir, "site")));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await launch();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    server?.close();
    server?.closeAllConnections();
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  const loaded = (page: Page) => until(page, `document.querySelector("#result .results")`, 90_000);
  const digits = async (page: Page) => {
    await page.click("#sample");
    await loaded(page);
  };
  /** The page's input values, and the stored integers that it shows for the best five classes. */
  const inputs = (page: Page) =>
    page.evaluate<number[][]>("playground.session().inputs.values().map((v) => Array.from(v))");
  const shown = async (page: Page) => {
    const classes = await page.locator(".top .class").allTextContents();
    const stored = await page.locator(".top small").allTextContents();
    return classes.map((c, i) => [Number(c), Number(/\((-?\d+)\)/.exec(stored[i])![1])]);
  };
  const best = (data: TypedArray) =>
    Array.from(data as Uint8Array, (v, i) => [i, v])
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, 5);

  test("a drawn digit is classified with the interpreter's integers", () =>
    withPage(browser, url, async (page) => {
      const fetched: string[] = [];
      page.on("request", (r) => fetched.push(new URL(r.url()).pathname));
      expect(await page.title()).toBe("qjit playground");
      await digits(page);
      // Binaryen comes when a model is compiled, and through the compiler's worker alone.
      expect(fetched.filter((f) => f.includes("binaryen")).length).toBe(1);
      const text = await page.evaluate<string>("fetch('digits.qir').then((r) => r.text())");
      const graph = parse(text);
      for (const digit of ["3", "1", "7", "0"]) {
        await page.getByRole("button", { name: `Draw a ${digit}` }).click();
        await until(page, `document.querySelector(".top .class").textContent === "${digit}"`);
        const [image] = await inputs(page);
        expect(await shown(page)).toEqual(best(interpret(graph, [Float32Array.from(image)])[0]));
      }
      expect(await page.textContent("#result")).toMatch(/the same integers at all \d levels|ms\.$/);
      // By hand: a stroke from top to bottom is a 1.
      await page.getByRole("button", { name: "Clear" }).click();
      const pad = (await page.locator(".pad").boundingBox())!;
      await page.mouse.move(pad.x + 0.5 * pad.width, pad.y + 0.15 * pad.height);
      await page.mouse.down();
      await page.mouse.move(pad.x + 0.5 * pad.width, pad.y + 0.85 * pad.height, { steps: 12 });
      await page.mouse.up();
      await until(page, `document.querySelector(".top .class").textContent === "1"`);
    }));

  test("the explorer and the speeds", () =>
    withPage(browser, url, async (page) => {
      await digits(page);
      await page.getByRole("button", { name: "Measure" }).click();
      await until(page, `document.querySelector("#speeds .meter")`, 60_000);
      expect(await page.locator("#speeds tbody th").allTextContents()).toEqual([
        "simd128",
        "relaxed",
        expect.stringMatching(/^\d threads$/),
      ]);
      expect(await page.textContent("#speeds tbody tr")).toMatch(/µs|ms/);
      await page.getByRole("tab", { name: "Explore" }).click();
      await until(page, "globalThis.qjitExplorer?.graph.drawing");
      expect(await page.textContent(".panel-body")).toContain("Where the time goes");
      await page.keyboard.press("[");
      expect(await page.evaluate("qjitExplorer.store.view.stage")).toBe(12);
      await page.getByRole("tab", { name: "Run" }).click();
      expect(await page.locator(".pad").isVisible()).toBe(true);
    }));

  test("the files that it writes run in Node", () =>
    withPage(browser, url, async (page) => {
      await digits(page);
      await page.getByRole("button", { name: "Draw a 3" }).click();
      await until(page, `document.querySelector(".top .class").textContent === "3"`);
      await page.getByRole("button", { name: "Write the files" }).click();
      await until(page, `document.querySelector("#files a")`);
      for (const link of await page.locator("#files a").all()) {
        const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
        await download.saveAs(path.join(dir, "out", download.suggestedFilename()));
      }
      expect(readdirSync(path.join(dir, "out"))).toEqual(
        expect.arrayContaining(["digits.d.mts", "digits.mjs", "digits.wasm"]),
      );
      const { load } = await import(pathToFileURL(path.join(dir, "out/digits.mjs")).href);
      const program = await load();
      const [image] = await inputs(page);
      const [scores] = program.runSync([Float32Array.from(image)]);
      expect(best(scores)).toEqual(await shown(page));
      program.dispose();
    }));

  test("all that is unsupported is listed at once, and the page goes on", () =>
    withPage(browser, url, async (page) => {
      const bytes = onnxFile({
        inputs: { x: ["FLOAT", [1, 4]] },
        nodes: [
          { op: "LSTM", in: ["x"], out: ["a"], name: "first" },
          { op: "Frobnicate", in: ["a"], out: ["b"], name: "<img src=x onerror=alert(1)>" },
          { op: "If", in: ["b"], out: ["y"], name: "third" },
        ],
        outputs: ["y"],
      });
      await page.setInputFiles("#file", {
        name: "bad.onnx",
        mimeType: "application/octet-stream",
        buffer: Buffer.from(bytes),
      });
      await until(page, `document.querySelector(".problem")`);
      const problems = await page.locator(".problem li").allTextContents();
      expect(problems.map((p) => /LSTM|Frobnicate|If/.exec(p)?.[0])).toEqual(["LSTM", "Frobnicate", "If"]);
      expect(await page.getByRole("alert").textContent()).toContain("bad.onnx cannot be compiled");
      await page.setInputFiles("#file", {
        name: "x.pt",
        mimeType: "application/octet-stream",
        buffer: Buffer.from("x"),
      });
      await until(page, `document.querySelector(".problem")?.textContent.includes("x.pt")`);
      await page.setInputFiles("#file", {
        name: "torn.tflite",
        mimeType: "application/octet-stream",
        buffer: Buffer.from("torn"),
      });
      await until(page, `document.querySelector(".problem")?.textContent.includes("torn.tflite")`);
      await digits(page);
      expect(await page.locator(".problem").count()).toBe(0);
    }));

  test("follows the system's theme", () =>
    withPage(
      browser,
      url,
      async (page) => {
        const colour = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
        expect(
          colour
            .match(/\d+/g)!
            .map(Number)
            .every((c) => c < 60),
        ).toBe(true);
      },
      { colorScheme: "dark" },
    ));

  describeModels("on real models", (models) => {
    test("a dropped .tflite takes a picture", () =>
      withPage(browser, url, async (page) => {
        await page.setInputFiles("#file", path.join(models, "person_detect.tflite"));
        await loaded(page);
        const picture = await page.evaluate<string>(`(() => {
          const c = document.createElement("canvas");
          [c.width, c.height] = [200, 120];
          const g = c.getContext("2d");
          g.fillStyle = "#3a6"; g.fillRect(0, 0, 200, 120);
          g.fillStyle = "#eee"; g.fillRect(70, 20, 60, 90);
          return c.toDataURL("image/png").split(",")[1];
        })()`);
        await page
          .locator('#run input[accept="image/*"]')
          .setInputFiles({ name: "green.png", mimeType: "image/png", buffer: Buffer.from(picture, "base64") });
        await until(page, `document.querySelector(".input-card [role=status]").textContent.startsWith("green.png")`);
        expect(await page.textContent(".input-card [role=status]")).toMatch(
          /^green\.png: middle cropped to 96 × 96, grey, scaled to .*, stored as round\(x \/ [\d.]+\) \+ -?\d+\.$/,
        );
        // The corner is the grey of #33aa66, as the input's type stores it.
        const [values] = await inputs(page);
        const grey = 0.299 * 51 + 0.587 * 170 + 0.114 * 102;
        const { scale, zero } = await page.evaluate<any>("playground.session().loaded.inputs[0].type.quant");
        const id = await page.inputValue("#run select");
        const real = id === "unit" ? grey / 255 : id === "signed" ? grey / 127.5 - 1 : grey;
        expect(values[0]).toBe(Math.min(127, Math.max(-128, Math.round(real / scale) + zero)));
      }));
  });
});

describe("the server of the playground", () => {
  test("gives its files alone, and by its own name alone", async () => {
    const dir = mkdtempSync(path.join(tmpdir(), "qjit-site-"));
    writeFileSync(path.join(dir, "index.html"), "page");
    const server = await servePlayground(dir);
    try {
      const { port } = server.address() as AddressInfo;
      const status = async (p: string) => (await fetch(`http://127.0.0.1:${port}/${p}`)).status;
      expect(await status("")).toBe(200);
      for (const p of ["..%2fpackage.json", "x", "%2e%2e/x"]) expect(await status(p), p).toBe(404);
    } finally {
      server.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
