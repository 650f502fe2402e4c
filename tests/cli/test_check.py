"""``ratecert check``: verdicts, exit codes, and JSON to the letter of the contract."""

from __future__ import annotations

import contextlib
import io
import json
import re

import pytest

from ratecert.cli import main
from ratecert.proofs.language import replaying
from ratecert.proofs.theorems import SHIPPED

VERDICTS = ("proved", "refuted", "undecided", "error")
KEYS = ["id", "title", "kind", "verdict", "hypotheses", "assumptions", "axioms", "definitions",
        "oracles", "seconds", "recalled"]  # fmt: skip


@pytest.fixture(scope="module")
def report(request):
    """``ratecert check sgd --format json``, once."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    stream = io.StringIO()
    with capture.global_and_fixture_disabled(), contextlib.redirect_stdout(stream):
        code = main(["check", "sgd", "--format", "json"])
    return code, stream.getvalue()


# --- the contract -----------------------------------------------------------------------------


def test_json_is_the_contract_s(report):
    code, out = report
    data = json.loads(out)
    assert code == 0
    assert list(data) == ["schema", "theories"]
    assert data["schema"] == 1
    (theory,) = data["theories"]
    assert list(theory) == ["id", "model", "statements"]
    assert theory["id"] == "sgd"
    for statement in theory["statements"]:
        assert list(statement) == KEYS
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", statement["id"])
        assert isinstance(statement["title"], str) and statement["title"]
        assert statement["kind"] in ("lemma", "theorem", "instance")
        assert statement["verdict"] == "proved"
        for key in ("hypotheses", "assumptions", "axioms", "definitions", "oracles"):
            assert isinstance(statement[key], list)
            assert all(isinstance(item, str) for item in statement[key])
        assert set(statement["assumptions"]) <= {"A0", "A1", "A2", "A3"}
        assert set(statement["axioms"]) <= {"deterministic-start"}
        assert all(d.split()[0] in ("recursion", "abbreviation", "level")
                   for d in statement["definitions"])  # fmt: skip
        assert statement["oracles"] == []
        assert type(statement["seconds"]) is float and 0 <= statement["seconds"] < 60


def test_rate_in_json(report):
    statements = {s["id"]: s for s in json.loads(report[1])["theories"][0]["statements"]}
    rate = statements["rate"]
    assert rate["kind"] == "theorem"
    assert rate["assumptions"] == ["A0", "A1", "A2", "A3"]
    assert rate["axioms"] == ["deterministic-start"]
    assert {"recursion x", "abbreviation Delta", "abbreviation sigma_s"} <= set(rate["definitions"])
    assert rate["hypotheses"] == ["1 ≤ K", "0 < L", "0 < Δ", "η = 1/max(L, σ_s·√(K·L/(2·Δ)))"]
    assert statements["step-size"]["assumptions"] == []


def test_model_in_json(report):
    model = json.loads(report[1])["theories"][0]["model"]
    assert list(model) == ["verdict", "scenarios", "axioms", "definitions", "hypotheses", "detail",
                           "recalled"]  # fmt: skip
    assert (model["verdict"], model["scenarios"], model["definitions"]) == ("holds", 16, 3)
    assert {a["id"]: (a["verdict"], a["how"]) for a in model["axioms"]}["A1"] == (
        "holds", "proved from the closed forms"
    )  # fmt: skip
    assert {"rate", "rate.min"} <= set(model["hypotheses"])
    assert "6 axioms and 3 definitions hold exactly" in model["detail"]


def test_format_does_not_change_the_code(run, write):
    for path, code in ((write(), 0), (write(factor=3, name="yours"), 1)):
        assert run("check", path).code == run("check", path, "--format", "json").code == code


def test_json_is_all_that_is_on_stdout(run, write):
    for factor in (2, 3):
        outcome = run("check", write(factor=factor), "--format", "json")
        assert outcome.json["schema"] == 1
        assert outcome.err == ""


@pytest.mark.parametrize("where", ["file", "script"])
def test_what_a_theory_file_prints_is_not_on_stdout(run, write, where):
    path = write('print("hello")') if where == "file" else write(
        """
        @mine.lemma("noisy", title="Noisy", for_all=(x,), claim=(0, "<=", x**2))
        def noisy(p):
            print("hello")
            return p.have((0, "<=", x**2), by.algebra())
        """
    )  # fmt: skip
    assert run("check", path, "--format", "json").json["schema"] == 1


# --- verdicts and codes -----------------------------------------------------------------------

OTHERS = """
    @mine.lemma("open", title="Open", for_all=(x, y), claim=claim)
    def open_(p):
        return p.have(claim, by.definition("nothing"))


    @mine.lemma("broken", title="Broken", for_all=(x, y), claim=claim)
    def broken(p):
        return p.nothing()
    """


def test_every_verdict(run, write):
    outcome = run("check", write(OTHERS), "--format", "json")
    assert outcome.code == 1
    (theory,) = outcome.json["theories"]
    found = {s["id"]: s["verdict"] for s in theory["statements"]}
    assert found == {"square": "proved", "open": "undecided", "broken": "error"}
    refuted = run("check", write(factor=3), "--format", "json").json["theories"][0]
    (statement,) = refuted["statements"]
    assert statement["verdict"] == "refuted"
    assert list(statement) == [*KEYS, "reason"]
    assert statement["reason"].startswith("false at x = ")


def test_a_reason_is_given_unless_proved(run, write):
    outcome = run("check", write(OTHERS), "--format", "json")
    for statement in outcome.json["theories"][0]["statements"]:
        assert ("reason" in statement) == (statement["verdict"] != "proved")
        assert statement["verdict"] in VERDICTS


def test_text(run, write):
    outcome = run("check", write(OTHERS))
    assert outcome.code == 1
    assert re.search(r"✓ proved +square +Squares +algebra only", outcome.out)
    assert re.search(r"\? undecided +open", outcome.out)
    assert re.search(r"! error +broken", outcome.out)
    assert (
        "mine.open is undecided:\n    2·x·y ≤ x² + y²\n      by definition of nothing: "
        in outcome.out
    )
    assert "AttributeError: 'Proof' object has no attribute 'nothing'" in outcome.out
    assert "1 of 3 claims proved" in outcome.out


def test_a_refuted_claim_shows_its_point(run, write):
    outcome = run("check", write(factor=3))
    assert outcome.code == 1
    assert re.search(r"✗ refuted +square", outcome.out)
    assert re.search(r"false at x = -?[\d/]+, y = -?[\d/]+\n", outcome.out)


def test_one_claim_only(run, write):
    outcome = run("check", write(OTHERS), "--lemma", "square", "--format", "json")
    assert outcome.code == 0
    assert [s["id"] for s in outcome.json["theories"][0]["statements"]] == ["square"]
    labelled = run("check", write(OTHERS), "--lemma", "mine.square", "--lemma", "open")
    assert (labelled.code, "1 of 2 claims proved" in labelled.out) == (1, True)


def test_a_claim_that_is_not_there(run, write):
    outcome = run("check", write(), "--lemma", "sqare")
    assert outcome.code == 2
    assert outcome.out == ""
    assert "no claim sqare; known: square" in outcome.err


def test_a_claim_that_is_not_there_beside_one_that_is(run, write):
    assert run("check", write(), "--lemma", "square", "--lemma", "sqare").code == 2


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("sdg", "ratecert: no theory 'sdg'; did you mean sgd? (shipped: "),
        ("nothing.py", "ratecert: nothing.py: no such file"),
    ],
)
def test_no_such_theory(run, name, says):
    outcome = run("check", name)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(says)


def test_a_file_that_is_broken(run, write, tmp_path):
    path = tmp_path / "broken.py"
    path.write_text("x = (")
    outcome = run("check", str(path))
    assert (outcome.code, outcome.out) == (2, "")
    assert "SyntaxError" in outcome.err
    assert "Traceback" not in outcome.err


def test_nothing_was_checked(run, monkeypatch):
    from ratecert.commands import locked
    from ratecert.proofs.language import Theory

    monkeypatch.setattr(locked, "load", lambda name: [Theory("empty")])
    outcome = run("check", "empty", "--format", "json")
    assert outcome.code == 4
    (theory,) = outcome.json["theories"]
    assert (theory["id"], theory["statements"]) == ("empty", [])
    assert "nothing was checked" in outcome.err


def test_internal_errors(run, monkeypatch):
    from ratecert.commands import locked

    def broken(name):
        raise RuntimeError("of all things")

    monkeypatch.setattr(locked, "load", broken)
    monkeypatch.delenv("RATECERT_TRACEBACK", raising=False)
    outcome = run("check", "sgd")
    assert (outcome.code, outcome.out) == (3, "")
    assert "ratecert: internal error: RuntimeError: of all things" in outcome.err
    assert "set RATECERT_TRACEBACK=1 for the traceback" in outcome.err
    monkeypatch.setenv("RATECERT_TRACEBACK", "1")
    with pytest.raises(RuntimeError, match="of all things"):
        run("check", "sgd")


def test_interrupted(run, monkeypatch):
    from ratecert.commands import locked

    def interrupted(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(locked, "load", interrupted)
    outcome = run("check", "sgd")
    assert (outcome.code, outcome.err) == (130, "ratecert: interrupted\n")


@pytest.mark.parametrize("where", ["file", "script"])
def test_a_theory_file_cannot_end_the_check(run, write, where):
    path = write("raise SystemExit(0)") if where == "file" else write(
        """
        @mine.lemma("leaves", title="Leaves", for_all=(x, y), claim=(x, "<=", y))
        def leaves(p):
            raise SystemExit(0)
        """
    )  # fmt: skip
    try:
        code = run("check", path).code
    except SystemExit as stop:
        code = stop.code
    assert code != 0


def test_several_theories(run, write):
    outcome = run("check", write(), write(name="yours", factor=3), "--format", "json")
    assert outcome.code == 1
    verdicts = {t["id"]: [s["verdict"] for s in t["statements"]] for t in outcome.json["theories"]}
    assert verdicts == {"mine": ["proved"], "yours": ["refuted"]}


def test_two_theories_of_one_name(run, write):
    """Each is checked, and reported as itself."""
    paths = write(file="a.py"), write(factor=3, file="b.py")
    outcome = run("check", *paths, "--format", "json")
    verdicts = [[s["verdict"] for s in t["statements"]] for t in outcome.json["theories"]]
    assert verdicts == [["proved"], ["refuted"]]


def test_one_theory_named_twice(run, write):
    path = write()
    assert run("check", path, path).code == 0


def test_all_shipped_theories_by_default(run, monkeypatch):
    from ratecert.commands import locked

    seen = []
    monkeypatch.setattr(locked, "load", lambda name: seen.append(name) or [])
    run("check")
    assert seen == list(SHIPPED)


# --- models -----------------------------------------------------------------------------------

COIN = """
    from ratecert.proofs.language import Outcome, Rational, ScenarioTree, within
    from ratecert.proofs.language.symbols import Process

    coin = Theory("coin", "A fair coin, at every step")
    (K,), (k,), (p,) = coin.index_constants("K"), coin.indices("k"), symbols("p")
    c, toss, phi = coin.process("c", 1), Process("toss"), coin.function("phi", "term")
    coin.assume("bounded", (c[k], "<=", BOUND), [within(k, 1, K)])
    coin.assume("phi", (0, "<=", phi(c[k])))
    coin.witness |= {K: 1, k: 1}
    half = Rational(1, 2)
    coin.model(ScenarioTree(
        steps=2, step=k, sizes={K: 2}, functions={phi(p): p**2},
        equations=[(c[k], toss[k, 1], [within(k, 1, K)])],
        outcomes=[Outcome(half, {toss: (1,)}), Outcome(half, {toss: (-1,)})],
    ))

    @coin.lemma("below", title="Below", given=[within(k, 1, K)], claim=(c[k], "<=", BOUND + 1))
    def below(p):
        return p.have((c[k], "<=", BOUND + 1), by.algebra(p.axiom("bounded")))
    """


def coin(bound=1, model="coin.model("):
    return COIN.replace("BOUND", str(bound)).replace("coin.model(", model)


def test_a_model_in_which_the_axioms_hold(run, write):
    path = write(coin())
    outcome = run("check", path)
    assert outcome.code == 0
    assert "  model: K = 2, 4 scenarios: 2 axioms and 0 definitions hold exactly" in outcome.out
    trust = run("trust", f"{path}:below")
    assert "The hypotheses above hold in it as well." in trust.out
    data = run("trust", f"{path}:below", "--format", "json").json["model"]
    assert (data["verdict"], data["hypotheses"]) == ("holds", True)


def test_a_model_in_which_an_axiom_fails_is_a_finding(run, write):
    """The claims are proved all the same: the axiom is what is wrong."""
    path = write(coin(bound=0))
    outcome = run("check", path)
    assert outcome.code == 1
    failed = "  model: fails: bounded fails at k = 1, after the outcome 1: 1 <= 0 is false"
    assert failed in outcome.out
    assert "2 of 2 claims proved" in outcome.out
    model = run("check", path, "--format", "json").json["theories"][1]["model"]
    assert model["verdict"] == "fails"
    assert [a["verdict"] for a in model["axioms"]] == ["fails", "holds"]


def test_axioms_without_a_model_are_reported(run, write):
    outcome = run("check", write(coin(model="str(")))
    assert outcome.code == 0
    assert "  model: none: none is declared for the 2 axioms, so nobody has looked" in outcome.out


def test_a_theory_without_axioms_needs_no_model(run, write):
    outcome = run("check", write())
    assert (outcome.code, "model:" in outcome.out) == (0, False)
    model = run("check", write(), "--format", "json").json["theories"][0]["model"]
    assert (model["verdict"], model["detail"]) == ("none", "")


def test_what_a_model_rests_on_is_replayed(run, write, monkeypatch):
    """An axiom for all k holds in the model by a theorem; the fresh process must agree."""
    path, honest = write(coin()), replaying._replayed
    monkeypatch.setattr(
        replaying, "_replayed",
        lambda data: ({k: v for k, v in honest(data)[0].items() if k[1] != "model.phi"}, ""),
    )  # fmt: skip
    outcome = run("check", path)
    assert outcome.code == 1
    assert "model: error: model.phi: the replay failed: its replay gives None" in outcome.out
    assert "2 of 2 claims proved" in outcome.out


# --- the replay -------------------------------------------------------------------------------


def tampered(change):
    """The replay, but of a trace that somebody has changed on the way."""
    honest = replaying._replayed
    return lambda data: honest(change(data))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: data.replace(b'"sha256":"', b'"sha256":"0', 1), "the replay gives"),
        (lambda data: data[:-20], "refused: TraceError"),
        (lambda data: data.replace(b"certify", b"axiom", 1), "refused: "),
        (lambda data: data.replace(b'"2"', b'"1"', 1), "refused: "),
        (lambda data: b"{}\n", "refused: TraceError"),
        (lambda data: b"", "refused: TraceError"),
    ],
    ids=["digest", "cut off", "another rule", "another number", "no trace", "nothing"],
)
def test_a_trace_that_was_tampered_with(run, write, monkeypatch, change, says):
    monkeypatch.setattr(replaying, "_replayed", tampered(change))
    outcome = run("check", write(), "--format", "json")
    assert outcome.code == 1
    (statement,) = outcome.json["theories"][0]["statements"]
    assert statement["verdict"] == "error"
    assert statement["reason"].startswith("the replay failed: ")
    assert says in statement["reason"]


def test_a_replay_of_something_else(run, write, monkeypatch):
    """A well-formed trace, of another claim under the same id."""
    from ratecert.proofs.kernel.trace import trace
    from ratecert.proofs.language.loader import load

    (other,) = load(write(factor=1, file="other.py"))
    data = trace([other.claims["square"].check().claim])
    monkeypatch.setattr(replaying, "_replayed", tampered(lambda _: data))
    outcome = run("check", write(), "--format", "json")
    assert outcome.code == 1
    (statement,) = outcome.json["theories"][0]["statements"]
    assert "its replay gives " in statement["reason"]


def test_a_theorem_that_was_forged(run, write, monkeypatch):
    """A process that imports the kernel can forge theorems; the replay does not believe them."""
    path = write(
        """
        def forged(p):
            from ratecert.proofs.kernel import judgment
            from ratecert.proofs.kernel.terms import Rat

            goal = p.goal
            args = {"theory": p.theory, "left": goal.left, "right": goal.right}
            return judgment.make(p.theory, frozenset(), goal, frozenset(), "norm", {
                "left": goal.left, "right": goal.right, "ambient": (), "unfold": (), "facts": (),
                "linear": False,
            })

        mine.lemma("false", title="False", for_all=(x, y), claim=(x, "==", y))(forged)
        """
    )
    outcome = run("check", path, "--format", "json")
    assert outcome.code == 1
    verdicts = {s["id"]: s for s in outcome.json["theories"][0]["statements"]}
    assert verdicts["false"]["verdict"] == "error"
    assert "the replay failed: refused: " in verdicts["false"]["reason"]


def test_the_replay_has_the_kernel_alone(python, write):
    """The fresh process is given no path but ours, loads nothing of ours but the kernel."""
    outcome = python(
        """
        import subprocess, sys
        from ratecert.proofs.language import replaying
        from ratecert.proofs.language.loader import load

        replaying._PROGRAM = replaying._PROGRAM.replace(
            "gc.freeze(); ", "sys.stderr.write(' '.join(sorted(sys.modules))); "
        )
        heard = []
        run = subprocess.run
        def listening(*args, **options):
            done = run(*args, **options)
            heard.append(done.stderr.decode())
            return done
        subprocess.run = listening
        (theory,) = load(sys.argv[1])
        claims = list(theory.claims.values())
        for claim in claims:
            claim.check()
        replaying.replay_elsewhere(claims)
        print(claims[0].result.verdict)
        print(*heard)
        """,
        write(),
    )
    verdict, modules = outcome.out.splitlines()
    assert verdict == "proved"
    loaded = set(modules.split())
    assert "ratecert.proofs.kernel.trace" in loaded
    ours = {m for m in loaded if m.startswith("ratecert.")}
    assert {m for m in ours if not m.startswith("ratecert.proofs.kernel")} <= {"ratecert.proofs"}
    assert not loaded & {"sympy", "numpy", "highspy", "flint", "mpmath"}
