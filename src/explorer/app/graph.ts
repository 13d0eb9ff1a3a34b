/** The graph on its canvas: panning, zooming, picking, and the way from one drawing to the next. */
import { Camera, type Rect } from "./camera.ts";
import { h } from "./dom.ts";
import type { Placed } from "./layout.ts";
import { LayoutClient } from "./layout-client.ts";
import { Minimap } from "./minimap.ts";
import type { Model } from "./model.ts";
import { type Drawing, drawingOf, paint } from "./paint.ts";
import { type Palette, readPalette } from "./palette.ts";
import { listen } from "./pointer.ts";
import { type Box, makeScene } from "./scene.ts";
import type { Store, View } from "./state.ts";

const moveMs = 260;

export class GraphView {
  readonly element: HTMLElement;
  readonly camera = new Camera();
  readonly #canvas: HTMLCanvasElement;
  readonly #mini: Minimap;
  readonly #busy: HTMLElement;
  readonly #model: Model;
  readonly #store: Store;
  readonly #layouts = new LayoutClient();
  #palette: Palette;
  #drawing: Drawing | undefined;
  #from: ReadonlyMap<string, Placed> | undefined;
  #movedAt = 0;
  #hovered: string | null = null;
  #found: ReadonlySet<string> = new Set();
  #frame = 0;
  #wanted = 0;
  /** Whether the camera shows all of it and is to go on doing so, because nobody has moved it. */
  #fitted = true;
  /** Called when a picked box is to be announced. */
  onAnnounce: (text: string) => void = () => {};

