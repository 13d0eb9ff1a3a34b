/** The playground: a model is dropped, compiled and run in this page; nothing of it leaves the browser. */
import { probeEngine } from "../../runtime/probe.ts";
import { bytesText, h, timeText } from "../../src/explorer/app/dom.ts";
import { type Explorer, explore } from "../../src/explorer/app/explore.ts";
import type { DumpDocument } from "../../src/explorer/document.ts";
import { Compiler, ProblemError } from "./client.ts";
import { type Inputs, makeInputs } from "./inputs.ts";
import type { Loaded, Measured } from "./messages.ts";
import { results } from "./results.ts";

const compiler = new Compiler();
const byId = (id: string) => document.getElementById(id)!;
const [start, run, explorer, status, name] = ["start", "run", "explorer", "status", "model-name"].map(byId);
const tabs = [...document.querySelectorAll<HTMLButtonElement>("[data-tab]")];

/** A model that is shown; a later one takes its place. */
interface Session {
  readonly loaded: Loaded;
  readonly inputs: Inputs;
  document: DumpDocument;
  labels: readonly string[];
}

let session: Session | undefined;
let drawn: { explorer: Explorer; document: DumpDocument } | undefined;
/** The file that was given last, to try again with other shapes. */
let last: { name: string; bytes: Uint8Array } | undefined;

function say(text: string): void {
  status.textContent = text;
}

function show(tab: "start" | "run" | "explorer"): void {
  for (const [id, element] of Object.entries({ start, run, explorer })) element.hidden = id !== tab;
  for (const b of tabs) b.setAttribute("aria-selected", String(b.dataset.tab === tab));
  if (tab !== "explorer" || !session) return;
  if (drawn?.document === session.document) {
    drawn.explorer.graph.focus();
    return;
  }
  drawn?.explorer.close();
  drawn = { explorer: explore(session.document, explorer, { embedded: true }), document: session.document };
  drawn.explorer.graph.focus();
  (globalThis as Record<string, unknown>).qjitExplorer = drawn.explorer;
}

async function load(file: string, bytes: Uint8Array, shapes: Record<string, readonly number[]> = {}): Promise<void> {
  last = { name: file, bytes };
  document.body.classList.add("working");
  byId("problem").replaceChildren();
  try {
    const loaded = await compiler.ask({ kind: "load", file, bytes, shapes }, (text) => say(`${file}: ${text} …`));
    begin(loaded);
  } catch (error) {
    fail(file, error);
  } finally {
    document.body.classList.remove("working");
  }
}

function fail(file: string, error: unknown): void {
  say("");
  session = undefined;
  name.textContent = "";
  for (const b of tabs) b.disabled = b.dataset.tab !== "start";
  const { message, details } = error instanceof ProblemError ? error : { message: String(error), details: [] };
  const shapes = h("input", { type: "text", placeholder: "input=1x3x224x224", "aria-label": "Shapes of inputs" });
  const again = (e: Event) => {
    e.preventDefault();
    const given = Object.fromEntries(
      [...shapes.value.matchAll(/([^\s,=]+)=(\d+(?:x\d+)*)/g)].map((m) => [m[1], m[2].split("x").map(Number)]),
    );
    if (last) load(last.name, last.bytes, given);
  };
  byId("problem").replaceChildren(
    h(
      "section",
      { class: "problem", role: "alert" },
      h("h2", {}, `${file} cannot be compiled`),
      h("p", {}, message),
      details.length
        ? h(
            "ul",
            {},
            details.map((d) => h("li", {}, h("code", {}, d))),
          )
        : null,
      /shape|dimension/i.test(message + details.join()) && last
        ? h(
            "form",
            { onsubmit: again, class: "row" },
            shapes,
            h("button", { class: "button" }, "Try with these shapes"),
          )
        : null,
    ),
  );
  show("start");
}

