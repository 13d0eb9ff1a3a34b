/** The explorer's page from a file, as a person uses it: passes, values, keys, folding, search, themes, hostile names, a big graph. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadNet } from "../../examples/digits/net.ts";
import { readBundle } from "../../src/cli/explorer-bundle.ts";
import { collect, withProfile } from "../../src/explorer/collect.ts";
import type { DumpDocument } from "../../src/explorer/document.ts";
import { toHtml } from "../../src/explorer/html.ts";
import { parse, trace } from "../../src/index.ts";
import { describeChromium, launch, until, withPage } from "./chromium.ts";

const target = { level: "simd128", dot: "inexact" } as const;

describeChromium("the explorer in headless Chromium", () => {
  let dir: string;
  let browser: Browser;
  let digits: string;
  let document: DumpDocument;

  const write = (name: string, dump: DumpDocument): string => {
    const file = path.join(dir, name);
    writeFileSync(file, toHtml(dump, readBundle()));
    return pathToFileURL(file).href;
  };
  const ready = async (page: Page) => {
    await until(page, "globalThis.qjitExplorer?.graph.drawing");
    await settled(page);
  };
  /** The drawing is that of the view. */
  const settled = async (page: Page) => {
    await page.waitForTimeout(60);
    await until(page, `!globalThis.document.querySelector(".busy").classList.contains("shown")`);
    await page.waitForTimeout(60);
  };
  const view = (page: Page) =>
    page.evaluate<any>("(({folded, ...v}) => ({...v, folded: [...folded]}))(qjitExplorer.store.view)");
  const boxes = (page: Page) =>
    page.evaluate<any[]>(
      "[...qjitExplorer.graph.drawing.scene.boxes.values()].map(({ title, kind, mark, names }) => ({ title, kind, mark, names }))",
    );
  /** The middle of a value's box on the screen. */
  const spot = (page: Page, name: string) =>
    page.evaluate<{ x: number; y: number }>(`(() => {
      const { graph } = qjitExplorer, d = graph.drawing, c = graph.camera;
      const b = d.at.get(d.scene.boxOf.get(${JSON.stringify(name)})), r = graph.element.getBoundingClientRect();
      return { x: r.left + (b.x + b.w / 2) * c.scale + c.x, y: r.top + (b.y + b.h / 2) * c.scale + c.y };
    })()`);
  const panel = (page: Page) => page.textContent(".panel-body").then((t) => t ?? "");

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), "qjit-explorer-"));
    const net = await loadNet();
    const graph = trace((image) => net.forward(image), [{ shape: [1, 1, 28, 28], name: "image" }], { name: "digits" });
    const collected = collect(graph, { target, file: "digits.qir" }).document;
    const count = collected.plan!.steps.length;
    // Times that are no measurement: the first step takes half.
    const steps = Array.from({ length: count }, (_, i) => ({ ms: 1, share: i === 0 ? 0.5 : 0.5 / (count - 1) }));
    document = withProfile(collected, { engine: "made up", runs: 1, steps });
    digits = write("digits.html", document);
    browser = await launch();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  test("shows the model, and all of its values have a place", () =>
    withPage(browser, digits, async (page) => {
      await ready(page);
      expect(await page.title()).toBe("digits - qjit");
      expect(await page.textContent("h1")).toBe("digits.qir");
      expect(await panel(page)).toContain("pytorch");
      const names = (await boxes(page)).flatMap((b) => b.names);
      for (const s of document.plan!.steps) expect(names).toContain(s.name);
      const inside = await page.evaluate(
        "qjitExplorer.graph.drawing.boxes.every((b) => b.x >= 0 && b.y >= 0 && b.w > 0 && b.h > 0)",
      );
      expect(inside).toBe(true);
    }));

  test("the slider goes over the passes and lights up what changed", () =>
    withPage(browser, digits, async (page) => {
      await ready(page);
      const slider = page.getByRole("slider", { name: "Passes" });
      await slider.focus();
      await page.keyboard.press("Home");
      expect(await slider.getAttribute("aria-valuetext")).toBe("as imported");
      expect((await view(page)).stage).toBe(0);
      const lower = document.stages.findIndex((s) => s.name === "lower");
      for (let i = 0; i < lower; i++) await page.keyboard.press("ArrowRight");
      await settled(page);
      expect(await slider.getAttribute("aria-valuetext")).toBe("after lower, 8 rules applied");
      expect(await panel(page)).toContain("lower-conv2d");
      const marks = (await boxes(page)).filter((b) => b.mark === "changed").map((b) => b.names[0]);
      expect(marks).toContain("conv1.sums");
      await page.getByText("cancelTransposes", { exact: true }).first().click();
      await settled(page);
      expect((await view(page)).stage).toBe(3);
      expect((await boxes(page)).some((b) => b.mark === "removed" && b.title === "transpose")).toBe(true);
      await page.keyboard.press("x");
      await settled(page);
      expect((await boxes(page)).some((b) => b.mark === "removed")).toBe(false);
    }));

  test("a click shows a value's type, quantizer, weights, kernel, time and history", () =>
    withPage(browser, digits, async (page) => {
      await ready(page);
      const { x, y } = await spot(page, "conv2");
      await page.mouse.click(x, y);
      expect(await view(page)).toMatchObject({ selected: "conv2", panel: "value" });
      const text = await panel(page);
      const node = document.nodes.filter((n) => n.name === "conv2").at(-1)!;
      const step = document.plan!.steps.find((s) => s.name === "conv2")!;
      expect(text).toContain(step.kernel);
      expect(text).toContain(String((node.quantizer as { scale: number }).scale));
      expect(text).toContain("requantize-into-kernel");
      expect(text).toMatch(/Why: cheapest of \d+ that apply/);
      expect(text).toContain("share");
      // Weights: histogram and scales by channel, each said in words.
      expect(await page.getByRole("img", { name: /^stored values of conv2\.weight, histogram/ }).count()).toBe(1);
      expect(await page.getByRole("img", { name: /^scales of .* of 32 channels/ }).count()).toBe(1);
      await page.getByRole("button", { name: "conv1", exact: true }).first().click();
      expect((await view(page)).selected).toBe("conv1");
    }));

  test("says why a relu vanished", () =>
    withPage(browser, digits, async (page) => {
      await ready(page);
      const relu = document.nodes.find((n) => n.op === "clamp")!.name;
      const before = document.stages.findIndex((s) => s.name === "fuseClamp") - 1;
      await page.evaluate(`qjitExplorer.store.set({ stage: 0, selected: ${JSON.stringify(relu)}, panel: "value" })`);
      expect(await page.textContent(".badge")).toBe("clamp");
      await page.evaluate(`qjitExplorer.store.set({ stage: ${before} })`);
      await page.keyboard.press("]");
      expect(await page.textContent(".history")).toMatch(/fuseClamp(changed|added)clamp-into-/);
      // And what it changed there.
      expect(await page.textContent(".change")).toContain("requantize");
      expect(await page.locator(".change ins").count()).toBeGreaterThan(0);
      // What it was made from is gone, and says where to.
      const sums = document.nodes.find((n) => n.name === `${relu.replace(".relu6", ".depthwise")}`);
      expect(sums, "the value before the relu").toBeDefined();
      await page.evaluate(`qjitExplorer.store.set({ selected: ${JSON.stringify(sums!.name)} })`);
      expect(await page.textContent(".notice")).toContain("Taken away by fuseClamp");
      expect(await page.textContent(".notice")).toContain(relu);
    }));

  test("the keyboard alone", () =>
    withPage(browser, digits, async (page) => {
      await ready(page);
      await page.locator(".graph-canvas").focus();
      await page.keyboard.press("Home");
      expect((await view(page)).selected).toBe("image");
      await page.keyboard.press("ArrowDown");
      expect((await view(page)).selected).toBe("quant");
      expect(await page.textContent("[aria-live]")).toContain("quantize quant");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowUp");
      expect((await view(page)).selected).toBe("quant");
      await page.keyboard.press("Enter");
      expect(await page.evaluate("document.activeElement.id")).toBe("panel");
      await page.keyboard.press("Shift+Tab");
      expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("tab");
      await page.keyboard.press("ArrowRight");
      expect((await view(page)).panel).toBe("pass");
      await page.keyboard.press("/");
      await page.keyboard.type("fc");
      expect(await page.getByRole("option").first().textContent()).toContain("fc");
      await page.keyboard.press("Enter");
      expect((await view(page)).selected).toBe("fc");
      expect(await page.evaluate("document.activeElement.className")).toBe("graph-canvas");
      await page.keyboard.press("[");
      expect((await view(page)).stage).toBe(document.stages.length - 2);
      await page.keyboard.press("m");
      expect(await page.locator(".memory-canvas").isVisible()).toBe(true);
      const scale = () => page.evaluate<number>("qjitExplorer.graph.camera.scale");
      const [before] = [await scale()];
      await page.keyboard.press("+");
      expect(await scale()).toBeGreaterThan(before);
      await page.keyboard.press("?");
      expect(await page.getByRole("dialog", { name: "Keys" }).isVisible()).toBe(true);
      await page.keyboard.press("Escape");
      expect(await page.getByRole("dialog", { name: "Keys" }).isVisible()).toBe(false);
      await page.locator(".graph-canvas").focus();
      await page.keyboard.press("Escape");
      expect((await view(page)).selected).toBe(null);
      // Every control is reached by Tab, and shows that it is.
      const reached = new Set<string>();
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press("Tab");
        const [what, ring] = await page.evaluate<[string, string]>(
          `((e) => e === document.body ? ["", ""] : [e.getAttribute("aria-label") ?? e.textContent, getComputedStyle(e).outlineStyle])(document.activeElement)`,
        );
        if (ring === "") continue;
        reached.add(what.trim().slice(0, 60));
        expect(ring, what.slice(0, 60)).not.toBe("none");
      }
      for (const want of ["Search", "Flat", "Kernels", "Kind", "Memory", "Light or dark", "Keys", "Passes", "Zoom in"])
        expect([...reached]).toContain(want);
    }));

  test("groups fold", () =>
    withPage(browser, digits, async (page) => {
      await ready(page);
      await page.evaluate("qjitExplorer.store.set({ stage: 0 })");
      await page.getByRole("button", { name: "Scopes" }).click();
      await settled(page);
      const groups = (await boxes(page)).filter((b) => b.kind === "open").map((b) => b.title);
      expect(groups).toEqual(expect.arrayContaining(["block1", "block2"]));
      const count = (await boxes(page)).length;
      await page.evaluate(`qjitExplorer.store.set({ selected: "group block1" })`);
      await page.locator(".graph-canvas").focus();
      await page.keyboard.press("Space");
      await settled(page);
      expect((await view(page)).folded).toEqual(["group block1"]);
      const folded = (await boxes(page)).find((b) => b.title === "block1")!;
      expect(folded.kind).toBe("group");
      expect((await boxes(page)).length).toBeLessThan(count);
      await page.keyboard.press("Space");
      await settled(page);
      expect((await boxes(page)).length).toBe(count);
      // By kernel: what ends up in one kernel stands together.
      await page.getByRole("button", { name: "Kernels" }).click();
      await settled(page);
      const conv2 = (await boxes(page)).find((b) => b.kind === "open" && b.names.includes("conv2"))!;
      expect(conv2.title).toMatch(/^qs8_conv_/);
      expect(conv2.names).toContain("conv2.sums");
    }));

  test("the memory plan is drawn, and a buffer says what it holds", () =>
    withPage(browser, digits, async (page) => {
      await ready(page);
      await page.keyboard.press("m");
      const canvas = page.locator(".memory-canvas");
      await canvas.waitFor();
      expect(await canvas.getAttribute("aria-label")).toMatch(/^Arena .*, \d+ buffers over \d+ steps/);
      const box = (await canvas.boundingBox())!;
      let tip = "";
      for (let i = 1; i < 20 && !tip; i++) {
        await page.mouse.move(box.x + 70 + i * 30, box.y + box.height - 40);
        tip = (await page.locator(".tip.shown").count()) ? ((await page.textContent(".tip")) ?? "") : "";
      }
      expect(tip).toMatch(/ B at \d|KB at \d/);
      await canvas.focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
      expect((await view(page)).selected).toBe(document.plan!.steps[1].name);
    }));

  test("follows the system's theme, and the toggle", async () => {
    const background = (page: Page) =>
      page.evaluate<string>("getComputedStyle(document.querySelector('.explorer')).backgroundColor");
    const light = (c: string) =>
      c
        .match(/\d+/g)!
        .map(Number)
        .reduce((a, b) => a + b) > 384;
    await withPage(
      browser,
      digits,
      async (page) => {
        await ready(page);
        expect(light(await background(page))).toBe(false);
        await page.keyboard.press("t");
        expect(light(await background(page))).toBe(true);
      },
      { colorScheme: "dark" },
    );
    await withPage(browser, digits, async (page) => {
      await ready(page);
      expect(light(await background(page))).toBe(true);
      await page.emulateMedia({ colorScheme: "dark" });
      await until(page, `document.documentElement.dataset.theme === "dark"`);
      expect(light(await background(page))).toBe(false);
    });
  });

  test("names that are markup stay text", async () => {
    const evil = `</script><script>globalThis.hacked=1</script><img src=x onerror="globalThis.hacked=1">`;
    const quoted = JSON.stringify(evil);
    const text = `func @${quoted}(%${quoted}: f32[2]) {source=${quoted}} {
  %"<!--<script>": f32[2] = unary(%${quoted}, fn=exp)
  %"__proto__": f32[2] = unary(%"<!--<script>", fn=exp)
  %"constructor": f32[2] = unary(%"__proto__", fn=exp)
  return %"constructor" as ${quoted}
}
`;
    const hostile = write("hostile.html", collect(parse(text), { target, file: evil, warnings: [evil] }).document);
    expect(readFileSync(path.join(dir, "hostile.html"), "utf8").match(/<script/g)!.length).toBe(2);
    await withPage(browser, hostile, async (page) => {
      await ready(page);
      for (const name of [evil, "<!--<script>", "__proto__", "constructor"]) {
        await page.evaluate(`qjitExplorer.store.set({ selected: ${JSON.stringify(name)}, panel: "value" })`);
        expect(await page.textContent(".panel h2")).toBe(name);
      }
      await page.keyboard.press("/");
      await page.keyboard.type("script");
      await page.evaluate(`qjitExplorer.store.set({ panel: "model", memory: true, grouping: "scope" })`);
      await settled(page);
      expect(await page.evaluate("globalThis.hacked")).toBe(undefined);
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.title()).toBe(`${evil} - qjit`);
    });
  });

  test("a graph of 2,000 nodes is drawn, slid over and searched", async () => {
    const lines: string[] = [];
    for (let i = 1; i <= 2000; i++) {
      const from = i % 9 === 0 ? i - 6 : i - 1;
      lines.push(
        `  %block${Math.floor(i / 9)}/v${i}: f32[4] = binary(%${nameOf(i - 1)}, %${nameOf(from)}, fn=${i % 2 ? "add" : "mul"})`,
      );
    }
    const text = `func @big(%v0: f32[4]) {\n${lines.join("\n")}\n  return %${nameOf(2000)}\n}\n`;
    const big = write("big.html", collect(parse(text), { target }).document);
    await withPage(browser, big, async (page) => {
      await ready(page);
      expect((await boxes(page)).length).toBe(2002);
      for (const key of ["[", "[", "]", "g", "g", "g"]) {
        await page.keyboard.press(key);
        await settled(page);
      }
      await page.keyboard.press("/");
      await page.keyboard.type("v1777");
      await page.keyboard.press("Enter");
      expect((await view(page)).selected).toBe("block197/v1777");
      const { x, y } = await spot(page, "block197/v1777");
      expect(x > 0 && x < 930 && y > 100 && y < 800, `${x}, ${y}`).toBe(true);
    });
  });
});

const nameOf = (i: number) => (i === 0 ? "v0" : `block${Math.floor(i / 9)}/v${i}`);
