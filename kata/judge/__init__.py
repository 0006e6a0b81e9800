"""The trusted side: it holds graders, references, cases and seeds, and never runs a submission's code.

`run.py` is the way in; `plugin.py` gives graders their words under pytest; `checks.py` are those words; `submission.py`
speaks to the sandbox; `reference.py` knows what is right; `diagnosis.py` names the mistake.
"""
