"""Every kind of picture becomes the RGB picture that a person would see."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from clipkit.pictures import PictureError, getters, open_picture

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
