r"""# Pairs for next sentence prediction

Beside hidden words, BERT is trained on a question about two sentences: does the second one follow the first, or is it from
somewhere else? The pairs cost nothing, since any text is full of sentences that follow each other. Half of them are left as
they are, and in the other half the second sentence is exchanged for one of another document.

Say document d has the sentences $s_{d,1}, \dots, s_{d,n_d}$. Each of them but the last is the first half of one pair, and

$$(a, b, \text{is\_next}) = \begin{cases}
(s_{d,i},\; s_{d,i+1},\; \text{True}) & \text{with probability } 1/2 \\
(s_{d,i},\; s_{e,j},\; \text{False}) & \text{otherwise, with } e \neq d \text{ and } j \text{ drawn at random}
\end{cases}$$

**Write** `make_nsp_pairs(documents, generator)`, which returns a list of triples `(a, b, is_next)`.

- `documents` is a list of documents, a document a list of sentences, and a sentence a list of ids (int). A document may be
  empty, or have one sentence only: there is no pair of it then. So there are $\sum_d \max(n_d - 1, 0)$ pairs.
- The pairs are in the order of the text: document by document, and in each from its first sentence on. They are tuples, with
  `is_next` a bool.
- Whether a pair is a true one is drawn for each by itself, with probability 1/2. So the number of true ones is a matter of
  chance. What is drawn for one pair changes nothing for another: a sentence may be drawn more than once.
- A false pair's second sentence is never of the document that the first one is of. First the document e is drawn, each of
  the others that has a sentence as likely as any; then the sentence of it, the first and the last included, each as likely
  as any. (So the sentences of a short document come more often, as in BERT's own code. That code tries ten times to find
  another document, and then takes what it has.)
- Documents differ by their place in the list, not by what they hold: two with the same sentences are two documents. So a
  false pair's second sentence may happen to hold the ids of the true one. `is_next` is False all the same.
- If no other document has a sentence, there can be no false pair: raise `ValueError` whenever a document has a pair to make,
  and no other one has a sentence, whatever the coin says. Where there is no pair to make, an empty list is returned.
- All that is drawn comes from `generator`, a `torch.Generator` on the CPU; torch's global generator and Python's `random` stay
  as they are. The same seed gives the same pairs, and the generator, used again, others.
- `documents` stays as it is. The sentences in the pairs may be those of `documents` themselves: no copies are needed.

Example: the documents are `[[[5, 6], [7], [8, 9]], [[10]]]`. The first one makes two pairs, with `a` `[5, 6]` and `[7]`, the
second one none. If the coin says "next" for the first pair and not for the second, the result is
`[([5, 6], [7], True), ([7], [10], False)]`.

Source: Devlin, Chang, Lee and Toutanova, *BERT* (2019), section 3.1, "Task #2: Next Sentence Prediction (NSP)"; its code is
`create_pretraining_data.py`, in which sentences are put together to longer ones.
"""

from itertools import pairwise

import torch
from torch import Generator

Sentence = list[int]


def make_nsp_pairs(documents: list[list[Sentence]], generator: Generator) -> list[tuple[Sentence, Sentence, bool]]:
    """Pair each sentence with the one after it or, as often, with one of another document.

    Raises:
        ValueError: a document has a pair to make, and no other one has a sentence.

    >>> documents = [[[5, 6], [7], [8, 9]], [[10]]]
    >>> pairs = make_nsp_pairs(documents, torch.Generator().manual_seed(0))
    >>> [a for a, b, is_next in pairs]
    [[5, 6], [7]]
    >>> all(b in ([7], [8, 9]) if is_next else b == [10] for a, b, is_next in pairs)
    True
    >>> make_nsp_pairs([[[5, 6]], []], torch.Generator())
    []
    """
    # YOUR CODE HERE
    raise NotImplementedError
