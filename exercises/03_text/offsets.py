r"""# From characters and words to tokens

Data knows nothing of tokens. An answer is marked by the characters where it begins and ends, and a name or a place by a
label on a word. A model sees tokens, which are pieces of words, so both have to be carried over. For that a fast
tokenizer gives two lists beside the ids, each with an entry for every token:

- the **offsets**: the token is made of the characters start, …, end − 1 of the text;
- the **word ids**: the number of the word that the token is of, or `None` for special tokens like `[CLS]`.

| | `[CLS]` | `the` | `un` | `##happy` | `cat` | `[SEP]` |
|---|---|---|---|---|---|---|
| number of the token | 0 | 1 | 2 | 3 | 4 | 5 |
| offsets in `the unhappy cat` | (0, 0) | (0, 3) | (4, 6) | (6, 11) | (12, 15) | (0, 0) |
| word ids | `None` | 0 | 1 | 1 | 2 | `None` |

**Write** `span_to_tokens(offsets, start, end)`, which returns the numbers of the first and the last token of a span, or
`None`.

- The span is made of the characters start, …, end − 1, with 0 ≤ start ≤ end. The token with the offsets (s, e) belongs to it
  if they have a character in common, be it a part of the token only:

$$\max(s, \text{start}) < \min(e, \text{end})$$

- The result is (first, last), a tuple or a list. `last` is the number of the last token itself, not the one behind it.
- A token with s = e has no character. Such are the special tokens, at (0, 0), wherever they stand, and some tokenizers
  make one of a blank, at any place. They are counted, but they belong to no span, and the rules below are about the other
  tokens only.
- A span that begins before the first token or ends behind the last one gives `None`, even if a part of it is in the
  tokens: when a long text is cut, a part of an answer is no answer.
- Between tokens there may be blanks. A span may begin or end there, and has the tokens of its other characters. (To ask
  a tokenizer for the token at the character `start`, or to search for offsets that equal `start`, is not enough.) If it
  has no other characters, it gives `None`.
- The empty span, start = end, gives `None`.
- The tokens are in the order of the text: from one to the next, neither s nor e goes back. Several tokens may have the
  same character: a byte-level tokenizer may make four of one emoji, all with the same offsets. A text has tokens from any
  place on, as in a window of a longer text; there may be none at all. All of them are of one text: who has a pair sets
  the offsets of the other text to (0, 0) before.

**Write** `align_labels(word_ids, labels, label_all=False)`, which returns a list with one label (int) for each token.

- The word with the number w has the label `labels[w]`. There may be labels of words that have no token, since they were
  cut off, or are empty.
- A token without a word has the label −100, which the cross-entropy ignores.
- The first token of a word has its label, and the others −100, so that a long word counts no more than a short one. With
  `label_all=True` all tokens of a word have its label, as it is.
- A token is the first one of its word if the token directly before it is of another word, or of none. So it is, too,
  where the word began in an earlier window. In a pair of texts the numbers begin again at 0 behind the special token
  between them: the word 0 has its first token there once more.

In both, the lists that are given stay as they are. All numbers are ints.

Example, with the tokens above: the characters 6 to 14, `happy cat`, are the span (6, 15), whose tokens are (3, 4). The span
(5, 8), `nha`, begins inside the token 2 and ends inside 3: (2, 3). So does (3, 11), which begins with a blank. `None` is
what (11, 12) gives, a blank, and (12, 17), which goes beyond the last token. The labels `[0, 7, 0]` of the three words become
`[-100, 0, 7, -100, 0, -100]`, and with `label_all=True` `[-100, 0, 7, 7, 0, -100]`.

Source: Devlin, Chang, Lee and Toutanova, *BERT* (2019), section 4.2 (spans) and section 5.3 (the first sub-token of a word
has its label). The two lists are `offset_mapping` and `word_ids()` of Hugging Face's fast tokenizers.
"""

from collections.abc import Sequence


def span_to_tokens(offsets: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """Find the first and the last token of a span of characters.

    >>> offsets = [(0, 0), (0, 3), (4, 6), (6, 11), (12, 15), (0, 0)]
    >>> span_to_tokens(offsets, 6, 15)
    (3, 4)
    >>> span_to_tokens(offsets, 5, 8)
    (2, 3)
    >>> print(span_to_tokens(offsets, 12, 17))
    None
    """
    # YOUR CODE HERE
    raise NotImplementedError


def align_labels(word_ids: Sequence[int | None], labels: Sequence[int], label_all: bool = False) -> list[int]:
    """Give each token the label of its word, or -100.

    >>> align_labels([None, 0, 1, 1, 2, None], [0, 7, 0])
    [-100, 0, 7, -100, 0, -100]
    >>> align_labels([None, 0, 1, 1, 2, None], [0, 7, 0], label_all=True)
    [-100, 0, 7, 7, 0, -100]
    """
    # YOUR CODE HERE
    raise NotImplementedError
