/** Painting of a laid-out scene. What is out of sight is left out; what is too small to read is drawn plainly. */
import type { Camera, Rect } from "./camera.ts";
import { percent } from "./dom.ts";
import type { LayoutResult, Placed } from "./layout.ts";
import { heatColor, type Palette } from "./palette.ts";
import type { Box, Scene } from "./scene.ts";
import type { Colouring } from "./state.ts";

/** A scene with its places, and what follows from them. */
export interface Drawing {
  readonly scene: Scene;
  readonly boxes: readonly Placed[];
  readonly at: ReadonlyMap<string, Placed>;
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly path: Path2D;
    readonly bounds: Rect;
    readonly end: readonly [number, number];
  }[];
  readonly all: Path2D;
  readonly bounds: Rect;
}

export function drawingOf(scene: Scene, { boxes, routes, width, height }: LayoutResult): Drawing {
  const all = new Path2D();
  const edges = scene.edges.map((e, i) => {
    const path = new Path2D();
    const points = routes[i];
    let [x, y] = points;
    path.moveTo(x, y);
    let [x0, y0, x1, y1] = [x, y, x, y];
    for (let k = 2; k < points.length; k += 2) {
      const [nx, ny] = [points[k], points[k + 1]];
      if (ny - y > 1 && Math.abs(nx - x) > 0.5) {
        const mid = (y + ny) / 2;
        path.bezierCurveTo(x, mid, nx, mid, nx, ny);
      } else path.lineTo(nx, ny);
      [x, y] = [nx, ny];
      [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
    }
    all.addPath(path);
    return { ...e, path, bounds: { x: x0, y: y0, w: x1 - x0, h: y1 - y0 }, end: [x, y] as const };
  });
  return {
    scene,
    boxes,
    at: new Map(boxes.map((b) => [b.id, b])),
    edges,
    all,
    bounds: { x: 0, y: 0, w: width, h: height },
  };
}

export interface PaintOptions {
  readonly palette: Palette;
  readonly colouring: Colouring;
  /** The share that glows most. */
  readonly hottest: number;
  readonly selected: string | null;
  readonly hovered: string | null;
  readonly found: ReadonlySet<string>;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  /** Places on the way to the drawing's own, while it moves. */
  readonly moving?: ReadonlyMap<string, Placed>;
  readonly opacity: number;
}

const mono = '"SF Mono", ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const sans = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';

const meets = (a: Rect, b: Rect) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

export function paint(g: CanvasRenderingContext2D, drawing: Drawing, camera: Camera, o: PaintOptions): void {
  const { palette } = o;
  g.setTransform(o.ratio, 0, 0, o.ratio, 0, 0);
  g.fillStyle = palette.background;
  g.fillRect(0, 0, o.width, o.height);
  const { scale } = camera;
  g.setTransform(o.ratio * scale, 0, 0, o.ratio * scale, o.ratio * camera.x, o.ratio * camera.y);
  const [a, b] = [camera.toWorld(0, 0), camera.toWorld(o.width, o.height)];
  const sight: Rect = { x: a.x, y: a.y, w: b.x - a.x, h: b.y - a.y };
  const placeOf = (p: Placed) => o.moving?.get(p.id) ?? p;

  for (const p of drawing.boxes) {
    const box = drawing.scene.boxes.get(p.id)!;
    const r = placeOf(p);
    if (box.kind === "open" && meets(r, sight)) paintGroup(g, box, r, scale, o);
  }
  paintEdges(g, drawing, sight, scale, o);
  for (const p of drawing.boxes) {
    const box = drawing.scene.boxes.get(p.id)!;
    const r = placeOf(p);
    if (box.kind !== "open" && meets(r, sight)) paintBox(g, box, r, scale, o);
  }
}

function paintEdges(g: CanvasRenderingContext2D, drawing: Drawing, sight: Rect, scale: number, o: PaintOptions): void {
  const { palette } = o;
  g.globalAlpha = o.opacity;
  g.lineWidth = Math.max(1.2, Math.min(1 / scale, 6));
  g.strokeStyle = palette.edge;
  g.lineJoin = "round";
  // Few edges are cheaper one by one, as most are out of sight; from afar all of them are one path.
  const seen = scale < 0.12 ? drawing.edges : drawing.edges.filter((e) => meets(grown(e.bounds), sight));
  if (scale < 0.12) g.stroke(drawing.all);
  else for (const e of seen) g.stroke(e.path);
  if (scale > 0.3) {
    g.fillStyle = palette.edge;
    g.beginPath();
    for (const { end } of seen) arrow(g, end);
    g.fill();
  }
  if (o.selected === null && o.hovered === null) {
    g.globalAlpha = 1;
    return;
  }
  g.strokeStyle = palette.accent;
  g.fillStyle = palette.accent;
  g.lineWidth *= 1.8;
  for (const e of seen) {
    if (e.from !== o.selected && e.to !== o.selected && e.from !== o.hovered && e.to !== o.hovered) continue;
    g.stroke(e.path);
    g.beginPath();
    arrow(g, e.end);
    g.fill();
  }
  g.globalAlpha = 1;
}

const grown = (r: Rect): Rect => ({ x: r.x - 2, y: r.y - 2, w: r.w + 4, h: r.h + 4 });

function arrow(g: CanvasRenderingContext2D, [x, y]: readonly [number, number]): void {
  g.moveTo(x, y);
  g.lineTo(x - 4, y - 7);
  g.lineTo(x + 4, y - 7);
  g.closePath();
}

function paintGroup(g: CanvasRenderingContext2D, box: Box, r: Rect, scale: number, o: PaintOptions): void {
  const { palette } = o;
  g.beginPath();
  g.roundRect(r.x, r.y, r.w, r.h, 12);
  g.fillStyle = palette.group;
  g.fill();
  g.lineWidth = (box.id === o.selected ? 2.2 : 1) / Math.max(scale, 0.2);
  g.strokeStyle = box.id === o.selected ? palette.accent : box.mark ? palette.mark[box.mark] : palette.line;
  g.stroke();
  if (scale < 0.14) return;
  // From afar the label stays legible, as far as it fits.
  const size = Math.min(40, Math.max(12, 11 / scale));
  if (size * scale < 7.5) return;
  g.font = `600 ${size}px ${sans}`;
  // A long label is set smaller before it is cut.
  const room = (r.w - 34) / g.measureText(box.title).width;
  if (room < 1) g.font = `600 ${Math.max(size * room, Math.min(size, 9 / scale))}px ${sans}`;
  g.fillStyle = palette.muted;
  g.textBaseline = "middle";
  g.textAlign = "left";
  g.fillText(fitting(g, box.title, r.w - 34), r.x + 12, r.y + 20);
  if (scale < 0.35) return;
  g.font = `600 14px ${sans}`;
  g.textAlign = "right";
  g.fillText("–", r.x + r.w - 12, r.y + 19);
}

function paintBox(g: CanvasRenderingContext2D, box: Box, r: Rect, scale: number, o: PaintOptions): void {
  const { palette } = o;
  const colour = palette.family[box.family];
  const share = o.colouring === "kind" ? 0 : box.share[o.colouring];
  const isOutput = box.lines[0] === "output";
  const pill = box.family === "input";
  const selected = box.id === o.selected;
  const ghost = box.mark === "removed";
  g.globalAlpha = ghost ? 0.75 : 1;
  if (scale < 0.22) {
    g.fillStyle = box.mark
      ? palette.mark[box.mark]
      : o.colouring === "kind"
        ? colour
        : heatColor(share / o.hottest, palette.dark);
    g.fillRect(r.x, r.y, r.w, r.h);
    if (selected || o.found.has(box.id) || box.id === o.hovered) outline(g, r, pill, palette.accent, 3 / scale);
    g.globalAlpha = 1;
    return;
  }
  const corner = pill ? Math.min(r.h / 2, 22) : 8;
  if (box.kind === "group") {
    g.beginPath();
    g.roundRect(r.x + 4, r.y + 4, r.w, r.h, corner);
    g.fillStyle = palette.group;
    g.strokeStyle = palette.line;
    g.lineWidth = 1;
    g.fill();
    g.stroke();
  }
  g.beginPath();
  g.roundRect(r.x, r.y, r.w, r.h, corner);
  g.fillStyle = o.colouring === "kind" || pill ? palette.box : heatColor(share / o.hottest, palette.dark);
  g.fill();
  if (o.colouring === "kind" && !pill) {
    g.save();
    g.clip();
    g.fillStyle = colour;
    g.globalAlpha *= 0.13;
    g.fillRect(r.x, r.y, r.w, r.h);
    g.globalAlpha = ghost ? 0.75 : 1;
    g.fillRect(r.x, r.y, 4, r.h);
    g.restore();
  }
  g.lineWidth = 1;
  g.strokeStyle = pill ? colour : palette.line;
  if (ghost) g.setLineDash([5, 4]);
  if (box.mark) {
    g.strokeStyle = palette.mark[box.mark];
    g.lineWidth = 2;
  }
  g.stroke();
  g.setLineDash([]);
  if (box.mark && !ghost) {
    // A halo, so that what changed is seen from afar.
    g.globalAlpha = 0.22;
    g.lineWidth = 8;
    g.stroke();
    g.globalAlpha = 1;
  }
  if (selected) outline(g, r, pill, palette.accent, Math.max(2.5, 2 / scale));
  else if (box.id === o.hovered || o.found.has(box.id)) outline(g, r, pill, palette.accent, Math.max(1.5, 1.2 / scale));
  paintText(g, box, r, scale, o, pill, isOutput, share);
  g.globalAlpha = 1;
}

/** A text cut to a width, in the font that is set. */
function fitting(g: CanvasRenderingContext2D, text: string, width: number): string {
  const whole = g.measureText(text).width;
  if (whole <= width) return text;
  const length = Math.floor((text.length * width) / whole) - 1;
  return length < 3 ? "" : `${text.slice(0, length)}…`;
}

function outline(g: CanvasRenderingContext2D, r: Rect, pill: boolean, colour: string, width: number): void {
  g.beginPath();
  g.roundRect(r.x - 3, r.y - 3, r.w + 6, r.h + 6, pill ? Math.min(r.h / 2 + 3, 25) : 10);
  g.strokeStyle = colour;
  g.lineWidth = width;
  g.stroke();
}

function paintText(
  g: CanvasRenderingContext2D,
  box: Box,
  r: Rect,
  scale: number,
  { palette, colouring }: PaintOptions,
  pill: boolean,
  isOutput: boolean,
  share: number,
): void {
  g.textBaseline = "middle";
  g.textAlign = "left";
  const x = r.x + (pill ? 18 : 14);
  const hot = colouring !== "kind" && !pill;
  g.fillStyle = palette.text;
  if (scale < 0.5) {
    const size = Math.min(22, 10.5 / scale);
    g.font = `600 ${size}px ${sans}`;
    const part = hot && share >= 0.0005 ? percent(share) : "";
    const width = part ? g.measureText(part).width : 0;
    const room = r.w - 24 - (width ? width + 8 : 0);
    const fits = g.measureText(box.title).width <= room;
    g.fillText(box.title, x, r.y + r.h / 2 + 1, fits ? room : r.w - 22);
    if (fits && part) {
      g.textAlign = "right";
      g.fillText(part, r.x + r.w - 9, r.y + r.h / 2 + 1);
    }
    return;
  }
  g.font = `600 13px ${sans}`;
  const lines = isOutput ? [] : box.lines;
  const first = r.y + (lines.length === 2 ? 15 : lines.length === 1 ? 14.5 : r.h / 2);
  g.fillText(box.title, x, first);
  if (hot && share >= 0.0005) {
    g.textAlign = "right";
    g.font = `600 11px ${sans}`;
    g.fillText(percent(share), r.x + r.w - 10, first);
    g.textAlign = "left";
  }
  g.font = `11px ${mono}`;
  g.fillStyle = hot ? palette.text : palette.muted;
  for (const [i, line] of lines.entries()) g.fillText(line, x, first + 16 * (i + 1), r.w - 22);
}
