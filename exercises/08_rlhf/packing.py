r"""# Packing

Texts for pre-training are of all lengths, and a model reads blocks of one length. If each text were padded to a block, most of
what a GPU computes would be padding. So texts are packed: put one behind the other, each with an end-of-text token behind it, and
the long row of tokens is cut into blocks. Every token is used, and only the last block has something to fill.

In such a block texts stand side by side that have nothing to do with each other. Two more rows of numbers, beside the ids, say
what belongs together. `segment_ids` are the numbers of the documents: attention is allowed within a segment only, and the loss
leaves out a target that is of another segment than the token before it. `position_ids` are the places within the document: it
begins at 0, wherever in a block that is. Three documents of 3, 1 and 2 tokens, in blocks of 6, with E for `eos_id`:

| | | | | | | | | | | | | |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
| `input_ids` | a | a | a | E | b | E | c | c | E | E | E | E |
| `position_ids` | 0 | 1 | 2 | 3 | 0 | 1 | 0 | 1 | 2 | 0 | 0 | 0 |
| `segment_ids` | 0 | 0 | 0 | 0 | 1 | 1 | 2 | 2 | 2 | −1 | −1 | −1 |

With $n_k$ tokens in document k, which takes $n_k + 1$ places, there are

$$N = \left\lceil \frac{\sum_k (n_k + 1)}{\texttt{block\_size}} \right\rceil \quad \text{blocks.}$$

**Write** `pack(documents, block_size, eos_id)`, which returns the tuple `(input_ids, position_ids, segment_ids)`.

- `documents` is a list of documents, each a list of ids (int). `block_size` is a number from 1 up.
- Each of the three results is an int64 tensor (N, `block_size`) on the CPU, since there is no tensor to tell another device.
- Nothing is lost, and nothing is moved: the blocks, read one after the other, are all documents in their order, **each followed
  by one `eos_id`**, the last one, too. The `eos_id` has the position and the segment of what it ends.
- A document is cut wherever a block ends, and goes on at the beginning of the next one, with the next position: its positions
  count on, and may so be larger than `block_size`. (Some programs begin at 0 again there, and some drop what does not fit.)
- Segments are counted from 0 through all blocks, and do not begin anew in each.
- What is left of the last block is filled with `eos_id`, at position 0 and in segment −1, so that nothing is learned of it and
  attends to it. If the tokens just fill the blocks, there is no further block.
- A document may be empty: its `eos_id` alone is a segment. Without documents N is 0, and the results have the shape (0,
  `block_size`).
- Where a document ends depends on the lengths alone. The id `eos_id` may occur within a document, and ends nothing there.
- The documents are left as they are.

Example: `pack([[5, 6, 7], [8]], block_size=4, eos_id=0)` gives the ids [[5, 6, 7, 0], [8, 0, 0, 0]], the positions [[0, 1, 2,
3], [0, 1, 0, 0]] and the segments [[0, 0, 0, 0], [1, 1, −1, −1]].

Source: Brown et al., *Language Models are Few-Shot Learners* (2020), appendix B, for packing with end-of-text tokens; Krell et al.,
*Efficient Sequence Packing without Cross-contamination* (2021), section 3.2, for positions and masks.
"""

import torch
from jaxtyping import Int64
from torch import Tensor


def pack(
    documents: list[list[int]], block_size: int, eos_id: int
) -> tuple[Int64[Tensor, "N T"], Int64[Tensor, "N T"], Int64[Tensor, "N T"]]:
    """Blocks of ids, of positions within a document, and of documents' numbers.

    >>> input_ids, position_ids, segment_ids = pack([[5, 6, 7], [8]], block_size=4, eos_id=0)
    >>> input_ids
    tensor([[5, 6, 7, 0],
            [8, 0, 0, 0]])
    >>> position_ids
    tensor([[0, 1, 2, 3],
            [0, 1, 0, 0]])
    >>> segment_ids
    tensor([[ 0,  0,  0,  0],
            [ 1,  1, -1, -1]])
    """
    # YOUR CODE HERE
    raise NotImplementedError
