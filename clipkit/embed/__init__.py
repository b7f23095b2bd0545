"""Embeddings of large collections: on one machine or on a cluster, in files that are kept.

.. code-block:: shell

    python -m clipkit.embed PICTURES OUT --model openai/clip-vit-large-patch14

Pictures are a folder, parquet files or a data set of the Hub. They are cut into pieces; Ray Data
gives the pieces to as many copies of the model as the machines have room for; each piece becomes a
file in OUT. What is finished is never done again, and a machine that fails costs the piece that it
had in hand. On one machine, ``--workers 0`` leaves Ray out and is faster: Ray has to start. It pays
where there are several machines or several GPUs.

>>> import tempfile
>>> from clipkit import embed
>>> embed.read(tempfile.mkdtemp())
Traceback (most recent call last):
...
ValueError: ... holds no embeddings that python -m clipkit.embed has made
"""

from clipkit.embed.cluster import Summary, run
from clipkit.embed.files import Embedded, read, shards

__all__ = ["Embedded", "Summary", "read", "run", "shards"]
