"""Recomputes the digits net in numpy from the committed weights and compares every integer. Step 3, see quantize.py.

    /usr/bin/python3 tools/digits/check.py

Imports no PyTorch: the arithmetic below is PyTorch's qnnpack engine written out (docs/numerics.md), so it is also the
known-good recipe of each layer for any other implementation. Exits 1 if one integer differs.
"""
import base64
import hashlib
import json
import os
import sys

import numpy as np

import container
import data

f32, f64 = np.float32, np.float64


def quantize(x, scale, zero_point, low, high):
    """float32 -> integers: multiply by the rounded reciprocal, round half to even, add the zero point, clamp."""
    inverse = f32(1) / f32(scale)
    return np.clip(np.rint((x * inverse).astype(f32)).astype(np.int64) + zero_point, low, high)


def windows(x, kernel, stride):
    """[n,c,h,w] -> [n,c,oh,ow,kernel,kernel] view of the windows that lie wholly inside."""
    return np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), (2, 3))[:, :, ::stride, ::stride]


def requantize(acc, layer, in_scale, axis):
    """int32 accumulator (zero points already taken out) -> quint8, per output channel on `axis`."""
    scales = np.broadcast_to(layer['weight'].scales, (acc.shape[axis],))
    out_scale, out_zero = layer['scale'], layer['zero_point']
    shape = [-1 if i == axis else 1 for i in range(acc.ndim)]
    # The bias becomes an int32 in units of in_scale*weight_scale: double product, narrowed once, then quantize.
    bias = np.array([quantize(b[None], in_scale * s, 0, -2**31, 2**31 - 1)[0] for b, s in zip(layer['bias'], scales)])
    multiplier = ((scales.astype(f32) * f32(in_scale)).astype(f32) * (f32(1) / f32(out_scale))).astype(f32)
    product = ((acc + bias.reshape(shape)).astype(f32) * multiplier.reshape(shape)).astype(f32)
    low = out_zero if layer['relu'] else 0
    return np.clip(np.rint(product).astype(np.int64) + out_zero, low, 255), (out_scale, out_zero)


def conv2d(x, qparams, layer):
    """Convolution on quint8 [n,c,h,w] with padding by the input's zero point; `groups` is 1 or the channel count."""
    in_scale, in_zero = qparams
    pad, weight = layer['padding'], layer['weight'].values.astype(f64)
    centred = np.pad(x.astype(f64) - in_zero, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    kernel = weight.shape[2]
    columns = windows(centred, kernel, layer['stride'])
    if layer['groups'] == 1:
        n, c, h, w = columns.shape[:4]
        matrix = columns.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, c * kernel * kernel)
        acc = (matrix @ weight.reshape(len(weight), -1).T).reshape(n, h, w, -1).transpose(0, 3, 1, 2)
    else:
        acc = np.einsum('nchwij,cij->nchw', columns, weight[:, 0])
    return requantize(acc.astype(np.int64), layer, in_scale, 1)


def linear(x, qparams, layer):
    """Fully connected on quint8 [n,k]; weight [out,k]."""
    acc = (x.astype(f64) - qparams[1]) @ layer['weight'].values.astype(f64).T
    return requantize(acc.astype(np.int64), layer, qparams[0], 1)


def add_relu(a, a_qparams, b, b_qparams, layer):
    """Residual add in 22-bit fixed point, rounded half away from zero, clamped below by the output's zero point."""
    (sa, za), (sb, zb), so, zo = a_qparams, b_qparams, layer['scale'], layer['zero_point']
    ra, rb = f32(sa) / f32(so), f32(sb) / f32(so)
    shift = 21 - (int(max(ra, rb).view(np.uint32) >> 23) - 127)
    ma, mb = int(np.rint(f64(ra) * 2.0**shift)), int(np.rint(f64(rb) * 2.0**shift))
    acc = a.astype(np.int64) * ma + b.astype(np.int64) * mb - (za * ma + zb * mb)
    rounded = np.sign(acc) * ((np.abs(acc) + (1 << (shift - 1))) >> shift)
    return np.clip(rounded + zo, zo, 255), (so, zo)


def relu6(x, qparams):
    """Clamp between the integers of 0 and 6; scale and zero point stay."""
    low, high = (int(quantize(np.array(v, f32), *qparams, 0, 255)) for v in (0, 6))
    return np.clip(x, low, high), qparams


def maxpool(x, qparams, kernel):
    """Integer maximum over kernel x kernel windows at stride `kernel`; a remainder at the edge is dropped."""
    return windows(x, kernel, kernel).max((4, 5)), qparams


