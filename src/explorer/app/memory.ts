/** The memory plan: the arena's buffers as rectangles over the steps that need them, and how much is live at each step. */
import type { BufferInfo } from "../document.ts";
import { bytesText, h } from "./dom.ts";
import { familyOf, type Model } from "./model.ts";
import { type Palette, readPalette } from "./palette.ts";
import type { Store } from "./state.ts";

const [left, right, top, bottom] = [64, 16, 12, 26];

export interface MemoryView {
  readonly element: HTMLElement;
  recolour(): void;
}

export function makeMemory(model: Model, store: Store): MemoryView {
  const { plan } = model.document;
  const canvas = h("canvas", {
    class: "memory-canvas",
    role: "img",
    tabindex: 0,
    title: "← and → go from step to step",
  });
  const tip = h("div", { class: "tip", role: "status" });
  const note = h("p", { class: "memory-note" });
  const element = h("section", { class: "memory", "aria-label": "Memory plan" }, note, canvas, tip);
  let palette = readPalette();
  if (!plan) {
    note.textContent = "No plan: the last pass was not run.";
    return { element, recolour: () => {} };
  }
  const { buffers, steps, arena } = plan;
  const live = liveBytes(buffers, steps.length);
  const peak = Math.max(0, ...live);
  const peakStep = live.indexOf(peak) - 1;
  const where =
    peakStep < 0
      ? "before the first step"
      : peakStep >= steps.length
        ? "after the last step"
        : `at step ${peakStep + 1}, ${steps[peakStep].name}`;
  note.textContent =
    `Arena ${bytesText(arena.bytes)}, ${buffers.length} buffers over ${steps.length} steps. ` +
    `At most ${bytesText(peak)} is live at once, ${where}${peak ? `: the arena is ${(arena.bytes / peak).toFixed(2)}× that.` : "."}`;
  canvas.setAttribute("aria-label", note.textContent);
  const last = model.stage(model.lastStage).byName;
  let hovered: BufferInfo | undefined;

  const scale = () => {
    const [w, hgt] = [canvas.clientWidth, canvas.clientHeight];
    const perStep = (w - left - right) / (steps.length + 2);
    const perByte = (hgt - top - bottom) / Math.max(1, arena.bytes);
    return {
      w,
      hgt,
      x: (step: number) => left + (step + 1) * perStep,
      y: (at: number) => hgt - bottom - (at - arena.at) * perByte,
      perStep,
      perByte,
    };
  };

  const draw = () => {
    const ratio = devicePixelRatio || 1;
    const { w, hgt, x, y, perStep, perByte } = scale();
    if (w < 10 || hgt < 10) return;
    canvas.width = w * ratio;
    canvas.height = hgt * ratio;
    const g = canvas.getContext("2d")!;
    g.scale(ratio, ratio);
    axes(g, palette, { w, hgt, bytes: arena.bytes, steps: steps.length, x, y: (b) => y(arena.at + b) });
    const { selected } = store.view;
    for (const b of buffers) {
      const [bx, by] = [x(b.first), y(b.at + b.bytes)];
      const [bw, bh] = [(b.last - b.first + 1) * perStep, Math.max(1, b.bytes * perByte)];
      const node = last.get(b.values[0]);
      const mine = selected !== null && b.values.includes(selected);
      g.globalAlpha = b === hovered || mine ? 0.95 : b.scratch ? 0.3 : 0.6;
      g.fillStyle = b.scratch ? palette.muted : node ? palette.family[familyOf(node)] : palette.edge;
      g.fillRect(bx + 0.5, by + 0.5, Math.max(1, bw - 1), Math.max(1, bh - 1));
      g.globalAlpha = 1;
      if (b === hovered || mine) {
        g.strokeStyle = palette.accent;
        g.lineWidth = 2;
        g.strokeRect(bx + 1, by + 1, Math.max(1, bw - 2), Math.max(1, bh - 2));
      }
      if (bw > 70 && bh > 13 && !b.scratch) {
        g.fillStyle = palette.text;
        g.font = "10.5px system-ui, sans-serif";
        g.textBaseline = "middle";
        g.textAlign = "left";
        const name = b.values[b.values.length - 1] ?? "";
        g.save();
        g.beginPath();
        g.rect(bx, by, bw - 4, bh);
        g.clip();
        g.fillText(
          name.length * 5.4 > bw - 8 ? `…${name.slice(-Math.max(3, Math.floor((bw - 14) / 5.6)))}` : name,
          bx + 5,
          by + bh / 2 + 0.5,
        );
        g.restore();
      }
    }
    // What is live at each step, as a line over the rectangles.
    g.strokeStyle = palette.text;
    g.lineWidth = 1.4;
    g.beginPath();
    for (const [i, bytes] of live.entries()) {
      const [px, py] = [x(i - 1), y(arena.at + bytes)];
      if (i === 0) g.moveTo(px, py);
      else g.lineTo(px, py);
      g.lineTo(px + perStep, py);
    }
    g.globalAlpha = 0.65;
    g.stroke();
    g.globalAlpha = 1;
    const step = selected === null ? undefined : model.steps.get(selected);
    if (step) {
      g.fillStyle = palette.accent;
      g.globalAlpha = 0.12;
      g.fillRect(x(step.index), top, perStep, hgt - top - bottom);
      g.globalAlpha = 1;
    }
  };

  const pick = (px: number, py: number): BufferInfo | undefined => {
    const { x, y, perStep } = scale();
    return buffers.find(
      (b) => px >= x(b.first) && px < x(b.last) + perStep && py <= y(b.at) && py >= y(b.at + b.bytes) - 1,
    );
  };
  canvas.addEventListener("pointermove", (e) => {
    const r = canvas.getBoundingClientRect();
    const found = pick(e.clientX - r.left, e.clientY - r.top);
    if (found !== hovered) {
      hovered = found;
      draw();
    }
    tip.classList.toggle("shown", found !== undefined);
    if (!found) return;
    tip.replaceChildren(
      h("strong", {}, found.scratch ? `scratch of ${found.values[0] ?? ""}` : found.values.join(" → ") || "unused"),
      h("span", {}, `${bytesText(found.bytes)} at ${(found.at - arena.at).toLocaleString("en")}`),
      h("span", {}, lifetime(found, steps.length)),
    );
    const box = element.getBoundingClientRect();
    tip.style.left = `${Math.min(box.width - 270, Math.max(4, e.clientX - box.left + 12))}px`;
    tip.style.top = `${Math.max(4, e.clientY - box.top - 64)}px`;
  });
  canvas.addEventListener("pointerleave", () => {
    hovered = undefined;
    tip.classList.remove("shown");
    draw();
  });
  canvas.addEventListener("click", () => {
    if (hovered?.values.length) store.set({ selected: hovered.values[0], panel: "value" });
  });
  canvas.addEventListener("keydown", (e) => {
    const move = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (!move) return;
    e.preventDefault();
    const at = store.view.selected === null ? undefined : model.steps.get(store.view.selected)?.index;
    const next = at === undefined ? 0 : Math.min(steps.length - 1, Math.max(0, at + move));
    store.set({ selected: steps[next].name, panel: "value" });
  });
  new ResizeObserver(draw).observe(canvas);
  store.watch(draw);
  return {
    element,
    recolour() {
      palette = readPalette();
      draw();
    },
  };
}

