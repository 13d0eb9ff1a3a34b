/** Going over the graph by keys: along the edges, and from box to box at one height. */
import type { Rect } from "./camera.ts";
import type { GraphView } from "./graph.ts";
import type { Placed } from "./layout.ts";

/** Does what a key means on the graph. Returns whether it means something. */
export function graphKey(graph: GraphView, event: KeyboardEvent): boolean {
  switch (event.key) {
    case "ArrowUp":
    case "ArrowDown":
    case "ArrowLeft":
    case "ArrowRight":
      step(graph, event.key);
      return true;
    case "Home":
    case "End": {
      const box = leaves(graph).at(event.key === "Home" ? 0 : -1);
      if (box) graph.select(box.id);
      graph.reveal();
      return true;
    }
    case " ": {
      const selected = graph.selectedBox();
      if (selected) graph.toggleFold(selected);
      return true;
    }
  }
  return false;
}

function leaves({ drawing }: GraphView): Placed[] {
  return (drawing?.boxes ?? []).filter((b) => drawing!.scene.boxes.get(b.id)!.kind !== "open");
}

function step(graph: GraphView, key: string): void {
  const { drawing } = graph;
  if (!drawing) return;
  const selected = graph.selectedBox();
  if (selected === null) {
    const [first] = leaves(graph);
    if (first) graph.select(first.id);
    graph.reveal(true);
    return;
  }
  let next: string | undefined;
  if (key === "ArrowUp") next = drawing.edges.find((e) => e.to === selected)?.from;
  else if (key === "ArrowDown") next = drawing.edges.find((e) => e.from === selected)?.to;
  else next = beside(graph, drawing.at.get(selected)!, key === "ArrowLeft" ? -1 : 1);
  if (next !== undefined) graph.select(next);
  graph.reveal();
}

/** The nearest box to the left or right that stands at the same height. */
function beside(graph: GraphView, from: Placed, sign: 1 | -1): string | undefined {
  const middle = (b: Rect) => b.x + b.w / 2;
  const found = leaves(graph)
    .filter((b) => sign * (middle(b) - middle(from)) > 1 && b.y < from.y + from.h && from.y < b.y + b.h)
    .sort((a, b) => sign * (middle(a) - middle(b)));
  return found[0]?.id;
}
