/** The digits net in PyTorch's words: trained and quantized by tools/digits, its weights beside this file. */
import { readFile } from "node:fs/promises";
import { type Floating, load, nn, type Quantized } from "../../src/index.ts";

/** Where this example's data lies, whether this file runs from the sources or from dist. */
export const assets = new URL(import.meta.url.includes("/dist/") ? "../../../examples/digits/" : "./", import.meta.url);

/** relu6(depthwise 3x3) -> 1x1, added to what came in, relu. */
class Block extends nn.Module {
  readonly depthwise: nn.Conv2d;
  readonly relu6 = new nn.ReLU6();
  readonly pointwise: nn.Conv2d;
  readonly add = new nn.Add(1, 0, { relu: true });

  constructor(channels: number) {
    super();
    this.depthwise = new nn.Conv2d(channels, channels, 3, { padding: 1, groups: channels });
    this.pointwise = new nn.Conv2d(channels, channels, 1);
  }

  forward<T extends Quantized>(x: T): T {
    return this.add.forward(x, this.pointwise.forward(this.relu6.forward(this.depthwise.forward(x))));
  }
}

/** Images [N, 1, 28, 28] of reals in 0..1 to quantized scores [N, 10]. */
export class DigitsNet extends nn.Module {
  readonly quant = new nn.Quantize();
  readonly conv1 = new nn.ConvReLU2d(1, 16, 3, { padding: 1 });
  readonly conv2 = new nn.ConvReLU2d(16, 32, 3, { stride: 2, padding: 1 });
  readonly block1 = new Block(32);
  readonly maxpool = new nn.MaxPool2d(2);
  readonly conv3 = new nn.ConvReLU2d(32, 64, 3, { padding: 1 });
  readonly block2 = new Block(64);
  readonly avgpool = new nn.AvgPool2d(7);
  readonly flatten = new nn.Flatten();
  readonly fc = new nn.Linear(64, 10);

  forward(image: Floating): Quantized {
    const x = this.conv2.forward(this.conv1.forward(this.quant.forward(image)));
    const y = this.conv3.forward(this.maxpool.forward(this.block1.forward(x)));
    return this.fc.forward(this.flatten.forward(this.avgpool.forward(this.block2.forward(y))));
  }
}

/** The net with PyTorch's weights, scales and zero points. */
export async function loadNet(): Promise<DigitsNet> {
  return new DigitsNet().load(load(await readFile(new URL("weights.safetensors", assets))));
}
