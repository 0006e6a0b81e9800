"""The sandbox that a submission runs in: apart from the judge, within limits, killed whole.

`Sandbox` (host.py) is what the judge holds; `zygote.py` forks a `worker.py` for each exercise of each submission. This
module loads neither: of the two sides, each gets only its own.
"""
