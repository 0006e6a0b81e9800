r"""# Learning rate schedules

At the start of training the weights are random and the running means of an optimizer still empty: large steps do harm. Near
the end, large steps keep the loss from settling down. So the learning rate is raised in the first steps, the **warm-up**, and
lowered afterwards. A schedule is a function from the number of the step, counted from 0, to the learning rate.

**Cosine with warm-up**, which most language models are trained with. Let $w$ be the number of warm-up steps, and $T$ the
number of all steps:

$$\eta(t) = \begin{cases}
\eta_{\max}\, t / w & t < w \\
\eta_{\min} + \frac12 (\eta_{\max} - \eta_{\min}) \left(1 + \cos\left(\pi\, \frac{t - w}{T - w}\right)\right) & w \le t < T \\
\eta_{\min} & t \ge T
\end{cases}$$

**Noam**, the schedule of the first Transformer, which rises in the warm-up and then falls with the root of the step:

$$\eta(t) = d^{-1/2} \min\left(t^{-1/2},\; t\, w^{-3/2}\right)$$

**Write** `warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps)` and `noam(step, d_model, warmup_steps)`.

- Steps are whole numbers from 0 on, and may be larger than `total_steps`. `warmup_steps` is at most `total_steps`.
- The warm-up of both begins with 0 at step 0. Beware: there is code that counts its warm-up from 1, or takes step 0 for
  step 1.
- `warmup_steps` may be 0. Then there is no warm-up: `warmup_cosine` begins with `max_lr`, and `noam` falls from step 1 on, its
  first term alone. `noam` at step 0 is 0 then, too.
- If the warm-up goes on to the very end, `warmup_steps` equal to `total_steps`, the learning rate is `min_lr` from there on.
- `total_steps` may be 0: nothing is left to train, and the learning rate is `min_lr`.
- Both give a Python number. There are no tensors here, and so no device.

Example: with `max_lr` 1, `min_lr` 0, 2 steps of warm-up and 6 in all, the learning rates of steps 0 to 7 are 0, 0.5, 1,
0.854, 0.5, 0.146, 0, 0. And `noam(4, 16, 4)` is 1/4 · 1/2 = 0.125, its largest.

Source: Loshchilov and Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts* (2017), section 3, equation 5; Goyal et
al., *Accurate, Large Minibatch SGD* (2017), section 2.2, for the warm-up. Noam: Vaswani et al., *Attention Is All You Need*
(2017), section 5.3, equation 3.
"""

import math


def warmup_cosine(step: int, max_lr: float, min_lr: float, warmup_steps: int, total_steps: int) -> float:
    """The learning rate of a step: up in a line, then down along half a cosine.

    >>> [round(warmup_cosine(step, 1.0, 0.0, 2, 6), 3) for step in range(8)]
    [0.0, 0.5, 1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    >>> [warmup_cosine(step, 1.0, 0.5, 0, 2) for step in range(3)]
    [1.0, 0.75, 0.5]
    """
    # YOUR CODE HERE
    raise NotImplementedError


def noam(step: int, d_model: int, warmup_steps: int) -> float:
    """The learning rate of a step for a Transformer of this width.

    >>> [noam(step, 16, 4) for step in (0, 2, 4, 16)]
    [0.0, 0.0625, 0.125, 0.0625]
    """
    # YOUR CODE HERE
    raise NotImplementedError
