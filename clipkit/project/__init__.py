"""A project of your own: check the data, split, measure, look at what fails, write the card.

``python -m clipkit.project new FOLDER --pictures SHOP`` writes a notebook that does it with the
functions below, and a file of settings.
"""

from clipkit.project.card import answers, write_card
from clipkit.project.checking import Finding, check_data, leaks
from clipkit.project.classifying import (
    FILM_PROMPTS,
    PROMPTS,
    LinearClassifier,
    Prompts,
    captions,
    choose_prompts,
)
from clipkit.project.copies import Copy, near_duplicates
from clipkit.project.new import new_project
from clipkit.project.results import (
    Decision,
    Measured,
    Slice,
    as_table,
    compare,
    decide,
    hard_pictures,
    slices,
)
from clipkit.project.settings import Settings, read_settings
from clipkit.project.sources import read_data
from clipkit.project.splitting import keep_together, split_data

__all__ = [
    "FILM_PROMPTS",
    "PROMPTS",
    "Copy",
    "Decision",
    "Finding",
    "LinearClassifier",
    "Measured",
    "Prompts",
    "Settings",
    "Slice",
    "answers",
    "as_table",
    "captions",
    "check_data",
    "choose_prompts",
    "compare",
    "decide",
    "hard_pictures",
    "keep_together",
    "leaks",
    "near_duplicates",
    "new_project",
    "read_data",
    "read_settings",
    "slices",
    "split_data",
    "write_card",
]
