"""The classroom: hand the notebooks out without solutions, and grade what comes back.

``python -m clipkit.classroom handout OUT`` and ``python -m clipkit.classroom grade SUBMISSIONS``;
the guide for teachers is ``docs/teaching.md``.

`grading` judges in its own, trusted process. A learner's cells run in `worker`, a process that is
confined by `sandbox` and that only answers calls: it is sent inputs and sends outputs, as plain
data (`wire`). What it claims about itself counts for nothing.
"""
