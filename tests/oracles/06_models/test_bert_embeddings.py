"""The reference of bert_embeddings against the embeddings of transformers' BERT, weights under the same names."""

import pytest
import torch
from transformers import BertConfig, BertModel
from transformers.models.bert.modeling_bert import BertEmbeddings as Theirs

from tests.conftest import reference

BertEmbeddings = reference(__file__).BertEmbeddings

CONFIGS = [
    {"vocab_size": 11, "hidden_size": 6, "max_position_embeddings": 9, "type_vocab_size": 2, "pad_token_id": 0},
    {"vocab_size": 20, "hidden_size": 5, "max_position_embeddings": 4, "type_vocab_size": 3, "pad_token_id": 7},
    {"vocab_size": 9, "hidden_size": 8, "max_position_embeddings": 12, "type_vocab_size": 1, "layer_norm_eps": 0.1},
]


def pair(**options):
    torch.manual_seed(0)
    config = BertConfig(num_attention_heads=1, num_hidden_layers=0, intermediate_size=4, **options)
    ours, theirs = BertEmbeddings(config).double(), Theirs(config).double()
    for parameter in theirs.parameters():
        torch.nn.init.normal_(parameter)
    ours.load_state_dict(theirs.state_dict())
    return config, ours, theirs


@pytest.mark.parametrize("options", CONFIGS, ids=str)
@pytest.mark.parametrize("given", [True, False], ids=["types", "no types"])
def test_as_transformers(options, given):
    config, ours, theirs = pair(hidden_dropout_prob=0.0, **options)
    ids = torch.randint(config.vocab_size, (3, 4))
    ids[0, 0] = ids[2, 3] = config.pad_token_id
    types = torch.randint(config.type_vocab_size, (3, 4)) if given else None
    one, other = ours(ids, types), theirs(input_ids=ids, token_type_ids=types)
    torch.testing.assert_close(one, other)
    cotangent = torch.randn_like(one)
    slopes = (torch.autograd.grad(x, list(m.parameters()), cotangent) for x, m in ((one, ours), (other, theirs)))
    for mine, wanted in zip(*slopes, strict=True):
        torch.testing.assert_close(mine, wanted)


def test_dropout_comes_last():
    config, ours, theirs = pair(hidden_dropout_prob=1.0, **CONFIGS[0])
    ids = torch.randint(config.vocab_size, (3, 4))
    for module in (ours, theirs):
        assert not module.train()(ids).any()
    torch.testing.assert_close(ours.eval()(ids), theirs.eval()(ids))


def test_first_weights_as_transformers():
    torch.manual_seed(0)
    config = BertConfig(
        hidden_size=60, type_vocab_size=50, num_attention_heads=1, num_hidden_layers=0, initializer_range=0.05
    )
    ours, theirs = BertEmbeddings(config).state_dict(), BertModel(config).embeddings.state_dict()
    assert ours.keys() == theirs.keys()
    for name, weight in ours.items():
        torch.testing.assert_close(weight.mean(), theirs[name].mean(), rtol=0, atol=0.01)
        if name.startswith("LayerNorm"):
            torch.testing.assert_close(weight, theirs[name], rtol=0, atol=0)
            continue
        torch.testing.assert_close(weight.std(), theirs[name].std(), rtol=0.15, atol=0)
    assert not ours["word_embeddings.weight"][0].any()
    assert not theirs["word_embeddings.weight"][0].any()
