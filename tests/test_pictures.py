"""Every kind of picture becomes the RGB picture that a person would see."""

import array as arrays
import io
import os
import socket
import struct
import subprocess
import zlib
from collections import deque
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from PIL import Image, PngImagePlugin

from clipkit import pictures
from clipkit.notes import ClipWarning
from clipkit.pictures import (
    PictureError,
    getters,
    is_one_picture,
    open_picture,
    open_pictures,
    problem_with,
    window,
)
from clipkit.pixels import Pixels

RED, GREEN = (200, 40, 30), (20, 160, 60)


@pytest.fixture
def picture():
    """RGB, 12 wide and 8 high: red, with green in the upper left corner."""
    image = Image.new("RGB", (12, 8), RED)
    image.paste(GREEN, (0, 0, 6, 4))
    return image


def array(picture, **how):
    return np.asarray(open_picture(picture, **how)).astype(int)


def saved(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("mode", "tolerance"),
    [("RGB", 0), ("RGBA", 0), ("RGBX", 0), ("RGBa", 0), ("CMYK", 0), ("YCbCr", 3), ("HSV", 8)],
)
def test_colour_modes_keep_their_colours(picture, mode, tolerance):
    source = picture.convert("RGBA").convert(mode) if mode == "RGBa" else picture.convert(mode)
    assert abs(array(source) - np.asarray(picture).astype(int)).max() <= tolerance


def test_lab_keeps_its_colours(picture):
    from PIL import ImageCms

    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    source = ImageCms.profileToProfile(picture, srgb, lab, outputMode="LAB")
    assert abs(array(source) - np.asarray(picture).astype(int)).max() <= 8  # 8-bit LAB is coarse


@pytest.mark.parametrize("mode", ["1", "L", "LA", "La", "I", "F", "P", "PA"])
def test_grey_modes_show_black_and_white(mode):
    grey = Image.new("L", (6, 4), 255)
    grey.paste(0, (0, 0, 3, 4))
    source = grey.convert("LA").convert("La") if mode == "La" else grey.convert(mode)
    result = array(source)
    assert result.shape == (4, 6, 3)
    assert (result[:, :3] == 0).all()
    assert (result[:, 3:] == 255).all()


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I;16L"])
def test_sixteen_bits_are_scaled_not_cut_off(mode):
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(2, 0)
    stored = ramp.astype(">u2") if mode == "I;16B" else ramp
    source = Image.frombytes(mode, (64, 2), stored.tobytes())
    assert abs(array(source)[0, :, 0] - np.linspace(0, 255, 64)).max() <= 1


def test_sixteen_bit_png_file(tmp_path):
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(2, 0)
    Image.fromarray(ramp).save(tmp_path / "film.png")
    assert abs(array(tmp_path / "film.png")[0, :, 0] - np.linspace(0, 255, 64)).max() <= 1


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_transparency_is_laid_onto_white(mode):
    source = Image.new("RGBA", (3, 1), (0, 0, 0, 255))
    source.putpixel((1, 0), (0, 0, 0, 0))
    if mode != "PA":  # a palette with alpha knows only what PIL's conversion leaves
        source.putpixel((2, 0), (0, 0, 0, 128))
    source = source.convert(mode)
    result = array(source)[0, :, 0]
    assert result[0] == 0
    assert result[1] == 255
    if mode != "PA":
        assert abs(result[2] - 127) <= 1


@pytest.mark.parametrize("mode", ["P", "L", "RGB"])
def test_transparent_colour_of_a_png_is_white(mode):
    source = Image.new("RGB", (2, 1), (0, 0, 0))
    source.putpixel((1, 0), (255, 0, 0))
    source = source.convert(mode)
    clear = (0, 0, 0) if mode == "RGB" else source.getpixel((0, 0))
    data = saved(source, "PNG", transparency=clear)
    assert array(data)[0, 0].tolist() == [255, 255, 255]
    assert array(data)[0, 1].tolist() != [255, 255, 255]


