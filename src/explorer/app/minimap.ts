/** All of the drawing in a corner. Its two axes have scales of their own, so that a long chain fits. */
import { h } from "./dom.ts";
import type { GraphView } from "./graph.ts";
import type { Palette } from "./palette.ts";

const width = 120;

export class Minimap {
  readonly element: HTMLCanvasElement;
  readonly #graph: GraphView;
  #back: HTMLCanvasElement | undefined;

  constructor(graph: GraphView) {
    this.#graph = graph;
    this.element = h("canvas", { class: "minimap", "aria-hidden": "true" });
    const jump = (e: PointerEvent) => {
      const d = graph.drawing;
      if (!d || !(e.buttons & 1)) return;
      const r = this.element.getBoundingClientRect();
      const size = graph.size;
      const x = ((e.clientX - r.left) / r.width) * d.bounds.w;
      const y = ((e.clientY - r.top) / r.height) * d.bounds.h;
      graph.camera.center({ x, y, w: 0, h: 0 }, size.width, size.height);
      graph.moved();
    };
    this.element.addEventListener("pointerdown", (e) => {
      this.element.setPointerCapture(e.pointerId);
      jump(e);
    });
    this.element.addEventListener("pointermove", jump);
  }

  /** Draws the boxes, once a drawing. */
  draw(palette: Palette): void {
    const d = this.#graph.drawing;
    if (!d) return;
    const height = Math.min(200, Math.max(60, this.#graph.size.height / 4));
    const ratio = devicePixelRatio || 1;
    const m = this.element;
    m.style.width = `${width}px`;
    m.style.height = `${height}px`;
    m.width = width * ratio;
    m.height = height * ratio;
    const back = document.createElement("canvas");
    back.width = m.width;
    back.height = m.height;
    const g = back.getContext("2d")!;
    g.scale(m.width / d.bounds.w, m.height / d.bounds.h);
    for (const b of d.boxes) {
      const box = d.scene.boxes.get(b.id)!;
      if (box.kind === "open") continue;
      g.fillStyle = box.mark ? palette.mark[box.mark] : palette.family[box.family];
      g.fillRect(b.x, b.y, Math.max(b.w, d.bounds.w / 60), Math.max(b.h, d.bounds.h / height));
    }
    this.#back = back;
    this.drawSight(palette);
  }

  /** Draws what part of it is seen; nothing where all of it is. */
  drawSight(palette: Palette): void {
    const d = this.#graph.drawing;
    if (!d || !this.#back) return;
    const { camera, size } = this.#graph;
    const m = this.element;
    const [a, b] = [camera.toWorld(0, 0), camera.toWorld(size.width, size.height)];
    const whole = a.x <= 0 && a.y <= 0 && b.x >= d.bounds.w && b.y >= d.bounds.h;
    m.hidden = whole;
    if (whole) return;
    const g = m.getContext("2d")!;
    g.clearRect(0, 0, m.width, m.height);
    g.drawImage(this.#back, 0, 0);
    g.strokeStyle = palette.accent;
    g.lineWidth = 1.5 * (devicePixelRatio || 1);
    const [sx, sy] = [m.width / d.bounds.w, m.height / d.bounds.h];
    g.strokeRect(a.x * sx, a.y * sy, Math.max(3, (b.x - a.x) * sx), Math.max(3, (b.y - a.y) * sy));
  }
}
