/** Mouse, pen and finger on the graph: dragging, picking, wheels, pinches of a trackpad and of two fingers. */
import type { GraphView } from "./graph.ts";

/** Pixels that a press may move and still be a click. */
const slop = 4;

export function listen(graph: GraphView, canvas: HTMLCanvasElement): void {
  const { camera } = graph;
  /** Fingers that are down, by their id. */
  const down = new Map<number, { x: number; y: number }>();
  let moved = false;
  const point = (e: MouseEvent) => {
    const r = canvas.getBoundingClientRect();
    return { x: e.clientX - r.left, y: e.clientY - r.top };
  };

  canvas.addEventListener("pointerdown", (e) => {
    canvas.setPointerCapture(e.pointerId);
    down.set(e.pointerId, point(e));
    moved = down.size > 1;
  });
  canvas.addEventListener("pointermove", (e) => {
    const at = point(e);
    const from = down.get(e.pointerId);
    if (!from) {
      const box = graph.pick(at.x, at.y);
      canvas.style.cursor = box ? "pointer" : "grab";
      graph.hover(box?.id ?? null);
      return;
    }
    if (!moved && Math.hypot(at.x - from.x, at.y - from.y) < slop) return;
    moved = true;
    canvas.style.cursor = "grabbing";
    const other = [...down].find(([id]) => id !== e.pointerId)?.[1];
    if (other) {
      const factor =
        Math.hypot(at.x - other.x, at.y - other.y) / Math.max(1, Math.hypot(from.x - other.x, from.y - other.y));
      camera.zoom(factor, other.x, other.y);
    } else {
      camera.x += at.x - from.x;
      camera.y += at.y - from.y;
    }
    down.set(e.pointerId, at);
    graph.moved();
  });
  canvas.addEventListener("pointerup", (e) => {
    const clicked = down.delete(e.pointerId) && !moved && down.size === 0;
    if (!clicked) return;
    const at = point(e);
    const box = graph.pick(at.x, at.y);
    if (box && box.kind !== "node" && box.id === graph.selectedBox()) graph.toggleFold(box.id);
    else graph.select(box?.id ?? null);
  });
  canvas.addEventListener("pointercancel", (e) => {
    down.delete(e.pointerId);
  });
  canvas.addEventListener("pointerleave", () => graph.hover(null));
  canvas.addEventListener("dblclick", (e) => {
    const at = point(e);
    const box = graph.pick(at.x, at.y);
    if (box?.kind !== "node") return;
    graph.select(box.id);
    graph.reveal(true);
  });
  canvas.addEventListener(
    "wheel",
    (e) => {
      e.preventDefault();
      // A trackpad's pinch arrives as a wheel with Ctrl and its scroll as small steps; the steps of a mouse's wheel are large.
      const at = point(e);
      const fine = e.deltaMode === 0 && Math.abs(e.deltaY) < 50;
      const amount = Math.max(-120, Math.min(120, e.deltaY));
      if (e.ctrlKey || e.metaKey || !fine) camera.zoom(Math.exp(-amount / (fine ? 90 : 400)), at.x, at.y);
      else {
        camera.x -= e.deltaX;
        camera.y -= e.deltaY;
      }
      graph.moved();
    },
    { passive: false },
  );
}
