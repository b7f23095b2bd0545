"""Fine-tune a CLIP model on pictures with texts: thin over `transformers.Trainer`.

>>> from clipkit import fine_tune
>>> fine_tune.sentences("Findings: The heart is enlarged. No effusion.")
['The heart is enlarged.', 'No effusion.']
"""

from clipkit.fine_tune.frozen import linear_probe, wise_ft
from clipkit.fine_tune.live_plot import LivePlot
from clipkit.fine_tune.pairs import FEWEST_PAIRS, Pairs, sentences
from clipkit.fine_tune.positions import resize_positions
from clipkit.fine_tune.rates import RangeTest, default_learning_rate, learning_rate_range
from clipkit.fine_tune.saving import push_folder_to_hub, push_to_hub, save
from clipkit.fine_tune.trainable import TOWERS
from clipkit.fine_tune.trainer import ContrastiveTrainer, has_fallen, pairs_loss
from clipkit.fine_tune.training import contrastive

__all__ = [
    "ContrastiveTrainer",
    "FEWEST_PAIRS",
    "LivePlot",
    "Pairs",
    "RangeTest",
    "TOWERS",
    "contrastive",
    "default_learning_rate",
    "has_fallen",
    "learning_rate_range",
    "linear_probe",
    "pairs_loss",
    "push_folder_to_hub",
    "push_to_hub",
    "resize_positions",
    "save",
    "sentences",
    "wise_ft",
]