# What a viewer does for each EXIF orientation, in numpy (EXIF 2.3, tag 0x0112).
UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("opened", [False, True])
def test_exif_rotation_is_applied(picture, orientation, opened, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.save(tmp_path / "turned.png", exif=exif)
    source = Image.open(tmp_path / "turned.png") if opened else tmp_path / "turned.png"
    assert (array(source) == UPRIGHT[orientation](np.asarray(picture))).all()


def test_animation_gives_its_first_frame(tmp_path):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=50)
    assert array(tmp_path / "a.gif")[0, 0].tolist() == [255, 0, 0]


def test_the_callers_image_is_left_as_it_was(picture):
    source = picture.convert("RGBA")
    before = source.tobytes(), source.mode, source.size
    open_picture(source)
    assert (source.tobytes(), source.mode, source.size) == before


@pytest.mark.parametrize("kind", ["path", "string", "bytes", "stored bytes", "stored path"])
def test_sources_of_an_encoded_picture(picture, kind, tmp_path):
    path, data = tmp_path / "a.png", saved(picture, "PNG")
    path.write_bytes(data)
    source = {
        "path": path,
        "string": str(path),
        "bytes": data,
        "stored bytes": {"bytes": data, "path": None},
        "stored path": {"bytes": None, "path": str(path)},
    }[kind]
    assert (array(source) == np.asarray(picture)).all()


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a,
        lambda a: a / 255,
        lambda a: (a / 255).astype(np.float16),
        lambda a: a.astype(np.uint16) * 257,
        lambda a: a.astype(np.int64),
        lambda a: np.dstack([a, np.full(a.shape[:2], 255, np.uint8)]),
        lambda a: a[:, ::-1].copy()[:, ::-1],
        lambda a: torch.from_numpy(a).permute(2, 0, 1),
        lambda a: torch.from_numpy(a / 255).permute(2, 0, 1).requires_grad_(),
        lambda a: torch.from_numpy(a / 255).bfloat16().permute(2, 0, 1),
    ],
)
def test_arrays_and_tensors(picture, change):
    values = np.array(picture)
    assert abs(array(change(values)) - values).max() <= 1


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1)])
def test_grey_arrays(shape):
    assert (array(np.full(shape, 0.2, np.float32)) == 51).all()
    assert (array(np.ones(shape, bool)) == 255).all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (np.zeros((3, 20, 20)), "moveaxis"),
        (torch.zeros(20, 20, 3), "permute"),
        (np.zeros((20, 20, 2)), "shape (20, 20, 2)"),
        (np.zeros(20), "shape (20,)"),
        (np.zeros((0, 20, 3)), "no pixels"),
        (np.full((4, 4, 3), 255.0), "0 to 1"),
        (torch.randn(3, 8, 8), "not the output of a processor"),
        (np.full((4, 4), np.nan), "0 to 1"),
        (np.full((4, 4), -3), "-3"),
        (np.array([["a", "b"]]), "numbers"),
        (np.array([[1j, 2j]]), "numbers"),
        (7, "is a int"),
        ("https://example.org/mug.jpg", "web address"),
        ("nowhere/mug.jpg", "there is no such file"),
        (b"not a picture", "not a picture in a format"),
    ],
)
def test_what_cannot_be_a_picture_gets_one_sentence(wrong, said):
    with pytest.raises(PictureError) as caught:
        open_picture(wrong, "picture number 5")
    message = str(caught.value)
    assert said in message
    assert message.startswith("picture number 5")
    assert "\n" not in message


