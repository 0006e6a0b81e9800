r"""# Masking for a masked language model

BERT learns from plain text, without labels: a part of the tokens is hidden, and the model is to tell from all the others
which ones they were. The text is its own label.

Most of what was chosen is replaced by a token [MASK]. But the texts that the model is used on later hold no [MASK]. A model
that learned to look at that token only would have nothing to say about all the others. So a tenth of what was chosen becomes
some random token, and a tenth stays as it is: any token may be one that has to be told, and the model has to know what
belongs in its place. For each token that is not a special one, with $x_i$ its id:

$$P(\text{chosen}) = p, \qquad \text{input}_i = \begin{cases}
\texttt{mask\_id} & \text{in 80 \% of the cases in which it is chosen} \\
\text{a random id} & \text{in 10 \%} \\
x_i & \text{in 10 \%, and always where it is not chosen}\end{cases}$$

$$\text{label}_i = \begin{cases} x_i & \text{chosen} \\ -100 & \text{otherwise} \end{cases}$$

The loss leaves labels of −100 out, so only what was chosen is learned, whatever became of it.

**Write** `mask_tokens(input_ids, mask_id, vocab_size, special_ids, p=0.15, generator=None)`, which returns two tensors,
`(inputs, labels)`.

- `input_ids` is int64, of any shape, and may be empty: (B, T), or (T,), or (0, T). Both results have its shape and dtype.
- A position whose id is in the list `special_ids` is never chosen: its input stays, its label is −100. The list may be
  empty. Nothing else counts: an id of 0, or one that is `mask_id`, is special only if the list says so.
- Each other position is chosen with the probability `p`, whatever happens elsewhere. So the number of those that are chosen
  is a matter of chance, and may be 0. (Beware: BERT's own code chooses a fixed share of each sequence. Transformers does it as here.)
- What becomes of a chosen position, and which random id it gets, is drawn for it alone, too.
- A random id is any of 0 … `vocab_size` − 1, each as likely as the others: special ids, `mask_id` and the id that was there
  are among them. (So in truth a little more than 10 % stay.)
- `p` is from 0 to 1. With 0 nothing is chosen; with 1, everything that is not special.
- All that is drawn comes from `generator`, which is on the device of `input_ids`, and then torch's global generator stays as
  it is. Without one, draw from the global generator, and leave its seed alone. Every call draws anew.
- `input_ids` stays as it is. The two results share no memory with it or with each other, not even with `p=0`: who writes
  into them later must not change the text.

Example: the ids are `[101, 7, 8, 9, 102]`, `special_ids` is `[101, 102, 103]`, `mask_id` is 103. If 7 and 9 happen to be
chosen, the labels are `[-100, 7, -100, 9, -100]`. If 7 then happens to be masked and 9 to stay, the inputs are
`[101, 103, 8, 9, 102]`.

Source: Devlin, Chang, Lee and Toutanova, *BERT* (2019), section 3.1, "Task #1: Masked LM", and appendix A.1; the −100 and the
independent draws are those of Hugging Face Transformers (`DataCollatorForLanguageModeling`).
"""

import torch
from jaxtyping import Int64
from torch import Generator, Tensor


def mask_tokens(
    input_ids: Int64[Tensor, "*shape"],
    mask_id: int,
    vocab_size: int,
    special_ids: list[int],
    p: float = 0.15,
    generator: Generator | None = None,
) -> tuple[Int64[Tensor, "*shape"], Int64[Tensor, "*shape"]]:
    """The ids with some of them hidden, and the labels: what was hidden there, or -100.

    >>> ids = torch.tensor([[101, 7, 8, 9, 102]])
    >>> inputs, labels = mask_tokens(ids, mask_id=103, vocab_size=200, special_ids=[101, 102, 103], p=0.0)
    >>> inputs
    tensor([[101,   7,   8,   9, 102]])
    >>> labels
    tensor([[-100, -100, -100, -100, -100]])
    >>> inputs, labels = mask_tokens(ids, mask_id=103, vocab_size=200, special_ids=[101, 102, 103], p=1.0)
    >>> labels
    tensor([[-100,    7,    8,    9, -100]])
    """
    ### BEGIN SOLUTION
    special = torch.isin(input_ids, torch.tensor(special_ids, dtype=input_ids.dtype, device=input_ids.device))
    random_ids = torch.randint(vocab_size, input_ids.shape, generator=generator, device=input_ids.device)
    chance, fate = torch.rand((2, *input_ids.shape), generator=generator, device=input_ids.device)

    chosen = (chance < p) & ~special
    masked = chosen & (fate < 0.8)
    replaced = chosen & (fate >= 0.9)  # and from 0.8 to 0.9, a chosen token stays

    inputs = input_ids.masked_fill(masked, mask_id).where(~replaced, random_ids)
    labels = input_ids.where(chosen, -100)
    return inputs, labels
    ### END SOLUTION
