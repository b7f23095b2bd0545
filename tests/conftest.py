"""What several test files share: a tiny CLIP with random weights, made in a second."""

import pytest

CONTEXT = 40


def write_checkpoint(folder, safe=True, seed=0):
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
    torch.manual_seed(seed)
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


def write_siglip(folder, seed=0):
    """Write a SiglipModel of random weights, its processor and a tokenizer of single bytes."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import (
        PreTrainedTokenizerFast,
        SiglipConfig,
        SiglipImageProcessorPil,
        SiglipModel,
        SiglipProcessor,
    )

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())  # a letter for each byte
    tokens = ["<pad>", "</s>", "<unk>", *letters, *(f"##{letter}" for letter in letters)]
    made = Tokenizer(models.WordPiece({t: i for i, t in enumerate(tokens)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made,
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=64,
    )
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2}
    special = {"bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 0}
    config = SiglipConfig(
        text_config={
            **tower,
            **special,
            "num_hidden_layers": 2,
            "vocab_size": len(tokens),
            "max_position_embeddings": 64,
            "projection_size": 32,
        },
        vision_config={**tower, "num_hidden_layers": 2, "image_size": 42, "patch_size": 14},
    )
    torch.manual_seed(seed)
    model = SiglipModel(config)
    for parameter in model.parameters():
        parameter.data.add_(torch.randn_like(parameter) * 0.05)
    model.logit_scale.data.fill_(2.3)  # from here on as trained: most pairs do not belong together
    model.logit_bias.data.fill_(-8.0)
    images = SiglipImageProcessorPil(size={"height": 42, "width": 42})
    SiglipProcessor(images, tokenizer).save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def make_siglip():
    """The function that writes a tiny SigLIP: make_siglip(folder, seed=0)."""
    return write_siglip


@pytest.fixture(scope="session")
def make_checkpoint():
    """The function that writes a tiny checkpoint: make_checkpoint(folder, safe=True, seed=0)."""
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
