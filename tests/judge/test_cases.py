"""The recipes of inputs, and the changes that several graders make to them."""

import math

import pytest
import torch
from torch import nn

from kata.errors import JudgeError
from kata.grading import (
    Case,
    between,
    characters,
    checkpoint,
    choice,
    coin,
    exactly,
    hide_a_row,
    hide_some,
    integers,
    large_at_the_end,
    lines,
    lower_triangle,
    normal,
    nothing_for_the_second,
    once,
    starting_with,
    uniform,
    weights,
)
from kata.judge.cases import draw

MANY = range(60)


def test_a_number_is_drawn_for_each_seed():
    whole = [draw(between(3, 5), seed, None) for seed in MANY]
    assert set(whole) == {3, 4, 5} and {type(n) for n in whole} == {int}
    real = [draw(between(0.5, 2), seed, None) for seed in MANY]
    assert len(set(real)) == len(MANY) and all(0.5 <= n < 2 for n in real) and {type(n) for n in real} == {float}
    assert {draw(choice("mean", "sum", None), seed, None) for seed in MANY} == {"mean", "sum", None}
    assert {len(draw(choice(normal(2), exactly([1, 2, 3])), seed, None)) for seed in MANY} == {2, 3}


def test_a_number_is_the_same_wherever_a_case_has_it():
    T, H, d = between(2, 9), between(1, 4), between(1, 3)
    case = Case("a case", q=normal(2, T, H * d), mask=coin(T, T), causal=lower_triangle(T), sizes=[(T, {"h": H})], d=d)
    seen = set()
    for seed in MANY:
        drawn = case.draw(seed, None)
        ((t, h),) = drawn["sizes"]
        seen.add(t)
        assert drawn["q"].shape == (2, t, h["h"] * drawn["d"])
        assert drawn["mask"].shape == drawn["causal"].shape == (t, t)
    assert seen == set(range(2, 10))
    other = Case("another case", T=T)
    assert [other.draw(n, None)["T"] for n in MANY] != [case.draw(n, None)["sizes"][0][0] for n in MANY]


