"""``ratecert conform``: exit codes, JSON, what it says, and what it must not touch."""

from __future__ import annotations

import json
import re
import textwrap

import pytest

# Not all of this needs torch: without it, the command says what to install.
numeric = pytest.mark.numeric

ADAMW = ("conform", "torch.optim.AdamW", "--recursion", "adamw", "--steps", "20")
SGD = ("conform", "torch.optim.SGD", "--recursion", "sgd", "--steps", "20")
KEYS = {
    "schema", "class", "recursion", "verdict", "parameters", "call", "arguments", "unmapped",
    "presets", "steps", "seed", "tolerance", "problems", "divergence", "failure", "explanations",
    "sets_tried", "agrees_under",
}  # fmt: skip

USER = """
    import torch

    print("this module talks")


    class Mine(torch.optim.Optimizer):
        def __init__(self, params, rate, decay1, decay2, eps=1e-8):
            super().__init__(params, dict(rate=rate, d1=decay1, d2=decay2, eps=eps))

        @torch.no_grad()
        def step(self):
            print("and so does its step")
            for group in self.param_groups:
                for p in group["params"]:
                    s = self.state[p]
                    m = s["m"] = group["d1"] * s.get("m", 0) + (1 - group["d1"]) * p.grad
                    v = s["v"] = group["d2"] * s.get("v", 0) + (1 - group["d2"]) * p.grad**2
                    p -= group["rate"] * m / (v + group["eps"]).sqrt()
    """


@pytest.fixture
def user(tmp_path):
    path = tmp_path / "user.py"
    path.write_text(textwrap.dedent(USER), encoding="utf-8")
    return str(path)


@numeric
def test_sgd_agrees(run):
    outcome = run(*SGD)
    assert (outcome.code, outcome.err) == (0, "")
    assert "They agree to 1e-10, on these 60 steps. This is evidence, not a proof." in outcome.out


@numeric
def test_adamw_diverges_and_is_explained(run):
    outcome = run(*ADAMW)
    assert outcome.code == 1
    for text in (
        "First divergence: step 1 on quadratic",
        "two known differences, together, explain every step",
        "[bias-correction]", "[eps-outside-root]",
        "recursion  D[k] = sqrt(eps + v[k])", "AdamW      D[k] = eps + sqrt(v[k]/(1 - beta^k))",
        "under  --preset warm --preset tiny-eps",
    ):  # fmt: skip
        assert text in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 120


@numeric
def test_adamw_agrees_under_the_presets_named(run):
    assert run(*ADAMW, "--preset", "warm", "--preset", "tiny-eps").code == 0


@numeric
def test_json(run):
    outcome = run(*ADAMW, "--format", "json")
    data = outcome.json
    assert (outcome.code, outcome.err, set(data)) == (1, "", KEYS)
    assert (data["schema"], data["class"], data["verdict"]) == (
        1, "torch.optim.adamw.AdamW", "diverges",
    )  # fmt: skip
    assert data["arguments"]["betas"] == ["theta", "beta"]
    (found,) = data["explanations"]
    assert [d["id"] for d in found["differences"]] == ["bias-correction", "eps-outside-root"]
    assert all(set(d) == {"id", "term", "title"} for d in found["differences"])
    assert data["divergence"]["step"] == 1
    assert data["agrees_under"][0]["presets"] == ["warm", "tiny-eps"]
    assert [p["id"] for p in data["problems"]] == ["quadratic", "periodic", "softmax"]
    json.dumps(data, allow_nan=False)


@numeric
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_format_does_not_change_the_code(run, form):
    assert run(*SGD, "--format", form).code == 0
    assert run(*SGD, "--set", "momentum=0.9", "--format", form).code == 1
    assert run(*SGD[:-1], "0", "--format", form).code == 4


@numeric
def test_deterministic(run):
    assert run(*ADAMW, "--format", "json").out == run(*ADAMW, "--format", "json").out
    other = run(*ADAMW, "--format", "json", "--seed", "1").json
    assert other["divergence"] != run(*ADAMW, "--format", "json").json["divergence"]


