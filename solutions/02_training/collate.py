r"""# Sequences of different lengths in one batch

The texts of a batch have different lengths, but a tensor has the same number of columns in each row. So shorter sequences are
padded: filled up with a token that means nothing, to the length T of the longest one in the batch. The model is then told
twice not to mind the padding: by a mask, so that nothing attends to it, and by labels of −100, which the cross-entropy
ignores. For sequence b, of length $n_b$, and column t:

$$\texttt{input\_ids}_{b,t} = \begin{cases} s_{b,t} & t < n_b \\ \texttt{pad\_id} & t \ge n_b \end{cases} \qquad
\texttt{attention\_mask}_{b,t} = \begin{cases} 1 & t < n_b \\ 0 & t \ge n_b \end{cases} \qquad
\texttt{labels}_{b,t} = \begin{cases} s_{b,t} & t < n_b \\ -100 & t \ge n_b \end{cases}$$

**Write** `pad_collate(batch, pad_id=0)`, which a `DataLoader` can take as its `collate_fn`.

- `batch` is a list of B tensors of token ids, each (n,), int64, of any lengths. There is at least one. A sequence may be
  empty; its row is nothing but padding. If all are empty, there are no columns: (B, 0).
- The result is a dict with the keys `input_ids`, `attention_mask` and `labels`. Each is (B, T), int64, with the rows in the
  order of the batch, on the device of the sequences.
- T is the length of the longest sequence. The padding is on the right.
- The labels are the ids themselves, not moved by one: a language model shifts them where it computes its loss.
- What is padding depends on the lengths alone. A real token may have the id `pad_id`: GPT-2, which has no token for padding,
  is often padded with the token that ends a text. Its mask is 1, and its label is its id. (Hugging Face's
  `DataCollatorForLanguageModeling` looks at the ids instead, and so never teaches such a model where to end.)
- The three tensors share no memory, not even where there is nothing to pad: who changes the labels later must not change the
  inputs. The sequences are left as they are.
- `torch.nn.utils.rnn.pad_sequence` may be used.

Example: `[5, 6, 7]` and `[8]`, padded with 0, make

- the `input_ids` `[[5, 6, 7], [8, 0, 0]]`,
- the `attention_mask` `[[1, 1, 1], [1, 0, 0]]`,
- the `labels` `[[5, 6, 7], [8, -100, -100]]`.

Source: Devlin, Chang, Lee and Toutanova, *BERT* (2019), whose code (`create_pretraining_data.py`) pads ids and a mask like
this; the names and the −100 are those of Hugging Face Transformers (`PreTrainedTokenizerBase.pad`).
"""

import torch
from jaxtyping import Int64
from torch import Tensor


def pad_collate(batch: list[Int64[Tensor, "n"]], pad_id: int = 0) -> dict[str, Int64[Tensor, "B T"]]:
    """Pad sequences to one length, and say what is padding.

    >>> padded = pad_collate([torch.tensor([5, 6, 7]), torch.tensor([8])])
    >>> padded["input_ids"]
    tensor([[5, 6, 7],
            [8, 0, 0]])
    >>> padded["attention_mask"]
    tensor([[1, 1, 1],
            [1, 0, 0]])
    >>> padded["labels"]
    tensor([[   5,    6,    7],
            [   8, -100, -100]])
    """
    ### BEGIN SOLUTION
    shape = len(batch), max(len(sequence) for sequence in batch)  # B, T
    input_ids = batch[0].new_full(shape, pad_id)  # (B, T)
    attention_mask = torch.zeros_like(input_ids)
    labels = torch.full_like(input_ids, -100)
    for row, sequence in enumerate(batch):
        length = len(sequence)
        input_ids[row, :length] = sequence
        attention_mask[row, :length] = 1
        labels[row, :length] = sequence
    return {"input_ids": input_ids, "attention_mask": attention_mask, "labels": labels}
    ### END SOLUTION
