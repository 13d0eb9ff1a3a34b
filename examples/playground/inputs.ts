/** A card for each input of a model: a picture, a drawing, a .npy file, or random numbers. */
import { readNpy } from "../../src/cli/npy.ts";
import { h } from "../../src/explorer/app/dom.ts";
import type { DumpDocument } from "../../src/explorer/document.ts";
import { randomValues } from "../../src/inspect/random.ts";
import { printType } from "../../src/ir/print.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import { makePad, type Pad } from "./drawing.ts";
import type { PortInfo } from "./messages.ts";
import { crop, fromPixels, likelyScaling, pictureShape, type Scaling, scalings } from "./pixels.ts";

const drawing = "The drawing";

/** The inputs of a model, with the values that they have at the moment. */
export interface Inputs {
  readonly element: HTMLElement;
  values(): TypedArray[];
  /** Takes a dropped file for the input that it fits. Throws Error saying why it fits none. */
  take(file: File): Promise<void>;
  readonly pad: Pad | undefined;
}

interface Field {
  readonly element: HTMLElement;
  readonly port: PortInfo;
  value(): TypedArray;
  picture?(image: HTMLCanvasElement | ImageBitmap, name: string): void;
  array(data: TypedArray, name: string): void;
}

export function makeInputs(ports: readonly PortInfo[], document: DumpDocument, onChange: () => void): Inputs {
  let pad: Pad | undefined;
  const fields = ports.map((port, i) =>
    makeField(port, i, document, onChange, (p) => {
      pad = p;
    }),
  );
  return {
    element: h(
      "div",
      { class: "inputs" },
      fields.map((f) => f.element),
    ),
    values: () => fields.map((f) => f.value()),
    async take(file) {
      if (/\.npy$/i.test(file.name)) {
        const { storage, shape, data } = readNpy(new Uint8Array(await file.arrayBuffer()), file.name);
        const same = (p: PortInfo) => p.type.storage === storage && p.type.shape.join() === shape.join();
        const field = fields.find((f) => same(f.port));
        if (!field) {
          const wants = ports.map((p) => `${p.name}: ${p.type.storage}[${p.type.shape.join(",")}]`).join("; ");
          throw new Error(`${file.name} is ${storage}[${shape.join(",")}]; the inputs want ${wants}`);
        }
        field.array(data, file.name);
        return;
      }
      const field = fields.find((f) => f.picture);
      if (!field)
        throw new Error(
          "No input of this model takes a picture: it wants the shape [1, C, H, W] or [1, H, W, C] with 1 or 3 channels.",
        );
      let image: ImageBitmap;
      try {
        image = await createImageBitmap(file);
      } catch {
        throw new Error(`${file.name} is no picture that this browser reads.`);
      }
      field.picture!(image, file.name);
    },
    get pad() {
      return pad;
    },
  };
}

function makeField(
  port: PortInfo,
  index: number,
  document: DumpDocument,
  onChange: () => void,
  onPad: (pad: Pad) => void,
): Field {
  const shape = pictureShape(port);
  const digit = shape && shape.channels === 1 && shape.height === 28 && shape.width === 28;
  const from = h("p", { class: "hint", role: "status" });
  const shown = h("div", { class: "shown" });
  let seed = 0;
  let scaling: Scaling = likelyScaling(port, document);
  let source: HTMLCanvasElement | ImageBitmap | undefined;
  let sourceName = "";
  let values: TypedArray = randomValues(port.type, seed, index);
  const describe = () => {
    const q = port.type.quant?.kind === "tensor" ? port.type.quant : undefined;
    from.textContent =
      source && shape
        ? `${sourceName}${sourceName === drawing ? ", its ink centred in" : ": middle cropped to"} ${shape.width} × ${shape.height}, ${shape.channels === 1 ? "grey" : "RGB"}, scaled to ${scaling.label}` +
          (q ? `, stored as round(x / ${Number(q.scale.toPrecision(4))}) + ${q.zero}.` : ".")
        : sourceName
          ? `${sourceName}, as it is.`
          : `Random numbers, seed ${seed}.`;
  };
  const fromSource = () => {
    if (!source || !shape) return;
    const canvas = crop(source, shape.width, shape.height);
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, shape.width, shape.height);
    values = fromPixels(data, port, shape, scaling);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `What the model sees of ${sourceName}`);
    shown.replaceChildren(canvas);
    describe();
    onChange();
  };
  const random = () => {
    source = undefined;
    sourceName = "";
    shown.replaceChildren();
    values = randomValues(port.type, seed, index);
    describe();
  };
  const controls: Node[] = [];
  if (digit) {
    const pad = makePad(() => {
      const picture = pad.picture();
      source = picture;
      sourceName = picture ? drawing : "";
      if (picture) fromSource();
      else {
        random();
        onChange();
      }
    });
    onPad(pad);
    controls.push(pad.element);
  }
  const buttons: Node[] = [
    h(
      "button",
      {
        type: "button",
        class: "button",
        onclick: () => {
          seed++;
          random();
          onChange();
        },
      },
      "Random numbers",
    ),
  ];
  if (shape) {
    const select = h(
      "select",
      {
        "aria-label": "Pixels become",
        onchange: () => {
          scaling = scalings.find((s) => s.id === select.value)!;
          fromSource();
        },
      },
      scalings.map((s) => h("option", { value: s.id, selected: s === scaling }, s.label)),
    );
    const file = h("input", {
      type: "file",
      accept: "image/*",
      "aria-label": `A picture for ${port.name}`,
      class: "visually-hidden",
      onchange: async () => {
        const [picked] = file.files ?? [];
        if (picked) element.dispatchEvent(new CustomEvent("picture", { detail: picked, bubbles: true }));
        file.value = "";
      },
    });
    buttons.unshift(h("label", { class: "button" }, "Choose a picture", file));
    controls.push(h("label", { class: "row" }, h("span", { class: "hint" }, "Pixels become"), select));
  }
  const element = h(
    "section",
    { class: "input-card" },
    h("h3", {}, port.name, " ", h("code", {}, printType(port.type))),
    controls,
    h("div", { class: "row" }, buttons),
    shown,
    from,
  );
  describe();
  return {
    element,
    port,
    value: () => values,
    array(data, name) {
      source = undefined;
      shown.replaceChildren();
      values = data;
      sourceName = name;
      describe();
      onChange();
    },
    ...(shape
      ? {
          picture(image, name) {
            source = image;
            sourceName = name;
            fromSource();
          },
        }
      : {}),
  };
}
