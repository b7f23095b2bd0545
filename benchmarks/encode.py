"""How fast pictures are encoded: against the machine's limit, and against plain transformers code.

    python benchmarks/encode.py                       # both models, about three minutes
    python benchmarks/encode.py --models bundled      # the bundled model only
    python benchmarks/encode.py --rounds 1 --pictures 64

Everything stands side by side in one run: each round measures every way once, one after the other,
and the table gives the median over the rounds, so that a busy machine disturbs all alike. The
processor time that all threads together spent on a picture is given too: it depends less on what
else the machine is doing.

The limit is what the machine could do at best. It takes 1/f seconds a picture for the bare forward
pass on tensors in memory (all cores on each batch, or a batch for each core, whichever is faster),
and 1/d for decoding and resizing alone, in parallel on all cores. The two together cannot be faster
than 1 / (1/f + 1/d) pictures a second, even if they share the cores perfectly. `encode_images` is
measured from JPEG files to finished embeddings.
"""

import argparse
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPProcessor,
    CLIPTokenizer,
    pipeline,
)
from transformers.utils import logging

import clipkit
from clipkit.hub import BUNDLED
from clipkit.model import CPU_BATCH, Clip
from clipkit.pictures import getters

TEMPLATE = "a photo of a {}."


def write_pictures(folder, n):
    """Write n JPEG files of 500 x 375, smooth with some grain, about 50 kB each."""
    rng = np.random.default_rng(0)
    paths = []
    for i in range(n):
        coarse = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((500, 375), Image.Resampling.BICUBIC), dtype=float)
        grainy = np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)
        paths.append(Path(folder) / f"{i:04}.jpg")
        Image.fromarray(grainy).save(paths[-1], quality=90)
    return paths


def vit_b32():
    """A CLIP of ViT-B/32's size with random weights: speed does not depend on what they are."""
    if BUNDLED.is_dir():
        tokenizer = clipkit.load(BUNDLED, device="cpu").processor.tokenizer
    else:
        letters = sorted(ByteLevel.alphabet())
        tokens = [*letters, *(letter + "</w>" for letter in letters)]
        tokens += ["<|startoftext|>", "<|endoftext|>"]
        tokenizer = CLIPTokenizer(vocab={t: i for i, t in enumerate(tokens)}, merges=[])
    tokenizer.model_max_length = 77
    torch.manual_seed(0)
    config = CLIPConfig(text_config={"eos_token_id": tokenizer.eos_token_id})
    processor = CLIPProcessor(image_processor=CLIPImageProcessorPil(), tokenizer=tokenizer)
    return Clip(CLIPModel(config), processor, name="ViT-B/32 size", device="cpu")


def timed(function):
    """Return seconds on the clock, seconds of processor time, and the result."""
    start, spent = time.perf_counter(), time.process_time()
    result = function()
    return time.perf_counter() - start, time.process_time() - spent, result


def chunks(items, size):
    return [items[i : i + size] for i in range(0, len(items), size)]


def bare_forward(clip, batches):
    with torch.no_grad():
        for pixels in batches:
            clip.model.get_image_features(pixel_values=pixels)


def shared_out(function, items):
    """Call a function on every item, each core busy with items of its own."""
    threads = torch.get_num_threads()
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for _ in pool.map(function, items):
            pass
    torch.set_num_threads(threads)


def plain_loop(clip, paths, batch_size):
    rows = []
    with torch.no_grad():
        for batch in chunks(paths, batch_size):
            images = [Image.open(path).convert("RGB") for path in batch]
            inputs = clip.processor(images=images, return_tensors="pt")
            features = clip.model.get_image_features(**inputs).pooler_output
            rows.append(features / features.norm(dim=-1, keepdim=True))
    return torch.cat(rows)


