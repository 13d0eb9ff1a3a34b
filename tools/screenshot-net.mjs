/** A net of inverted residuals in PyTorch's modules, with made-up weights: what the screenshots show besides the digits net. */
import { makePerChannelQuantizedTensor, nn, tensor } from "../dist/src/index.js";

/** Numbers of about a normal distribution, the same every time. */
function generator(seed) {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  return () => uniform() + uniform() + uniform() + uniform() - 2;
}

/** expand 1x1, depthwise 3x3, project 1x1; added to what came in where the shapes are the same. */
class InvertedResidual extends nn.Module {
  constructor(from, to, stride, factor) {
    super();
    const wide = from * factor;
    this.expand = new nn.Conv2d(from, wide, 1);
    this.expand_act = new nn.ReLU6();
    this.depthwise = new nn.Conv2d(wide, wide, 3, { stride, padding: 1, groups: wide });
    this.depthwise_act = new nn.ReLU6();
    this.project = new nn.Conv2d(wide, to, 1);
    if (from === to && stride === 1) this.add = new nn.Add();
  }

  forward(x) {
    const wide = this.depthwise_act.forward(this.depthwise.forward(this.expand_act.forward(this.expand.forward(x))));
    const y = this.project.forward(wide);
    return this.add ? this.add.forward(x, y) : y;
  }
}

class Net extends nn.Module {
  constructor() {
    super();
    this.quant = new nn.Quantize();
    this.stem = new nn.ConvReLU2d(3, 16, 3, { stride: 2, padding: 1 });
    const plan = [
      [16, 16, 1],
      [16, 24, 2],
      [24, 24, 1],
      [24, 32, 2],
      [32, 32, 1],
      [32, 32, 1],
      [32, 64, 2],
      [64, 64, 1],
      [64, 64, 1],
      [64, 96, 1],
      [96, 96, 1],
      [96, 96, 1],
    ];
    this.blocks = plan.map(([from, to, stride]) => new InvertedResidual(from, to, stride, 4));
    this.head = new nn.ConvReLU2d(96, 256, 1);
    this.pool = new nn.AdaptiveAvgPool2d(1);
    this.flatten = new nn.Flatten();
    this.classifier = new nn.Linear(256, 100);
  }

  forward(image) {
    let x = this.stem.forward(this.quant.forward(image));
    for (const block of this.blocks) x = block.forward(x);
    return this.classifier.forward(this.flatten.forward(this.pool.forward(this.head.forward(x))));
  }
}

/** The net with its weights. */
export function makeNet() {
  const net = new Net();
  const normal = generator(11);
  const state = {};
  const visit = (module, prefix) => {
    const at = (key) => `${prefix}.${key}`;
    if (module.weightShape) {
      const [out, ...rest] = module.weightShape;
      const each = rest.reduce((a, b) => a * b, 1);
      const data = Int8Array.from({ length: out * each }, () =>
        Math.max(-127, Math.min(127, Math.round(45 * normal()))),
      );
      const scales = Array.from({ length: out }, () => 0.004 * 2 ** (0.8 * normal()));
      state[at("weight")] = makePerChannelQuantizedTensor(
        { data, shape: module.weightShape },
        scales,
        new Array(out).fill(0),
        0,
      );
      state[at("bias")] = tensor(Array.from({ length: out }, () => 0.1 * normal()));
    }
    if ("scale" in module) {
      state[at("scale")] = tensor([0.02 + 0.004 * Math.abs(normal())]);
      state[at("zero_point")] = tensor([prefix === "quant" || prefix === "stem" || prefix === "head" ? 0 : 118]);
    }
    for (const [key, child] of module.children()) visit(child, prefix ? at(key) : key);
  };
  visit(net, "");
  return net.load(state);
}
