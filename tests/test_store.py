"""What the lesson promises of a database in a folder: kept, whole after a kill, shared by two."""

import json
import subprocess
import sys
import time
from datetime import timedelta

import numpy as np
import pytest

from clipkit.search import Index

lancedb = pytest.importorskip("lancedb")

ROWS = """
import json, sys
import lancedb
import numpy as np

def rows(start, n):
    ids = np.arange(start, start + n)
    vectors = np.sin(np.outer(ids + 1, np.arange(1, 9))).astype(np.float32)
    return [
        {"id": int(i), "vector": v, "title": f"mug number {i}", "stock": 0}
        for i, v in zip(ids, vectors)
    ]
"""
names = {}
exec(ROWS, names)
rows = names["rows"]

OPEN = ROWS + "table = lancedb.connect(sys.argv[1]).open_table('shop')\n"
ADD = """
while True:
    table.add(rows(table.count_rows(), 40))
    print(table.count_rows(), flush=True)
"""
UPDATE = """
stock = table.head(1)["stock"][0].as_py()
while True:
    stock += 1
    table.update(values={"stock": stock})
    print(stock, flush=True)
"""
ANSWERS = """
query = rows(3, 1)[0]["vector"]
ways = {
    "vector": table.search(query).distance_type("cosine"),
    "filter": table.search(query).distance_type("cosine").where("id > 20"),
    "words": table.search("17", query_type="fts"),
    "both": table.search(query_type="hybrid").vector(query).text("17").distance_type("cosine"),
}
answers = {way: asked.limit(5).to_pandas()["id"].tolist() for way, asked in ways.items()}
answers["versions"] = [version["version"] for version in table.list_versions()]
"""


@pytest.fixture
def place(tmp_path):
    return tmp_path / "shelf"


@pytest.fixture
def table(place):
    return lancedb.connect(place).create_table("shop", rows(0, 200))


def started(script, place, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", OPEN + script, str(place), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_fresh_process_finds_the_same(table, place):
    from lancedb.index import FTS

    table.create_index("title", config=FTS())
    table.update(where="id < 50", values={"stock": 7})
    table.delete("id = 19")
    here = {"table": table, "rows": rows}
    exec(ANSWERS, here)
    with started(ANSWERS + "print(json.dumps(answers))", place) as other:
        there, problems = other.communicate()
    assert json.loads(there) == here["answers"], problems
    assert here["answers"]["vector"][0] == 3 and here["answers"]["words"] == [17]
    assert min(here["answers"]["filter"]) > 20 and 17 in here["answers"]["both"]


def test_it_searches_as_exactly_as_our_index(table):
    held = table.to_pandas()
    index = Index(np.stack(held["vector"]), held["id"])
    for row in (0, 50, 199):
        query = held["vector"][row]
        found = table.search(query).distance_type("cosine").limit(7).to_pandas()
        scores, nearest = index.search(query[None], k=7)
        assert found["id"].tolist() == [index.ids[i] for i in nearest[0]]
        assert np.allclose(1 - found["_distance"], scores[0], atol=1e-5)


@pytest.mark.parametrize("script", [ADD, UPDATE], ids=["add", "update"])
def test_a_killed_writer_loses_nothing_that_it_said_to_be_written(table, place, script):
    moments = np.random.default_rng(0)
    for _ in range(3):
        with started(script, place) as writer:
            said = int(writer.stdout.readline())
            time.sleep(moments.uniform(0, 0.3))
            writer.kill()
            said = int((writer.stdout.read().split() or [said])[-1])
        held = lancedb.connect(place).open_table("shop").to_pandas().sort_values("id")
        assert held["id"].tolist() == list(range(len(held))) and len(held) % 40 == 0
        assert np.allclose(np.stack(held["vector"]), [row["vector"] for row in rows(0, len(held))])
        if script == ADD:
            assert len(held) >= said > 200
        else:
            assert held["stock"].nunique() == 1 and held["stock"].iloc[0] >= said > 0


def test_two_processes_add_at_once(table, place):
    script = """
first = int(sys.argv[2])
for start in range(first, first + 400, 40):
    table.add(rows(start, 40))
"""
    writers = [started(script, place, first) for first in (200, 600)]
    problems = [writer.communicate()[1] for writer in writers]
    assert not any(writer.returncode for writer in writers), problems
    table.checkout_latest()
    assert sorted(table.to_pandas()["id"]) == list(range(1000))


def test_two_processes_change_the_same_rows_and_each_change_counts_or_is_refused(table, place):
    script = """
done = 0
for _ in range(10):
    try:
        table.update(values_sql={"stock": "stock + 1"})
    except Exception as error:
        print("refused:", str(error).splitlines()[0])
    else:
        done += 1
print(done)
"""
    writers = [started(script, place) for _ in range(2)]
    told = [writer.communicate()[0].split("\n") for writer in writers]
    done = [int(lines[-2]) for lines in told]
    refused = [line for lines in told for line in lines if line.startswith("refused")]
    table.checkout_latest()
    stock = table.to_pandas()["stock"]
    assert stock.tolist() == [sum(done)] * 200 and min(done) > 0
    assert len(refused) == 20 - sum(done)


def test_an_open_table_shows_its_version_until_it_looks_again(table, place):
    watching = lancedb.connect(place, read_consistency_interval=timedelta(0)).open_table("shop")
    before = table.version
    with started("table.delete('id >= 100')", place) as other:
        assert other.wait() == 0
    assert table.count_rows() == 200 and watching.count_rows() == 100
    table.checkout_latest()
    assert table.count_rows() == 100
    table.restore(before)
    assert table.count_rows() == 200 and watching.count_rows() == 200


@pytest.mark.parametrize("address", ["folder", "memory://"])
def test_only_the_address_changes(address, place):
    shop = lancedb.connect(place if address == "folder" else address)
    table = shop.create_table("shop", rows(0, 50))
    table.update(where="id = 3", values={"stock": 5})
    query = rows(3, 1)[0]["vector"]
    found = table.search(query).distance_type("cosine").where("stock > 0").limit(3).to_pandas()
    assert found["id"].tolist() == [3]


def test_a_table_on_a_server_has_the_calls_of_the_lesson():
    from lancedb.remote.table import RemoteTable

    calls = "search add update delete create_index count_rows version checkout checkout_latest"
    for call in (*calls.split(), "restore"):
        assert hasattr(RemoteTable, call), call
