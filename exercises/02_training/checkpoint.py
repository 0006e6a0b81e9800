r"""# Checkpoints

A training run of days is cut off some time: by a crash, by the end of a reservation, by whoever shares the machine. A
checkpoint is a file from which it goes on. The test of a good one is strict: **the run that was cut off and resumed is the
run that never stopped**, bit for bit. So the file holds all that the next step depends on:

- the model's parameters and buffers (`state_dict()`), such as the running estimates of batch normalization;
- the optimizer's state (`state_dict()`): its momenta and counts, and the learning rates and other settings of its groups;
- the number of the step;
- the state of every random generator: Python's `random`, NumPy's `np.random`, torch's on the CPU and, once CUDA is in use,
  on each of its devices. Shuffling, noise and dropout draw from these. (Some keep a spare normal number as well: their
  whole state counts.)

A save may be cut off as well, by a crash or a full disk, and half a checkpoint is none. If it is written over the last good
one, both are lost. So the new file is written under another name, in the same folder, and is moved to its place when it is
whole: `os.replace` lets one file take the place of another in a single step, at which nothing can come in between.

At last, a checkpoint may come from a stranger. Python's `pickle` runs code that the file brings along; so does
`torch.load(path, weights_only=False)`. With `weights_only=True` it takes tensors, numbers, texts, lists, tuples and dicts
and refuses everything else. NumPy's arrays are something else.

**Write** `save_checkpoint(path, model, optimizer, step)` and `load_checkpoint(path, model, optimizer)`, which gives the step.

Save:

- `path` is a text or a `Path`. The file has exactly this name, whatever its ending. A folder that is missing is made, with
  those above it.
- One file holds everything: it may be renamed or copied, and loads in another process.
- Saving changes nothing about the run: the model, the optimizer and all random states stay as they are.
- A file that is at `path` already is replaced. **At every moment there is a whole checkpoint at `path`**: the old one or
  the new one. So never write into it, remove it or rename it; and prepare the new one beside it, in the same folder: a
  move is a single step within one file system only, and from another folder it may be refused.
- When something goes wrong on the way, the error is raised, and the old file is as it was. Whether it went well or not,
  no other file is left in the folder, unless the process was killed.

Load:

- Model and optimizer are made like those that were saved; their numbers, settings and random states may be any. Afterwards all
  are as they were at the save. The tensors are loaded into the parameters that are there (those that the optimizer holds),
  on the device on which they are, in their dtype.
- A file that is not there raises `FileNotFoundError`.
- **No code from the file is run.** So `pickle.loads` is not for any part of it, not even for one inside of a tensor. A file
  with anything but data in it, and one that is cut off, raises an error, of whatever kind, and leaves the model, the
  optimizer and the random states as they were.

Not kept: gradients, train or eval mode, generators of your own (`torch.Generator`, `np.random.default_rng()`), the place in a
`DataLoader`, and a scheduler. A learning rate that is worked out from the step, as in `lr_schedule`, goes on with the step; a
scheduler or loader with a state of its own is saved beside, by whoever uses one. And a power failure asks for more than is
asked here: `os.fsync` before the move.

Example: a model with the weight 3, saved at step 7. Whatever weight another model has, after `load_checkpoint` it is 3;
the step is 7; and `torch.rand(1)` gives what it would have given right after the save.

Source: *PyTorch documentation*, "Saving and loading a general checkpoint", "Reproducibility", and
`torch.load` (on `weights_only`); POSIX.1-2017, `rename`: the new name stays in sight all the while, and is either file.
"""

import os
import random
from pathlib import Path

import numpy as np
import torch
from torch import nn


def save_checkpoint(
    path: str | os.PathLike[str], model: nn.Module, optimizer: torch.optim.Optimizer, step: int
) -> None:
    """Write all that the run depends on into one file, or leave the old file as it is.

    >>> import tempfile
    >>> model = nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/runs/last.pt", model, optimizer, step=7)
    ...     os.listdir(f"{folder}/runs")
    ['last.pt']
    """
    # YOUR CODE HERE
    raise NotImplementedError


def load_checkpoint(path: str | os.PathLike[str], model: nn.Module, optimizer: torch.optim.Optimizer) -> int:
    """Bring model, optimizer and random generators to where they were at the save; the step at which that was.

    Raises:
        FileNotFoundError: there is no such file.

    >>> import tempfile
    >>> model = nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    >>> _ = nn.init.constant_(model.weight, 3.0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(Path(folder, "last.pt"), model, optimizer, step=7)
    ...     unbroken = torch.rand(1)
    ...     _ = nn.init.zeros_(model.weight)
    ...     load_checkpoint(Path(folder, "last.pt"), model, optimizer)
    7
    >>> model.weight.item()
    3.0
    >>> torch.rand(1).item() == unbroken.item()
    True
    """
    # YOUR CODE HERE
    raise NotImplementedError
