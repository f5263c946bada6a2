#!/usr/bin/python3
"""Compares the detail of what arrives over a slow link with that of full-size frames of the same bytes.

    detail.py PICTURE.jpg            makes a picture that is difficult to compress, 1920x1080
    detail.py PICTURE.jpg DIRECTORY  prints the similarity (SSIM of the brightness) of the last frames in the
                                     directory, and of the picture at the fixed quality of as many bytes or more
"""

import glob
import json
import statistics
import sys

import cv2
import numpy

SIZE = 1920, 1080


def make_picture():
    """Noise of all scales, like foliage, with edges and fine lines."""
    random = numpy.random.default_rng(1)
    picture = numpy.zeros((SIZE[1], SIZE[0], 3), numpy.float32)
    for octave in range(8):
        width, height = SIZE[0] >> octave, SIZE[1] >> octave
        noise = random.normal(0, 1, (height, width, 3)).astype(numpy.float32)
        picture += cv2.resize(noise, SIZE, interpolation=cv2.INTER_CUBIC) * 5 * 1.45 ** octave
    picture = 128 + picture
    for _ in range(60):
        x, y = random.integers(0, SIZE[0]), random.integers(0, SIZE[1])
        colour = [int(value) for value in random.integers(0, 256, 3)]
        cv2.rectangle(picture, (int(x), int(y)), (int(x) + 160, int(y) + 90), colour, int(random.integers(1, 4)))
    return numpy.clip(picture, 0, 255).astype(numpy.uint8)


def brightness(picture):
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(numpy.float32)


def similarity(a, b):
    """SSIM (Wang et al., 2004) with its Gaussian window of 11 pixels."""
    def blur(picture):
        return cv2.GaussianBlur(picture, (11, 11), 1.5)
    mean_a, mean_b = blur(a), blur(b)
    variance_a, variance_b = blur(a * a) - mean_a ** 2, blur(b * b) - mean_b ** 2
    covariance = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(((2 * mean_a * mean_b + c1) * (2 * covariance + c2)
                  / ((mean_a ** 2 + mean_b ** 2 + c1) * (variance_a + variance_b + c2))).mean())


def encoded(picture, quality):
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]


def compare(original, files):
    reference = brightness(original)
    sent, sizes, shapes = [], [], []
    for name in files:
        data = numpy.fromfile(name, numpy.uint8)
        frame = cv2.imdecode(data, cv2.IMREAD_COLOR)
        shapes.append(frame.shape[1::-1])
        sizes.append(data.size)
        sent.append(similarity(reference, brightness(cv2.resize(frame, SIZE, interpolation=cv2.INTER_CUBIC))))
    allowed = statistics.median(sizes)
    quality = next(q for q in range(1, 101) if encoded(original, q).size >= allowed)
    fixed = encoded(original, quality)
    return {"sent": statistics.median(sent), "sent_bytes": allowed, "sent_size": shapes[-1],
            "fixed": similarity(reference, brightness(cv2.imdecode(fixed, cv2.IMREAD_COLOR))),
            "fixed_bytes": fixed.size, "fixed_quality": quality}


if __name__ == "__main__":
    if len(sys.argv) == 2:
        cv2.imwrite(sys.argv[1], make_picture(), [cv2.IMWRITE_JPEG_QUALITY, 90])
    else:
        print(json.dumps(compare(cv2.imread(sys.argv[1]), sorted(glob.glob(f"{sys.argv[2]}/*.jpg"))[-9:])))