  constructor(model: Model, store: Store) {
    this.#model = model;
    this.#store = store;
    this.#canvas = h("canvas", {
      tabindex: 0,
      role: "application",
      "aria-label": "Graph. Arrow keys go from value to value, Enter opens its details, plus and minus zoom, f fits.",
      class: "graph-canvas",
    });
    this.#mini = new Minimap(this);
    this.#busy = h("div", { class: "busy", role: "status" }, "laying out…");
    this.element = h("div", { class: "graph" }, this.#canvas, this.#mini.element, this.#busy);
    this.#palette = readPalette();
    listen(this, this.#canvas);
    new ResizeObserver(() => this.#resize()).observe(this.element);
    store.watch((view, before) => this.#follow(view, before));
  }

  /** Pixels of the canvas, in CSS units. */
  get size(): { width: number; height: number } {
    return { width: this.element.clientWidth || 1, height: this.element.clientHeight || 1 };
  }

  get drawing(): Drawing | undefined {
    return this.#drawing;
  }

  recolour(): void {
    this.#palette = readPalette();
    this.#mini.draw(this.#palette);
    this.repaint();
  }

  focus(): void {
    this.#canvas.focus();
  }

  /** Marks the boxes of some values. */
  mark(names: Iterable<string>): void {
    const boxOf = this.#drawing?.scene.boxOf;
    this.#found = new Set([...names].flatMap((n) => boxOf?.get(n) ?? []));
    this.repaint();
  }

  fit(): void {
    if (!this.#drawing) return;
    const { width, height } = this.size;
    this.camera.fit(this.#drawing.bounds, width, height);
    this.#fitted = true;
    this.repaint();
  }

  /** The camera was moved by hand: it stays where it is from here on. */
  moved(): void {
    this.#fitted = false;
    this.repaint();
  }

  hover(id: string | null): void {
    if (id === this.#hovered) return;
    this.#hovered = id;
    this.repaint();
  }

  zoom(factor: number): void {
    const { width, height } = this.size;
    this.camera.zoom(factor, width / 2, height / 2);
    this.moved();
  }

  /** The box in which a selection is seen. */
  selectedBox(): string | null {
    const { selected } = this.#store.view;
    if (selected === null || !this.#drawing) return null;
    if (selected.startsWith("group ")) return this.#drawing.scene.boxes.has(selected) ? selected : null;
    return this.#drawing.scene.boxOf.get(selected) ?? null;
  }

  /** Brings the selection into sight, near enough to read. */
  reveal(center = false): void {
    const id = this.selectedBox();
    const at = id === null ? undefined : this.#drawing?.at.get(id);
    if (!at) return;
    const { width, height } = this.size;
    if (this.camera.scale < 0.55 && center) this.camera.scale = 0.8;
    if (center) this.camera.center(at, width, height);
    else if (this.camera.reveal(at, width, height)) this.#fitted = false;
    if (center) this.#fitted = false;
    this.repaint();
  }

  select(id: string | null): void {
    if (id === null) {
      this.#store.set({ selected: null });
      return;
    }
    const box = this.#drawing?.scene.boxes.get(id);
    if (!box) return;
    this.#store.set({ selected: box.kind === "node" ? box.names[0] : box.id, panel: "value" });
    this.onAnnounce(`${box.title} ${box.lines.join(", ")}`);
  }

  toggleFold(id: string): void {
    const box = this.#drawing?.scene.boxes.get(id);
    if (!box || box.kind === "node") return;
    const folded = new Set(this.#store.view.folded);
    if (!folded.delete(id)) folded.add(id);
    this.#store.set({ folded });
  }

  // Following the view.

  #follow(view: View, before: View | undefined): void {
    const scene =
      !before ||
      view.stage !== before.stage ||
      view.grouping !== before.grouping ||
      view.folded !== before.folded ||
      view.ghosts !== before.ghosts;
    if (scene) this.#rebuild(view).catch((error) => this.#fail(error));
    else {
      this.#mini.draw(this.#palette);
      this.repaint();
    }
  }

  #fail(error: unknown): void {
    this.#busy.textContent = `the layout failed: ${(error as Error).message.split("\n")[0]}`;
    this.#busy.classList.add("shown");
  }

  #keyOf({ stage, grouping, folded, ghosts }: View): string {
    let s = stage;
    // A stage that changed nothing looks like the one before it without ghosts.
    while (s > 0 && this.#model.document.stages[s].nodes === null) s--;
    return `${s === stage ? stage : `after ${s}`} ${grouping} ${ghosts && s === stage} ${[...folded].sort().join("\u0000")}`;
  }

  async #rebuild(view: View): Promise<void> {
    const ticket = ++this.#wanted;
    const scene = makeScene(this.#model, view);
    const { width, height } = this.size;
    const key = this.#keyOf(view);
    const slow = setTimeout(() => this.#busy.classList.add("shown"), 150);
    let result: Awaited<ReturnType<LayoutClient["layout"]>>;
    try {
      result = await this.#layouts.layout(key, () => ({
        items: scene.items,
        edges: scene.edges,
        aspect: width > 1 ? width / height : 1.6,
      }));
    } finally {
      clearTimeout(slow);
      if (ticket === this.#wanted) this.#busy.classList.remove("shown");
    }
    if (ticket !== this.#wanted) return;
    this.#show(drawingOf(scene, result));
    // Not while someone is sliding: each scene that is made takes a frame's time of a large graph.
    setTimeout(() => {
      if (ticket === this.#wanted) this.#prefetch(view);
    }, 300);
  }

  /** The neighbours on the slider are laid out ahead, once this one stands. */
  #prefetch(view: View): void {
    for (const stage of [view.stage + 1, view.stage - 1]) {
      if (stage < 0 || stage > this.#model.lastStage) continue;
      const next = { ...view, stage };
      const key = this.#keyOf(next);
      if (this.#layouts.has(key)) continue;
      const scene = makeScene(this.#model, next);
      const { width, height } = this.size;
      this.#layouts
        .layout(key, () => ({ items: scene.items, edges: scene.edges, aspect: width / height }))
        .catch(() => {});
    }
  }

  #show(drawing: Drawing): void {
    const old = this.#drawing;
    const anchor = this.#anchor(old, drawing);
    this.#drawing = drawing;
    if (this.#fitted) this.#firstSight(drawing);
    else if (anchor) {
      // What is looked at stays where it is on the screen.
      this.camera.x += (anchor.from.x - anchor.to.x) * this.camera.scale;
      this.camera.y += (anchor.from.y - anchor.to.y) * this.camera.scale;
    }
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches || drawing.boxes.length > 1500;
    if (old && !still) {
      const shift = anchor ? { x: anchor.to.x - anchor.from.x, y: anchor.to.y - anchor.from.y } : { x: 0, y: 0 };
      this.#from = new Map(
        old.boxes
          .map((b) => [b.id, { ...b, x: b.x + shift.x, y: b.y + shift.y }] as const)
          .filter(([id]) => drawing.at.has(id)),
      );
      this.#movedAt = performance.now();
    } else this.#from = undefined;
    this.#mini.draw(this.#palette);
    this.repaint();
  }

  /** A whole that can be read is shown whole; else its beginning, at a size that can be. */
  #firstSight(drawing: Drawing): void {
    const { width, height } = this.size;
    this.camera.fit(drawing.bounds, width, height);
    if (this.camera.scale >= 0.05) return;
    const first = drawing.boxes.find((b) => drawing.scene.boxes.get(b.id)!.kind !== "open");
    this.camera.scale = 0.6;
    this.camera.center(first ?? drawing.bounds, width, height);
    this.camera.y = 60 - (first?.y ?? 0) * this.camera.scale;
  }

  /** A box of both drawings: the selected one, or the one nearest to the middle of the screen. */
  #anchor(old: Drawing | undefined, next: Drawing): { from: Rect; to: Rect } | undefined {
    if (!old) return undefined;
    const selected = this.selectedBox();
    if (selected && old.at.has(selected) && next.at.has(selected))
      return { from: old.at.get(selected)!, to: next.at.get(selected)! };
    const { width, height } = this.size;
    const c = this.camera.toWorld(width / 2, height / 2);
    let best: Placed | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const b of old.boxes) {
      if (!next.at.has(b.id)) continue;
      const d = Math.hypot(b.x + b.w / 2 - c.x, b.y + b.h / 2 - c.y);
      if (d < least) [best, least] = [b, d];
    }
    return best && { from: best, to: next.at.get(best.id)! };
  }

  // Painting.

  repaint(): void {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  #resize(): void {
    const { width, height } = this.size;
    const ratio = devicePixelRatio || 1;
    this.#canvas.width = width * ratio;
    this.#canvas.height = height * ratio;
    if (this.#fitted && this.#drawing) this.#firstSight(this.#drawing);
    this.#mini.draw(this.#palette);
    this.#paint();
  }

  #paint(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const d = this.#drawing;
    const g = this.#canvas.getContext("2d")!;
    if (!d) return;
    const t = this.#from ? Math.min(1, (performance.now() - this.#movedAt) / moveMs) : 1;
    if (t === 1) this.#from = undefined;
    paint(g, d, this.camera, {
      palette: this.#palette,
      colouring: this.#store.view.colouring,
      hottest: this.#store.view.colouring === "kind" ? 1 : this.#model.hottest(this.#store.view.colouring),
      selected: this.selectedBox(),
      hovered: this.#hovered,
      found: this.#found,
      ...this.size,
      ratio: devicePixelRatio || 1,
      moving: this.#from && between(this.#from, d.at, 1 - (1 - t) ** 3),
      opacity: this.#from ? t * t : 1,
    });
    this.#mini.drawSight(this.#palette);
    if (t < 1) this.repaint();
  }

  // Pointers.

  /** The innermost box at a point of the screen; of an open group only its head. */
  pick(sx: number, sy: number): Box | undefined {
    const d = this.#drawing;
    if (!d) return undefined;
    const { x, y } = this.camera.toWorld(sx, sy);
    for (let i = d.boxes.length - 1; i >= 0; i--) {
      const b = d.boxes[i];
      if (x < b.x || y < b.y || x > b.x + b.w || y > b.y + b.h) continue;
      const box = d.scene.boxes.get(b.id)!;
      if (box.kind !== "open" || y < b.y + 40) return box;
    }
    return undefined;
  }
}

function between(from: ReadonlyMap<string, Placed>, to: ReadonlyMap<string, Placed>, t: number): Map<string, Placed> {
  const result = new Map<string, Placed>();
  for (const [id, a] of from) {
    const b = to.get(id)!;
    const mix = (p: number, q: number) => p + (q - p) * t;
    result.set(id, { id, x: mix(a.x, b.x), y: mix(a.y, b.y), w: mix(a.w, b.w), h: mix(a.h, b.h) });
  }
  return result;
}
