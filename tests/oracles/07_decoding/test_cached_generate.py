"""Generation with a cache against greedy search without one, with GPT-2 and Llama of transformers and caches of theirs."""

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from tests.conftest import reference

generate = reference(__file__).generate
VOCABULARY = 23


def gpt2():
    return GPT2LMHeadModel(GPT2Config(vocab_size=VOCABULARY, n_positions=32, n_embd=16, n_layer=2, n_head=2))


def llama():
    sizes = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4}
    return LlamaForCausalLM(LlamaConfig(vocab_size=VOCABULARY, num_key_value_heads=2, **sizes))


@pytest.mark.parametrize("prompt", [(1, 1), (1, 7), (3, 4)], ids=str)
@pytest.mark.parametrize("build", [gpt2, llama])
def test_the_same_as_without_a_cache(build, prompt):
    torch.manual_seed(sum(prompt))
    model = build().double().eval()
    asked = []

    def with_cache(input_ids, cache=None):
        asked.append(tuple(input_ids.shape))
        out = model(input_ids, past_key_values=cache, use_cache=True)
        return out.logits, out.past_key_values

    ids = expected = torch.randint(VOCABULARY, prompt)
    for _ in range(9):
        with torch.no_grad():
            logits = model(expected, use_cache=False).logits
        expected = torch.cat([expected, logits[:, -1:].topk(1).indices.squeeze(-1)], dim=1)
    assert torch.equal(generate(with_cache, ids, 9), expected)
    assert asked == [prompt] + [(prompt[0], 1)] * 8


def test_no_new_tokens():
    ids = torch.tensor([[3, 1]])
    assert torch.equal(generate(lambda *_: pytest.fail("the model is called"), ids, 0), ids)