def test_damaged_files_are_named(picture, tmp_path):
    data = saved(picture.resize((300, 300)), "JPEG")
    for name, content in [("cut.jpg", data[: len(data) // 2]), ("empty.png", b"")]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(PictureError, match=f"picture number 2.*{name}.*cannot be read"):
            open_picture(tmp_path / name, "picture number 2")
        if content:
            with pytest.raises(PictureError, match=name):
                open_picture(Image.open(tmp_path / name))
    with pytest.raises(PictureError, match="from_folder"):
        open_picture(tmp_path)


def test_many_pictures_and_single_ones(picture):
    def shown(pictures):
        return [np.asarray(get()).tolist() for get in getters(pictures)]

    one, values = np.asarray(picture).tolist(), np.asarray(picture)
    assert shown(picture) == [one]
    assert shown(values) == [one]
    assert shown([picture, values]) == [one, one]
    assert shown((picture,)) == [one]
    assert shown(np.stack([values] * 3)) == [one] * 3
    assert shown(torch.from_numpy(np.stack([values] * 2)).permute(0, 3, 1, 2)) == [one] * 2
    assert shown(picture for _ in range(2)) == [one] * 2
    assert shown([]) == []
    for wrong in (5, None, {picture.tobytes()}):
        with pytest.raises(PictureError, match="should be a picture"):
            list(getters(wrong))


def test_a_generator_is_taken_step_by_step(picture):
    taken = []

    def endless():
        while True:
            taken.append(len(taken))
            yield picture

    stream = getters(endless())
    next(stream), next(stream)
    assert taken == [0, 1]


def test_a_datasets_column_is_decoded_row_by_row(picture, monkeypatch):
    import datasets

    rows = [{"bytes": saved(picture, "PNG"), "path": None} for _ in range(5)]
    rows[3] = {"bytes": b"broken", "path": None}
    features = datasets.Features({"image": datasets.Image()})
    dataset = datasets.Dataset.from_dict({"image": rows}, features=features)
    undecoded = dataset.cast_column("image", datasets.Image(decode=False))

    opened = []
    real = Image.open
    monkeypatch.setattr(Image, "open", lambda *a, **k: opened.append(1) or real(*a, **k))
    for column in (dataset["image"], undecoded["image"]):
        opened.clear()
        stream = list(getters(column))
        assert not opened
        assert (np.asarray(stream[4]()) == np.asarray(picture)).all()
        assert len(opened) == 1
        with pytest.raises(PictureError, match="picture number 3"):
            stream[3]()
    with pytest.raises(PictureError, match=r'dataset\["image"\]'):
        list(getters(dataset))


def test_one_lazily_opened_image_shared_by_threads(picture, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    noise = np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    for _ in range(5):
        lazy = Image.open(tmp_path / "noise.png")
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(open_picture, [lazy] * 8))
        assert all((np.asarray(result) == noise).all() for result in results)


# ------------------------------------------------------------------------ files that are not whole
def exif_with_a_mistyped_tag(orientation):
    """EXIF that PIL reads, but cannot write again: an exposure time that is a text."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = bytearray(exif.tobytes())
    assert data[:6] == b"Exif\0\0"
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">H", 2)
    tiff += struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff += struct.pack(">HHI4s", 0x9004, 5, 1, b"abcd") + b"\0\0\0\0"  # a rational nowhere
    return b"Exif\0\0" + tiff


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_mistyped_exif_tag_does_not_lose_the_picture(picture, orientation):
    data = saved(picture.resize((120, 80), 0), "JPEG", quality=95, subsampling=0,
                 exif=exif_with_a_mistyped_tag(orientation))  # fmt: skip
    plain = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert (array(data) == UPRIGHT[orientation](plain)).all()


def test_exif_that_cannot_be_read_at_all_is_passed_over(picture):
    for exif in (b"Exif\0\0" + b"\xff" * 40, b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0"):
        assert open_picture(saved(picture, "JPEG", exif=exif)).size == picture.size


def test_exif_that_fails_to_be_read_does_not_lose_the_picture(picture, monkeypatch):
    for error in (SyntaxError("not a TIFF"), struct.error(), ValueError(), UnicodeDecodeError):
        if error is UnicodeDecodeError:
            error = UnicodeDecodeError("utf-8", b"x", 0, 1, "y")

        def fail(*_, error=error):
            raise error

        monkeypatch.setattr(Image.Image, "getexif", fail)
        assert (array(picture) == np.asarray(picture)).all()


def test_the_exif_of_the_callers_picture_stays(picture, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "turned.jpg", exif=exif)
    source = Image.open(tmp_path / "turned.jpg")
    open_picture(source)
    assert source.getexif()[0x0112] == 6 and source.size == picture.size


def test_whatever_a_decoder_raises_becomes_the_named_error(picture, tmp_path, monkeypatch):
    picture.save(tmp_path / "a.png")
    for error in (KeyError("x"), struct.error("y"), RecursionError(), MemoryError(), IndexError()):

        def fail(*_, error=error):
            raise error

        monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", fail)
        with pytest.raises(
            PictureError, match=r'picture number 4 \(".*a\.png"\) cannot be read: .'
        ):
            open_picture(tmp_path / "a.png", "picture number 4")
        assert problem_with(saved(picture, "GIF")) is None


def test_an_interrupt_is_no_damaged_picture(picture, monkeypatch):
    def interrupted(self):
        raise KeyboardInterrupt

    data = saved(picture, "PNG")
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", interrupted)
    with pytest.raises(KeyboardInterrupt):
        open_picture(data)


def chunk(kind, content):
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


PNG = b"\x89PNG\r\n\x1a\n"
HEADER = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 3, 0, 0, 0))
PIXELS_OF_PNG = chunk(b"IDAT", zlib.compress(b"\0\0\0\0\0" * 4)) + chunk(b"IEND", b"")


def test_odd_pngs_are_read_or_refused_by_name(picture):
    text = PngImagePlugin.PngInfo()
    text.add_text("notes", "x" * 2_000_000, zip=True)
    odd = {
        "text of 2 MB": saved(picture, "PNG", pnginfo=text),
        "short IHDR": PNG + chunk(b"IHDR", b"\0\0\0\4") + PIXELS_OF_PNG,
        "palette of 300": PNG + HEADER + chunk(b"PLTE", b"abc" * 300) + PIXELS_OF_PNG,
        "no palette": PNG + HEADER + PIXELS_OF_PNG,
        "width 0": PNG
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 0, 4, 8, 2, 0, 0, 0))
        + PIXELS_OF_PNG,
        "nothing": PNG,
    }
    for name, data in odd.items():
        try:
            assert open_picture(data, name).mode == "RGB"
        except PictureError as error:
            assert str(error).startswith(name) and "\n" not in str(error)
    for name in ("text of 2 MB", "short IHDR", "width 0", "nothing"):
        with pytest.raises(PictureError):
            open_picture(odd[name])


def test_a_damaged_avif_is_named(picture, tmp_path):
    data = bytearray(saved(picture.resize((64, 64)), "AVIF"))
    for start in range(0, len(data), 7):
        (tmp_path / "odd.avif").write_bytes(data[:start] + data[start + 40 :])
        try:
            open_picture(tmp_path / "odd.avif")
        except PictureError as error:
            assert "odd.avif" in str(error)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n", "EPS"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<!DOCTYPE html><html>not found</html>", "web page"),
        (b'\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "pillow-heif"),
        (b"\xff\x0a\xfa\x1f", "JPEG XL"),
        (bytes(128) + b"DICM", "pydicom"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b"8BPS" + bytes(30), "in a format that is opened here"),
        (b"#define a_width 2\n", "in a format that is opened here"),
        (b"", "empty"),
    ],
)
def test_only_pictures_are_opened_whatever_their_ending(content, said, tmp_path, monkeypatch):
    def started(*_, **__):
        raise AssertionError("another program was started")

    monkeypatch.setattr(subprocess, "Popen", started)
    monkeypatch.setattr(os, "system", started)
    (tmp_path / "mug.jpg").write_bytes(content)
    with pytest.raises(PictureError, match=said) as caught:
        open_picture(tmp_path / "mug.jpg")
    assert "mug.jpg" in str(caught.value)
    assert said in problem_with(tmp_path / "mug.jpg")


def test_a_picture_of_a_foreign_format_that_somebody_opened_is_not_loaded(tmp_path, monkeypatch):
    (tmp_path / "a.eps").write_bytes(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    )
    opened = Image.open(tmp_path / "a.eps")
    monkeypatch.setattr(type(opened), "load", lambda *_, **__: pytest.fail("it was loaded"))
    with pytest.raises(PictureError, match="a.eps.*EPS"):
        open_picture(opened)


def test_pipes_sockets_and_devices_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s.jpg"))
        for odd in (tmp_path / "pipe.jpg", tmp_path / "s.jpg", Path("/dev/zero")):
            with pytest.raises(PictureError, match=f"{odd.name}.*is a pipe, a socket or a device"):
                open_picture(odd)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, pytest.raises(PictureError, match="rewound"):
        open_picture(stream)
    os.close(writing)
    os.symlink(tmp_path / "loop.jpg", tmp_path / "loop.jpg")
    with pytest.raises(PictureError, match="loop.jpg"):
        open_picture(tmp_path / "loop.jpg")


def test_a_file_that_is_far_too_long_is_not_read(picture, tmp_path):
    (tmp_path / "a.jpg").write_bytes(saved(picture, "JPEG")[:300])
    os.truncate(tmp_path / "a.jpg", 2**33)
    with pytest.raises(PictureError, match="a.jpg.* has 8,589 MB, but a picture has at most 500"):
        open_picture(tmp_path / "a.jpg")


def test_names_that_cannot_be_printed(picture, tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.png"
    with open(name, "wb") as file:
        file.write(saved(picture, "PNG"))
    assert open_picture(os.fsdecode(name)).size == picture.size
    for odd in (name + b".gone", b"two\nlines.png", b"\x1b[31m.png", b"a\0b"):
        with pytest.raises(PictureError) as caught:
            open_picture(os.fsdecode(odd))
        str(caught.value).encode("utf-8")
        assert str(caught.value).isprintable()
    with pytest.raises(PictureError) as caught:
        open_picture("x" * 100_000)
    assert len(str(caught.value)) < 600


# --------------------------------------------------------------------------------- sizes and ranges
def test_a_picture_without_pixels_or_with_too_many_is_refused_by_name():
    strip = saved(Image.new("1", (1, 70_000)), "PNG")
    huge = saved(Image.new("1", (8000, 8000)), "PNG")
    wide = Image.new("L", (0, 5))
    for odd, said in ((strip, "1 x 70000"), (huge, "8000 x 8000"), (wide, "0 x 5")):
        with pytest.raises(PictureError, match=f"picture number 3 .*{said}"):
            open_picture(odd, "picture number 3")
    with pytest.raises(PictureError, match="100000 x 100000"):  # before any of it is copied
        open_picture(np.broadcast_to(np.uint8(3), (100_000, 100_000)))
    enormous = PNG + chunk(b"IHDR", struct.pack(">IIBBBBB", 2**30, 2**30, 8, 2, 0, 0, 0))
    with pytest.raises(PictureError, match="scale it down"):
        open_picture(enormous + PIXELS_OF_PNG)


def test_a_large_jpeg_is_read_at_half_its_size():
    data = saved(Image.new("L", (8000, 8000), 77), "JPEG")
    assert open_picture(data).size == (4000, 4000)
    assert open_picture(data).getpixel((9, 9)) == (77, 77, 77)


@pytest.mark.parametrize("size", [(1, 65_000), (65_000, 1), (3, 900)])
def test_of_a_strip_only_the_middle_is_resized(size, monkeypatch):
    from transformers import CLIPImageProcessorPil

    pixels = Pixels(CLIPImageProcessorPil(do_normalize=True))
    strip = Image.new("RGB", size, RED)
    strip.paste(GREEN, (0, 0, *(side // 2 if side > 3 else side for side in size)))
    resized, real = [], Image.Image.resize
    monkeypatch.setattr(
        Image.Image,
        "resize",
        lambda self, size, *a, **k: resized.append(size) or real(self, size, *a, **k),
    )
    values = pixels([strip])[0].numpy().transpose(1, 2, 0)
    assert max(resized[0]) <= 224 * 100
    values = values if size[1] > size[0] else values.transpose(1, 0, 2)
    colours = values * [0.26862954, 0.26130258, 0.27577711] + [0.48145466, 0.4578275, 0.40821073]
    assert abs(colours[:8] * 255 - GREEN).max() < 25 and abs(colours[-8:] * 255 - RED).max() < 25


def test_bands_are_converted_as_the_whole(monkeypatch):
    noise = np.random.default_rng(0).integers(0, 255, (37, 23, 4), np.uint8)
    sources = [
        Image.fromarray(noise).convert(mode) for mode in ("RGBA", "CMYK", "P", "LA", "YCbCr")
    ]
    sources += [
        Image.fromarray(noise[:, :, 0].astype(np.uint16) * 257),
        Image.fromarray(noise[:, :, 0].astype(np.float32)),
        Image.fromarray(noise[:, :, 0].astype(np.int32) * 200),
    ]
    whole = [array(source) for source in sources]
    monkeypatch.setattr(pictures, "_BAND", 50)
    for source, expected in zip(sources, whole, strict=True):
        assert (array(source) == expected).all(), source.mode


FILM = np.linspace(0, 4095, 600).reshape(20, 30).astype(np.uint16)


@pytest.mark.parametrize(
    "film",
    [
        lambda: FILM,
        lambda: FILM.astype(np.int32),
        lambda: Image.fromarray(FILM),
        lambda: saved(Image.fromarray(FILM), "PNG"),
        lambda: saved(Image.fromarray(FILM), "TIFF"),
        lambda: FILM * 4 - 1 * (FILM > 0),  # 14 bits
    ],
)
def test_a_film_of_twelve_bits_in_sixteen_is_warned_of(film):
    with pytest.warns(ClipWarning, match=r"nearly black; .*clipkit\.pictures\.window"):
        open_picture(film())


def test_values_over_their_range_are_not_warned_of(recwarn):
    open_picture(np.arange(0, 65536, 7, np.uint16)[None])
    open_picture(np.full((3, 3), 2**14, np.uint16))
    open_picture(np.zeros((3, 3), np.uint16))
    open_picture(np.arange(256)[None])
    assert not recwarn.list


def test_a_window_brings_a_measurement_to_the_range_of_a_picture():
    assert window(FILM).min() == 0 and window(FILM).max() == 255
    expected = ((FILM.clip(1000, 3000) - 1000.0) / 2000 * 255).round()
    assert (window(FILM, 1000, 3000) == expected).all()
    assert window([[np.nan, -np.inf, 1.0, 3.0, np.inf]]).tolist() == [[0, 0, 0, 255, 255]]
    assert open_picture(window(FILM)).getpixel((29, 19)) == (255, 255, 255)
    for wrong, said in (((FILM, 5, 5), "low is 5"), (([[7, 7]],), "low"), ((["a"],), "numbers")):
        with pytest.raises(PictureError, match=said):
            window(*wrong)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_floats_may_pass_one_by_a_rounding_error(kind):
    values = np.linspace(-1e-3, 1 + 8e-3, 50).astype(kind)[None]
    result = array(values)[0, :, 0]
    assert result[0] == 0 and result[-1] == 255 and (np.diff(result) >= 0).all()
    with pytest.raises(PictureError, match="0 to 1"):
        open_picture(values * 1.05)


@pytest.mark.parametrize("low, high", [(-1000, 2000), (0, 4095), (np.nan, 1), (0, np.inf)])
def test_numbers_beyond_a_pictures_range_are_refused_with_the_files_name(low, high, tmp_path):
    values = np.zeros((4, 4), np.float32)
    values[0, :2] = low, high
    Image.fromarray(values).save(tmp_path / "scan.tif")
    with pytest.raises(
        PictureError, match=r"picture number 8.*scan\.tif.*clipkit\.pictures\.window"
    ):
        open_picture(tmp_path / "scan.tif", "picture number 8")


# ------------------------------------------------------------------------ what hands pictures over
def several(n=3):
    return [Image.new("RGB", (5, 4), (40 * i, 9, 9)) for i in range(n)]


def reds(many):
    return [picture.getpixel((0, 0))[0] for picture in open_pictures(many)]


@pytest.mark.parametrize(
    "carrier",
    [
        list,
        tuple,
        deque,
        iter,
        lambda p: pd.Series(p, index=[2, 0, 1]),
        lambda p: pd.Series([saved(x, "PNG") for x in p], index=list("cab")),
        lambda p: pd.DataFrame({"x": p}, index=[7, 7, 7])["x"],
        lambda p: dict(enumerate(p)).values(),
        lambda p: np.stack([np.asarray(x) for x in p]),
        lambda p: [torch.from_numpy(np.array(x)).permute(2, 0, 1) for x in p],
        lambda p: pa.array([saved(x, "PNG") for x in p]),
        lambda p: pa.chunked_array([[saved(x, "PNG")] for x in p]),
        lambda p: [io.BytesIO(saved(x, "PNG")) for x in p],
        lambda p: [memoryview(saved(x, "PNG")) for x in p],
        lambda p: map(lambda x: x, p),
    ],
)
def test_many_pictures_are_taken_by_position(carrier):
    assert reds(carrier(several())) == [0, 40, 80]


def test_many_paths_are_taken_by_position(tmp_path):
    paths = [str(tmp_path / f"{i}.png") for i in range(16)]
    for i, path in enumerate(paths):
        Image.new("RGB", (3, 3), (i * 10, 0, 0)).save(path)
    shuffled = pd.Series(paths).sample(frac=1, random_state=1)
    assert reds(shuffled) == [10 * i for i in shuffled.index]
    assert reds(shuffled[shuffled.index > 9]) == [10 * i for i in shuffled.index if i > 9]
    assert reds(np.array(paths)) == reds(pd.Index(paths)) == [10 * i for i in range(16)]


class OldSequence:
    """What is not iterable but can be indexed, as torch's data sets are; its second item fails."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        if index == 1:
            raise RuntimeError("a bad sector")
        return several()[index]


def test_a_sequence_that_fails_at_one_picture_has_the_others():
    first, second, third = getters(OldSequence())
    assert first().size == third().size == (5, 4)
    with pytest.raises(PictureError, match="picture number 1 cannot be read: a bad sector"):
        second()


@pytest.mark.parametrize(
    "one",
    [
        lambda data, path: memoryview(data),
        lambda data, path: bytearray(data),
        lambda data, path: io.BytesIO(data),
        lambda data, path: open(path, "rb"),  # noqa: SIM115
        lambda data, path: pa.scalar(data),
        lambda data, path: {"bytes": memoryview(data)},
        lambda data, path: next(os.scandir(path.parent)),
    ],
)
def test_one_picture_in_an_odd_carrier(one, picture, tmp_path):
    (tmp_path / "a.png").write_bytes(saved(picture, "PNG"))
    carried = one(saved(picture, "PNG"), tmp_path / "a.png")
    assert is_one_picture(carried) or hasattr(carried, "as_py")
    for _ in range(2):  # a file is read from its start each time
        assert (array(carried) == np.asarray(picture)).all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: pd.DataFrame({"image": several()}), "whole DataFrame"),
        (lambda: pa.table({"image": ["a.png"]}), "whole Table"),
        (lambda: {1, 2}, "no order"),
        (lambda: {"mug": several()[0]}, 'keys mug instead of "bytes" or "path"'),
        (lambda: {"bytes": None, "path": None}, "both None"),
        (lambda: 5, "is a int"),
        (lambda: None, "NoneType"),
        (lambda: range(3), "picture number 0 is a int"),
        (lambda: [several()[0], None], r"picture number 1 is missing \(None\)"),
        (lambda: pd.Series(["a.png", np.nan]).iloc[1:], r"picture number 0 is missing \(nan\)"),
        (lambda: open(__file__), 'mode "rb"'),  # noqa: SIM115
        (lambda: np.zeros((60, 28, 28)), r"stack of grey pictures is array\[..., None\]"),
        (lambda: torch.zeros(60, 28, 28), r"stack of grey pictures is tensor\[:, None\]"),
        (lambda: np.zeros(5), r"shape \(5,\)"),
        (lambda: np.array("a.png"), r"shape \(\)"),
        (lambda: [several()], "picture number 0 is a list"),
        (lambda: [np.zeros((2, 2), complex)], "picture number 0 holds complex128"),
        (lambda: "data:image/png;base64,iVBORw0", "web address"),
        (lambda: "S3://bucket/mug.jpg", "web address"),
    ],
)
def test_what_are_no_pictures_gets_one_sentence(wrong, said):
    with pytest.raises(PictureError, match=said) as caught:
        open_pictures(wrong())
    assert str(caught.value).isprintable()


