"""Trains the float digits net and saves it as build/digits/float.pt (not committed). Step 1 of 3, see quantize.py.

    nice /usr/bin/python3 tools/digits/train.py [--epochs 60]

One thread, seeded, about five minutes. Wants Debian's python3-torch 1.13 and `npm ci` (for the images).
"""
import argparse
import math
import os
import time

os.environ.setdefault('OMP_NUM_THREADS', '1')
import torch  # noqa: E402
import torch.nn as nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402

import data  # noqa: E402

FLOAT = os.path.join(data.ROOT, 'build', 'digits', 'float.pt')


class Block(nn.Module):
    """A depthwise-separable residual block: relu(x + pointwise(relu6(depthwise(x)))); the shape stays."""

    def __init__(self, channels):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
        self.depthwise_bn = nn.BatchNorm2d(channels)
        self.relu6 = nn.ReLU6()
        self.pointwise = nn.Conv2d(channels, channels, 1, bias=False)
        self.pointwise_bn = nn.BatchNorm2d(channels)
        self.add = nn.quantized.FloatFunctional()

    def forward(self, x):
        y = self.depthwise_bn(self.depthwise(x))
        # contiguous() changes no value. PyTorch 1.13's qnnpack clamp and relu6 take a channels_last input, such as its
        # quantized conv returns, and write its bytes out as if they were NCHW: almost every element lands elsewhere.
        y = self.relu6(y.contiguous())
        return self.add.add_relu(x, self.pointwise_bn(self.pointwise(y)))


class Digits(nn.Module):
    """[n,1,28,28] pixels in 0..1 -> [n,10] logits. The quant and dequant stubs do nothing until conversion."""

    def __init__(self):
        super().__init__()
        self.quant = torch.ao.quantization.QuantStub()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(16, 32, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(32)
        self.relu2 = nn.ReLU()
        self.block1 = Block(32)
        self.maxpool = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(64)
        self.relu3 = nn.ReLU()
        self.block2 = Block(64)
        self.avgpool = nn.AvgPool2d(7)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(64, 10)
        self.dequant = torch.ao.quantization.DeQuantStub()

    def forward(self, x):
        x = self.quant(x)
        x = self.relu1(self.bn1(self.conv1(x)))
        x = self.relu2(self.bn2(self.conv2(x)))
        x = self.maxpool(self.block1(x))
        x = self.relu3(self.bn3(self.conv3(x)))
        x = self.flatten(self.avgpool(self.block2(x)))
        return self.dequant(self.fc(x))


def augment(images):
    """Each image turned by up to 10 degrees, scaled by up to 10 %, and shifted by up to 2 pixels."""
    n = len(images)
    angle = (torch.rand(n) * 2 - 1) * (10 * math.pi / 180)
    scale = 1 + (torch.rand(n) * 2 - 1) * 0.1
    shift = (torch.rand(n, 2, 1) * 2 - 1) * (2 / 14)
    cos, sin = angle.cos() * scale, angle.sin() * scale
    rotate = torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)
    grid = F.affine_grid(torch.cat([rotate, shift], 2), images.shape, align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def accuracy(net, images, labels):
    """Share of images whose largest logit is at the label (the first of equal ones)."""
    net.eval()
    with torch.no_grad():
        batches = zip(images.split(500), labels.split(500))
        return sum((net(x).argmax(1) == y).sum().item() for x, y in batches) / len(labels)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--epochs', type=int, default=60)
    epochs = parser.parse_args().epochs
    torch.manual_seed(1)
    torch.set_num_threads(1)
    parts = {name: tuple(map(torch.from_numpy, part)) for name, part in data.load().items()}
    images, labels = parts['train']
    net = Digits()
    batch = 64
    steps = epochs * math.ceil(len(images) / batch)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 8e-3, steps, pct_start=0.2)
    begin = time.time()
    for epoch in range(epochs):
        net.train()
        total = 0.0
        for index in torch.randperm(len(images)).split(batch):
            loss = F.cross_entropy(net(augment(images[index])), labels[index], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(index)
        print(f'epoch {epoch + 1}/{epochs}  loss {total / len(images):.4f}  '
              f'validation {accuracy(net, *parts["validation"]):.4f}  {time.time() - begin:.0f} s', flush=True)
    os.makedirs(os.path.dirname(FLOAT), exist_ok=True)
    torch.save(net.state_dict(), FLOAT)


if __name__ == '__main__':
    main()
