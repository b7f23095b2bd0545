"""The classroom: hand the notebooks out without solutions, and grade what comes back.

``python -m clipkit.classroom handout OUT``, ``... grade HAND_INS`` and, for a student,
``... check my.ipynb``; the guide for teachers is ``docs/teaching.md``.

`grading` judges in its own, trusted process, and never reads what a student wrote. The bytes of a
hand-in go to `worker`, in a process that `sandbox` confines and `process` watches: it runs the
statements that the exercises need (`needed`) and answers calls, as plain data of limited size
(`wire`). What it claims about itself counts for nothing. `roster` says who handed in what, `marks`
turns verdicts into points, `report` writes them down.
"""
