/** A pad to draw a digit on, and the drawing as the 28x28 picture that digit nets are trained on. */
import { h } from "../../src/explorer/app/dom.ts";

const size = 280;
const pen = 22;

/** Polylines of some digits on a unit square, for those who cannot draw, and for tests. */
const strokes: Readonly<Record<string, readonly (readonly (readonly [number, number])[])[]>> = {
  "0": [arc(0.5, 0.5, 0.2, 0.3, 0, 360)],
  "1": [
    [
      [0.42, 0.28],
      [0.54, 0.18],
      [0.52, 0.84],
    ],
  ],
  "2": [[...arc(0.5, 0.36, 0.19, 0.18, 190, 390), [0.3, 0.82], [0.74, 0.8]]],
  "3": [[...arc(0.48, 0.34, 0.17, 0.16, 200, 440), ...arc(0.48, 0.66, 0.2, 0.18, 270, 510)]],
  "4": [
    [
      [0.4, 0.16],
      [0.3, 0.54],
      [0.7, 0.52],
    ],
    [
      [0.66, 0.3],
      [0.6, 0.86],
    ],
  ],
  "7": [
    [
      [0.28, 0.22],
      [0.72, 0.2],
      [0.46, 0.84],
    ],
  ],
};

function arc(x: number, y: number, rx: number, ry: number, from: number, to: number): [number, number][] {
  return Array.from({ length: 24 }, (_, i) => {
    const a = ((from + ((to - from) * i) / 23) * Math.PI) / 180;
    return [x + rx * Math.cos(a), y + ry * Math.sin(a)];
  });
}

export interface Pad {
  readonly element: HTMLElement;
  /** The drawing as it goes into the net, or undefined if there is none. */
  picture(): HTMLCanvasElement | undefined;
  draw(digit: string): void;
}

export function makePad(onChange: () => void): Pad {
  const canvas = h("canvas", {
    class: "pad",
    width: size,
    height: size,
    role: "img",
    tabindex: 0,
    "aria-label": "Drawing pad. Draw a digit with the mouse or a finger, or press one of the keys 0, 1, 2, 3, 4, 7.",
  });
  const g = canvas.getContext("2d", { willReadFrequently: true })!;
  g.lineCap = "round";
  g.lineJoin = "round";
  g.lineWidth = pen;
  g.strokeStyle = "#fff";
  const clear = () => {
    g.fillStyle = "#000";
    g.fillRect(0, 0, size, size);
    onChange();
  };
  const line = (points: readonly (readonly [number, number])[]) => {
    g.beginPath();
    for (const [x, y] of points) g.lineTo(x * size, y * size);
    g.stroke();
  };
  const draw = (digit: string) => {
    g.fillRect(0, 0, size, size);
    for (const points of strokes[digit] ?? []) line(points);
    onChange();
  };
  g.fillStyle = "#000";
  g.fillRect(0, 0, size, size);

  let last: readonly [number, number] | undefined;
  const at = (e: PointerEvent): [number, number] => {
    const r = canvas.getBoundingClientRect();
    return [(e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height];
  };
  canvas.addEventListener("pointerdown", (e) => {
    canvas.setPointerCapture(e.pointerId);
    last = at(e);
    line([last, last]);
    onChange();
  });
  canvas.addEventListener("pointermove", (e) => {
    if (!last) return;
    const next = at(e);
    line([last, next]);
    last = next;
    onChange();
  });
  for (const end of ["pointerup", "pointercancel"] as const)
    canvas.addEventListener(end, () => {
      last = undefined;
    });
  canvas.addEventListener("keydown", (e) => {
    if (e.key in strokes) draw(e.key);
    else if (e.key === "Backspace" || e.key === "Delete") clear();
  });
  const samples = Object.keys(strokes).map((d) =>
    h("button", { type: "button", class: "button icon", "aria-label": `Draw a ${d}`, onclick: () => draw(d) }, d),
  );
  return {
    element: h(
      "div",
      { class: "drawing" },
      canvas,
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", class: "button", onclick: clear }, "Clear"),
        h("span", { class: "hint" }, "or"),
        samples,
      ),
    ),
    picture: () => centered(g),
    draw,
  };
}

/** The drawing in a box of 20x20 about the middle of 28x28 by its centre of mass, as MNIST was made. */
function centered(g: CanvasRenderingContext2D): HTMLCanvasElement | undefined {
  const { data } = g.getImageData(0, 0, size, size);
  let [x0, y0, x1, y1, mass, mx, my] = [size, size, -1, -1, 0, 0, 0];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const v = data[4 * (y * size + x)];
      if (!v) continue;
      [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
      mass += v;
      mx += v * x;
      my += v * y;
    }
  }
  if (x1 < 0) return undefined;
  const scale = 20 / Math.max(x1 - x0 + 1, y1 - y0 + 1);
  const small = document.createElement("canvas");
  small.width = 28;
  small.height = 28;
  const s = small.getContext("2d")!;
  s.fillStyle = "#000";
  s.fillRect(0, 0, 28, 28);
  s.imageSmoothingQuality = "high";
  s.drawImage(g.canvas, 14 - (mx / mass) * scale, 14 - (my / mass) * scale, size * scale, size * scale);
  return small;
}
