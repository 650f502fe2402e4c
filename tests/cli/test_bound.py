"""``ratecert bound``: what it prints, refuses and draws, and that it prints nothing unproved."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import textwrap
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest

from ratecert.commands import bound as command
from ratecert.commands.checked import Outcome

CASE = ("--d", "1000", "--K", "100000", "--L", "1", "--Delta", "10", "--sigma", "1")


def case(**changes: str | None) -> list[str]:
    """The options of a case, some of them other, more or (None) left out."""
    options: dict[str, str | None] = dict(zip(CASE[::2], CASE[1::2], strict=True))
    options |= {f"--{name.replace('lam', 'lambda')}": value for name, value in changes.items()}
    return [f"{name}={value}" for name, value in options.items() if value is not None]


@pytest.fixture
def believed(monkeypatch):
    """Take claims as proved: these tests are about what is printed of them."""
    monkeypatch.setattr(
        command, "outcomes", lambda claims, *_: {c: Outcome("proved", 0.0) for c in claims}
    )


# --- what it must give --------------------------------------------------------------------------


def test_the_canonical_instance(run):
    """Proved and replayed for this; by hand, with 50 digits, from the blueprint."""
    outcome = run("bound", "adamw.rate", *CASE, "--instance", "canonical", "--format", "json")
    assert outcome.code == 0
    data = outcome.json
    assert data["constants"]["C_1"] == "5.411494363617"
    assert data["constants"]["C_2"] == "29.284271247462"
    assert data["constants"]["C_P"] == "20.707106781187"
    assert (data["schema"], data["theorem"], data["instance"]) == (1, "adamw.rate", "canonical")
    assert (data["verdict"], data["recalled"], data["violations"]) == ("proved", False, [])
    with mpmath.workdps(50):
        constant = 20 + mpmath.sqrt(2) / 2
        gap, h = mpmath.mpf(10) / 100000, mpmath.mpf(1)
        noise = mpmath.sqrt(constant * mpmath.sqrt(2)) * mpmath.sqrt(1000) * mpmath.root(h * gap, 4)
        other = mpmath.sqrt(2) * constant * mpmath.sqrt(1000 * gap)
        wanted = (noise + other, noise, other)
        ours = (data["bound"], *data["terms"].values())
        for text, exact in zip(ours, wanted, strict=True):
            assert exact <= mpmath.mpf(text) <= exact * (1 + mpmath.mpf(10) ** -18)
        found = data["hyperparameters"]
        assert abs(mpmath.mpf(found["eta"]) * 2 - mpmath.sqrt(mpmath.mpf(10) / 10**8)) < 1e-20
        assert abs(mpmath.mpf(found["beta"]["high"]) - mpmath.sqrt(mpmath.mpf("0.99"))) < 1e-19
        most = mpmath.sqrt(mpmath.mpf("0.01") / 8) / (
            mpmath.sqrt(mpmath.mpf(4) / 3) * mpmath.mpf(found["eta"]) * 10**5
        )
        assert abs(mpmath.mpf(found["lambda_max"]) - most) < 1e-18
    assert (found["theta"], found["eps"], found["beta"]["low"]) == ("0.99", "0.001", "0.99")
    assert (
        Fraction(found["theta"])
        <= Fraction(found["beta"]["use"])
        <= Fraction(found["beta"]["high"])
    )


def test_json_is_what_the_design_says(run, believed):
    data = run("bound", "adamw.rate", *CASE, "--format", "json").json
    assert {"schema", "theorem", "instance", "bound", "terms", "constants", "hyperparameters",
            "violations"} <= set(data)  # fmt: skip
    assert set(data["constants"]) == {"C_P", "C_1", "C_2"}
    assert {"eta", "theta", "beta", "eps", "lambda_max"} <= set(data["hyperparameters"])
    assert set(data["hyperparameters"]["beta"]) == {"low", "high", "use"}
    total = sum(Fraction(term) for term in data["terms"].values())
    assert abs(Fraction(data["bound"]) - total) <= total / 10**18


@pytest.mark.parametrize("theorem", ["adamw.rate", "nadamw.rate", "adam.rate"])
def test_best_is_the_default_and_the_smallest(run, believed, theorem):
    best = run("bound", theorem, *CASE, "--format", "json").json
    bounds = {i["instance"]: Fraction(i["bound"]) for i in best["instances"]}
    assert len(bounds) >= 3 and best["instance"] == min(bounds, key=bounds.__getitem__)
    for name, bound in bounds.items():
        named = run("bound", theorem, *CASE, "--instance", name, "--format", "json").json
        assert Fraction(named["bound"]) == bound


def test_text(run, believed):
    out = run("bound", "adamw.rate", *CASE, "--instance", "canonical", "--target", "0.5").out
    lines = [line.strip() for line in out.splitlines()]
    assert "Bound, rounded up: 26.373148" in lines
    assert "4.2078167  SGD's bound × √d (sgd.rate)" in lines
    assert "141.42136  the gradient at x¹, at most (adamw.gradient-gap)" in lines
    assert "C_1 = 5.411494363617" in lines
    assert "η = 0.000158113883008    = √(Δ/(K·L·d))/2" in lines
    (call,) = (line for line in lines if line.startswith("torch.optim.AdamW("))
    assert "lr=0.00015811388300841894, betas=(0.99, 0.9949874371066199)" in call
    assert any(re.fullmatch(r"K = \d+ with adamw.rate.canonical", line) for line in lines)
    assert "the smallest: the bound cannot grow with K, and at K - 1 it is above" in lines
    assert max(len(line) for line in out.splitlines() if "torch.optim" not in line) <= 110


def test_sgd(run):
    """All of it, proof and replay included."""
    outcome = run("bound", "sgd.rate", *CASE, "--format", "json")
    assert outcome.code == 0
    data = outcome.json
    assert (data["instance"], data["claim"], data["norm"]) == (None, "sgd.rate", "l2")
    assert data["constants"] == {"C_P": None, "C_1": "1.189207115003", "C_2": "1.414213562373"}
    assert (data["hyperparameters"]["theta"], data["sgd"]) == (None, None)
    eta = Fraction(data["hyperparameters"]["eta"])
    assert 0 <= Fraction(2, 10**4) - eta**2 < Fraction(1, 10**20)


@pytest.mark.parametrize("d", ["1e11", "100000000000"])
def test_large_models(run, believed, d):
    data = run("bound", "adamw.rate", *case(d=d, K="1e7"), "--format", "json").json
    assert data["values"]["d"] == "100000000000" and Fraction(data["bound"]) > 0


@pytest.mark.parametrize(
    "changes",
    [{"L": "1e1000"}, {"sigma": "1e999"}, {"Delta": "1e-1000"}, {"K": "1e40"}, {"d": "1e300"},
     {"sigma": "0", "K": "1", "d": "1"}, {"sigma": "0", "L": "1/3", "K": "7"}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("theorem", ["adamw.rate", "sgd.rate"])
def test_extreme_values(run, believed, theorem, changes):
    outcome = run("bound", theorem, *case(**changes))
    assert (outcome.code, outcome.err) == (0, "")
    lost = "In double precision" in outcome.out
    assert not lost or max(len(v) for v in changes.values()) > 3


def test_what_is_assumed_is_said(run, believed):
    assert "x¹ = 0, which is assumed" in run("bound", "adamw.rate", *CASE).out
    for options in (["adamw.rate", *case(x1="0")], ["adam.rate", *CASE], ["sgd.rate", *CASE]):
        assert "assumed" not in run("bound", *options).out
    said = run("bound", "adamw.rate", *CASE, "--format", "json").json
    assert (said["assumed"], "x1" in said["values"]) == ({"x1": "0"}, False)


# --- nothing unproved ---------------------------------------------------------------------------

FALSE = """\
    from ratecert.proofs.language import Proof, Rational, Theory, sqrt
    from ratecert.proofs.theorems.adamw.choice import Choice
    from ratecert.proofs.theorems.adamw.instances import given, l1, tuned
    from ratecert.proofs.theorems.adamw.setting import K, adamw

    mine = Theory("mine", "Too good", extends=(adamw,))


    @mine.lemma(
        "rate.better",
        title="A tenth of the bound",
        kind="instance",
        for_constants=tuned.constants,
        given=given(tuned),
        claim=(l1 / K, "<=", tuned.bound / 10),
        witness=tuned.witness,
    )
    def better(p: Proof):
        raise RuntimeError("to be proved")
    """


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_unproved_bound_is_not_shown(run, tmp_path: Path, form):
    path = tmp_path / "mine.py"
    path.write_text(textwrap.dedent(FALSE))
    outcome = run("bound", f"{path}:rate.better", *CASE, "--format", form)
    assert outcome.code == 1
    assert "mine.rate.better is" in outcome.err and "no bound is known" in outcome.err
    if form == "json":
        assert outcome.json["bound"] is None and outcome.json["terms"] == {}
        assert outcome.json["verdict"] == "error"
    else:
        assert outcome.out == ""


def test_instances_of_ones_own_are_found(run, believed, tmp_path: Path):
    path = tmp_path / "mine.py"
    path.write_text(textwrap.dedent(FALSE).replace(" / 10", ""))
    own = run("bound", "adamw.rate", *CASE, "--instance", f"{path}:rate.better", "--format", "json")
    tuned = run("bound", "adamw.rate", *CASE, "--instance", "tuned", "--format", "json").json
    assert own.json["instance"] == "mine.rate.better"
    for key in ("bound", "constants", "hyperparameters", "code"):
        assert own.json[key] == tuned[key]


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"K": "nan"}, ["--K", "nan", "1 ≤ K", "integer"]),
        ({"K": "1.5"}, ["--K", "1.5 is no integer", "1 ≤ K"]),
        ({"K": "many"}, ["'many' is no number", "1 ≤ K"]),
        ({"d": "inf"}, ["--d", "inf", "1 ≤ d"]),
        ({"sigma": "nan"}, ["--sigma", "0 ≤ σ_s"]),
        ({"sigma": "0.1,0.2,0.2"}, ["is a list", "σ_s, the root of the sum", "would be 0.3"]),
        ({"x1": "[1, -3]"}, ["the largest |x_i^1|; of these, 3"]),
        ({"L": "1/0"}, ["divides by 0", "0 < L"]),
        ({"Delta": "__import__('os')"}, ["is no number", "0 < Δ"]),
        ({"L": "1e99999"}, ["exponents go up to"]),
        ({"theta": "NaN"}, ["--theta", "0 ≤ θ", "θ < 1"]),
        ({"target": "x"}, ["--target"]),
        ({"target": "0"}, ["--target 0", "no bound"]),
        ({"K": "5:2"}, ["5:2", "upwards", "1 ≤ K"]),
        ({"K": "0:2"}, ["at least 1"]),
        ({"K": "1:2:3:4"}, ["no range"]),
        ({"K": "1:1e9:100000"}, ["2 to 1000"]),
        ({"instance": "canonicl"}, ["no instance 'canonicl'; nearest: canonical"]),
        ({"plot": "x.svg"}, ["--plot draws a sweep"]),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_value(run, changes, said):
    outcome = run("bound", "adamw.rate", *case(**changes))
    assert outcome.code == 2 and outcome.out == ""
    assert all(text in outcome.err for text in said), outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("theorem", "said"),
    [("adamw.rat", "nearest: rate"), ("adamv.rate", "did you mean adam?"),
     ("adamw.L3", "no rate"), ("adamw.rate.sigma", "leaves c_eps open"), ("adamw", "choose a")],
)  # fmt: skip
def test_what_is_no_rate(run, theorem, said):
    outcome = run("bound", theorem, *CASE)
    assert (outcome.code, outcome.out) == (2, "") and said in outcome.err


def test_what_a_theorem_does_not_have(run):
    outcome = run("bound", "sgd.rate", *case(lam="1"))
    assert (outcome.code, outcome.out) == (2, "")
    assert "--lambda: there is no such constant in sgd.rate" in outcome.err


@pytest.mark.parametrize(
    ("changes", "hypothesis", "constant", "value", "admissible", "nearest"),
    [
        ({"K": "0"}, "1 ≤ K", "K", "0", "[1, ∞)", "1"),
        ({"d": "-1"}, "1 ≤ d", "d", "-1", "[1, ∞)", "1"),
        ({"sigma": "-1e-3"}, "0 ≤ σ_s", "sigma", "-0.001", "[0, ∞)", "0"),
        ({"L": "0"}, "0 < L", "L", "0", "(0, ∞)", None),
        ({"Delta": "-1/3"}, "0 < Δ", "Delta", "-1/3", "(0, ∞)", None),
        ({"theta": "1"}, "θ = 1 - s", "theta", "1", "0.99", "0.99"),
        ({"mu": "1.5"}, "μ ≤ 1", "mu", "1.5", "[0.99, 1]", "1"),
        ({"lam": "-1"}, "0 ≤ λ", "lambda", "-1", "[0, 0.0019364916731037084425]", "0"),
        ({"lam": "1"}, "λ²·(K·η·√(2·θ·(1 - μ)²/(1 - θ) + 2 - 2·μ²/3) + xmax[d])² ≤ s/8",
         "lambda", "1", "[0, 0.0019364916731037084425]", "0.0019364916731037084425"),
    ],
    ids=str,
)  # fmt: skip
def test_hypotheses_that_fail(
    run, believed, changes, hypothesis, constant, value, admissible, nearest
):
    options = [*case(**changes), "--instance", "canonical"]
    outcome = run("bound", "adamw.rate", *options, "--format", "json")
    assert outcome.code == 1
    assert outcome.json["bound"] is None
    first = outcome.json["violations"][0]
    assert first["hypothesis"] == hypothesis and first["verdict"] == "fails"
    assert (first["constant"], first["value"]) == (constant, value)
    assert (first["admissible"], first["nearest"]) == (admissible, nearest)
    text = run("bound", "adamw.rate", *options)
    assert text.code == 1 and "No bound: hypotheses fail" in text.out
    assert hypothesis in text.out and f"admissible: {admissible}" in text.out
    if nearest is not None:
        assert f"nearest: --{constant} {nearest}" in text.out


def test_a_negative_number_is_no_option(run, believed):
    assert run("bound", "adamw.rate", *CASE[:-1], "-1e3").code == 1


# --- targets, sweeps, plots ---------------------------------------------------------------------


def test_target(run, believed):
    def at(steps: str) -> Fraction:
        data = run("bound", "adam.rate", *case(K=steps), "--instance", "tuned", "--format", "json")
        return Fraction(data.json["bound"])

    options = [*case(target="1/2"), "--instance", "tuned", "--format", "json"]
    outcome = run("bound", "adam.rate", *options)
    found = outcome.json["target"]
    assert outcome.code == 0 and found["level"] == "0.5" and found["smallest"] is True
    assert at(found["K"]) <= Fraction(1, 2) < at(str(int(found["K"]) - 1))
    assert Fraction(found["bound"]) == at(found["K"])


def test_a_target_at_which_a_hypothesis_fails_is_a_finding(run, believed):
    options = [*case(target="0.5", lam="0.001"), "--instance", "canonical", "--format", "json"]
    outcome = run("bound", "adamw.rate", *options)
    assert outcome.code == 1 and outcome.json["bound"] is not None
    (violation,) = outcome.json["target"]["violations"]
    assert violation["constant"] == "lambda" and outcome.json["target"]["bound"] is None


def test_a_target_out_of_reach(run, believed):
    outcome = run("bound", "sgd.rate", *case(target="1e-90"))
    assert outcome.code == 1 and "no K up to 10^100 is enough" in outcome.out


def test_sweep(run, believed):
    rows = run("bound", "adamw.rate", *case(K="1e3:1e4", d="1:100:3"), "--format", "json").json
    assert [(r["values"]["d"], r["values"]["K"]) for r in rows] == [
        (d, K) for d in ("1", "10", "100")
        for K in ("1000", "2000", "5000", "10000")
    ]  # fmt: skip
    for row in rows[::5]:
        alone = run("bound", "adamw.rate", *case(**row["values"]), "--format", "json").json
        assert alone == row
    outcome = run("bound", "adamw.rate", *case(K="1e3:1e5", target="2"))
    table = [line.split() for line in outcome.out.splitlines()]
    assert outcome.code == 0
    assert [
        "1000",
        "100000",
        "10.039",
        "4.2079",
        "141.43",
        "0.00052705",
        "0.975",
        "origin",
    ] in table
    assert "To reach 2" in outcome.out


def test_a_sweep_with_a_failing_row_is_a_finding(run, believed):
    outcome = run("bound", "adamw.rate", *case(K="1e3:1e9:4", lam="0.0001"), "--format", "json")
    assert outcome.code == 1
    assert [row["bound"] is None for row in outcome.json] == sorted(
        row["bound"] is None for row in outcome.json
    )


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="needs [plot]")
@pytest.mark.parametrize("swept", [{"d": "1:1e6:3"}, {"K": "1:100:3", "d": "1:9:2"}])
def test_plot(run, believed, tmp_path: Path, swept):
    path = tmp_path / "rate.svg"
    outcome = run("bound", "adamw.rate", *case(**swept, target="3", plot=str(path)))
    assert outcome.code == 0, outcome.err
    drawn = path.read_text()
    assert "<svg" in drawn and len(drawn) > 10_000


def test_a_plot_without_matplotlib(run, monkeypatch, tmp_path: Path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    outcome = run("bound", "adamw.rate", *case(K="1:10", plot=str(tmp_path / "x.svg")))
    assert outcome.code == 2 and "pip install 'ratecert[plot]'" in outcome.err


# --- costs --------------------------------------------------------------------------------------


def test_no_torch_and_no_plot_unless_asked(python):
    program = """
        import sys
        from ratecert.cli import main
        from ratecert.commands import bound
        from ratecert.commands.checked import Outcome
        bound.outcomes = lambda claims, *_: {c: Outcome("proved", 0.0) for c in claims}
        code = main(sys.argv[1:])
        sys.stderr.write("\\n" + " ".join(sys.modules))
        sys.exit(code)
        """
    outcome = python(program, "bound", "adamw.rate", *CASE, "--format", "json")
    assert outcome.code == 0 and json.loads(outcome.out)["instance"] == "origin"
    loaded = set(outcome.err.splitlines()[-1].split())
    assert not loaded & {"torch", "matplotlib", "sklearn", "z3", "rich"}