def test_arithmetic_with_numbers():
    T = between(4, 9)
    tree = draw([T, T + 1, 1 + T, T - 1, 10 - T, 2 * T, T * T, T // 2, T / 2, -T, between(1, T)], 7, None)
    t, drawn = tree[0], tree[1:-1]
    assert drawn == [t + 1, t + 1, t - 1, 10 - t, 2 * t, t * t, t // 2, t / 2, -t] and 1 <= tree[-1] <= t


def test_numbers_in_every_recipe():
    n, p = between(300, 400), between(0.1, 0.2)
    tree = [
        n,
        normal(n, std=p, mean=n),
        uniform(n, low=n, high=n + 1),
        integers(n, low=n, high=n + 2),
        coin(n, 99, p=p),
    ]
    size, bell, even, whole, coins = draw(tree, 0, None)
    for numbers in (bell, even, whole, coins):
        assert len(numbers) == size
    assert (bell - size).abs().max() < 1 and ((even >= size) & (even <= size + 1)).all()
    assert set(whole.tolist()) == {size, size + 1} and 0.1 < coins.float().mean() < 0.25
    size, values = draw([n, exactly([n, -1])], 0, None)
    assert values.tolist() == [size, -1]
    size, moved = draw([n, normal(n, 2).map(lambda x, n: x[: n - 1], n)], 0, None)
    assert len(moved) == size - 1
    assert draw([n, n.map(lambda n: 2 * n)], 0, None)[1] == 2 * draw(n, 0, None)


def test_what_is_drawn_once():
    mask = once(coin(between(5, 9), 4))
    for seed in range(3):
        x, drawn = draw([mask.map(torch.Tensor.double), mask], seed, None)
        assert torch.equal(x, drawn.double()) and drawn.dtype == torch.bool


def test_weights_of_a_drawn_size():
    n, m = between(2, 9), between(2, 9)
    for seed in range(5):
        state, size = draw([weights(lambda impl, n, m: nn.Linear(n, m), n, m), (n, m)], seed, None)
        assert state["weight"].shape == (size[1], size[0])


def test_a_checkpoint_of_a_drawn_size():
    n = between(2, 5)
    for seed in range(5):
        state, size = draw([checkpoint(lambda n: {"h.0.weight": (n, 2 * n), "bias": (n,)}, n), n], seed, None)
        assert {name: weight.shape for name, weight in state.items()} == {
            "h.0.weight": (size, 2 * size),
            "bias": (size,),
        }
        assert all(weight.dtype == torch.float64 for weight in state.values())


def test_what_cannot_be_drawn():
    with pytest.raises(JudgeError, match="no number between 3 and 2"):
        draw(between(3, 2), 0, None)
    with pytest.raises(TypeError, match="drawn"):
        _ = "yes" if between(0, 1) else "no"


def test_a_case_with_a_scenario_of_its_own():
    assert Case("sorted", sorted, x=normal(3)).scenario is sorted
    assert draw(Case("a name", scenario=3, name=4).arguments, 0, None) == {"scenario": 3, "name": 4}
    with pytest.raises(JudgeError, match="has no scenario"):
        _ = Case("none").scenario


def test_transposed():
    plain, turned = draw(normal(2, 3, 4), 0, None), draw(normal(2, 3, 4).transposed(), 0, None)
    assert torch.equal(turned, plain.mT) and not turned.is_contiguous()
    assert draw(normal(2, 3, 4).transposed(0, 1), 0, None).shape == (3, 2, 4)


def test_hidden_entries():
    x = torch.zeros(3, 5)
    assert (hide_some(x) == -math.inf).nonzero()[:, 1].tolist() == [0, 3] * 3
    assert (hide_a_row(x) == -math.inf).nonzero()[:, 0].tolist() == [1] * 5
    assert not x.any(), "an input is changed in place"


def test_nothing_for_the_second():
    for shape in [(3, 5), (2, 3, 5)]:
        mask = nothing_for_the_second(torch.ones(shape, dtype=torch.bool))
        assert mask.any(-1)[..., [0, 2]].all() and not mask[..., 1, :].any()


def test_large_numbers():
    x = torch.zeros(7, 4)
    assert large_at_the_end(x).sum(1).tolist() == [0.0] * 5 + [400.0] * 2
    assert starting_with(256)(x[:3])[:, 0].tolist() == [256.0] * 3
    assert starting_with(1, -2, 3)(x[:3]).sum(1).tolist() == [1.0, -2.0, 3.0]


def test_lines_of_a_text_are_drawn_in_any_order_and_none_twice(tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("one\ntwo\u2028 still two\nthree\n", encoding="utf-8")
    drawn = [draw(lines(file, between(1, 2)), seed, None) for seed in MANY]
    assert {len(some) for some in drawn} == {1, 2} and all(len(set(some)) == len(some) for some in drawn)
    assert {line for some in drawn for line in some} == {"one", "two\u2028 still two", "three"}
    assert len({tuple(some) for some in drawn}) == 3 + 6
    assert draw(lines(file, 2), 5, None) == draw(lines(file, 2), 5, None)
    with pytest.raises(JudgeError, match="3 lines, and 4"):
        draw(lines(file, 4), 0, None)
    with pytest.raises(JudgeError, match="Restore it"):
        draw(lines(tmp_path / "missing.txt", 1), 0, None)


def test_characters_are_of_any_script_and_can_be_written():
    drawn = [draw(characters(40), seed, None) for seed in MANY]
    assert len(set(drawn)) == len(MANY) and all(text.encode().decode() == text for text in drawn)
    everything = "".join(drawn)
    assert min(everything) < " " and max(everything) > "\U00020000"
    assert any("\u4e00" <= character <= "\u9fff" for character in everything)
    assert draw(characters(0), 0, None) == ""


def test_other_inputs_of_the_same_sizes():
    T, p, kind = between(2, 9), between(0.5, 2.0), between(1, 99)
    case = Case("a case", x=normal(T, std=p), y=normal(2), sizes=(T, T + 1), kind=kind, name="same")
    for seed in range(5):
        inputs, (every, *each) = case.draw(seed, None), case.draw_earlier(seed, None)
        assert set(every) == {"x", "y", "kind"} and [list(one) for one in each] == [["x"], ["y"], ["kind"]]
        assert every["x"].shape == inputs["x"].shape and not torch.equal(every["x"], inputs["x"])
        assert every["kind"] != inputs["kind"] and each[2]["kind"] == every["kind"]
    assert case.draw_earlier(3, None)[2]["y"].tolist() == case.draw_earlier(3, None)[0]["y"].tolist()
    assert [list(one) for one in Case("a case", x=normal(T), size=T).draw_earlier(0, None)] == [["x"]]
    (_, masked) = Case("after a mask", x=normal(T), after={"mask": coin(T)}).draw_earlier(0, None)
    assert list(masked) == ["mask"] and masked["mask"].dtype == torch.bool
    assert Case("nothing drawn", x=exactly([1.0]), dim=3).draw_earlier(0, None) == []


def test_edges():
    T, d = between(2, 9), between(2, 4)
    case = Case("a case", x=normal(T, 2 * d), mask=coin(T, T), edges=[{T: 1, "scale": 2}, {T: 0}, {"mask": None}])
    for seed in range(5):
        assert case.draw_edge(0, seed, None)["x"].shape[0] == 1 and case.draw_edge(0, seed, None)["scale"] == 2
        assert case.draw_edge(0, seed, None)["mask"].tolist() == [[True]]
        assert case.draw_edge(1, seed, None)["mask"].shape == (0, 0)
        inputs, edge = case.draw(seed, None), case.draw_edge(2, seed, None)
        assert edge["mask"] is None and edge["x"].shape == inputs["x"].shape and not torch.equal(edge["x"], inputs["x"])
