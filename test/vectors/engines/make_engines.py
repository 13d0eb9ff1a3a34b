"""What PyTorch's engines compute where ../pytorch has no case: writes engines.json, in the same format.

    /usr/bin/python3 test/vectors/engines/make_engines.py

Wants Debian's python3-torch 1.13. Covers qint8 linear and convolution (XNNPACK), qnnpack's adaptive pool, mean and tables,
windows that end outside of the padded image, additions of unequal shapes, and more transposed convolutions. Values are
recorded as PyTorch returns them, with ATEN_CPU_CAPABILITY=default.
"""
import base64
import json
import os
import warnings

os.environ['ATEN_CPU_CAPABILITY'] = 'default'  # read when torch loads
os.environ.setdefault('OMP_NUM_THREADS', '1')
warnings.filterwarnings('ignore')
import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

RANGES = {'quint8': (0, 255, np.uint8), 'qint8': (-128, 127, np.int8)}
NAMES = {'uint8': 'u8', 'int8': 'i8', 'float32': 'f32'}
random = np.random.RandomState(21)
cases = []


def stored(array):
    array = np.ascontiguousarray(array)
    return {'shape': list(array.shape), 'dt': NAMES[array.dtype.name], 'b64': base64.b64encode(array.tobytes()).decode()}


def entry(q):
    if not isinstance(q, torch.Tensor):
        return stored(q)
    if not q.is_quantized:
        return stored(q.numpy())
    d = {**stored(q.int_repr().contiguous().numpy()), 'q': str(q.dtype).replace('torch.', '')}
    if q.qscheme() == torch.per_tensor_affine:
        return {**d, 'scale': q.q_scale(), 'zp': q.q_zero_point()}
    return {**d, 'scales': q.q_per_channel_scales().tolist(), 'zps': q.q_per_channel_zero_points().tolist(), 'axis': 0}


def emit(op, name, inputs, params, result):
    cases.append({'op': op, 'name': name, 'engine': torch.backends.quantized.engine, 'recipe': None, 'params': params,
                  'inputs': {key: entry(value) for key, value in inputs.items()}, 'expect': entry(result)})


def engine(name):
    torch.backends.quantized.engine = name


def per_tensor(array, scale, zero):
    return torch._make_per_tensor_quantized_tensor(torch.from_numpy(np.ascontiguousarray(array)), float(scale), int(zero))


def per_channel(array, scales):
    zeros = torch.zeros(len(scales), dtype=torch.int64)
    return torch._make_per_channel_quantized_tensor(torch.from_numpy(array), torch.tensor(scales, dtype=torch.float64), zeros, 0)


def integers(q, shape):
    low, high, dtype = RANGES[q]
    return random.randint(low, high + 1, shape).astype(dtype)


def image(q, shape, near=None):
    """An image; `near` keeps the values so close to the zero point, which makes ties common."""
    low, high, dtype = RANGES[q]
    zero = int(random.randint(low + 20, high - 20))
    array = integers(q, shape) if near is None else (zero + random.randint(-near, near + 1, shape)).astype(dtype)
    return per_tensor(array, round(random.rand() * .1 + .01, 4), zero)


def awkward(channels):
    """x scale, weight scales and a result scale 2 or 4 times their product, whose float32 reciprocal is not exact."""
    f32 = np.float32
    while True:
        x, w = (float(v) for v in (random.rand(2) * .2 + .01).round(4))
        product = f32(f32(x) * f32(w))
        result = float(product) * 2. ** random.randint(1, 3)
        if f32(product * (f32(1) / f32(result))) != f32(product / f32(result)):
            return x, w * 2. ** random.randint(-1, 2, channels), result


