"""The reference of bert against transformers' BertModel, and the names and shapes that its grader draws against theirs."""

from importlib.metadata import version

import pytest
import torch
from transformers import BertConfig, BertModel

from kata.course import Course
from tests.conftest import ROOT, grader_of, reference

Bert = reference(__file__).Bert
COVERED = "5"  # the major version whose names the statement gives; older files are told in a case of the grader

CONFIGS = [
    {"hidden_size": 6, "num_attention_heads": 2, "num_hidden_layers": 2, "intermediate_size": 11},
    {"hidden_size": 15, "num_attention_heads": 5, "num_hidden_layers": 3, "intermediate_size": 15},
    {"hidden_size": 9, "num_attention_heads": 1, "num_hidden_layers": 1, "intermediate_size": 4, "type_vocab_size": 3},
    {"hidden_size": 8, "num_attention_heads": 8, "num_hidden_layers": 11, "intermediate_size": 7, "pad_token_id": 5},
]
EVERYTHING = [[1] * 7, [1] * 5 + [0] * 2, [1] + [0] * 6]
PADDINGS = {"none": None, "right": EVERYTHING, "left": [row[::-1] for row in EVERYTHING]}


def pair(**options):
    """Both models, with the same numbers of every size in every parameter."""
    torch.manual_seed(0)
    options = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, **options}
    config = BertConfig(vocab_size=13, max_position_embeddings=9, attn_implementation="eager", **options)
    theirs = BertModel(config).double()
    for parameter in theirs.parameters():
        torch.nn.init.normal_(parameter, std=parameter.shape[-1] ** -0.5 if parameter.dim() > 1 else 1.0)
    ours = Bert(config).double()
    ours.load_hf(theirs.state_dict())
    return config, ours, theirs


def draw(config, padding):
    ids = torch.randint(config.vocab_size, (3, 7))
    ids[0, 0] = config.pad_token_id
    mask = None if PADDINGS[padding] is None else torch.tensor(PADDINGS[padding])
    return ids, mask, torch.randint(config.type_vocab_size, (3, 7))


def test_the_version_of_transformers_is_covered():
    """Should names have changed, the next test says which: then mend the statement, the grader and this number."""
    assert version("transformers").split(".")[0] == COVERED


@pytest.mark.parametrize("options", CONFIGS, ids=str)
def test_the_grader_draws_their_names_and_shapes(options):
    config, _, theirs = pair(**options)
    (exercise,) = Course.load(ROOT).select(["06_models/bert"])
    drawn = grader_of(exercise).shapes(config.to_dict())
    named = {name: tuple(weight.shape) for name, weight in theirs.state_dict().items()}
    assert drawn == named, "transformers has other names or shapes in this version"


@pytest.mark.parametrize("options", CONFIGS, ids=str)
@pytest.mark.parametrize("padding", PADDINGS)
def test_hidden_pooled_and_gradients(options, padding):
    config, ours, theirs = pair(**options)
    ids, mask, types = draw(config, padding)
    hidden, pooled = ours(ids, mask, types)
    expected = theirs(input_ids=ids, attention_mask=mask, token_type_ids=types)
    torch.testing.assert_close(hidden, expected.last_hidden_state)
    torch.testing.assert_close(pooled, expected.pooler_output)

    cotangents = torch.randn_like(hidden), torch.randn_like(pooled)
    torch.autograd.backward([hidden, pooled], cotangents)
    torch.autograd.backward([expected.last_hidden_state, expected.pooler_output], cotangents)
    slopes = Bert(config).double()  # a slope moves to the name of its weight, as weights do
    slopes.load_hf({name: parameter.grad for name, parameter in theirs.named_parameters()})
    for (name, parameter), wanted in zip(ours.named_parameters(), slopes.parameters(), strict=True):
        torch.testing.assert_close(parameter.grad, wanted, msg=lambda text, name=name: f"{name}: {text}")


def test_without_types():
    config, ours, theirs = pair(**CONFIGS[0])
    ids, mask, _ = draw(config, "left")
    torch.testing.assert_close(ours(ids, mask)[0], theirs(input_ids=ids, attention_mask=mask).last_hidden_state)


@pytest.mark.parametrize("dropped", ["hidden_dropout_prob", "attention_probs_dropout_prob"])
def test_where_dropout_stands(dropped):
    """With everything dropped, nothing is left to chance."""
    config, ours, theirs = pair(**CONFIGS[1], **{dropped: 1.0})
    ids, mask, types = draw(config, "right")
    ours.train(), theirs.train()
    hidden, pooled = ours(ids, mask, types)
    expected = theirs(input_ids=ids, attention_mask=mask, token_type_ids=types)
    torch.testing.assert_close(hidden, expected.last_hidden_state)
    torch.testing.assert_close(pooled, expected.pooler_output)


def test_first_weights_as_transformers():
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=90, hidden_size=60, num_attention_heads=3, num_hidden_layers=1, intermediate_size=80,
        type_vocab_size=50, initializer_range=0.05,
    )  # fmt: skip
    ours, theirs = Bert(config), Bert(config)
    theirs.load_hf(BertModel(config).state_dict())
    for (name, one), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one.mean(), other.mean(), rtol=0, atol=0.01)
        torch.testing.assert_close(one.std(), other.std(), rtol=0.1, atol=0, msg=name)


def test_number_of_parameters():
    with torch.device("meta"):
        ours = Bert(BertConfig())
    assert sum(parameter.numel() for parameter in ours.parameters()) == 109_482_240
