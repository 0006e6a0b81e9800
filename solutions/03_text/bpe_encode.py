r"""# A byte-pair tokenizer

What was learned from one text is put to use on any other: a tokenizer makes ids of text for the model to read, and
text of the ids that a model writes. It knows two things, both of them made in `bpe_train`: the **vocabulary**, which
has the bytes of each id, and the **merges**, a list of pairs of tokens. The earlier a merge stands in the list, the
lower its rank, and the sooner it is done.

To encode a text:

1. Cut it at the **special tokens**, like `<|endoftext|>`. Each of them becomes its own id.
2. Cut what lies between into **pieces**, by `regex.findall(PATTERN, part)`. Nothing is merged across pieces.
3. Each piece becomes its UTF-8 bytes, each a token.
4. Of all pairs of neighbours in the piece, take the one whose merge has the lowest rank. Join the two wherever they
   stand side by side, from left to right. Do so again with what that gives, until no pair of neighbours is among the
   merges.
5. Look up the id of each token.

$$\text{next merge} = \arg\min_{i}\ \operatorname{rank}(t_i, t_{i + 1})$$

This is not the same as taking the longest token that fits: with the merges (b, c) and then (a, b), `abc` is `a`, `bc`,
since (b, c) comes first.

To decode, join the bytes of all ids, and read the whole as UTF-8. Do not read each token by itself: it may be half a
character.

**Write** `class BPETokenizer`.

- `__init__(vocab, merges, special_tokens=())` takes what `train_bpe` returns: a dict from id to bytes, which has all
  256 single bytes, what each merge makes, and the UTF-8 bytes of each special token; no two ids have the same bytes.
  The ids are any whole numbers, and nothing follows from them: the byte `a` need not have the id 97, nor are the
  tokens in the order of the merges. In a merge are only bytes and what earlier merges make.
- `encode(text)` gives a list of ids. The text is any Unicode that can be written as UTF-8; it is not normalised, and
  nothing is stripped. An empty text gives an empty list.
- A special token is one only where it is in `special_tokens`. A tokenizer that is made without them cuts and merges
  `<|endoftext|>` as any other text, even if it is in the vocabulary.
- Special tokens are strings of at least two characters, of any signs. Where several begin at the same place, the
  longest one counts. Where two overlap otherwise, it is the one that begins first.
- `decode(ids)` gives the text. Any row of ids of the vocabulary may be asked for, so the bytes need not be valid
  UTF-8: a model may stop in the middle of a character. Invalid bytes are replaced by U+FFFD (�), as
  `bytes.decode(errors="replace")` does. Special tokens are in the text as they are written.
- For every text `decode(encode(text)) == text`.
- Several tokenizers may be in use at once, each with merges of its own. The arguments stay as they are.
- The package `regex` may be used.

Example: the ids 0 to 255 are the bytes, `ab` is 256, `abb` is 257, and the merges are (a, b), (ab, b). Then `"abbab"`
is one piece, a·b·b·a·b. Joining (a, b) gives ab·b·ab, and joining (ab, b) gives abb·ab: the ids are `[257, 256]`. The
text `"é"` has the bytes 195 and 169, which are the ids here, and `decode([195])` is `"�"`.

Source: Sennrich, Haddow and Birch, *Neural Machine Translation of Rare Words with Subword Units* (2016), section 3.2;
Radford et al., *Language Models are Unsupervised Multitask Learners* (GPT-2, 2019), section 2.2, and `encoder.py` in
its code.
"""

from collections.abc import Sequence
from itertools import pairwise

import regex

# A contraction; letters, digits or other signs, with a blank before them or without; blanks.
PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


class BPETokenizer:
    """Text to ids and back, by a byte-level byte-pair encoding.

    >>> vocab = {**{byte: bytes([byte]) for byte in range(256)}, 256: b"ab", 257: b"abb", 258: b"<end>"}
    >>> tokenizer = BPETokenizer(vocab, [(b"a", b"b"), (b"ab", b"b")], ["<end>"])
    >>> tokenizer.encode("abbab<end>")
    [257, 256, 258]
    >>> tokenizer.decode([257, 256, 258])
    'abbab<end>'
    """

    def __init__(
        self, vocab: dict[int, bytes], merges: Sequence[tuple[bytes, bytes]], special_tokens: Sequence[str] = ()
    ):
        """Keep what encoding and decoding need."""
        ### BEGIN SOLUTION
        self.vocab = vocab
        self.ids = {token: id for id, token in vocab.items()}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.special_tokens = sorted(special_tokens, key=len, reverse=True)  # so that the longest one is found
        ### END SOLUTION

    def encode(self, text: str) -> list[int]:
        """The ids of a text.

        >>> tokenizer = BPETokenizer({byte: bytes([byte]) for byte in range(256)}, [])
        >>> tokenizer.encode("é!")
        [195, 169, 33]
        """
        ### BEGIN SOLUTION

        def tokens_of(piece: str) -> list[bytes]:
            """The piece's bytes, with all merges done."""
            tokens = [bytes([byte]) for byte in piece.encode()]
            while known := [pair for pair in pairwise(tokens) if pair in self.ranks]:
                first = min(known, key=self.ranks.__getitem__)
                joined: list[bytes] = []
                for token in tokens:
                    joined.append(token)
                    if tuple(joined[-2:]) == first:
                        joined[-2:] = [b"".join(first)]
                tokens = joined
            return tokens

        parts = [text]
        if self.special_tokens:
            # In parentheses, what is cut at is given back, too: at every second place.
            parts = regex.split("(" + "|".join(map(regex.escape, self.special_tokens)) + ")", text)
        tokens: list[bytes] = []
        for number, part in enumerate(parts):
            if number % 2 == 1:
                tokens.append(part.encode())
            else:
                for piece in regex.findall(PATTERN, part):
                    tokens += tokens_of(piece)
        return [self.ids[token] for token in tokens]
        ### END SOLUTION

    def decode(self, ids: Sequence[int]) -> str:
        """The text of some ids, with U+FFFD where it is none.

        >>> tokenizer = BPETokenizer({byte: bytes([byte]) for byte in range(256)}, [])
        >>> tokenizer.decode([72, 105, 33])
        'Hi!'
        >>> tokenizer.decode([72, 105, 195]) == "Hi\N{REPLACEMENT CHARACTER}"
        True
        """
        ### BEGIN SOLUTION
        return b"".join(self.vocab[id] for id in ids).decode("utf-8", errors="replace")
        ### END SOLUTION
