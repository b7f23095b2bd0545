"""Persons and mannequins, and how clothes are fitted to them.

A figure's trunk is a table of half widths and depths down its height; limbs are tapered tubes. A
garment of the trunk is cut flat, by the same designs that lie on a floor, and laid *over* what the
figure wears so far: its outline gives the width, and its front and back stand off the body by
an ease. So each layer becomes the body of the next.

Coordinates: x to the figure's left (the viewer's right), y up from the top of the shoulder, z to
the front; one unit is about 65 cm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clipstudio.materials import Material, plain
from clipstudio.product import Built, Look, Product, assemble, design_of
from clipstudio.product import Shape as Parameters
from clipstudio.products.tailoring import Bodice, Limb, Piece, Tailor
from clipstudio.scene import (
    GRID,
    Grid,
    Scene,
    Shape,
    _digest,
    box,
    capsule,
    cloth,
    cylinder,
    ellipsoid,
    outline_grid,
    rotation,
    sphere,
    tube,
)
from clipstudio.subjects import BOTTOMS, HAIR_COLOURS, MANNEQUINS, SKINS, Wearer, Worn, parts_of

# Landmarks, as heights.
TOP_OF_HEAD, CHIN, SHOULDER, CHEST, WAIST, HIP, CROTCH = (
    0.42,
    0.05,
    -0.06,
    -0.34,
    -0.62,
    -0.93,
    -1.05,
)
KNEE, ANKLE, SOLE = -1.58, -2.12, -2.25
NECK = 0.055  # how much lower the head sits than it is drawn
HEEL = 0.10  # how much farther from the floor a foot in a high heel is

# y, half width, depth to the front, depth to the back
TRUNK = np.array(
    [
        (0.16, 0.074, 0.066, 0.080),
        (0.06, 0.078, 0.066, 0.088),
        (0.00, 0.098, 0.074, 0.095),
        (-0.05, 0.150, 0.086, 0.103),
        (-0.10, 0.215, 0.104, 0.113),
        (-0.15, 0.250, 0.120, 0.122),
        (-0.22, 0.264, 0.138, 0.134),
        (-0.34, 0.256, 0.154, 0.134),
        (-0.48, 0.232, 0.142, 0.120),
        (-0.62, 0.214, 0.126, 0.110),
        (-0.78, 0.240, 0.128, 0.135),
        (-0.93, 0.266, 0.130, 0.160),
        (-1.05, 0.256, 0.120, 0.150),
    ]
)
COVERED = WAIST - 0.1  # what is worn under a top ends here
STEP = 0.0125
ACROSS = np.arange(-1.0, 1.0001, STEP)
UP = np.arange(-2.5, 0.3001, STEP)
Points = Sequence[tuple[float, ...]] | np.ndarray  # (x, y), or (x, y, 1) for a corner
NOWHERE = 0.0  # height of a surface where there is none: the middle plane


def spanning(shape: Shape, a: np.ndarray, b: np.ndarray) -> Shape:
    """Return a shape built along the y axis about the origin, brought to the line from a to b."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    up = (b - a) / np.linalg.norm(b - a)
    side = np.cross(up, (0.0, 0.0, 1.0))
    side /= np.linalg.norm(side) + 1e-9
    matrix = np.column_stack([side, up, np.cross(side, up)])
    return shape.turned(matrix).at(*((a + b) / 2))


def _box_filter(values: np.ndarray, rows: int) -> np.ndarray:
    """Means over 2 * rows + 1 neighbours along the first axis."""
    padded = np.pad(values, ((rows, rows), (0, 0)), mode="edge")
    total = np.cumsum(np.vstack([np.zeros((1, values.shape[1])), padded]), axis=0)
    return (total[2 * rows + 1 :] - total[: -2 * rows - 1]) / (2 * rows + 1)


@dataclass
class Arm:
    """A figure's arm: shoulder, elbow and wrist, each (x, y, z)."""

    shoulder: np.ndarray
    elbow: np.ndarray
    wrist: np.ndarray

    def at(self, length: float) -> np.ndarray:
        """Return the point at a length from the shoulder, along upper arm and forearm."""
        upper = np.linalg.norm(self.elbow - self.shoulder)
        lower = np.linalg.norm(self.wrist - self.elbow)
        if length <= upper:
            return self.shoulder + (self.elbow - self.shoulder) * length / upper
        share = (length - upper) / lower
        return self.elbow + (self.wrist - self.elbow) * share

    @property
    def length(self) -> float:
        """From the shoulder to the wrist."""
        return float(
            np.linalg.norm(self.elbow - self.shoulder) + np.linalg.norm(self.wrist - self.elbow)
        )


@dataclass
class Placed:
    """A finished thing and where it is on the figure (see `Scene.place`)."""

    scene: Scene
    number: int
    at: Sequence[float]
    turn: np.ndarray
    scale: float | Sequence[float]
    covers_hair: bool = False

    def put(self, scene: Scene) -> None:
        """Put it into a scene."""
        with scene.owned(self.number):
            scene.place(self.scene, self.at, self.turn, self.scale)