def test_columns_are_opened_here_and_not_by_datasets(picture, tmp_path, monkeypatch):
    import datasets

    mistyped = saved(picture, "JPEG", exif=exif_with_a_mistyped_tag(6))
    rows = [{"bytes": mistyped, "path": None}, None, {"bytes": b"%!PS-Adobe-3.0", "path": None}]
    features = datasets.Features({"image": datasets.Image(), "n": datasets.Value("int64")})
    dataset = datasets.Dataset.from_dict({"image": rows, "n": [1, 2, 3]}, features=features)
    monkeypatch.setattr(datasets.Image, "decode_example", lambda *_, **__: pytest.fail("decoded"))
    streamed = dataset.to_iterable_dataset()
    for column in (dataset["image"], dataset.select([0, 1, 2])["image"], streamed["image"]):
        first, second, third = getters(column)
        assert first().size == (8, 12)
        with pytest.raises(PictureError, match="picture number 1 is missing"):
            second()
        with pytest.raises(PictureError, match="picture number 2.*EPS"):
            third()
    for whole in (dataset, streamed, datasets.DatasetDict(train=dataset)):
        with pytest.raises(PictureError, match=r'whole .*dataset\["image"\]'):
            list(getters(whole))


def test_a_column_of_paths_is_read(picture, tmp_path):
    import datasets

    picture.save(tmp_path / "a.png")
    column = datasets.Dataset.from_dict({"path": [str(tmp_path / "a.png")] * 2})["path"]
    assert [opened.size for opened in open_pictures(column)] == [picture.size] * 2


