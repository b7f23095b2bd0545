"""The doctor finds what is broken on purpose, and nothing where all is well."""

import importlib.metadata
import shutil
import subprocess
import sys

import pyarrow
import pyarrow.parquet as parquet
import pytest

from clipkit import doctor
from clipkit.data import SPLITS


@pytest.fixture
def assets(tiny_checkpoint, tmp_path, monkeypatch):
    """A healthy assets folder, with the tiny model as the bundled one."""
    for name in doctor.SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(doctor, "MEMORY_NEEDED", 0.0)  # a busy test machine is no fault
    clip = shutil.copytree(tiny_checkpoint, tmp_path / "assets" / "clip")
    weights = clip / "model.safetensors"
    (clip / "SHA256").write_text(f"{doctor.checksum(weights)}  {weights.name}\n")
    for name in ("catalog", "radiographs"):
        folder = tmp_path / "assets" / "data" / name
        folder.mkdir(parents=True)
        for rows, split in enumerate(SPLITS, start=1):
            table = pyarrow.table({"a": list(range(rows))})
            parquet.write_table(table, folder / f"{split}.parquet")
    data = tmp_path / "assets" / "data"
    lines = [f"{doctor.checksum(p)}  {p.relative_to(data)}" for p in data.glob("*/*.parquet")]
    (data / "SHA256").write_text("\n".join(sorted(lines)))
    return tmp_path / "assets"


def test_all_is_well(assets):
    found = doctor.report(assets)
    assert found.problems == []
    facts = dict(found.facts)
    assert facts["torch"] == importlib.metadata.version("torch")
    assert facts["Python"].split()[0] == ".".join(map(str, sys.version_info[:3]))
    assert doctor.checksum(assets / "clip" / "model.safetensors") in facts["bundled model"]
    assert facts["data set catalog"] == "train 1, validation 2, test 3"
    assert "16 dimensions" in facts["model answers"]
    assert str(found).endswith("Nothing is wrong.")


def broken(assets, monkeypatch, how):
    weights = assets / "clip" / "model.safetensors"
    if how == "no model":
        shutil.rmtree(assets / "clip")
    elif how == "one bit flipped":
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
    elif how == "no record":
        (assets / "clip" / "SHA256").unlink()
    elif how == "no tokenizer":
        (assets / "clip" / "tokenizer.json").unlink()
    elif how == "no data":
        shutil.rmtree(assets / "data" / "catalog")
    elif how == "damaged data":
        (assets / "data" / "radiographs" / "test.parquet").write_bytes(b"PAR1")
    elif how == "zeroed data":  # as after a crash of the disk; the length stays
        path = assets / "data" / "catalog" / "train.parquet"
        path.write_bytes(path.read_bytes()[:30] + bytes(20) + path.read_bytes()[50:])
    elif how == "no list of the data":
        (assets / "data" / "SHA256").unlink()
    elif how == "home is a file":
        (assets / "file").write_text("")
        for name in ("HOME", "HF_HOME", "NUMBA_CACHE_DIR"):
            monkeypatch.setenv(name, str(assets / "file"))
        from huggingface_hub import constants

        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(assets / "file" / "hub"))
    elif how == "no home":
        monkeypatch.delenv("HOME")
        monkeypatch.setattr("pwd.getpwuid", lambda uid: {}[uid])
        for name in ("CLIPKIT_PROGRESS", "NUMBA_CACHE_DIR"):
            monkeypatch.setenv(name, str(assets / "kept"))
    elif how == "no such model":
        monkeypatch.setenv("CLIPKIT_MODEL", "~/no such/model")
    elif how == "half a model in the cache":
        (assets / "half").mkdir()
        (assets / "half" / "config.json").write_text("{}")
        monkeypatch.setattr(doctor.hub, "cached_folder", lambda name: assets / "half")
        monkeypatch.setenv("CLIPKIT_MODEL", "somebody/some-clip")
    elif how == "proxy":
        import huggingface_hub.utils

        def no_socks():
            raise ImportError("Using SOCKS proxy, but the 'socksio' package is not installed.")

        monkeypatch.setattr(huggingface_hub.utils, "get_session", no_socks)
    elif how == "memory":
        monkeypatch.setattr(doctor, "MEMORY_NEEDED", 1e6)
    elif how == "chosen model":
        folder = assets / "empty"
        folder.mkdir()
        monkeypatch.setenv("CLIPKIT_MODEL", str(folder))
    elif how == "old package":
        real = importlib.metadata.requires
        monkeypatch.setattr(
            importlib.metadata, "requires", lambda name: [*real(name), "numpy>=1000"]
        )
    elif how == "missing package":
        monkeypatch.setattr(importlib.metadata, "requires", lambda name: ["no-such-package-here"])
    elif how == "no jupyter":
        real = doctor._version
        monkeypatch.setattr(
            doctor, "_version", lambda name: None if name == "jupyterlab" else real(name)
        )


