"""What several test files share: a tiny CLIP with random weights, made in a second."""

import pytest

CONTEXT = 40


def write_checkpoint(folder, safe=True):
    """Write a CLIPModel of random weights, its processor and its tokenizer into a folder."""
    import torch
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import (
        CLIPConfig,
        CLIPImageProcessorPil,
        CLIPModel,
        CLIPProcessor,
        CLIPTokenizer,
    )

    letters = sorted(ByteLevel.alphabet())
    tokens = [*letters, *(letter + "</w>" for letter in letters)]
    merges = [("r", "e"), ("re", "d</w>"), ("m", "u"), ("mu", "g</w>"), ("p", "h"), ("o", "f</w>")]
    tokens += ["".join(pair) for pair in merges] + ["<|startoftext|>", "<|endoftext|>"]
    tokenizer = CLIPTokenizer(
        vocab={token: i for i, token in enumerate(tokens)}, merges=merges, model_max_length=CONTEXT
    )
    end = tokenizer.eos_token_id
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2}
    config = CLIPConfig(
        text_config={
            **tower,
            "num_hidden_layers": 2,
            "vocab_size": len(tokens),
            "max_position_embeddings": CONTEXT,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": end,
            "pad_token_id": end,
        },
        vision_config={**tower, "num_hidden_layers": 2, "image_size": 32, "patch_size": 8},
        projection_dim=16,
    )
    torch.manual_seed(0)
    model = CLIPModel(config)
    for parameter in model.parameters():  # the usual small start makes all embeddings alike
        parameter.data.add_(torch.randn_like(parameter) * 0.05)
    images = CLIPImageProcessorPil(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    )
    CLIPProcessor(image_processor=images, tokenizer=tokenizer).save_pretrained(folder)
    model.save_pretrained(folder)
    if not safe:
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    return folder


@pytest.fixture(scope="session")
def make_checkpoint():
    """The function that writes a tiny checkpoint: make_checkpoint(folder, safe=True)."""
    return write_checkpoint


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory):
    """A folder with a tiny CLIP checkpoint in the Hugging Face format; copy it to change it."""
    return write_checkpoint(tmp_path_factory.mktemp("tiny") / "clip")


@pytest.fixture
def tiny_clip(tiny_checkpoint):
    """The tiny checkpoint, loaded afresh."""
    import clipkit

    return clipkit.load(tiny_checkpoint)