class Figure:
    """A wearer's body, and the surface of all that it wears so far."""

    def __init__(self, wearer: Wearer) -> None:
        self.wearer = wearer
        self._seed = wearer.seed
        b, f = wearer.build, wearer.figure
        y = TRUNK[:, 0]
        near = lambda level, reach: np.exp(-(((y - level) / reach) ** 2))  # noqa: E731
        trunk = TRUNK.copy()
        trunk[3:, 1:] *= 1 + 0.10 * b
        trunk[:, 1] += 0.030 * (0.5 - f) * (near(SHOULDER, 0.12) + 1.1 * near(WAIST, 0.14))
        trunk[:, 1] += 0.022 * (f - 0.5) * near(HIP, 0.16)
        trunk[:, 2] += 0.050 * f * near(CHEST + 0.01, 0.09)
        trunk[:, 2] += 0.055 * max(b, 0) * (1 - 0.4 * f) * near(WAIST - 0.05, 0.2)
        trunk[:, 3] += 0.02 * f * near(HIP, 0.13)
        fine = np.arange(trunk[-1, 0], trunk[0, 0] + 1e-9, STEP)
        columns = np.column_stack([np.interp(fine, trunk[::-1, 0], c) for c in trunk[::-1].T[1:]])
        self.trunk = np.column_stack([fine, _box_filter(columns, 4)])[::-1]
        self.shoulders = self.width_at(-0.14)
        self.thick = 1 + 0.13 * b - 0.08 * f
        self.front, self.back = self._surface(self.trunk)
        self.bare = self.front.copy(), self.back.copy()
        self.width = np.interp(UP, self.trunk[::-1, 0], self.trunk[::-1, 1])
        self.width[UP < CROTCH] = 0
        self.heel = 0.0
        stride = 0.17 if wearer.stance == "striding" else 0.0
        self.stride = stride if self.unit("foot forward") < 0.5 else -stride
        self.apart = 0.015 + 0.045 * self.unit("feet apart")

    @property
    def arms(self) -> list[Arm]:
        """The arms on the left and the right of the picture; hands rest on what is worn."""
        return [self._arm(side) for side in (-1, 1)]

    def unit(self, name: str) -> float:
        """Return a number in [0, 1) that depends on the wearer's seed and a name."""
        digest = hashlib.blake2b(f"{self._seed}/{name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little") / 2**64

    def vary(self, name: str, reach: float) -> float:
        """Return a number between -reach and reach."""
        return reach * (2 * self.unit(name) - 1)

    # ------------------------------------------------------------------------------ the trunk
    def _surface(self, trunk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Front and back of the bare trunk on the grid of ACROSS x UP."""
        width, front, back = (np.interp(UP, trunk[::-1, 0], trunk[::-1, i]) for i in (1, 2, 3))
        share = np.abs(ACROSS)[None, :] / width[:, None]
        rise = np.clip(1 - share**2.4, 0, 1) ** (1 / 2.4)
        bust = 0.035 * self.wearer.figure
        front = front[:, None] * rise
        for side in (-1, 1):
            x, y = (ACROSS - side * 0.105)[None, :], (UP - CHEST)[:, None]
            front = front + bust * np.exp(-((x / 0.085) ** 2) - (y / 0.095) ** 2)
        back = -back[:, None] * rise
        outside = (UP < CROTCH)[:, None] | (share > 1)
        return np.where(outside, NOWHERE, front), np.where(outside, NOWHERE, back)

    def grid(self, values: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Values of the figure's grid at the points of a row of x and a column of y."""
        u = np.clip((x - ACROSS[0]) / STEP, 0, len(ACROSS) - 1.001)
        v = np.clip((y - UP[0]) / STEP, 0, len(UP) - 1.001)
        i, j = u.astype(int)[None, :], v.astype(int)[:, None]
        u, v = u[None, :] - i, v[:, None] - j
        below = values[j, i] * (1 - u) + values[j, i + 1] * u
        above = values[j + 1, i] * (1 - u) + values[j + 1, i + 1] * u
        return below * (1 - v) + above * v

    # ------------------------------------------------------------------------------- the limbs
    def _arm(self, side: int) -> Arm:
        """Return the arm on the right (1) or the left (-1) of the picture."""
        name = "right" if side > 0 else "left"
        shoulder = np.array([side * (self.shoulders + 0.004), -0.142, -0.01])
        stance, bent = self.wearer.stance, False
        swing = self.vary("swing", 3) * side
        out, lower = 9 + self.vary(f"{name} arm", 2.5), 5 + self.vary(f"{name} forearm", 3)
        forward, ahead = 0.0, 0.10
        if stance == "arms apart":
            out, lower = 19 + self.vary(f"{name} arm", 5), 12 + self.vary(f"{name} forearm", 5)
        if stance == "striding":
            forward = 0.30 * side * (1 if self.unit("foot forward") < 0.5 else -1)
            ahead = forward + 0.18
        hip = stance == "hands on hips" or (
            stance == "hand on hip" and (side > 0) == (self.unit("which hand") < 0.5)
        )
        bent = stance == "arm bent" and (side > 0) == (self.unit("which hand") < 0.5)

        def limb(angle: float, to_front: float, length: float) -> np.ndarray:
            a = np.radians(angle)
            v = np.array([side * np.sin(a), -np.cos(a), to_front])
            return length * v / np.linalg.norm(v)

        # Beside what is worn, not in it.
        out = max(out, self._beside(-0.52, shoulder[0], 0.455))
        elbow = shoulder + limb(out + swing, forward, 0.455)
        lower = max(lower, self._beside(-0.92, elbow[0], 0.40) - 4)
        wrist = elbow + limb(lower, ahead, 0.40)
        if hip:
            elbow = shoulder + limb(40 + self.vary("elbow out", 6), -0.12, 0.455)
            wrist = np.array([side * (self.width[np.searchsorted(UP, -0.70)] + 0.045), -0.68, 0.05])
        elif bent:
            elbow = shoulder + limb(14, 0.1, 0.455)
            wrist = elbow + 0.40 * np.array([-side * 0.80, 0.22 + self.vary("wrist", 0.1), 0.56])
        return Arm(shoulder, elbow, wrist)

    def _beside(self, y: float, x: float, length: float) -> float:
        """Return the degrees at which a limb from x reaches beyond what is worn at a height."""
        away = self.width[np.searchsorted(UP, y)] + 0.045 - abs(x)
        return float(np.degrees(np.arcsin(np.clip(away / length, -0.5, 0.4))))

    def width_at(self, y: float) -> float:
        """Half the trunk's width at a height."""
        return float(np.interp(y, self.trunk[::-1, 0], self.trunk[::-1, 1]))

    def leg(self, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Hip, knee and ankle of the leg on the right (1) or left (-1) of the picture."""
        z = side * self.stride
        hip = np.array([side * 0.135, HIP - 0.04, 0.0])
        knee = np.array([side * (0.138 + 0.5 * self.apart), KNEE, 0.5 * z + 0.02])
        ankle = np.array([side * (0.138 + self.apart), ANKLE, z - 0.01])
        return hip, knee, ankle

    @property
    def floor(self) -> float:
        """Height of the floor."""
        return SOLE - self.heel

    # -------------------------------------------------------------------------------- the skin
    def skin(self) -> Material:
        """Return what the body is made of."""
        if self.wearer.kind == "person":
            return Material(
                SKINS[self.wearer.skin],
                roughness=0.58,
                sheen=0.12,
                reflectance=0.03,
                bump=0.02,
                bump_frequency=60.0,
            )
        tone = MANNEQUINS[self.wearer.skin]
        if self.wearer.skin == "linen":
            return plain(tone, "canvas", weave_frequency=130.0)
        return plain(tone, "plastic", coat=0.08)

    def draw_trunk(self, scene: Scene, skin: Material, down_to: float) -> None:
        """Neck and trunk, down to a height."""
        keep = self.trunk[:, 0] > down_to
        side = [(w, y) for y, w, *_ in self.trunk[keep]]
        side.append((self.width_at(down_to), down_to))
        half = [(0.0, side[0][1]), *side, (0.0, down_to)]
        outline = np.array(half + [(-x, y) for x, y in reversed(side)])
        scene.add(self._bare_within(outline), skin)
        neck = 0.070 + 0.008 * (0.5 - self.wearer.figure) + 0.006 * self.wearer.build
        scene.add(capsule((0, -0.06, -0.03), (0, 0.16, 0.005), neck * 1.12, neck), skin, 0.09)

    def _bare_within(self, outline: np.ndarray) -> Shape:
        """Return the bare trunk within an outline."""
        grid, _, _ = outline_grid(outline)
        x = grid.x0 + grid.cell * np.arange(GRID)
        y = grid.y0 + grid.cell * np.arange(GRID)
        heights = [self.grid(surface, x, y) for surface in self.bare]
        front, back = (as_grid(grid, height) for height in heights)
        return cloth(outline, 0.0, 0.0, 0.1, 0.0, over=(front, back))

    def draw_arms(self, scene: Scene, skin: Material) -> None:
        """Both arms with their hands."""
        for arm in self.arms:
            t = self.thick
            with scene.group():
                scene.add(capsule(arm.shoulder, arm.elbow, 0.068 * t, 0.050 * t), skin)
                scene.add(capsule(arm.elbow, arm.wrist, 0.049 * t, 0.034 * t), skin, 0.03)
                self._hand(scene, skin, arm)

    def _hand(self, scene: Scene, skin: Material, arm: Arm) -> None:
        """Add a calm hand: palm, fingers together, thumb."""
        along = arm.wrist - arm.elbow
        along /= np.linalg.norm(along)
        side = 1 if arm.shoulder[0] > 0 else -1
        if abs(along[0]) < 0.5:  # hanging: the hand turns a little inwards and down
            along = along + np.array([-0.12 * side, -0.2, 0.05])
            along /= np.linalg.norm(along)
        palm = arm.wrist + 0.10 * along
        scene.add(spanning(ellipsoid(0.026, 0.078, 0.045), arm.wrist, palm), skin, 0.02)
        tip = palm + 0.115 * along + np.array([-0.012 * side, 0, 0.01])
        for k in (-1, 0, 1):
            start = palm + np.array([0.0, 0.0, 0.026 * k]) - 0.02 * along
            end = tip + np.array([0.0, 0.0, 0.022 * k]) - abs(k) * 0.012 * along
            scene.add(capsule(start, end, 0.0165, 0.012), skin, 0.008)
        thumb = arm.wrist + 0.03 * along
        front = np.array([-0.25 * side, 0.0, 0.95]) - along * (along[2])
        end = thumb + 0.05 * front / np.linalg.norm(front) + 0.075 * along
        scene.add(capsule(thumb, end, 0.018, 0.012), skin, 0.015)

    def draw_legs(self, scene: Scene, skin: Material, top: float) -> None:
        """Both legs from a height down, with bare feet."""
        t = self.thick
        for side in (-1, 1):
            hip, knee, ankle = self.leg(side)
            with scene.group():
                if top > KNEE:
                    share = min((top - KNEE) / (hip[1] - KNEE), 1.0)
                    start = knee + (hip - knee) * share
                    r = 0.066 + (0.112 - 0.066) * share
                    scene.add(capsule(start, knee, r * t, 0.064 * t), skin)
                calf = knee + (ankle - knee) * 0.32 + np.array([0, 0, -0.025])
                scene.add(capsule(knee, calf, 0.058 * t, 0.066 * t), skin, 0.05)
                scene.add(capsule(calf, ankle, 0.064 * t, 0.036 * t), skin, 0.04)
                self._foot(scene, skin, ankle)
                scene.clip(box(1, 2, 1).at(0, top - 2, 0))

    def _foot(self, scene: Scene, skin: Material, ankle: np.ndarray) -> None:
        """Add a foot, its heel raised in a high-heeled shoe."""
        x, z = ankle[0], ankle[2]
        side = np.sign(x)
        lift, floor = self.heel, self.floor
        ball = np.array([x + 0.012 * side, floor + 0.045, z + 0.19])
        heel = np.array([x, floor + lift + 0.05, z - 0.045])
        scene.add(capsule(heel, ball, 0.044, 0.042), skin, 0.03)
        scene.add(capsule(ankle, ball, 0.040, 0.034), skin, 0.03)
        toes = ball + np.array([0.008 * side, -0.012, 0.06])
        scene.add(spanning(ellipsoid(0.052, 0.075, 0.026), ball, toes), skin, 0.03)

    def draw_head(self, scene: Scene, skin: Material, worn: Sequence[Placed] = ()) -> None:
        """Add the head with hair and what is worn on it; some mannequins have none.

        It has a calm face with hints of features.
        """
        person = self.wearer.kind == "person"
        if not person and not worn and self.unit("headless") < 0.4:
            cap = cylinder(0.073, 0.073, 0.012, 0.008).at(0, 0.175, 0.005)
            scene.add(cap, plain((0.45, 0.30, 0.15), "wood"))
            return
        head = Scene()
        with head.owned(0):
            with head.group():
                head.add(ellipsoid(0.114, 0.150, 0.140).at(0, 0.315, 0.0), skin)
                head.add(ellipsoid(0.086, 0.115, 0.092).at(0, 0.215, 0.040), skin, 0.06)
                if person:
                    self._face(head, skin)
            if person:
                self._hair(head, any(thing.covers_hair for thing in worn))
        for thing in worn:
            thing.put(head)
        turn = rotation(yaw=self.vary("head turn", 14), roll=self.vary("head tilt", 4))
        pivot = np.array([0.0, 0.12, 0.0])
        scene.place(head, pivot - turn @ pivot - (0.0, NECK, 0.0), turn, first=1)

    def _face(self, head: Scene, skin: Material) -> None:
        """Hints of nose, eyes, brows, mouth and ears."""
        tone = np.array(skin.colour)
        for side in (-1, 1):
            socket = ellipsoid(0.034, 0.017, 0.03).at(side * 0.044, 0.297, 0.143)
            head.cut(socket, smooth=0.03)
        head.add(capsule((0, 0.29, 0.130), (0, 0.243, 0.150), 0.009, 0.016), skin, 0.02)
        head.add(
            ellipsoid(0.014, 0.036, 0.024).rotate(yaw=-15).at(0.113, 0.265, -0.01).mirror(),
            skin,
            0.01,
        )
        lips = skin.but(colour=tuple(tone * (0.82, 0.62, 0.62)))
        head.paint(ellipsoid(0.030, 0.0085, 0.05).at(0, 0.196, 0.12), lips, 0.002, 0.005)
        dark = skin.but(colour=tuple(tone * 0.62))
        lids = skin.but(colour=tuple(tone * 0.42))
        brow = tube((0.022, 0.322, 0.13), (0.05, 0.332, 0.13), (0.070, 0.320, 0.12), 0.0045)
        head.paint(brow.mirror(), dark, 0.0, 0.004)
        eye = capsule((0.028, 0.291, 0.12), (0.060, 0.292, 0.12), 0.0048)
        head.paint(eye.mirror(), lids, 0.0, 0.004)

    def _hair(self, head: Scene, tight: bool) -> None:
        """Add the hair, close to the head under a hat."""
        style = self.wearer.hair
        if style == "none":
            return
        tone = HAIR_COLOURS[self.wearer.hair_colour]
        hair = Material(
            tone,
            tuple(min(1.35 * v + 0.006, 1.0) for v in tone),
            pattern="striped",
            angle=90.0,
            frequency=80.0,
            roughness=0.5,
            sheen=0.3,
            reflectance=0.05,
            bump=0.35,
            bump_frequency=38.0,
            bump_stretch=0.18,
        )
        extra = {"cropped": 0.006, "curly": 0.030}.get(style, 0.018)
        if tight:
            extra = 0.006
        face = ellipsoid(0.104, 0.150, 0.125).at(self.vary("parting", 0.03), 0.226, 0.135)
        with head.group():
            cap = ellipsoid(0.116 + extra, 0.152 + extra, 0.143 + extra).at(0, 0.316, -0.004)
            head.add(cap.lumps(0.03, 20) if style == "curly" and not tight else cap, hair)
            if style in ("bob", "long"):
                head.add(ellipsoid(0.130, 0.17, 0.125).at(0, 0.245, -0.035), hair, 0.05)
            head.cut(face, smooth=0.02)
            if style in ("cropped", "short", "bun", "ponytail", "curly"):
                neck = ellipsoid(0.3, 0.17, 0.18).at(0, 0.125, 0.075)
                head.cut(neck, smooth=0.02)
        if style == "long":
            sway = self.vary("hair", 0.02)
            for side in (-1, 1):
                lock = tube(
                    (side * 0.108, 0.27, -0.03),
                    (side * 0.150, 0.05, -0.02),
                    (
                        side * 0.135 + sway,
                        -0.24,
                        0.075 if self.unit("hair before") < 0.6 else -0.12,
                    ),
                    0.045,
                    0.028,
                )
                head.add(lock.wrinkle(0.006, 40), hair, 0.03)
            head.add(ellipsoid(0.13, 0.26, 0.055).at(0, 0.03, -0.125), hair, 0.04)
        elif style == "ponytail":
            side = 1 if self.unit("tail") < 0.5 else -1
            tail = tube(
                (0, 0.36, -0.14),
                (side * 0.10, 0.30, -0.25),
                (side * 0.13, -0.08, -0.14),
                0.04,
                0.02,
            )
            head.add(tail, hair, 0.02)
        elif style == "bun" and not tight:
            head.add(sphere(0.062).lumps(0.012, 18).at(0, 0.485, -0.06), hair, 0.02)
        elif style == "curly" and not tight:
            head.add(ellipsoid(0.165, 0.15, 0.15).lumps(0.05, 17).at(0, 0.345, -0.055), hair, 0.03)


def as_grid(like: Grid, values: np.ndarray) -> Grid:
    """Values as a grid that lies where another one does."""
    values = np.ascontiguousarray(values, np.float32)
    values.flags.writeable = False
    key = _digest(hashlib.blake2b(values).digest(), like.x0, like.y0, like.cell)
    return Grid(values, like.x0, like.y0, like.cell, key)


# ----------------------------------------------------------------------------------------- fitting
class Fitting(Tailor):
    """Fits a design's flat pieces to a figure.

    Parameters
    ----------
    scene, look, shape
        As every design gets them.
    figure : Figure
    number : int
        Of the product in the scene (see `Scene.owned`).
    waist : float or None
        The height from which the garment hangs; None: from the shoulders.
    """

    def __init__(
        self,
        scene: Scene,
        look: Look,
        shape: Parameters,
        figure: Figure,
        number: int,
        waist: float | None,
    ) -> None:
        super().__init__(scene, look, shape)
        self.figure, self.number, self.waist = figure, number, waist
        self._scale: np.ndarray | None = None  # of widths, by height in UP
        self._shorter = 1.0
        self._sleeves: list[tuple] = []
        self._late: list[tuple] = []
        self.bottom = 0.0
        self.tucked = False
        self.covered = False
        self.over_shirt = False
        self.sleeved = True
        self._shirt: Piece | None = None

    # ------------------------------------------------------------------- from the flat to the body
    def pulled(self, points: Points) -> np.ndarray:
        """Points of the flat garment where they come to lie on the figure (x and y)."""
        points = np.asarray(points, float)
        x, y = points[:, 0], points[:, 1]
        y = y * self._shorter + (self.waist or 0.0)
        scale = 0.74 if self._scale is None else np.interp(y, UP, self._scale)
        x = x * scale
        if self.waist is not None:  # legs stand apart; a skirt is only a little wider
            below = np.clip((CROTCH + 0.05 - y) / (CROTCH - ANKLE), 0, 1)
            x = x + np.clip(x / 0.012, -1, 1) * self.figure.apart * below
        else:  # the shoulders fall away
            y = y - 0.20 * np.clip(np.abs(x) - 0.08, 0, 0.2) * np.clip(1 + y / 0.3, 0, 1)
        return np.column_stack([x, y])

    def _measure(self, outline: Points) -> None:
        """Find out how the widths of a garment have to grow to go round the figure."""
        points = np.array([p[:2] for p in outline], float)
        lowest = points[:, 1].min()
        room = (self.waist or 0.0) - (self.figure.floor + 0.035)
        self._shorter = min(1.0, room / -lowest)
        y = points[:, 1] * self._shorter + (self.waist or 0.0)
        # The side of the garment, not its neck or the middle of its hem.
        right = points[:, 0] > 0.54 * np.abs(points[:, 0]).max()
        order = np.argsort(y[right])
        width = np.interp(UP, y[right][order], points[right][order, 0])
        gap = 0.012 + 1.2 * self.weight
        base = 0.79 if self.waist is not None else 0.74
        trunk = (UP < -0.2) & (UP > CROTCH + 0.03) & (y.min() < UP) & (y.max() > UP)
        need = np.where(trunk, (self.figure.width + gap) / np.maximum(width, 0.1), 0)
        scale = np.maximum(base, np.minimum(need, 1.15))
        if self.waist is None:  # between the arms a wide garment falls in folds
            between = trunk & (UP > WAIST)
            most = (self.figure.width + 0.065 + self.weight) / np.maximum(width, 0.1)
            scale[between] = np.minimum(scale, np.maximum(most, need))[between]
        if trunk.any():
            first, last = np.flatnonzero(trunk)[[0, -1]]
            scale[:first], scale[last + 1 :] = scale[first], scale[last]
        self._scale = _box_filter(scale[:, None], 8)[:, 0]

    # ----------------------------------------------------------------------------- laying pieces
    def lay_inside(
        self, outline: Points, material: Material, z: float = 0.0, **style: float
    ) -> Piece:
        """Nothing: where it would be seen, the body is; under an open front a plain shirt."""
        wide = max(abs(point[0]) for point in outline) > 0.25
        if material is self.lining and wide and not self.over_shirt:
            self._shirt = self.lay(outline, plain("white", "cotton"), 0.0)
        return Piece(sphere(0.01), material, z)

    def cut(
        self, outline: Points, seams: Sequence[Points] = (), pulls: Points = (), **style: Any
    ) -> Shape:
        """Cut a piece; one that does not lie on another one goes round the figure."""
        if style.get("on") is not None:
            return super().cut(outline, seams, pulls, **style)
        if self._scale is None and not isinstance(outline[0], np.ndarray):
            self._measure(outline)
        curve = self.curve(outline)
        style = {
            **self.style,
            "puff": 0.0,
            "edge": 0.1,
            **{k: v for k, v in style.items() if k not in ("puff", "edge")},
        }
        style["folds"] = min(0.8 * style["folds"], 0.03)
        style["over"] = self._heights(curve, style["folds"])
        return super().cut(
            curve_points(curve), seams, pulls, **{**style, "puff": 0.0, "thickness": 0.004}
        )

    def curve(self, points: Points, closed: bool = True) -> np.ndarray:
        """As a tailor's; what has been brought to the figure already stays there."""
        if isinstance(points, _Fitted):
            return np.asarray(points)
        return super().curve(points, closed)

    def _heights(self, curve: np.ndarray, folds: float) -> tuple[Grid, Grid]:
        """Front and back of a piece that goes round the figure, on the grid of its outline."""
        grid, _, _ = outline_grid(curve)
        x = grid.x0 + grid.cell * np.arange(GRID)
        y = grid.y0 + grid.cell * np.arange(GRID)
        inside = grid.values < 0
        figure, ease = self.figure, 0.008 + self.weight + 0.55 * folds
        front, back = np.zeros((2, GRID, GRID))
        rows = np.flatnonzero(inside.any(1))
        top = rows[-1]
        gap = ~inside[:, np.argmin(np.abs(x))]
        legs = self.waist is not None and y[top] - y[rows[0]] > 0.2
        split = legs & gap & (np.arange(GRID) < top - 0.45 * (top - rows[0]))
        widths = np.array([np.abs(x[r]).max() if r.any() else 0 for r in inside])
        for row in range(top, -1, -1):  # a curved hem does not pinch the garment
            if row < top:
                widths[row] = max(widths[row], widths[row + 1] - 1.0 * grid.cell)
        widths[top:] = widths[top]
        widths = _box_filter(widths[:, None], 3)[:, 0]
        deep = np.interp(y, (CROTCH, HIP, WAIST, CHEST, 0.0), (0.60, 0.60, 0.58, 0.56, 0.5))
        deeper = np.interp(y, (CROTCH, HIP, WAIST, CHEST, 0.0), (0.62, 0.68, 0.56, 0.52, 0.6))
        share = np.clip(np.abs(x)[None, :] / np.maximum(widths, 1e-3)[:, None], 0, 1)
        rise = (1 - share**2.3) ** (1 / 2.3)
        front, back = (deep * widths)[:, None] * rise, -(deeper * widths)[:, None] * rise
        if split.any():
            self._split(x, y, inside, split, front, back)
        front, back = _box_filter(front, 4), _box_filter(back, 4)
        worn = figure.grid(figure.front, x, y), figure.grid(figure.back, x, y)
        front = np.where(worn[0] > 0, np.maximum(front, worn[0] + ease), front)
        back = np.where(worn[1] < 0, np.minimum(back, worn[1] - ease), back)
        # Cloth bridges what is hollow below it.
        front = np.maximum(_box_filter(front, 6), np.where(worn[0] > 0, worn[0] + 0.4 * ease, -1))
        back = np.minimum(_box_filter(back, 6), np.where(worn[1] < 0, worn[1] - 0.4 * ease, 1))
        return as_grid(grid, front), as_grid(grid, back)

    def _split(
        self,
        x: np.ndarray,
        y: np.ndarray,
        inside: np.ndarray,
        split: np.ndarray,
        front: np.ndarray,
        back: np.ndarray,
    ) -> None:
        """Give each leg of trousers its own round section, one foot before the other."""
        for side in (-1, 1):
            mine = inside & (side * x > 0)[None, :]
            middle, half = 0.14, 0.13
            for row in np.flatnonzero(split)[::-1]:
                if mine[row].any():
                    across = x[mine[row]]
                    middle = abs(across.min() + across.max()) / 2
                    half = (across.max() - across.min()) / 2
                part = side * x > 0
                share = np.clip(np.abs(side * x[part] - middle) / max(half, 0.02), 0, 1)
                rise = (1 - share**2.1) ** (1 / 2.1)
                below = np.clip((CROTCH - y[row]) / (CROTCH - ANKLE), 0, 1)
                z = side * self.figure.stride * below
                front[row, part] = 0.98 * half * rise + z
                back[row, part] = -0.98 * half * rise + z

    def lay(
        self,
        outline: Points,
        material: Material,
        z: float = 0.0,
        seams: Sequence[Points] = (),
        pulls: Points = (),
        quilting: float = 0.0,
        **style: Any,
    ) -> Piece:
        """Cut a piece and put it round the figure; a higher z lies further out."""
        piece = super().lay(
            outline,
            material,
            0.0 if style.get("on") is None else z,
            seams,
            pulls,
            quilting,
            **style,
        )
        if style.get("on") is None:
            piece.z = min(max(z, 0.0), 0.02)
            self.bottom = min(self.bottom, float(piece.outline[0, 1]))
            self._wear(piece)
        return piece

    def sleeves(
        self,
        limbs: Sequence[Limb],
        material: Material,
        cuff: Material | None,
        cuff_depth: float,
        on_top: bool,
        **style: float,
    ) -> None:
        """Sleeves around the figure's arms, as long and as wide as the design's."""
        quilting = style.get("quilting", 0.0)
        if self.sleeved:
            for limb, side in zip(limbs, (-1, 1), strict=True):
                self._sleeves.append((limb, side, material, cuff, cuff_depth, quilting))

    def hood(
        self,
        body: Bodice,
        material: Material,
        lining: Material,
        height: float,
        width: float,
        opening: float,
    ) -> None:
        """Add a hood that lies on the shoulders, behind the neck."""
        low = -0.8 * body.scoop
        for side in (-1, 1):
            edge = tube(
                (side * 0.105, 0.045, 0.03),
                (side * 0.085, low * 0.6, 0.14),
                (0, low, 0.15),
                0.026,
                0.016,
            )
            self._late.append((edge.wrinkle(0.004, 20), material, 0.015))
            roll = tube(
                (side * 0.095, 0.0, 0.07),
                (side * 0.215, 0.075, -0.06),
                (0, 0.05, -0.20),
                0.034,
                0.085,
            )
            self._late.append((roll.wrinkle(0.010, 14), material, 0.03))

    # --------------------------------------------------------------------------- putting it all in
    def finish(self) -> None:
        """Put the garment on: its pieces with their sleeves and what is sewn onto them."""
        if self._shirt is not None:
            self.pieces.remove(self._shirt)
            with self.scene.owned(0):  # it is on nobody's list
                self.scene.add(self._shirt.shape, self._shirt.material)
        with self.scene.owned(self.number):
            for i, piece in enumerate(self.pieces):
                with self.scene.group():
                    self.scene.add(piece.shape.at(0, 0, piece.z), piece.material)
                    if i < 2:  # the front, or its two halves
                        self._attach_sleeves(piece)
                    if i == 0:
                        for shape, material, smooth in self._late:
                            self.scene.add(shape, material, smooth)
                    for put, arguments in piece.details:
                        put(*arguments)
                    if self.tucked:
                        self.scene.clip(box(2, 1, 2).at(0, WAIST - 0.2 + 1, 0))
                    if self.covered:
                        self.scene.clip(box(2, 2, 2).at(0, COVERED - 2, 0))

    def _attach_sleeves(self, piece: Piece) -> None:
        """Add to a piece of the trunk the sleeves of its sides."""
        low, high = piece.outline[:, 0]
        for limb, side, *made in list(self._sleeves):
            if (side > 0 and high > 0.1) or (side < 0 and low < -0.1):
                self._sleeve(limb, self.figure.arms[side > 0], *made)
                self._sleeves.remove((limb, side, *made))

    def _sleeve(
        self,
        limb: Limb,
        arm: Arm,
        material: Material,
        cuff: Material | None,
        cuff_depth: float,
        quilting: float,
    ) -> None:
        """One sleeve, from the shoulder to its end, in the open group of the garment."""
        thick = self.figure.thick
        slack = 0.010 + self.weight
        most = 0.084 * thick + 0.7 * self.weight
        top = float(np.clip(0.52 * limb.widths[0], 0.066 * thick + slack, most))
        end = max(0.62 * limb.widths[2], 0.036 * thick + slack)
        reach = min(0.92 * limb.length + 0.03, arm.length + 0.03)
        upper = float(np.linalg.norm(arm.elbow - arm.shoulder))
        start = arm.shoulder + np.array([-np.sign(arm.shoulder[0]) * 0.03, 0.022, 0])
        seam = 0.07
        ribs = (
            (lambda s: s.ribbed(0.008, quilting)) if quilting else (lambda s: s.wrinkle(0.011, 17))
        )
        if reach < upper + 0.03:
            end = max(0.60 * limb.widths[2], 0.058 * thick + slack + 0.012)
            tip = arm.at(min(reach, upper))
            self._cone(start, tip, top, end, material, ribs, seam)
            self._cuff(arm.at(min(reach, upper) - cuff_depth), tip, end, cuff)
            return
        elbow = max(0.6 * limb.widths[1], 0.052 * thick + slack)
        elbow = min(elbow, top)
        self.scene.add(ribs(capsule(start, arm.elbow, top, elbow)), material, seam)
        tip = arm.at(reach)
        end = max(end, (0.049 + (0.034 - 0.049) * (reach - upper) / 0.4) * thick + slack)
        self._cone(arm.elbow, tip, elbow * 0.98, min(end, elbow), material, ribs, 0.05)
        self._cuff(arm.at(reach - cuff_depth), tip, min(end, elbow), cuff)

    def _cone(
        self,
        a: np.ndarray,
        b: np.ndarray,
        ra: float,
        rb: float,
        material: Material,
        ribs: Callable[[Shape], Shape],
        smooth: float,
    ) -> None:
        """Add a tapered tube from a (round) to b (cut off flat)."""
        half = float(np.linalg.norm(np.asarray(b) - a)) / 2
        self.scene.add(ribs(spanning(cylinder(ra, rb, half, 0.008), a, b)), material, smooth)
        self.scene.add(sphere(ra).at(*a), material, smooth)

    def _cuff(self, a: np.ndarray, b: np.ndarray, radius: float, material: Material | None) -> None:
        """Add a band around the end of a sleeve, from a to b."""
        if material is not None:
            half = float(np.linalg.norm(b - a)) / 2
            band = spanning(cylinder(radius * 1.9, radius * 1.9, half + 0.01), a, b)
            self.scene.paint(band, material, 0.006, 0.01)

    def _wear(self, piece: Piece) -> None:
        """Make a piece part of the surface over which the next one is worn."""
        figure = self.figure
        outline, front, back = piece.shape.grids
        (left, low), (right, high) = piece.outline
        if self.covered:
            high = min(high, COVERED)
        columns = slice(*np.searchsorted(ACROSS, (left, right)))
        rows = slice(*np.searchsorted(UP, (low, max(low, high))))
        points = ACROSS[columns][None, :], UP[rows][:, None]
        inside = outline(*points) < 0
        for surface, grid, further in (
            (figure.front, front, np.maximum),
            (figure.back, back, np.minimum),
        ):
            part = surface[rows, columns]
            part[inside] = further(part, grid(*points) + max(piece.z, 0))[inside]
        reach = np.where(inside, np.abs(points[0]), 0).max(1, initial=0)
        figure.width[rows] = np.maximum(figure.width[rows], reach)


class _Fitted(np.ndarray):
    """Points that lie on the figure already."""


def curve_points(points: np.ndarray) -> np.ndarray:
    """Mark points as lying on the figure already."""
    return points.view(_Fitted)


# ---------------------------------------------------------------------------------------- dressing
_LOOK_OF = {"scarf": ("worn",), "watch": ("standing",), "beanie": ("standing",)}


def _thing(product: Product, **fixed: float) -> tuple[Scene, Parameters]:
    """Return a product's scene as it is worn, and its parameters, some of them fixed."""
    made = design_of(product)
    poses = _LOOK_OF.get(product.category, made.poses)
    shape = Parameters(product.shape, {**product.parameters, **fixed}, poses)
    scene = Scene()
    made.build(scene, Look(product, shape), shape)
    return scene, shape


class Dressing:
    """Puts a whole outfit on a figure, from the skin outwards.

    Parameters
    ----------
    worn : Worn

    Attributes
    ----------
    scene : Scene
    figure : Figure
    bottoms : dict of str to float
        How far down the garment on each part of the body reaches.
    """

    def __init__(self, worn: Worn) -> None:
        self.worn, self.scene, self.figure = worn, Scene(), Figure(worn.wearer)
        self.skin = self.figure.skin()
        self.bottoms: dict[str, float] = {}
        self.numbered = {
            part: (number, product)
            for number, product in enumerate(worn.products, start=1)
            for part in parts_of(product.category)
        }
        shoes = self.numbered.get("foot")
        if shoes and shoes[1].category == "high-heeled shoe":
            self.figure.heel = HEEL
        low, high = _EDGES[worn.crop]
        self.low, self.high = (self.figure.floor - 0.12 if low is None else low), high
        self.arms_seen = worn.crop != "feet"

    def seen(self, low: float, high: float) -> bool:
        """Whether any of a range of heights is in the picture."""
        return low < self.high + 0.25 and high > self.low - 0.25

    def dress(self) -> Scene:
        """Draw everything that the crop shows."""
        short = self._category("upper") in ("t-shirt", "shirt", "long-sleeved top")
        shown = self.worn.product.category in (*BOTTOMS, "belt")
        tucked = short and "outer" not in self.numbered and self.figure.unit("tucked") < 0.3
        tucked = tucked or (short and shown)
        tucked = tucked or "belt" in self.numbered
        order = ("upper", "lower", "outer") if tucked else ("lower", "upper", "outer")
        if self._category("upper") == "dress":
            order = ("upper", "outer")
        for part in order:
            if part in self.numbered and self._needed(part):
                self._garment(part, tucked)
        with self.scene.owned(0):
            self._body()
        self._accessories()
        return self.scene

    def _category(self, part: str) -> str | None:
        return self.numbered[part][1].category if part in self.numbered else None

    def _needed(self, part: str) -> bool:
        """Whether a garment can be seen, or shapes what can be seen."""
        low, high = {"upper": (-1.2, 0.1), "outer": (-1.9, 0.1), "lower": (SOLE, WAIST)}[part]
        return self.seen(low, high) or part == "upper" and self._category("upper") == "dress"

    def _garment(self, part: str, tucked: bool) -> None:
        number, product = self.numbered[part]
        made = design_of(product)
        shape = Parameters(product.shape, product.parameters, ("worn",))
        waist = WAIST + 0.02 if product.category in BOTTOMS else None
        fitting = Fitting(self.scene, Look(product, shape), shape, self.figure, number, waist)
        fitting.tucked = tucked and part == "upper"
        fitting.covered = part == "lower" and not tucked and "upper" in self.numbered
        fitting.sleeved = part != "upper" or "outer" not in self.numbered  # or they are hidden
        fitting.over_shirt = part == "outer" and "upper" in self.bottoms
        made.tailor(fitting)
        fitting.write()
        fitting.finish()
        self.bottoms[part] = fitting.bottom

    def _body(self) -> None:
        """Add the parts of the body that clothes leave free."""
        figure, scene = self.figure, self.scene
        covered = {"upper", "outer"} & set(self.bottoms)
        if self.seen(WAIST, TOP_OF_HEAD):
            figure.draw_trunk(scene, self.skin, WAIST - 0.1 if covered else CROTCH + 0.02)
        if self.arms_seen and self.seen(-1.1, 0):
            figure.draw_arms(scene, self.skin)
        hem = min([self.bottoms.get("lower", 0.0), self.bottoms.get("upper", 0.0)])
        hem = min(hem, CROTCH + 0.1)
        if self.seen(SOLE, hem):
            long = self._category("lower") in ("trousers", "jeans")
            figure.draw_legs(scene, self.skin, hem + (0.05 if long else 0.2))

    def _accessories(self) -> None:
        figure = self.figure
        head = [part for part in ("head", "sunglasses") if part in self.numbered]
        if self.seen(CHIN, TOP_OF_HEAD):
            with self.scene.owned(0):
                figure.draw_head(
                    self.scene, self.skin, [self._on_head(*self.numbered[part]) for part in head]
                )
        if "foot" in self.numbered and self.seen(SOLE, ANKLE):
            self._shoes(*self.numbered["foot"])
        for part, put in (
            ("scarf", self._scarf),
            ("belt", self._belt),
            ("handbag", self._handbag),
            ("backpack", self._backpack),
            ("watch", self._watch),
        ):
            if part in self.numbered:
                put(*self.numbered[part])

    def _on_head(self, number: int, product: Product) -> Placed:
        """Return a hat, cap or beanie on the head, or sunglasses on the nose."""
        thing, shape = _thing(product)
        if product.category == "sunglasses":
            box = thing.table().box
            size = 0.121 / max(box[3], -box[0])
            return Placed(thing, number, (0, 0.292, 0.153), np.eye(3), size)
        person = self.worn.wearer.kind == "person"
        room = 1.06 if person and self.worn.wearer.hair != "none" else 1.0
        tilt = rotation(pitch=-7.0 + figure_tilt(self.figure), roll=self.figure.vary("hat", 4))
        if product.category == "beanie":
            size = np.array([0.315, 0.36, 0.43]) * room
            return Placed(thing, number, (0, 0.325, -0.012), tilt, size, True)
        if product.category == "cap":
            tilt = rotation(pitch=3.0 + figure_tilt(self.figure))
            size = np.array([0.325, 0.36, 0.355]) * room
            return Placed(thing, number, (0, 0.348, -0.005), tilt, size, True)
        size = np.array([0.345, 0.36, 0.37]) * room
        return Placed(thing, number, (0, 0.372, -0.005), tilt, size, True)

    def _shoes(self, number: int, product: Product) -> None:
        """Both shoes, on the floor under the ankles."""
        figure, floor = self.figure, self.figure.floor
        thing, _ = _thing(product, count=0)
        for side in (-1, 1):
            ankle = figure.leg(side)[2]
            turn = rotation(yaw=-90.0 + side * (7 + figure.vary("toes", 4)))
            size = np.array([0.262, 0.262, 0.262 * side])
            forward = turn @ np.array([0.46 * 0.262, 0, 0])
            at = (ankle[0] + forward[0], floor, ankle[2] + forward[2])
            Placed(thing, number, at, turn, size).put(self.scene)

    def _scarf(self, number: int, product: Product) -> None:
        thing, _ = _thing(product)
        chest = float(self.figure.front[np.searchsorted(UP, -0.3), len(ACROSS) // 2])
        deep = max(0.46, (chest + 0.035) / 0.33)
        Placed(thing, number, (0, 0.045, -0.01), np.eye(3), (0.43, 0.43, deep)).put(self.scene)

    def _belt(self, number: int, product: Product) -> None:
        thing, shape = _thing(product)
        y, middle = WAIST - 0.012, len(ACROSS) // 2
        row = np.searchsorted(UP, y)
        front, back = self.figure.front[row, middle], self.figure.back[row, middle]
        wide = (self.figure.width[row] + 0.030) / shape.drawn["girth"].value
        deep = ((front - back) / 2 + 0.028) / shape.drawn["depth"].value
        at = (0, y - 0.3 * shape.drawn["width"].value, (front + back) / 2)
        Placed(thing, number, at, np.eye(3), (wide, 0.3, deep)).put(self.scene)

    def _handbag(self, number: int, product: Product) -> None:
        thing, _ = _thing(product)
        box = thing.table().box
        size = 0.52 / max(box[3] - box[0], 0.8 * (box[4] - box[1]))
        arms = self.figure.arms
        arm = min(arms, key=lambda a: a.wrist[1])
        side = np.sign(arm.shoulder[0])
        hand = arm.wrist + np.array([0.02 * side, -0.135, 0.02])
        at = hand + np.array([0.07 * side, 0.02 - size * box[4], 0.02])
        Placed(thing, number, at, rotation(yaw=22.0 * side), size).put(self.scene)

    def _backpack(self, number: int, product: Product) -> None:
        thing, _ = _thing(product)
        box = thing.table().box
        size = 0.62 / (box[4] - box[1])
        back = float(self.figure.back[np.searchsorted(UP, -0.3), len(ACROSS) // 2])
        at = (0, 0.0 - size * box[4], back + size * box[2] - 0.005)
        Placed(thing, number, at, rotation(yaw=180.0), size).put(self.scene)

    def _watch(self, number: int, product: Product) -> None:
        thing, shape = _thing(product)
        arm = max(self.figure.arms, key=lambda a: a.wrist[1])
        along = (arm.wrist - arm.elbow) / np.linalg.norm(arm.wrist - arm.elbow)
        out = np.array([0.15 * np.sign(arm.shoulder[0]), 0.25, 1.0])
        out -= along * (out @ along)
        out /= np.linalg.norm(out)
        turn = np.column_stack([along, np.cross(out, along), out])
        deep, tall = (shape.drawn[name].value for name in ("loop_depth", "loop_height"))
        wrist = 0.038 * self.figure.thick + 0.006
        size = np.array([0.115, wrist / (tall - 0.045), wrist / (deep - 0.045)])
        size[0] = size[1:].mean()
        at = arm.at(arm.length - 0.045) + turn @ (size * (0, 0, deep - 0.03))
        Placed(thing, number, at, turn, size).put(self.scene)


def figure_tilt(figure: Figure) -> float:
    """Return a few degrees by which a hat is worn further forward or back."""
    return figure.vary("hat tilt", 4)


_EDGES: dict[str, tuple[float | None, float]] = {  # of the picture; None: below the floor
    "whole figure": (None, 0.56),
    "headless": (None, 0.13),
    "upper body": (-1.12, 0.56),
    "torso": (-1.12, 0.15),
    "lower body": (None, -0.50),
    "hips": (-1.62, -0.38),
    "portrait": (-0.30, 0.58),
    "feet": (None, -1.58),
    "wrist": (-0.62, -0.22),
}
FRAMED = 0.86  # of the picture at zoom 1 is taken by the box that it shows


@assemble.register(Worn)
def _(worn: Worn) -> Built:
    dressing = Dressing(worn)
    scene = dressing.dress()
    table = scene.table()
    low, high = dressing.low, dressing.high
    middle, half = np.array([0.0, (low + high) / 2, 0.05]), (high - low) / 2 * FRAMED
    if worn.product.category == "handbag" and worn.crop == "hips":
        middle[0] = 0.55 * min(dressing.figure.arms, key=lambda a: a.wrist[1]).wrist[0]
    if worn.crop == "wrist":
        arm = max(dressing.figure.arms, key=lambda a: a.wrist[1])
        middle = arm.at(arm.length - 0.06)
    box = np.concatenate([middle - (0.1, half, 0.1), middle + (0.1, half, 0.1)])
    on_floor = _EDGES[worn.crop][0] is None
    behind = worn.product.category == "backpack"
    yaw = ((152.0, 208.0),) if behind else ((-28.0, 28.0),)
    if worn.product.category == "cap":  # from the front its peak is hardly seen
        yaw = ((-60.0, -20.0), (20.0, 60.0))
    return Built(
        scene, table, "standing" if on_floor else "worn", (), yaw, ((-3.0, 9.0),), box, (0.98, 1.22)
    )