def avgpool(x, qparams, kernel):
    """Average over kernel x kernel windows at stride `kernel`: the zero point is added after rounding half to even."""
    scale, zero = f32(qparams[0]), qparams[1]
    total = windows(x, kernel, kernel).astype(np.int64).sum((4, 5)) - kernel * kernel * zero
    multiplier = scale / (scale * f32(kernel * kernel))
    return np.clip(np.rint((total.astype(f32) * multiplier).astype(f32)).astype(np.int64) + zero, 0, 255), qparams


def forward(tensors, images):
    """Yields (layer name, integers, (scale, zero point)) for every layer of the net, in order."""
    def layer(name, relu=False, stride=1, padding=1, groups=1):
        own = {key: tensors[f'{name}.{key}'] for key in ('weight', 'bias') if f'{name}.{key}' in tensors}
        scale, zero = float(tensors[f'{name}.scale']), int(tensors[f'{name}.zero_point'])
        return dict(own, scale=scale, zero_point=zero, relu=relu, stride=stride, padding=padding, groups=groups)

    def block(name, x, q):
        channels = x.shape[1]
        y, yq = conv2d(x, q, layer(f'{name}.depthwise', groups=channels))
        yield f'{name}.depthwise', y, yq
        y, yq = relu6(y, yq)
        yield f'{name}.relu6', y, yq
        y, yq = conv2d(y, yq, layer(f'{name}.pointwise', padding=0))
        yield f'{name}.pointwise', y, yq
        y, yq = add_relu(x, q, y, yq, layer(f'{name}.add'))
        yield f'{name}.add', y, yq

    q = layer('quant')['scale'], layer('quant')['zero_point']
    x = quantize(images, *q, 0, 255)
    yield 'quant', x, q
    x, q = conv2d(x, q, layer('conv1', relu=True))
    yield 'conv1', x, q
    x, q = conv2d(x, q, layer('conv2', relu=True, stride=2))
    yield 'conv2', x, q
    for name, x, q in block('block1', x, q):
        yield name, x, q
    x, q = maxpool(x, q, 2)
    yield 'maxpool', x, q
    x, q = conv2d(x, q, layer('conv3', relu=True))
    yield 'conv3', x, q
    for name, x, q in block('block2', x, q):
        yield name, x, q
    x, q = avgpool(x, q, 7)
    yield 'avgpool', x, q
    x = x.reshape(len(x), -1)
    yield 'flatten', x, q
    x, q = linear(x, q, layer('fc'))
    yield 'fc', x, q


def main():
    tensors = container.load(os.path.join(data.EXAMPLE, 'weights.safetensors'))
    with open(os.path.join(data.EXAMPLE, 'expected.json')) as file:
        expected = json.load(file)
    with open(os.path.join(data.ROOT, 'test', 'vectors', 'digits', 'layers.json')) as file:
        layers = json.load(file)
    images, labels = data.load()['test']
    digests, failed, outputs = {}, 0, []
    order = [entry['name'] for entry in layers['layers']]
    stored = {entry['name']: entry for entry in layers['layers']}
    for start in range(0, len(images), 100):
        for name, x, (scale, zero) in forward(tensors, images[start:start + 100]):
            want = stored[name]
            digests.setdefault(name, hashlib.sha256()).update(x.astype(np.uint8).tobytes())
            if start <= layers['sample'] < start + 100:
                one = x[layers['sample'] - start].astype(np.uint8)
                same = one.tobytes() == base64.b64decode(want['data']) and [1, *one.shape] == want['shape']
                failed += not (same and (scale, zero) == (want['scale'], want['zeroPoint']))
        outputs.append(x)
    for name in order:
        same = digests[name].hexdigest() == stored[name]['testSha256']
        failed += not same
        print(f'{name:18} {"equal" if same else "DIFFERS"} on {len(images)} test images')
    outputs = np.concatenate(outputs)
    classes = outputs.argmax(1)
    test = expected['test']
    failed += hashlib.sha256(outputs.astype(np.uint8).tobytes()).hexdigest() != test['outputs']['sha256']
    failed += ''.join(map(str, classes)) != test['classes']
    failed += any(outputs[row['index']].tolist() != row['values'] for row in test['outputs']['rows'])
    failed += int((classes == labels).sum()) != expected['accuracy']['int8']['correct']
    print(f'accuracy {(classes == labels).mean():.4%}; {failed} comparisons failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