@numeric
def test_a_class_of_one_s_own(run, user):
    mapped = ("--arg", "rate=eta", "--arg", "decay1=theta", "--arg", "decay2=beta")
    args = ("conform", f"{user}:Mine", "--recursion", "adam", "--steps", "20", *mapped)
    outcome = run(*args, "--format", "json")
    assert (outcome.code, outcome.json["verdict"]) == (0, "agrees")
    assert outcome.json["class"] == "Mine"
    assert "and so does its step" in outcome.err
    assert max(p["max_relative_difference"] for p in outcome.json["problems"]) <= 1e-14
    swapped = run(*args[:-3], "decay1=beta", "--arg", "decay2=theta", "--format", "json")
    (found,) = swapped.json["explanations"]
    assert [d["id"] for d in found["differences"]] == ["betas-swapped"]


@numeric
def test_a_class_that_fails(run, user, tmp_path):
    path = tmp_path / "user.py"
    path.write_text(path.read_text("utf-8").replace("p -= ", "raise RuntimeError('lost')"), "utf-8")
    args = ("conform", f"{user}:Mine", "--recursion", "adam", "--steps", "5", "--set", "rate=1",
            "--set", "decay1=0", "--set", "decay2=0")  # fmt: skip
    outcome = run(*args)
    assert outcome.code == 2  # a file that does not parse
    assert "SyntaxError" in outcome.err
    path.write_text(textwrap.dedent(USER).replace("p -= ", "raise RuntimeError('lost') or "))
    outcome = run(*args)
    assert outcome.code == 1
    assert "Mine fails at step 1 on quadratic: step() raised RuntimeError: lost." in outcome.out
    assert run(*args, "--format", "json").json["failure"]["step"] == 1


@numeric
@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("torch.optim.SGD", "--recursion", "sdg"), "no recursion 'sdg'; did you mean sgd?"),
        (("torch.optim.Sgd", "--recursion", "sgd"), "torch.optim has no class 'Sgd'"),
        (("torch.optim.SGD", "--recursion", "sgd", "--at", "eta=nan"), "no finite number"),
        (("torch.optim.SGD", "--recursion", "sgd", "--at", "eta=1e308"), "breaks down"),
        (("torch.optim.AdamW", "--recursion", "adamw", "--at", "theta=2"), "0 <= theta < 1"),
        (("torch.optim.AdamW", "--recursion", "adamw", "--at", "eps=-1"), "eps > 0"),
        (("torch.optim.SGD", "--recursion", "sgd", "--set", "lr=-1"), "refuses its arguments"),
        (("torch.optim.SGD", "--recursion", "sgd", "--preset", "warm"), "no step counter"),
        (("torch.optim.SGD", "--recursion", "sgd", "--tolerance", "nan"), "are needed"),
        (("torch.optim.SGD", "--recursion", "sgd", "--steps", "-3"), "not an integer"),
        (("torch.optim.SGD", "--recursion", "sgd", "--seed", "1.5"), "not an integer"),
        (("torch.optim.SGD",), "--recursion"),
    ],
    ids=str,
)
def test_usage(run, args, says):
    outcome = run("conform", *args)
    assert (outcome.code, outcome.out) == (2, "")
    assert says in outcome.err


def test_without_torch_it_says_what_to_install(python):
    program = """
        import sys
        sys.modules["torch"] = None
        from ratecert.cli import main
        sys.exit(main(["conform", "torch.optim.SGD", "--recursion", "sgd"]))
        """
    outcome = python(program)
    assert (outcome.code, outcome.out) == (2, "")
    assert "conform needs the extra [numeric]: pip install 'ratecert[numeric]'" in outcome.err


@numeric
def test_help_names_what_there_is(run):
    from ratecert.numeric_checks.conform import PRESETS, PROBLEMS
    from ratecert.optimizers.recursions import RECURSIONS

    words = re.findall(r"[a-z-]+", run("conform", "--help").out)
    assert {*RECURSIONS, *PRESETS, *PROBLEMS} <= set(words)