@pytest.mark.parametrize(
    ("how", "number", "said"),
    [
        ("no model", 1, "clone the repository again"),
        ("one bit flipped", 1, "its checksum should be"),
        ("no record", 1, "SHA256 is missing"),
        ("no tokenizer", 1, "has no tokenizer"),
        ("no data", 3, "train.parquet"),
        ("damaged data", 1, "test.parquet"),
        ("zeroed data", 1, 'train.parquet" is damaged'),
        ("no list of the data", 1, "list of the data sets, is missing"),
        ("home is a file", 3, "Progress in the exercises cannot be kept"),
        ("no home", 1, "set HOME"),
        ("no such model", 1, 'no folder "~/no such/model"'),
        ("half a model in the cache", 1, "has no weights"),
        ("proxy", 1, "'socksio' package is not installed"),
        ("memory", 1, "close other programs"),
        ("chosen model", 1, "unset CLIPKIT_MODEL"),
        ("old package", 1, 'pip install "numpy>=1000"'),
        ("missing package", 1, "no-such-package-here is missing"),
        ("no jupyter", 1, "pip install jupyterlab"),
    ],
)
def test_each_fault_is_one_sentence_with_its_remedy(assets, monkeypatch, how, number, said):
    broken(assets, monkeypatch, how)
    found = doctor.report(assets)
    assert len(found.problems) == number
    assert said in found.problems[0]
    for problem in found.problems:
        assert "\n" not in problem
        assert problem.endswith(".")
        assert ":" in problem  # what is wrong: what to do
    assert "What is wrong:" in str(found)


def test_a_model_of_the_hub_is_named_and_not_fetched(assets, monkeypatch):
    monkeypatch.setenv("CLIPKIT_MODEL", "somebody/some-clip")
    found = doctor.report(assets)
    assert dict(found.facts)["chosen model"] == "somebody/some-clip, fetched from the Hub when used"
    assert found.problems == []


def test_the_shipped_data_are_those_of_the_list():
    found = doctor.Report()
    doctor._data(found, doctor.PACKAGE / "assets" / "data")
    assert found.problems == []
    sets = {name.removeprefix("data set ") for name, _ in found.facts}
    assert sets == {path.name for path in (doctor.PACKAGE / "assets" / "data").iterdir()} - {
        "SHA256"
    }


def test_exit_status(assets, monkeypatch, capsys):
    healthy, ill = doctor.Report(), doctor.Report(problems=["It is broken: mend it."])
    for found, status in ((healthy, 0), (ill, 1)):
        monkeypatch.setattr(doctor, "report", lambda found=found: found)
        assert doctor.main([]) == status
        assert str(found) in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--fix"], ["catalog"], ["-v"]])
def test_what_the_command_does_not_know_is_refused(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        doctor.main(words)
    assert stopped.value.code == 2
    assert f"unrecognized arguments: {words[0]}" in capsys.readouterr().err


def test_the_command_runs():
    done = subprocess.run(
        [sys.executable, "-m", "clipkit.doctor"], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.startswith("Python")
    assert done.returncode == int("What is wrong:" in done.stdout)