def products():
    engine('qnnpack')
    for i in range(8):
        m, k, n = 6, int(random.randint(1, 9)), int(random.randint(1, 20))
        x_scale, scales, scale = awkward(n)
        zero, out_zero = (int(v) for v in random.randint(-90, 90, 2))
        x = per_tensor((zero + random.randint(-5, 6, (m, k))).astype(np.int8), x_scale, zero)
        w = per_tensor(random.randint(-4, 5, (n, k)).astype(np.int8), scales[0], 0)
        bias = (random.randint(-20, 20, n) * x_scale * scales[0] * .5).astype(np.float32)
        for op in ('linear', 'linear_relu'):  # packed anew each time: a packed object forgets a later relu
            packed = torch.ops.quantized.linear_prepack(w, torch.from_numpy(bias))
            result = getattr(torch.ops.quantized, op)(x, packed, scale, out_zero)
            emit(op, f'qint8_{i}', {'x': x, 'w': w, 'bias': bias}, {'scale': scale, 'zero_point': out_zero}, result)
    for i in range(12):
        c, o, k = (int(v) for v in random.randint(1, (6, 9, 4)))
        x_scale, scales, scale = awkward(o)
        zero, out_zero = (int(v) for v in random.randint(-90, 90, 2))
        x = per_tensor((zero + random.randint(-5, 6, (1, c, 6, 5))).astype(np.int8), x_scale, zero)
        array = random.randint(-4, 5, (o, c, k, k)).astype(np.int8)
        w = per_channel(array, scales) if i % 2 else per_tensor(array, scales[0], 0)
        bias = (random.randint(-20, 20, o) * x_scale * scales * .5).astype(np.float32)
        p = {'scale': scale, 'zero_point': out_zero, 'stride': [1 + i % 2, 1], 'padding': [k // 2, 0], 'dilation': [1, 1], 'groups': 1}
        for op in ('conv2d', 'conv2d_relu'):
            packed = torch.ops.quantized.conv2d_prepack(w, torch.from_numpy(bias), p['stride'], p['padding'], [1, 1], 1)
            result = getattr(torch.ops.quantized, op)(x, packed, scale, out_zero)
            emit(op, f'qint8_{i}', {'x': x, 'w': w, 'bias': bias}, p, result)
    # channels, outputs per group, size, kernel, stride, padding, output padding, dilation, groups
    for i, (c, o, size, k, s, pad, extra, d, g) in enumerate([
            (2, 3, 4, 3, 3, 0, 2, 1, 1), (4, 2, 5, 1, 2, 0, 0, 1, 2), (3, 2, 6, 2, 1, 2, 0, 1, 1), (2, 2, 5, 3, 2, 3, 1, 1, 1),
            (2, 1, 4, 3, 2, 1, 1, 2, 2), (1, 2, 3, 2, 4, 0, 3, 1, 1)]):
        x = image('quint8', (1, c, size, size + 1), 9)
        w = per_tensor(random.randint(-9, 10, (c, o, k, k)).astype(np.int8), .02, 0)
        bias = (random.randint(-90, 90, o * g) * x.q_scale() * .02).astype(np.float32)
        p = {'scale': x.q_scale() * .1, 'zero_point': 100, 'stride': s, 'padding': pad, 'output_padding': extra, 'dilation': d, 'groups': g}
        packed = torch.ops.quantized.conv_transpose2d_prepack(w, torch.from_numpy(bias), [s, s], [pad, pad], [extra, extra], [d, d], g)
        result = torch.ops.quantized.conv_transpose2d(x, packed, p['scale'], 100)
        emit('conv_transpose2d', str(i), {'x': x, 'w': w, 'bias': bias}, p, result)


def formats(x):
    return (('nchw', x), ('nhwc', x.contiguous(memory_format=torch.channels_last)))


def pools():
    for name in ('none', 'qnnpack'):
        engine(name)
        for q in RANGES:
            for shape in ((1, 3, 6, 6), (2, 5, 7, 4), (1, 1, 4, 6)):
                x = image(q, shape)
                for fmt, y in formats(x):
                    for size in ((1, 1), (2, 2), (3, 2)):
                        p = {'output_size': size, 'memory_format': fmt}
                        emit('adaptive_avg_pool2d', f'{q}_{shape}_{size}_{fmt}', {'x': x}, p, F.adaptive_avg_pool2d(y, size))
            for shape, k, s, pad in (((1, 3, 6, 7), 3, 2, 1), ((1, 2, 5, 6), 2, 3, 1), ((1, 9, 4, 4), 3, 3, 0)):
                x = image(q, shape)
                for fmt, y in formats(x):
                    for counting in (True, False):
                        p = {'kernel': [k, k], 'stride': [s, s], 'padding': [pad, pad], 'ceil_mode': True,
                             'count_include_pad': counting, 'divisor_override': None, 'memory_format': fmt}
                        result = F.avg_pool2d(y, k, s, pad, True, counting)
                        emit('avg_pool2d', f'{q}_{shape}_{fmt}_{counting}', {'x': x}, p, result)
                p = {'kernel': [k, k], 'stride': [s, s], 'padding': [pad, pad], 'dilation': 1, 'ceil_mode': True}
                emit('max_pool2d', f'{q}_{shape}', {'x': x}, p, F.max_pool2d(x, k, s, pad, 1, True))
            x = image(q, (1, 3, 9, 8))
            # Of quint8 with both dilation and padding, qnnpack does not return the largest value of the window: a bug.
            pad = 0 if (name, q) == ('qnnpack', 'quint8') else 1
            p = {'kernel': [3, 2], 'stride': [2, 1], 'padding': [pad, pad], 'dilation': 2, 'ceil_mode': False}
            emit('max_pool2d', f'{q}_dilated', {'x': x}, p, F.max_pool2d(x, (3, 2), (2, 1), (pad, pad), 2, False))
            for shape, dims in (((2, 3, 4, 5), (2, 3)), ((1, 9, 7, 7), (2, 3)), ((1, 4, 1, 6), (2, 3)), ((20, 6), (1,)),
                                ((9, 14), (1,)), ((4, 3, 10), (1, 2)), ((2, 3, 4, 2), (1, 2, 3))):
                x = image(q, shape)
                emit('mean', f'{q}_{shape}_{dims}', {'x': x}, {'dim': dims}, torch.mean(x, dims))


def elementwise():
    for q, (low, high, dtype) in RANGES.items():
        engine('qnnpack')
        x = per_tensor(np.arange(low, high + 1).astype(dtype), .04, low + 100)
        emit('sigmoid', q, {'x': x}, {}, torch.sigmoid(x))
        for scale, zero in ((1 / 256, 0),) if q == 'quint8' else ((.005, 3), (1 / 256, 0)):
            p = {'scale': scale, 'zero_point': zero}
            emit('quantized_sigmoid', f'{q}_{scale}_{zero}', {'x': x}, p, torch.ops.quantized.sigmoid(x, scale, zero))
        emit('tanh', q, {'x': x}, {}, torch.tanh(x))
        emit('hardsigmoid', q, {'x': x}, {}, F.hardsigmoid(x))
        emit('hardswish', q, {'x': x}, {'scale': .03, 'zero_point': 7}, torch.ops.quantized.hardswish(x, .03, 7))
        emit('relu6', q, {'x': x}, {}, torch.ops.quantized.relu6(x, False))
        emit('clamp', q, {'x': x}, {'min': -.5, 'max': 1.3}, torch.clamp(x, -.5, 1.3))
        p = {'negative_slope': .2, 'scale': .06, 'zero_point': 7}
        emit('leaky_relu', q, {'x': x}, p, torch.ops.quantized.leaky_relu(x, .2, False, .06, 7))
        for name in ('none', 'qnnpack'):
            engine(name)
            a, b = image(q, (2, 3, 4, 5), 12), image(q, (1, 3, 1, 5), 12)
            for op in ('add', 'mul'):
                scale, zero = (a.q_scale() * 2, 11) if op == 'add' else (a.q_scale() * b.q_scale() * 2, 11)
                result = getattr(torch.ops.quantized, op)(a, b, scale, zero)
                emit(op, f'{q}_broadcast', {'a': a, 'b': b}, {'scale': scale, 'zero_point': zero}, result)


torch.set_num_threads(1)
for part in (products, pools, elementwise):
    part()
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'engines.json')
with open(path, 'w') as file:
    json.dump({'torch': torch.__version__, 'capability': 'default', 'cases': cases}, file, separators=(',', ':'))
print(f'{len(cases)} cases, {os.path.getsize(path)} bytes')
