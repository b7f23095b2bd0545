"""Outlines and small parts that bags, hats, belts and watches have in common."""

import numpy as np

from clipstudio.scene import capsule, extrude, smooth_curve


def sheet(points, thickness):
    """Return the closed outline of a thin sheet whose outer side runs through `points`."""
    line = smooth_curve(points, 6)
    along = np.gradient(line, axis=0)
    inward = np.column_stack([along[:, 1], -along[:, 0]])
    inward /= np.linalg.norm(inward, axis=1, keepdims=True) + 1e-9
    return np.vstack([line, (line + thickness * inward)[::-1]])


def mirrored(right):
    """Return the closed outline, symmetric about x = 0, of its right half (top to bottom)."""
    right = np.asarray(right, float)
    return np.vstack([right, (right * (-1, 1))[::-1]])


def ellipse(rx, ry, n=40):
    """Outline of an ellipse about the origin."""
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.column_stack([rx * np.cos(t), ry * np.sin(t)])


def rectangle(x, y, half_width, half_height):
    """Outline of a rectangle about (x, y)."""
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return signs * (half_width, half_height) + (x, y)


def rounded(half_width, half_height, corner):
    """Outline of a rectangle with round corners about the origin."""
    t = np.linspace(0, np.pi / 2, 6)
    arc = corner * np.column_stack([np.cos(t), np.sin(t)])
    centre = np.array([half_width - corner, half_height - corner])
    quarter = arc + centre
    half = np.vstack([quarter, (quarter * (-1, 1))[::-1]])
    return np.vstack([half, half[::-1] * (1, -1)])


def lying(piece):
    """Turn a piece drawn in the xy plane so that it lies flat, its y axis towards the viewer."""
    return piece.rotate(pitch=90)


def arch(half_width, height, thickness, corner=0.5):
    """Outline of a handle: a band that rises from both feet and runs over the top."""
    t = np.linspace(0, np.pi, 28)
    line = np.column_stack([np.cos(t), np.sin(t) ** corner])
    outer = line * (half_width, height)
    inner = line * (half_width - thickness, height - thickness)
    return np.vstack([outer, inner[::-1]])


def buckle(scene, metal, x, y, z, half_width, half_height, place=lambda piece: piece):
    """Add a frame buckle with its prong, facing +z."""
    bar = min(half_width, half_height) * 0.28
    frame = [
        rounded(half_width, half_height, bar),
        rounded(half_width - bar, half_height - bar, bar * 0.5),
    ]
    scene.add(place(extrude(frame, 0.016, 0.008).at(x, y, z)), metal)
    prong = capsule((-half_width, 0, 0.016), (half_width, 0, 0.016), bar * 0.42)
    scene.add(place(prong.at(x, y, z)), metal)


def one_of(look, shape, part, colours, material):
    """Return a part's material: one of a few colours, where "accent" is the product's second."""
    colour = shape.choice(part, colours)
    return look.accent(material) if colour == "accent" else look.plain(colour, material)


def metal(look, shape):
    """Chrome or gold hardware."""
    return look.gold() if shape.choice("hardware", ("gold", "chrome")) == "gold" else look.chrome()
