"""What a user types: classes, mappings, constants, values; and every refusal."""

from __future__ import annotations

import pytest
import torch

from ratecert.numeric_checks.conform import (
    ConformError,
    find_class,
    parse_arguments,
    parse_constants,
    parse_values,
)
from ratecert.numeric_checks.conform.arguments import deduce, parse_literal
from ratecert.numeric_checks.conform.classes import signature
from ratecert.optimizers.recursions import ADAM, ADAMW, NADAMW, SGD


class TestClasses:
    @pytest.mark.parametrize("name", ["torch.optim.AdamW", "torch.optim:AdamW"])
    def test_by_module(self, name):
        assert find_class(name) is torch.optim.AdamW

    def test_by_file(self, mine, tmp_path, monkeypatch):
        assert issubclass(find_class(mine()), torch.optim.Optimizer)
        monkeypatch.chdir(tmp_path)
        assert find_class("mine.py:Mine").__name__ == "Mine"
        assert find_class("./mine.py:Mine").__name__ == "Mine"

    def test_a_module_of_the_working_directory(self, mine, tmp_path, monkeypatch):
        mine()
        (tmp_path / "mine.py").rename(tmp_path / "my_own_optimizers.py")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.path", [p for p in __import__("sys").path if p])
        assert find_class("my_own_optimizers.Mine").__name__ == "Mine"

    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("AdamW", r"names no class: write module:Class .*did you mean torch.optim.AdamW\?"),
            ("mine.py", "names no class"),
            ("torch.optim:", "names no class"),
            ("torch.optim.Adamw", "torch.optim has no class 'Adamw'; its optimizers: AdamW"),
            ("torch.optimm.AdamW", "no module named 'torch.optimm'"),
            ("nothing.py:Mine", "nothing.py: no such file"),
            ("torch.optim.lr_scheduler:StepLR", "is a class, but not a subclass"),
            ("torch.optim:lr_scheduler", "is no class, so not a subclass"),
        ],
    )
    def test_refusals(self, name, says):
        with pytest.raises(ConformError, match=says):
            find_class(name)

    def test_a_file_that_does_not_import(self, tmp_path):
        path = tmp_path / "broken.py"
        for text, says in (
            ("1/0", "ZeroDivisionError"),
            ("raise SystemExit(3)", "SystemExit: 3"),
            ("def", "SyntaxError"),
            ("import nowhere", "No module named 'nowhere'"),
        ):
            path.write_text(text)
            with pytest.raises(ConformError, match=says):
                find_class(f"{path}:Mine")  # fmt: skip

    def test_the_nearest_class_of_a_file(self, mine):
        with pytest.raises(ConformError, match="no class 'Mien'; its optimizers: Mine"):
            find_class(mine().replace(":Mine", ":Mien"))


class TestLiterals:
    @pytest.mark.parametrize(
        ("text", "value"),
        [("3", 3), ("-2", -2), ("0.5", 0.5), ("1e9", 1e9), (".5", 0.5), ("TRUE", True),
         ("false", False), ("None", None), ("0.9, 0.99", (0.9, 0.99)), ("1,none", (1, None))],
    )  # fmt: skip
    def test_values(self, text, value):
        found = parse_literal(text)
        assert found == value and type(found) is type(value)

    @pytest.mark.parametrize(
        "text",
        ["", "nan", "inf", "1e999", "1_0", "0x10", "yes", "'a'", "[1]", "1+1", "__import__('os')",
         "9" * 50, "1e99999", "1,,2", "٣"],
    )  # fmt: skip
    def test_refusals(self, text):
        with pytest.raises(ConformError):
            parse_literal(text)


class TestValues:
    def test_defaults(self):
        values = parse_values([], NADAMW)
        assert list(values) == ["eta", "theta", "beta", "mu", "eps", "lam"]
        assert values["mu"] == values["theta"] == 0.9
        assert parse_values(["theta=0.5"], NADAMW)["mu"] == 0.5
        assert parse_values(["mu=theta"], NADAMW)["mu"] == 0.9
        assert parse_values(["mu=1", "eta=1/3"], NADAMW) | {"mu": 1.0, "eta": 1 / 3} == (
            parse_values(["mu=1", "eta=1/3"], NADAMW)
        )

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("theta=1.5", "theta: 1.5 is outside 0 <= theta < 1"),
            ("theta=1", "outside"),
            ("beta=-0.1", "outside 0 <= beta < 1"),
            ("eps=-1e-8", "eps: -1e-08 is outside eps > 0"),
            ("eps=1e-400", "is no finite number|outside eps > 0"),
            ("eta=0", "outside eta > 0"),
            ("eta=nan", "'nan' is no finite number"),
            ("eta=inf", "'inf' is no finite number"),
            ("eta=1e999", "beyond the range of floats"),
            ("eta=1/0", "divides by zero"),
            ("lam=-1", "outside lam >= 0"),
            ("thet=0.9", r"no parameter 'thet'; did you mean theta\?"),
            ("theta", "write NAME=VALUE"),
            ("=3", "write NAME=VALUE"),
        ],
    )
    def test_refusals(self, text, says):
        with pytest.raises(ConformError, match=says):
            parse_values([text], ADAMW)

    def test_twice(self):
        with pytest.raises(ConformError, match="eta is given twice"):
            parse_values(["eta=1", "eta=2"], ADAMW)