def report_encoding(clip, paths, rounds):
    batch_size = 128 if clip.pixels.size <= 96 else 32
    few = paths[: max(8, len(paths) // 4)]  # the pipeline is slow
    features = pipeline(
        "image-feature-extraction",
        model=clip.model.vision_model,
        image_processor=clip.processor.image_processor,
    )
    large, small = (
        [clip.pixels(batch) for batch in chunks(paths, size)] for size in (batch_size, CPU_BATCH)
    )
    ways = {
        "forward, all cores on a batch": lambda: bare_forward(clip, large),
        "forward, a core for a batch": lambda: shared_out(lambda b: bare_forward(clip, [b]), small),
        "decode and resize": lambda: shared_out(clip.pixels.read, getters(paths)),
        "clip.encode_images": lambda: clip.encode_images(paths),
        "CLIPProcessor + CLIPModel": lambda: plain_loop(clip, paths, batch_size),
        "feature-extraction pipeline": lambda: features([str(path) for path in few]),
    }
    counts = {way: len(few) if "pipeline" in way else len(paths) for way in ways}
    difference = clip.encode_images(few) - plain_loop(clip, few, batch_size)  # also warms up
    print(f"  largest difference from plain code: {difference.abs().max():.1e}")

    speeds, spent = {way: [] for way in ways}, {way: [] for way in ways}
    for _ in range(rounds):
        for way, work in ways.items():
            seconds, processor_seconds, _ = timed(work)
            speeds[way].append(counts[way] / seconds)
            spent[way].append(processor_seconds / counts[way])
    whole, single, decode, *_ = ways
    speeds["limit of the machine"] = [
        1 / (1 / max(a, b) + 1 / d)
        for a, b, d in zip(speeds[whole], speeds[single], speeds[decode], strict=True)
    ]
    spent["limit of the machine"] = [
        min(a, b) + d for a, b, d in zip(spent[whole], spent[single], spent[decode], strict=True)
    ]
    print(f"  {'':30} {'pictures/s':>10} {'CPU ms each':>12}   encode_images / this")
    for way, speed in speeds.items():
        share = statistics.median(
            ours / other for ours, other in zip(speeds["clip.encode_images"], speed, strict=True)
        )
        cost = statistics.median(spent[way]) * 1000
        print(f"  {way:30} {statistics.median(speed):10.1f} {cost:12.2f}   {share:8.2f}")


def report_zero_shot(clip, paths, few):
    labels = [f"thing number {i}" for i in range(100)]
    seconds, spent, ours = timed(lambda: clip.zero_shot(paths, labels, TEMPLATE))
    classify = pipeline(
        "zero-shot-image-classification",
        model=clip.model,
        image_processor=clip.processor.image_processor,
        tokenizer=clip.processor.tokenizer,
    )

    def theirs():
        answers = classify(
            [str(p) for p in paths[:few]], candidate_labels=labels, hypothesis_template=TEMPLATE
        )
        scores = [{answer["label"]: answer["score"] for answer in one} for one in answers]
        return torch.tensor([[score[label] for label in labels] for score in scores])

    pipeline_seconds, pipeline_spent, expected = timed(theirs)
    scaled = pipeline_seconds / few * len(paths)
    length = clip.tokenize([TEMPLATE.format(labels[-1])]).shape[1]
    print(f"  zero-shot, {len(paths)} pictures x {len(labels)} labels, {length} tokens each")
    print(f"    clip.zero_shot                 {seconds:8.1f} s")
    print(
        f"    transformers pipeline          {scaled:8.1f} s "
        f"(measured on {few} pictures, {pipeline_seconds / few * 1000:.0f} ms each, and scaled)"
    )
    same = (ours[:few].argmax(1) == expected.argmax(1)).sum().item()
    saved = pipeline_spent / few * len(paths) / spent
    print(f"    clip.zero_shot is {scaled / seconds:.1f} times as fast ({saved:.1f} times less")
    print("    processor time); same first answer for", end=" ")
    print(
        f"{same} of {few} pictures, probabilities differ by at most "
        f"{(ours[:few] - expected).abs().max():.1e}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--models", nargs="+", default=["bundled", "vit-b32"], help="these, or ids or folders"
    )
    parser.add_argument("--pictures", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pipeline-pictures", type=int, default=8)
    arguments = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    print(f"torch {torch.__version__} with {torch.get_num_threads()} threads")
    with tempfile.TemporaryDirectory() as folder:
        paths = write_pictures(folder, max(arguments.pictures, 256))
        for kind in arguments.models:
            clip = (
                vit_b32()
                if kind == "vit-b32"
                else clipkit.load(BUNDLED if kind == "bundled" else kind, device="cpu")
            )
            clip.words = None
            print(f"{clip.name}, pictures of {clip.pixels.size} px")
            report_encoding(clip, paths[: arguments.pictures], arguments.rounds)
            report_zero_shot(clip, paths[:256], arguments.pipeline_pictures)


if __name__ == "__main__":
    main()
