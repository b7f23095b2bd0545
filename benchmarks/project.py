"""A project of one's own, from the command to the search page: what takes how long.

    python benchmarks/project.py PICTURES              # a folder with a folder for each label

Makes a project in a temporary folder, runs its notebook as it stands, and prints the seconds on the
clock and of processor time, the slowest cells, and what was measured.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from clipkit.project import new_project


class Timed(NotebookClient):
    """Runs a notebook and notes how long each cell takes."""

    async def async_execute_cell(self, cell, *args, **options):
        start = time.perf_counter()
        done = await super().async_execute_cell(cell, *args, **options)
        self.seconds[cell.id] = time.perf_counter() - start
        return done


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pictures", type=Path)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "project"
        start = time.perf_counter()
        print(*new_project(folder, pictures=parser.parse_args().pictures)[:1])
        notebook = nbformat.read(folder / "project.ipynb", as_version=4)
        client = Timed(notebook, timeout=None, resources={"metadata": {"path": str(folder)}})
        client.seconds = {}
        client.execute()
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"{time.perf_counter() - start:.0f} s on the clock", end=", ")
        print(f"{spent.ru_utime + spent.ru_stime:.0f} s of processor time")
        for name, seconds in sorted(client.seconds.items(), key=lambda item: -item[1])[:6]:
            print(f"  {seconds:6.1f} s  {name}")
        for cell in notebook.cells:
            if cell.id == "project-compare":
                print(cell.outputs[0]["data"]["text/plain"])
        print("written:", ", ".join(sorted(path.name for path in folder.iterdir())))


if __name__ == "__main__":
    main()
