/**
 * NAME.html, which `qjit compile --page` writes: the loader and the module in one page that runs from a file, without a server. It
 * runs the model on inputs of the command line's generator, so that what it shows is what `qjit run --seed N` prints.
 */
import { toBase64 } from "../ir/base64.ts";
import { printType } from "../ir/print.ts";
import type { ArtefactFile } from "./artefact.ts";
import type { Build } from "./build.ts";
import type { Port } from "./plan.ts";

/** The page for a build and the loader that `artefactFiles` made of it. */
export function pageFile(name: string, { plan, wasm }: Build, loader: string): ArtefactFile {
  const types = (ports: readonly Port[], hidden: readonly string[]) =>
    ports.filter((p) => !hidden.includes(p.name)).map((p) => printType(p.type));
  const data = {
    name,
    kernels: plan.steps.length,
    profile: plan.profile ?? null,
    level: plan.target.level,
    bytes: wasm.length,
    inputs: types(
      plan.params,
      plan.states.map((s) => s.param),
    ),
    outputs: types(
      plan.outputs,
      plan.states.map((s) => s.output),
    ),
  };
  const title = name.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const content = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
pre { overflow: auto; font: 13px/1.5 ui-monospace, monospace }
input { width: 7rem }
</style>
<h1>${title}</h1>
<form><label>Seed of the inputs <input id="seed" type="number" min="0" max="4294967295" value="0"></label>
<button>Run</button></form>
<pre id="out">loading</pre>
<script type="module">
${inScript(`${loader}
const about = ${JSON.stringify(data)};
const bytes = Uint8Array.from(atob(${JSON.stringify(toBase64(wasm))}), (c) => c.charCodeAt(0));
${script}`)}
</script>
</html>
`;
  return { name: `${name}.html`, content };
}

/** Text that cannot end the element that it stands in; \`</\` occurs in strings only. */
const inScript = (text: string): string => text.replaceAll("</", "<\\/").replaceAll("<!--", "<\\!--");

/** Draws inputs, runs, and prints results as the command line does. */
const script = String.raw`
const out = document.getElementById("out");
const sizeOfShape = (shape) => shape.reduce((a, b) => a * b, 1);
const ranges = { i8: [-128, 127], u8: [0, 255], i16: [-32768, 32767], u16: [0, 65535], i32: [0, 127], i64: [0, 127], bool: [0, 1] };

function draw({ dtype, shape }, seed, stream) {
  const data = dataOf(dtype, sizeOfShape(shape));
  let state = (Math.imul(seed, 0x9e3779b1) + Math.imul(stream, 0x85ebca77)) | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  for (let i = 0; i < data.length; i++) {
    const u = uniform();
    if (dtype === "f32") data[i] = -1 + u * 2;
    else {
      const [lo, hi] = ranges[dtype];
      const v = lo + Math.floor(u * (hi - lo + 1));
      data[i] = dtype === "i64" ? BigInt(v) : v;
    }
  }
  return data;
}

function summary({ name, shape, quantizer }, type, data, index) {
  const number = (v) => (Number.isInteger(v) || typeof v === "bigint" ? String(v) : String(Number(v.toPrecision(6))));
  let text = "out" + index + " " + name + ": " + type + "\n";
  if (shape.filter((d) => d > 1).length !== 1)
    return text + "  [" + Array.from(data.subarray(0, 8), number).join(", ") + (data.length > 8 ? ", ...]\n" : "]\n");
  const order = Array.from(data, (_, i) => i).sort((a, b) => Number(data[b]) - Number(data[a]) || a - b);
  for (const i of order.slice(0, 5)) {
    const real = quantizer?.kind === "tensor" ? (quantizer.scale * (Number(data[i]) - quantizer.zero)).toPrecision(4) : "";
    text += ("  [" + i + "]").padEnd(9) + (number(data[i]).padStart(6) + "  " + real).trimEnd() + "\n";
  }
  return text;
}

async function runModel() {
  try {
    const program = await load(bytes);
    const seed = Number(document.getElementById("seed").value) >>> 0;
    const inputs = program.inputs.map((t, i) => draw(t, seed, i));
    const results = program.runSync(inputs);
    const times = [];
    for (const end = performance.now() + 300; times.length < 50 && performance.now() < end; ) {
      const start = performance.now();
      program.runSync(inputs);
      times.push(performance.now() - start);
    }
    const median = times.sort((a, b) => a - b)[times.length >> 1];
    const profile = about.profile ? ", " + about.profile + " arithmetic" : "";
    out.textContent = about.inputs.map((t, i) => "input " + program.inputs[i].name + ": " + t + ", seed " + seed + "\n").join("") +
      program.outputs.map((o, i) => summary(o, about.outputs[i], results[i], i)).join("") + "\n" +
      median.toFixed(2) + " ms in the median of " + times.length + " runs of " + about.kernels + " kernels, " + about.level + profile + ", " +
      about.bytes + " bytes\n";
  } catch (error) {
    out.textContent = "error: " + error.message;
  }
  document.body.dataset.done = "true";
}
document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  runModel();
});
runModel();
`;