class TestMapping:
    def _deduced(self, cls, recursion, given=(), constants=()):
        arguments, fixed = parse_arguments(given, recursion), parse_constants(constants)
        return deduce(signature(cls), recursion, arguments, fixed, cls.__name__)

    def test_usual_names(self):
        found = self._deduced(torch.optim.AdamW, ADAMW)
        assert found.arguments == {
            "lr": ("eta",), "betas": ("theta", "beta"), "eps": ("eps",), "weight_decay": ("lam",),
        }  # fmt: skip
        assert (found.constants, found.unmapped) == ({}, ())
        values = {"eta": 0.1, "theta": 0.2, "beta": 0.3, "eps": 0.4, "lam": 0.5}
        assert found.call(values) == {
            "lr": 0.1, "betas": (0.2, 0.3), "eps": 0.4, "weight_decay": 0.5,
        }  # fmt: skip

    def test_no_decay_in_the_recursion(self):
        assert self._deduced(torch.optim.AdamW, ADAM).constants == {"weight_decay": 0}
        assert self._deduced(torch.optim.AdamW, ADAM, (), ["weight_decay=0.1"]).constants == {
            "weight_decay": 0.1
        }

    def test_overridden(self):
        found = self._deduced(torch.optim.AdamW, ADAMW, ["betas=beta,theta"], ["eps=1e-8"])
        assert found.arguments["betas"] == ("beta", "theta")
        assert (found.constants, found.unmapped) == ({"eps": 1e-8}, ("eps",))

    def test_other_names(self):
        class Other(torch.optim.Optimizer):
            def __init__(self, params, learning_rate, b1, decay_of_v, epsilon, *, wd):
                pass

        found = self._deduced(Other, ADAMW, ["decay_of_v=beta"])
        assert found.arguments == {
            "learning_rate": ("eta",), "b1": ("theta",), "decay_of_v": ("beta",),
            "epsilon": ("eps",), "wd": ("lam",),
        }  # fmt: skip

    def test_unmapped(self):
        assert self._deduced(torch.optim.SGD, NADAMW).unmapped == ("beta", "mu", "eps")
        assert self._deduced(torch.optim.SGD, SGD).unmapped == ()

    @pytest.mark.parametrize(
        ("given", "constants", "says"),
        [
            (["lr=etta"], [], r"adamw has no parameter 'etta'; did you mean eta\?"),
            (["lr=0.1"], [], "a constant is given by --set"),
            (["rl=eta"], [], r"AdamW has no argument 'rl'; did you mean lr\?"),
            ([], ["amsgrat=true"], r"no argument 'amsgrat'; did you mean amsgrad\?"),
            (["lr=eta"], ["lr=1"], "lr is given both by --arg and by --set"),
            ([], ["amsgrad=yes"], "--set amsgrad: 'yes' is no constant"),
            ([], ["amsgrad"], "write NAME=VALUE"),
        ],
    )
    def test_refusals(self, given, constants, says):
        with pytest.raises(ConformError, match=says):
            self._deduced(torch.optim.AdamW, ADAMW, given, constants)

    def test_the_refusal_shows_the_signature(self):
        with pytest.raises(ConformError) as caught:
            self._deduced(torch.optim.AdamW, ADAMW, ["rl=eta"])
        assert f"AdamW{signature(torch.optim.AdamW)}" in str(caught.value)


def test_a_constructor_that_refuses(mine, compared):
    path = mine("super().__init__(params, defaults)", "raise ValueError('no such luck')")
    with pytest.raises(ConformError) as caught:
        compared(path)
    said = str(caught.value)
    assert "Mine refuses its arguments: ValueError: no such luck" in said
    assert "called with: lr=0.015625, betas=(0.9, 0.97)" in said
    assert "signature:   Mine(params, lr=0.001, betas=" in said


def test_unknown_names(compared):
    with pytest.raises(ConformError, match=r"no preset 'wram'; did you mean warm\?"):
        compared("torch.optim.SGD", "sgd", presets=("wram",))
    with pytest.raises(ConformError, match="no problem 'x'"):
        compared("torch.optim.SGD", "sgd", problems=("x",))
    for wrong in ({"seed": 2**64}, {"steps": -1}, {"tolerance": float("nan")}, {"tolerance": 0.0}):
        with pytest.raises(ConformError, match="are needed"):
            compared("torch.optim.SGD", "sgd", **wrong)