function begin(loaded: Loaded): void {
  const inputs = makeInputs(loaded.inputs, loaded.document, () => void runOnce());
  session = { loaded, inputs, document: loaded.document, labels: [] };
  name.textContent = loaded.document.model.file ?? loaded.name;
  for (const b of tabs) b.disabled = false;
  const compileMs = loaded.levels.reduce((sum, l) => sum + ("bytes" in l ? l.compileMs : 0), 0);
  const binaryen = loaded.binaryenMs > 20 ? ` Binaryen took ${loaded.binaryenMs.toFixed(0)} ms to load.` : "";
  say(`Imported in ${loaded.importMs.toFixed(0)} ms, compiled in ${compileMs.toFixed(0)} ms.${binaryen}`);
  const labels = h("input", {
    type: "file",
    accept: ".txt",
    class: "visually-hidden",
    "aria-label": "Names of the classes, one a line",
    onchange: async () => {
      const [file] = labels.files ?? [];
      if (file) await take(file);
      labels.value = "";
    },
  });
  run.replaceChildren(
    h("section", { class: "card" }, h("h2", {}, "Input"), inputs.element),
    h(
      "div",
      { class: "column" },
      h(
        "section",
        { class: "card" },
        h("h2", {}, "Result"),
        h("div", { id: "result", "aria-live": "polite" }, h("p", { class: "hint" }, "…")),
        h("div", { class: "row" }, h("label", { class: "button" }, "Names of classes (.txt)", labels)),
      ),
      h(
        "section",
        { class: "card" },
        h("h2", {}, "Speed"),
        speeds(loaded),
        h(
          "div",
          { class: "row" },
          h("button", { type: "button", class: "button primary", id: "measure", onclick: measure }, "Measure"),
        ),
      ),
      h(
        "section",
        { class: "card" },
        h("h2", {}, "Take it along"),
        h(
          "p",
          { class: "hint" },
          "A module, a loader without dependencies, and its types. They need no compiler, and run in pages, workers, Node and at the edge.",
        ),
        h(
          "div",
          { id: "files", class: "row" },
          h("button", { type: "button", class: "button primary", onclick: files }, "Write the files"),
        ),
      ),
      ...(loaded.document.warnings.length
        ? [
            h(
              "section",
              { class: "card" },
              h("h2", {}, "Warnings"),
              h(
                "ul",
                {},
                loaded.document.warnings.map((w) => h("li", {}, w)),
              ),
            ),
          ]
        : []),
    ),
  );
  show("run");
  runOnce();
}

let running = false;
let wanted = false;

/** Runs on the present inputs; changes meanwhile lead to one more run. */
async function runOnce(): Promise<void> {
  wanted = true;
  if (running) return;
  running = true;
  try {
    while (wanted && session) {
      wanted = false;
      const { loaded, inputs, labels } = session;
      const ran = await compiler.ask({ kind: "run", inputs: inputs.values() });
      if (session?.loaded !== loaded) continue;
      const levels = loaded.levels.filter((l) => "bytes" in l).length;
      byId("result").replaceChildren(results(loaded.outputs, ran, labels, levels));
    }
  } catch (error) {
    byId("result").replaceChildren(h("p", { role: "alert" }, (error as Error).message));
  } finally {
    running = false;
  }
}

function speeds({ levels, document }: Loaded, measured?: Measured): HTMLElement {
  const fastest = measured ? Math.max(...measured.times.map((t) => 1 / t.medianMs)) : 1;
  return h(
    "table",
    { id: "speeds" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ["level", "module", "compiled in", "a run", ""].map((t) => h("th", { scope: "col" }, t)),
      ),
    ),
    h(
      "tbody",
      {},
      levels.map((l) => {
        if (!("bytes" in l))
          return h("tr", {}, h("th", { scope: "row" }, l.level), h("td", { colspan: 4, class: "hint" }, l.missing));
        const time = measured?.times.find((t) => t.level === l.level);
        return h(
          "tr",
          {},
          h("th", { scope: "row" }, l.level),
          h("td", {}, bytesText(l.bytes)),
          h("td", {}, `${l.compileMs.toFixed(0)} ms`),
          h(
            "td",
            { title: time ? `${time.runs} runs, quartiles ${timeText(time.spreadMs)} apart` : undefined },
            time ? timeText(time.medianMs) : "–",
          ),
          h(
            "td",
            {},
            time
              ? h("span", { class: "meter" }, h("span", { style: { width: `${100 / time.medianMs / fastest}%` } }))
              : null,
          ),
        );
      }),
    ),
    document.plan?.level === "relaxed" && document.plan.dot === "inexact"
      ? h(
          "caption",
          {},
          "Relaxed dot products are not exact in this browser: modules use them for bytes below 128 only.",
        )
      : null,
  );
}

