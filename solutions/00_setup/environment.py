r"""# A working environment

Three questions come before any training. Where does it run: on a card of NVIDIA's (CUDA), on that of a Mac (MPS), or on the
processor? Will it give the same numbers when it runs again? And which versions was it that gave them?

**Write** three functions.

`best_device(prefer=None)` gives a `torch.device`:

- Without a preference: CUDA if it is available, else MPS if it is available, else the CPU.
- `prefer` is one of the names `"cuda"`, `"mps"` and `"cpu"`; it wins where it is available. The CPU always is.
- A name that is none of these three raises `ValueError`, also where torch knows a device of that name, and so does the empty
  text. So does a name that is not available: whoever asks for a card should hear at once that there is none, and not find out
  after a night on the CPU. Only `None` means that there is no preference.
- Ask torch each time the function is called: `torch.cuda.is_available()`, `torch.backends.mps.is_available()`, or
  `torch.accelerator`. That torch was built for CUDA does not say that there is a card. Do not make a tensor to try it out: the
  tests pretend, to torch, to be on machines that they are not on.
- Whether it is `cuda` or `cuda:0` does not matter.

`seed_everything(seed)` makes what comes after it repeatable:

- It seeds Python's `random`, numpy's global generator (`np.random.seed`) and torch's, on every device, each with `seed` itself,
  $0 \le \texttt{seed} < 2^{32}$. What torch draws on a card is tested only where there is one.
- It returns a `torch.Generator` on the CPU that is seeded with `seed`, as a `DataLoader` takes one for its shuffling. It may be
  torch's own default generator or one more.

`describe()` gives a dict of texts, to be put beside the results of a run, with exactly these keys:

- `python`: as `platform.python_version()` has it;
- `numpy` and `torch`: their `__version__`, all of it;
- `cuda`: `torch.version.cuda`, the version of CUDA that torch was built for, or `"none"`;
- `device`: the type of `best_device()`: `"cuda"`, `"mps"` or `"cpu"`.

Example: on a laptop without a card, `best_device()` is `device(type='cpu')`, `best_device("cuda")` raises `ValueError`, and
`describe()["device"]` is `"cpu"`.

Source: the documentation of PyTorch, *Reproducibility* and *torch.accelerator*; Pineau et al., *Improving Reproducibility in
Machine Learning Research* (2021), the checklist in the appendix.
"""

import platform
import random

import numpy as np
import torch


def best_device(prefer: str | None = None) -> torch.device:
    """The device that is preferred, or the fastest there is.

    Raises:
        ValueError: `prefer` is no device, or one that is not available.

    >>> best_device("cpu")
    device(type='cpu')
    """
    ### BEGIN SOLUTION
    available = {  # the fastest first
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if prefer is None:
        prefer = next(name for name, there in available.items() if there)
    if prefer not in available:
        raise ValueError(f"{prefer!r} is no device; there are {', '.join(available)}")
    if not available[prefer]:
        raise ValueError(f"{prefer} is not available on this machine")
    return torch.device(prefer)
    ### END SOLUTION


def seed_everything(seed: int) -> torch.Generator:
    """Seed every generator of random numbers, and return one more.

    >>> draws = []
    >>> for _ in range(2):
    ...     generator = seed_everything(7)
    ...     draws.append((random.random(), np.random.rand(), torch.rand(()).item()))
    >>> draws[0] == draws[1]
    True
    >>> generator.initial_seed()
    7
    """
    ### BEGIN SOLUTION
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)  # on every device
    return torch.Generator().manual_seed(seed)
    ### END SOLUTION


def describe() -> dict[str, str]:
    """What a run depends on besides its code.

    >>> sorted(describe())
    ['cuda', 'device', 'numpy', 'python', 'torch']
    """
    ### BEGIN SOLUTION
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "cuda": torch.version.cuda or "none",
        "device": best_device().type,
    }
    ### END SOLUTION