def test_a_column_with_a_transform_or_a_format_keeps_it(picture):
    import datasets

    dataset = datasets.Dataset.from_dict(
        {"image": [{"bytes": saved(picture, "PNG"), "path": None}]},
        features=datasets.Features({"image": datasets.Image()}),
    )
    flipped = dataset.with_transform(
        lambda rows: {"image": [row.transpose(Image.Transpose.ROTATE_180) for row in rows["image"]]}
    )
    assert (np.asarray(open_pictures(flipped["image"])[0]) == np.asarray(picture)[::-1, ::-1]).all()
    for form in ("numpy", "torch"):
        assert (np.asarray(open_pictures(dataset.with_format(form)["image"])[0]) == picture).all()


def test_a_file_is_looked_over_without_decoding_it(picture, tmp_path, monkeypatch):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8))
    whole = {kind: saved(noise, kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")}
    assert not any(map(problem_with, whole.values()))
    for kind, data in whole.items():
        assert problem_with(data[: len(data) * 3 // 4]), kind
    turned = bytearray(whole["PNG"])
    turned[500] ^= 4
    assert problem_with(bytes(turned))
    assert "there is no such file" in problem_with(tmp_path / "gone.jpg")
    monkeypatch.setattr(pictures, "_opened", lambda *_: pytest.fail("decoded"))
    assert problem_with(whole["JPEG"]) is None and problem_with(whole["PNG"]) is None


def test_a_window_takes_tensors_with_gradients_and_the_whole_range_of_floats():
    values = torch.tensor([[0.0, 1.0]], requires_grad=True)
    assert pictures.window(values).tolist() == [[0, 255]]
    assert pictures.window([[-1.7e308, 0, 1.7e308]]).tolist() == [[0, 128, 255]]


def test_the_file_of_a_picture_may_be_an_array_of_bytes():
    buffer = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(buffer, "PNG")
    (picture,) = pictures.open_pictures(arrays.array("B", buffer.getvalue()))
    assert picture.size == (4, 3)