function lifetime({ first, last }: BufferInfo, steps: number): string {
  const from = first < 0 ? "written before the first step" : `from step ${first + 1}`;
  const to = last >= steps ? "read after the last" : last === first ? "in it alone" : `to step ${last + 1}`;
  return first < 0 && last < 0 ? "never read" : `${from}, ${to}`;
}

/** Bytes in use before the first step, in each step, and after the last. */
function liveBytes(buffers: readonly BufferInfo[], steps: number): number[] {
  const live = new Array<number>(steps + 2).fill(0);
  for (const b of buffers)
    for (let i = Math.max(-1, b.first); i <= Math.min(steps, b.last); i++) live[i + 1] += b.bytes;
  return live;
}

function axes(
  g: CanvasRenderingContext2D,
  palette: Palette,
  o: { w: number; hgt: number; bytes: number; steps: number; x: (s: number) => number; y: (b: number) => number },
): void {
  g.clearRect(0, 0, o.w, o.hgt);
  g.font = "10.5px system-ui, sans-serif";
  g.fillStyle = palette.muted;
  g.strokeStyle = palette.line;
  g.lineWidth = 1;
  g.textBaseline = "middle";
  g.textAlign = "right";
  const step = niceStep(o.bytes / 4);
  for (let b = 0; b <= o.bytes; b += step) {
    const y = Math.round(o.y(b)) + 0.5;
    g.beginPath();
    g.moveTo(left, y);
    g.lineTo(o.w - right, y);
    g.stroke();
    g.fillText(bytesText(b), left - 8, y);
    if (step <= 0) break;
  }
  g.textAlign = "center";
  g.textBaseline = "top";
  const every = Math.max(1, niceStep(o.steps / 10));
  for (let s = 0; s < o.steps; s += every)
    g.fillText(String(s + 1), o.x(s) + (o.x(1) - o.x(0)) / 2, o.hgt - bottom + 7);
  g.textAlign = "right";
  g.fillText("step", left - 8, o.hgt - bottom + 7);
}

/** 1, 2 or 5 times a power of ten, not below x. */
function niceStep(x: number): number {
  if (!(x > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(x));
  return [1, 2, 5, 10].map((f) => f * power).find((s) => s >= x)!;
}
