r"""# Two texts in one input

Does the second sentence follow from the first? Where in the passage is the answer to the question? BERT is asked such
things with both texts in one row of tokens, so that each token can attend to those of the other text. Special tokens
say where a text ends, and each token has a type that says which text it is of: 0 for the first, 1 for the second. For
a of m tokens and b of n, after both were cut:

| | | $a_1 \dots a_m$ | | $b_1 \dots b_n$ | | padding |
|---|---|---|---|---|---|---|
| `input_ids` | `cls_id` | $a_1 \dots a_m$ | `sep_id` | $b_1 \dots b_n$ | `sep_id` | `pad_id` … |
| `token_type_ids` | 0 | 0 … 0 | 0 | 1 … 1 | 1 | 0 … |
| `attention_mask` | 1 | 1 … 1 | 1 | 1 … 1 | 1 | 0 … |

Each row has exactly `max_len` numbers. What is too long is cut, a token at a time and from the end of a text, until
both fit with their special tokens:

$$\text{while } m + n > \texttt{max\_len} - 3: \quad
\begin{cases} m \leftarrow m - 1 & m > n \\ n \leftarrow n - 1 & m \le n \end{cases}$$

So the longer text is cut first: a short question stays whole, and it is the long passage that loses its end.

**Write** `encode_pair(a, b, cls_id, sep_id, max_len, pad_id=0)`, which returns a dict of three lists, with the keys
`input_ids`, `token_type_ids` and `attention_mask`.

- `a` and `b` are lists of ids (int) of any lengths, without special tokens. The three lists of the result hold ints.
- With `b=None` there is one text only: `cls_id`, a, `sep_id`, then padding. It is cut at its end to `max_len` − 2.
- `b=[]` is not `None` but an empty text, which has its `sep_id` with type 1, as any other. `a` may be empty, too.
  (The method of Transformers' tokenizers that is called with two texts may take an empty one for none.)
- Of two texts with the same length b is cut. So BERT's own code does it, and those tokenizers of Transformers that are
  written in Python. (The fast ones do the same but for one token: where the room is odd and halved between the two,
  theirs leave the odd token to b, unless a was the longer one at first. Here it is always left to a.)
- If not even the special tokens fit, three with two texts and two with one, a `ValueError` is raised, however short
  the texts are. (The fast tokenizers cut nothing then.) If these just fit, nothing is left of the texts.
- The padding is on the right: `pad_id`, type 0, mask 0. What is padding depends on the lengths alone: a token of a text
  may have any id, also `pad_id`, `cls_id` or `sep_id`.
- The arguments stay as they are: the lists `a` and `b` are not cut themselves.

Example: `a` is `[7, 8]`, `b` is `[21, 22, 23, 24, 25]`, and `max_len` is 8. There is room for 8 − 3 = 5 tokens, so two
have to go, both from the end of b, which stays the longer one: 21, 22, 23 are left. With `max_len=6` there is room for
3: b loses four tokens (when both have two, b is cut), and `[7, 8]` and `[21]` are left.

Source: Devlin, Chang, Lee and Toutanova, *BERT* (2019), section 3 and figure 2; `_truncate_seq_pair` in its
`run_classifier.py`. The names are those of Hugging Face Transformers (`truncation="longest_first"`,
`padding="max_length"`).
"""


def encode_pair(
    a: list[int], b: list[int] | None, cls_id: int, sep_id: int, max_len: int, pad_id: int = 0
) -> dict[str, list[int]]:
    """Put one text or two into a row of `max_len` tokens: cut, with special tokens, types, a mask and padding.

    >>> pair = encode_pair([7, 8], [21, 22, 23, 24, 25], cls_id=101, sep_id=102, max_len=8)
    >>> pair["input_ids"]
    [101, 7, 8, 102, 21, 22, 23, 102]
    >>> pair["token_type_ids"]
    [0, 0, 0, 0, 1, 1, 1, 1]
    >>> one = encode_pair([7, 8], None, cls_id=101, sep_id=102, max_len=6)
    >>> one["input_ids"], one["attention_mask"]
    ([101, 7, 8, 102, 0, 0], [1, 1, 1, 1, 0, 0])
    >>> encode_pair([7, 8], [], cls_id=101, sep_id=102, max_len=6)["input_ids"]
    [101, 7, 8, 102, 102, 0]
    """
    # YOUR CODE HERE
    raise NotImplementedError
