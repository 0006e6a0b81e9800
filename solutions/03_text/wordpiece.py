r"""# WordPiece: a word cut into tokens

BERT's vocabulary has 30 000 tokens. Common words are among them, and of all others it has pieces: `embeddings` is not
there, but `em`, `##bed`, `##ding` and `##s` are. A piece that begins with `##` continues a word; one without begins
it. So the model can tell the `s` of `##s`, at the end of a word, from the word `s`, and the text can be put together
again.

To cut a word, take the longest piece of the vocabulary that it begins with. Go on behind it, with the longest piece
that fits there, now among those with `##`, until the end of the word. If $w$ is a word of n characters and the next
piece begins at s, it ends at

$$e = \max \{\, j : s < j \le n,\ \text{prefix} + w_{s:j} \in V \,\}, \qquad
\text{prefix} = \begin{cases} \text{(nothing)} & s = 0 \\ \texttt{\#\#} & s > 0 \end{cases}$$

**Write** `wordpiece(word, vocab, unk="[UNK]", max_chars=100)`, which returns the tokens of one word as a list of
strings.

- `vocab` is a dict from token to id, as it is read from BERT's `vocab.txt`. The tokens are in the result as they stand
  there, with their `##`.
- If at some place no piece fits, the whole word is `[unk]`, a list with this one token: also if some pieces had been
  found before.
- The longest piece is taken even if it leads nowhere. With the tokens `ab`, `a` and `##bc`, the word `abc` begins with
  `ab`, nothing fits behind it, and the word is `[unk]`: one never goes back to try `a`, `##bc`.
- A word of more than `max_chars` characters is `[unk]`, even if it is in the vocabulary. One of exactly `max_chars` is
  not too long.
- Characters are those of Python's strings, of any script. The word is taken as it is: no lower case, no normalisation.
  It does not begin with `##`.
- `unk` need not be in the vocabulary. An empty word has no tokens: `[]`.
- The arguments stay as they are.

Example: with the tokens `un`, `##aff`, `##able` and `##a`, the word `unaffable` begins with `un`; behind it, `##aff`
is longer than `##a`; then comes `##able`. The word `unaffablest` is `[UNK]`, since nothing fits behind `##able`.

Source: Devlin, Chang, Lee and Toutanova, *BERT* (2019), section 3, and `WordpieceTokenizer` in its `tokenization.py`,
whose default for `max_chars` is 200; the 100 are those of Hugging Face Transformers. The vocabulary: Wu et al.,
*Google's Neural Machine Translation System* (2016), section 4.1.
"""


def wordpiece(word: str, vocab: dict[str, int], unk: str = "[UNK]", max_chars: int = 100) -> list[str]:
    """Cut a word into the longest tokens that fit, from left to right.

    >>> vocab = {token: id for id, token in enumerate(["un", "##aff", "##able", "##a"])}
    >>> wordpiece("unaffable", vocab)
    ['un', '##aff', '##able']
    >>> wordpiece("unaffablest", vocab)
    ['[UNK]']
    >>> wordpiece("unaffable", vocab, max_chars=8)
    ['[UNK]']
    """
    ### BEGIN SOLUTION
    if len(word) > max_chars:
        return [unk]
    tokens = []
    start = 0
    while start < len(word):
        prefix = "##" if start > 0 else ""
        ends = range(len(word), start, -1)  # the longest piece first
        end = next((end for end in ends if prefix + word[start:end] in vocab), None)
        if end is None:
            return [unk]
        tokens.append(prefix + word[start:end])
        start = end
    return tokens
    ### END SOLUTION