async function measure(): Promise<void> {
  if (!session) return;
  const now = session;
  const button = byId("measure") as HTMLButtonElement;
  button.disabled = true;
  try {
    const measured = await compiler.ask({ kind: "measure", inputs: now.inputs.values() }, (text) => say(`${text} …`));
    if (session !== now) return;
    now.document = measured.document;
    byId("speeds").replaceWith(speeds(now.loaded, measured));
    say("Median of the runs in one second for each level. The explorer shows the time of each step.");
  } catch (error) {
    say((error as Error).message);
  } finally {
    button.disabled = false;
  }
}

async function files(): Promise<void> {
  const list = await compiler.ask({ kind: "files" });
  byId("files").replaceChildren(
    ...list.map(({ name, content }) => {
      const type = name.endsWith(".wasm") ? "application/wasm" : "text/javascript";
      const blob = new Blob([content as BlobPart], { type });
      return h(
        "a",
        { class: "button", download: name, href: URL.createObjectURL(blob) },
        name,
        h("small", {}, ` ${bytesText(blob.size)}`),
      );
    }),
  );
}

/** A file from anywhere: a model, names of classes, or values of an input. */
async function take(file: File): Promise<void> {
  try {
    if (/\.(onnx|tflite|qir)$/i.test(file.name)) await load(file.name, new Uint8Array(await file.arrayBuffer()));
    else if (!session) throw new Error(`${file.name}: wants a .onnx, .tflite or .qir file first.`);
    else if (/\.txt$/i.test(file.name)) {
      session.labels = (await file.text()).split(/\r?\n/);
      await runOnce();
    } else await session.inputs.take(file);
  } catch (error) {
    say((error as Error).message);
    if (!session) fail(file.name, new ProblemError({ message: (error as Error).message, details: [] }));
  }
}

for (const b of tabs) b.addEventListener("click", () => show(b.dataset.tab as "run"));
byId("file").addEventListener("change", (e) => {
  const input = e.target as HTMLInputElement;
  const [file] = input.files ?? [];
  if (file) take(file);
  input.value = "";
});
byId("sample").addEventListener("click", async () => {
  say("digits.qir: fetching …");
  const response = await fetch(new URL("digits.qir", import.meta.url));
  await load("digits.qir", new Uint8Array(await response.arrayBuffer()));
});
run.addEventListener("picture", (e) => take((e as CustomEvent<File>).detail));
addEventListener("dragover", (e) => {
  e.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", (e) => {
  if (!e.relatedTarget) document.body.classList.remove("dropping");
});
addEventListener("drop", async (e) => {
  e.preventDefault();
  document.body.classList.remove("dropping");
  for (const file of e.dataTransfer?.files ?? []) await take(file);
});
const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = () => {
  // The explorer has a switch of its own, which then holds for all of the page.
  if (!drawn) document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
};
dark.addEventListener("change", theme);
theme();
const engine = probeEngine();
byId("engine").append(
  h(
    "span",
    { class: "badges" },
    h("span", {}, engine.simd ? "128-bit SIMD" : "no WebAssembly SIMD: models do not run here"),
    h(
      "span",
      {},
      engine.relaxed
        ? `relaxed SIMD, dot products ${["inexact", "saturating"].includes(engine.dot) ? engine.dot : `exact (${engine.dot})`}`
        : "no relaxed SIMD",
    ),
    h("span", {}, `${navigator.hardwareConcurrency} cores`),
  ),
);
// For tests: what is loaded.
(globalThis as Record<string, unknown>).playground = { session: () => session, take };
