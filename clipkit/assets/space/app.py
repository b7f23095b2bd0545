"""Search pictures by words or by a picture like them: `python app.py`, or upload to a Space."""

import csv
import os
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # nothing is sent anywhere
os.environ["HF_HUB_OFFLINE"] = "1"  # and nothing fetched: all that is needed lies here

import gradio as gr
import numpy as np
import onnxruntime
from PIL import Image, ImageOps
from safetensors.numpy import load_file
from transformers import AutoImageProcessor, AutoTokenizer

HERE = Path(__file__).parent
SHOWN = 12


class Model:
    """Turns a text or a picture into a vector of length 1, as those of the index."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.pixels = AutoImageProcessor.from_pretrained(folder, backend="pil")
        self.vision, self.text = (
            onnxruntime.InferenceSession(
                next(folder.glob(f"onnx/{tower}_model*.onnx")), providers=["CPUExecutionProvider"]
            )
            for tower in ("vision", "text")
        )
        length = self.text.get_inputs()[0].shape[1]  # a number where texts are padded to it
        self.padding = "max_length" if isinstance(length, int) else False

    def of_text(self, text: str) -> np.ndarray:
        tokens = self.tokenizer(
            [text], padding=self.padding, truncation=True, split_special_tokens=True
        )
        return encode(self.text, {name: np.array(rows) for name, rows in tokens.items()})

    def of_picture(self, picture: Image.Image) -> np.ndarray:
        return encode(self.vision, self.pixels(picture, return_tensors="np"))


def encode(tower: onnxruntime.InferenceSession, inputs: dict[str, np.ndarray]) -> np.ndarray:
    row = tower.run(None, {wanted.name: inputs[wanted.name] for wanted in tower.get_inputs()})[0][0]
    return row / np.linalg.norm(row)


def opened(path: str) -> Image.Image:
    """Read a picture upright, with what is transparent in white."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


def main() -> None:
    model = Model(HERE / "model")
    index = load_file(HERE / "index.safetensors")["embeddings"]
    with open(HERE / "items.csv", encoding="utf-8", newline="") as file:
        items = list(csv.DictReader(file))
    width = len(model.of_text("a"))
    if index.shape != (len(items), width):
        raise SystemExit(
            f"the index holds {index.shape[0]} x {index.shape[1]} numbers, but there are "
            f"{len(items)} items and the model gives {width}; make the folder anew"
        )

    def nearest(query: np.ndarray) -> list[tuple[str, str]]:
        best = np.argsort(-index @ query)[:SHOWN]
        return [(str(HERE / "pictures" / items[i]["file"]), items[i]["title"]) for i in best]

    def by_words(query: str) -> Any:
        if not query.strip():
            gr.Warning("Type what you look for, in a few words.")
            return gr.skip()
        return nearest(model.of_text(query))

    def by_picture(path: str) -> Any:
        try:
            picture = opened(path)
        except Exception:  # each format fails in its own way
            gr.Warning("This file cannot be read as a picture; try a JPEG or a PNG.")
            return gr.skip()
        return nearest(model.of_picture(picture))

    with gr.Blocks(title="@TITLE@", analytics_enabled=False) as page:
        gr.Markdown("# @TITLE@")
        with gr.Row():
            words = gr.Textbox(label="What do you look for?", submit_btn="Search", scale=2)
            like = gr.File(label="or a picture like it", type="filepath", height=150)
        found = gr.Gallery(label="Found", columns=4, height="max-content", object_fit="contain")
        words.submit(by_words, words, found)
        like.upload(by_picture, like, found)
    page.launch(allowed_paths=[str(HERE / "pictures")])


if __name__ == "__main__":
    main()
