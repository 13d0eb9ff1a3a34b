/** Operators with memory: variables by handle, and SVDF. */
import type { Node } from "../../../ir/graph.ts";
import { reshape } from "../../../ir/ops/shape.ts";
import { makeConst } from "../../../ir/ops/source.ts";
import { storages } from "../../../ir/type.ts";
import type { Make } from "../../transposed-conv.ts";
import type { Operator } from "../context.ts";
import { realBounds, rescaleBy } from "../recipes.ts";
import { svdfStep } from "../svdf.ts";
import { anything, type Conversions } from "./table.ts";

const f = Math.fround;

/** A plain bias of SVDF, its scale left aside as the kernel does. */
function plainBias(op: Operator): Node | undefined {
  if (!op.hasInput(3)) return undefined;
  const bias = op.input(3);
  const { storage, shape } = bias.type;
  const value = op.constant(3);
  if (!value) op.unsupported("a bias that is computed at run time");
  return makeConst(bias.name, { storage, shape }, value, bias.source);
}

function svdf(op: Operator): void {
  const { rank, fused } = op.options("Svdf");
  const [x, feature, time] = [op.input(0), op.input(1), op.input(2)];
  const [state, next] = op.state(4);
  const [batch, inputs] = x.type.shape;
  const [filters, memory] = time.type.shape;
  const shapes: [Node, readonly number[]][] = [
    [x, [batch, inputs]],
    [feature, [filters, inputs]],
    [time, [filters, memory]],
    [state, [batch, filters * memory]],
  ];
  for (const [node, want] of shapes) {
    if (node.type.shape.length !== 2 || node.type.shape.some((d, i) => d !== want[i])) {
      op.fail(`wants ${node.name} as [${want}], found [${node.type.shape}]`);
    }
  }
  if (rank < 1 || filters % rank !== 0 || memory < 1) op.fail(`wants ${filters} filters in ranks, found rank ${rank}`);
  const float = x.type.storage === "f32";
  const storagesOf = [x, feature, time, state].map((n) => n.type.storage).join(" ");
  if (!(float ? ["f32 f32 f32 f32"] : ["i8 i8 i16 i16", "i8 i8 i8 i8"]).includes(storagesOf)) {
    op.unsupported(`input, weights and state in ${storagesOf}`);
  }
  const build: Make = (operation, operands, attrs, options) =>
    op.make(operation, operands, attrs, { name: op.step("svdf"), ...options });
  const folded = build(reshape, { x: state }, { shape: [batch, filters, memory] });
  const common = { x, state: folded, feature, time, bias: plainBias(op), rank };
  let made: { state: Node; result: Node };
  if (float) made = svdfStep({ ...common, range: realBounds(op.activation(fused)) }, build, { name: op.output().name });
  else {
    const [input, memoryQuant, to] = [op.perTensor(x), op.perTensor(state), op.perTensor(op.output())];
    const [w, t] = [op.perTensor(feature), op.perTensor(time)];
    if (memoryQuant.zero !== 0 || w.zero !== 0 || t.zero !== 0) op.unsupported("a state or weights with a zero point");
    const { storage } = op.output();
    const { min, max } = storages[storage!];
    const rescale = {
      feature: rescaleBy([f(f(input.scale * w.scale) / memoryQuant.scale)]),
      result: rescaleBy([f(f(memoryQuant.scale * t.scale) / to.scale)]),
      storage: storage!,
      quant: to,
      clamp: [min, max] as const,
    };
    made = svdfStep({ ...common, rescale }, build, { name: op.output().name });
  }
  next(build(reshape, { x: made.state }, { shape: state.type.shape }, { name: `${state.name}/next` }));
  op.result(made.result);
}

export const stateConversions: Conversions = {
  SVDF: { types: ["INT8", "FLOAT32"], limits: "hybrid; a state with a zero point", convert: svdf },
  VAR_HANDLE: {
    types: [],
    handles: true,
    convert: (op) => op.handle(`${op.options("VarHandle").container}/${op.options("VarHandle").name}`),
  },
  READ_VARIABLE: { types: ["RESOURCE"], handles: true, convert: (op) => op.result(op.readVariable()) },
  ASSIGN_VARIABLE: { types: anything, data: 1, handles: true, convert: (op) => op.assignVariable(op.input(1)) },
  CALL_ONCE: {
    types: [],
    handles: true,
    limits: "anything but assignments of constants",
    convert(op) {
      for (const { variable, value } of op.initializations(op.options("CallOnce").subgraph)) {
        op.startVariable(variable, value);
      }
    },
  },
};
