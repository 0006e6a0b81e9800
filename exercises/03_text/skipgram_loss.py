r"""# Skip-gram with negative sampling

How do word vectors come to mean something? Words that are used alike have like neighbours. The skip-gram model of word2vec takes
a word, the center, and learns to tell the words that stand around it from words that do not. It has two vectors for each word:
one for the word as a center, and one for the word as a neighbour, the context. Their product is the score of a pair:
high where the two belong together.

A softmax over the whole vocabulary would be right and slow. Negative sampling asks a cheaper question for each pair that was
found in a text: is this one real? K negatives, words drawn at random, make K more pairs, and of these the answer is no. With the
center $v_n$, its real context $u_n$, and the negatives $w_{n1}, \dots, w_{nK}$ drawn for it, the loss is

$$L = -\frac{1}{N} \sum_{n=1}^{N} \Bigl[ \log \sigma(v_n \cdot u_n) + \sum_{k=1}^{K} \log \sigma(-v_n \cdot w_{nk}) \Bigr],
\qquad \sigma(z) = \frac{1}{1 + e^{-z}}$$

The minus inside of the second sigmoid says no: $\sigma(-z)$ is $1 - \sigma(z)$. Why should it be written as $\sigma(-z)$?

**Write** `skipgram_loss(center, context, negatives)`.

- `center` and `context` are (N, D), vectors of N pairs; `negatives` is (N, K, D), K vectors for each pair. The negatives of a pair
  belong to its own center alone.
- It is a sum over the K negatives, and a mean over the N pairs. N is 1 or more, and K may be 0: then only the real pairs count.
- The result is a tensor with no axes, of the dtype of the vectors, half precision included.
- Scores up to $\pm 10\,000$ give the right loss and the right gradients, never infinity or NaN: a wrong answer that is given with
  a score of 10 000 costs 10 000. In float16, whose largest number is 65504, the loss is right wherever that of each
  pair is below this, even if their sum is not. (Beware: a sum that is divided by N is infinite before that; `mean` is not.)
- Gradients reach all three. They are right also where a score is exactly 0. word2vec begins with contexts of nothing but
  zeros, and must learn all the same: each center that is not zero sends them gradients, with the slope 1/2.
- The vectors stay as they are. torch's own `logsigmoid` and `softplus` may be used.

Example: one pair with the center (1, 0), the context (log 3, 5) and the two negatives (0, 7) and (-log 3, 0). The scores are
log 3, 0 and -log 3, the probabilities of the right answers $\frac34$, $\frac12$ and $\frac34$, and the loss is
$\log \frac43 + \log 2 + \log \frac43 = 1.2685$.

Source: Mikolov, Sutskever, Chen, Corrado and Dean, *Distributed Representations of Words and Phrases and their
Compositionality* (2013), section 2.2, equation 4.
"""

import torch.nn.functional as F
import torch
from jaxtyping import Float
from torch import Tensor


def skipgram_loss(
    center: Float[Tensor, "N D"], context: Float[Tensor, "N D"], negatives: Float[Tensor, "N K D"]
) -> Float[Tensor, ""]:
    """The mean over the pairs of -log σ of the real score and, summed up, of the negative ones turned round.

    >>> import math, torch
    >>> center, context = torch.tensor([[1.0, 0.0]]), torch.tensor([[math.log(3), 5.0]])
    >>> negatives = torch.tensor([[[0.0, 7.0], [-math.log(3), 0.0]]])
    >>> skipgram_loss(center, context, negatives)
    tensor(1.2685)
    >>> skipgram_loss(center, context, negatives[:, :0])
    tensor(0.2877)
    """
    # YOUR CODE HERE
    raise NotImplementedError
