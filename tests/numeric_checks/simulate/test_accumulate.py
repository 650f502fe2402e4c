"""Running statistics: of the same trajectories as recorded runs, compiled or not, however split."""

from __future__ import annotations

import re
import runpy
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import sympy
import torch

from ratecert.numeric_checks.instances import (
    Cosine,
    Gaussian,
    HeavyTailed,
    Problem,
    Quadratic,
    Rademacher,
    Spikes,
    digits,
)  # fmt: skip
from ratecert.numeric_checks.simulate import (
    GRADIENT_L1,
    Accumulated,
    CheckpointError,
    Statistic,
    accumulate,
    record,
)  # fmt: skip
from ratecert.optimizers.batched import NonFiniteError, ParameterError, compiled, tiling
from ratecert.optimizers.recursions import ADAMW, RECURSIONS, SGD, Recursion

G, g, m, v, D, x, after = sympy.symbols("G g m v D x x.next")
D_, B, K = 3, 5, 70
CURVATURE = (Fraction(1), Fraction(1, 2), Fraction(1, 3))
SIGMA = (Fraction(1, 4), Fraction(0), Fraction(1, 3))
NOISES = [Rademacher(SIGMA), Spikes(SIGMA, Fraction(1, 5)), HeavyTailed(SIGMA), Gaussian(SIGMA)]
VALUES = {"theta": 0.9, "beta": 0.99, "mu": 0.5, "eta": 0.01, "eps": 1e-4, "lam": 0.1}
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-4}
"""Relative, of a statistic: 70 steps of arithmetic that rounds differently."""


def _parameters(recursion: Recursion) -> dict[str, float]:
    return {p.name: VALUES[p.name] for p in recursion.parameters}


def _statistics(recursion: Recursion) -> list[Statistic]:
    kept = [
        GRADIENT_L1,
        Statistic("largest step", sympy.Abs(after - x), "max", "max"),
        Statistic("noise", (g - G) ** 2, "max", "sum"),
    ]
    names = {slot.name for slot in recursion.slots}
    if "m" in names:
        moment = sympy.Abs(m) / sympy.sqrt(v) if "v" in names else m**2
        kept.append(Statistic("largest ratio", moment, "sum", "max"))
    return kept


def _run(recursion: Recursion, problem: Problem[Quadratic], **changes: object) -> Accumulated:
    arguments = {
        "K": K, "seeds": range(B), "parameters": _parameters(recursion),
        "statistics": _statistics(recursion), "notify": lambda text: None, **changes,
    }  # fmt: skip
    return accumulate(recursion, problem, **arguments)  # type: ignore[arg-type]


def _agree(one: Accumulated, other: Accumulated, tolerance: float) -> None:
    assert one.values.keys() == other.values.keys()
    for name, value in one.values.items():
        assert torch.allclose(value, other.values[name], rtol=tolerance, atol=0), name


@pytest.mark.parametrize("noise", NOISES, ids=lambda noise: noise.name)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_statistics_are_those_of_the_recorded_run(noise: Rademacher, dtype: torch.dtype) -> None:
    problem = Problem(Cosine(CURVATURE), noise)
    found = _run(ADAMW, problem, dtype=dtype, keep_state=True)  # type: ignore[arg-type]
    run = record(
        ADAMW, problem, K=K, seeds=range(B), parameters=_parameters(ADAMW), dtype=dtype
    )  # fmt: skip
    points, gradient = run.points["x"].data, run.at_points["grad", "x"].data
    moments = [run.processes[name].data[1:] for name in ("m", "v")]
    assert torch.equal(found.x.double(), points[-1])  # type: ignore[union-attr]
    assert torch.equal(found.slots["v"].double(), run.processes["v"].at(K))
    ratio = torch.where(moments[1] > 0, moments[0].abs() / moments[1].sqrt(), 0.0)
    expected = {
        "mean ||grad f||_1": gradient[:-1].abs().sum(-1).mean(0),
        "largest step": (points[1:] - points[:-1]).abs().amax(-1).amax(0),
        "largest ratio": ratio.sum(-1).amax(0),
    }
    for name, value in expected.items():
        rtol = 1e-12 if dtype == torch.float64 else 1e-3
        assert torch.allclose(found.values[name], value, rtol=rtol, atol=0), name


@pytest.mark.parametrize("changes", [{"rows": 2}, {"rows": 1}, {"layout": "rows"}, {"rows": 4}])
def test_tiles_and_layouts_change_rounding_only(changes: dict[str, object]) -> None:
    problem = Problem(Cosine(CURVATURE), Gaussian(SIGMA))
    whole = _run(ADAMW, problem, keep_state=True)  # type: ignore[arg-type]
    split = _run(ADAMW, problem, keep_state=True, **changes)  # type: ignore[arg-type]
    assert whole.tiling.layout == "columns"
    _agree(whole, split, 1e-13)
    # Of ten thousand coordinates of noise none differs; x is a function of them.
    assert torch.allclose(whole.x, split.x, rtol=1e-13, atol=0)  # type: ignore[arg-type]


F32, F64 = torch.float32, torch.float64


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recursion", "noise", "dtype", "layout"),
    [
        ("sgd", NOISES[1], F64, "rows"),
        ("momentum", NOISES[0], F32, "columns"),
        ("adamw", NOISES[3], F32, "rows"),
        ("nadamw", NOISES[2], F64, "columns"),
    ],
    ids=lambda value: str(getattr(value, "name", value)),
)
def test_compiled_is_eager(
    recursion: str, noise: Rademacher, dtype: torch.dtype, layout: str
) -> None:
    """Every kind of noise, type and layout, and what recursions are made of (a compilation takes
    ten seconds where none is on disk, so that not all combinations are here).
    """
    rule, problem = RECURSIONS[recursion], Problem(Quadratic(CURVATURE), noise)
    arguments = {"dtype": dtype, "keep_state": True, "layout": layout}
    fast = _run(rule, problem, mode="compiled", **arguments)
    slow = _run(rule, problem, mode="eager", **arguments)
    assert (fast.mode, fast.reason, slow.mode) == ("compiled", "", "eager")
    _agree(fast, slow, TOLERANCE[dtype])
    assert torch.allclose(fast.x, slow.x, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] / 1000)  # type: ignore[arg-type]


@pytest.fixture
def nothing_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_made", {})
    monkeypatch.setattr(compiled, "_known", {})


def _uncompiled(function: object, **_: object) -> object:
    """In the place of torch.compile: what was recorded, run as it is."""
    return function


@pytest.mark.usefixtures("nothing_compiled")
def test_what_was_recorded_is_recorded_once_and_only_for_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    record_it = compiled.recorded
    monkeypatch.setattr(compiled, "recorded", lambda *a: calls.append(a) or record_it(*a))
    monkeypatch.setattr(torch, "compile", _uncompiled)
    problem = Problem(Quadratic(CURVATURE), Rademacher(SIGMA))
    halved = Problem(Quadratic(tuple(a / 2 for a in CURVATURE)), problem.noise)
    louder = Problem(problem.objective, Rademacher(tuple(2 * s for s in SIGMA)))
    kept = {"statistics": [GRADIENT_L1], "mode": "compiled", "K": 9}

    def recordings(instance: Problem[Quadratic], **changes: object) -> int:
        before = len(calls)
        fast = _run(SGD, instance, **{**kept, **changes})
        made = len(calls) - before
        assert (fast.mode, fast.reason) == ("compiled", "")
        _agree(fast, _run(SGD, instance, **{**kept, **changes, "mode": "eager"}), 1e-12)
        return made

    assert recordings(problem) == 2  # the noise's words, and four iterations
    assert recordings(problem, seeds=range(5, 5 + B), K=30, parameters={"eta": 0.1}) == 0
    assert recordings(halved) == recordings(louder) == 1
    assert recordings(problem, statistics=[Statistic("g", G**2)]) == 1
    assert recordings(problem, steps=2) == 1
    assert recordings(problem, seeds=range(B + 1)) == 2
    assert recordings(problem) == 0


@pytest.mark.usefixtures("nothing_compiled")
def test_a_broken_file_in_the_cache_is_made_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file, outside = tmp_path / "cache/ab/x.so", tmp_path / "elsewhere.so"
    file.parent.mkdir(parents=True)
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "cache"))

    def loads(path: Path) -> object:
        def compile(function: object, **_: object) -> object:
            if path.exists():
                raise RuntimeError(f"InductorError: ImportError: {path}: file too short")
            return function

        return compile

    said: list[str] = []
    for path, mode in ((file, "compiled"), (outside, "eager")):
        path.write_bytes(b"\x7fELF")
        compiled._made.clear(), compiled._known.clear()
        monkeypatch.setattr(torch, "compile", loads(path))
        problem = Problem(Quadratic(CURVATURE), Gaussian(SIGMA))
        assert _run(SGD, problem, mode="compiled", K=4, notify=said.append).mode == mode
    assert not file.exists() and outside.exists()
    assert sum(f"removed {file}" in text for text in said) == 1


@pytest.mark.usefixtures("nothing_compiled")
def test_an_unwilling_compiler_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("InvalidCxxCompiler: No working C++ compiler found")

    said: list[str] = []
    monkeypatch.setattr(torch, "compile", refuse)
    problem = Problem(Quadratic(CURVATURE), Spikes(SIGMA, Fraction(1, 7)))
    found = _run(SGD, problem, mode="compiled", notify=said.append)
    assert found.mode == "eager"
    assert "apt-get install g++" in found.reason
    assert sum("runs eagerly" in text for text in said) == 1
    _agree(found, _run(SGD, problem, mode="eager"), 0.0)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("InductorError: ImportError: /c/a.main.so: file too short Set", "remove /c/a.main.so"),
        ("hit config.recompile_limit (8)", "raise torch._dynamo.config.recompile_limit"),
        ("something else", "failed .RuntimeError: something else.; TORCH_LOGS"),
    ],
)
@pytest.mark.usefixtures("nothing_compiled")
def test_a_failed_compilation_says_what_to_do(
    text: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(torch, "compile", refuse)
    problem = Problem(Quadratic(CURVATURE), Spikes(SIGMA, Fraction(1, 7)))
    found = _run(SGD, problem, mode="compiled", K=4)
    assert re.search(advice, found.reason)


def test_what_is_no_separable_objective_runs_eagerly_and_says_so() -> None:
    said: list[str] = []
    arguments = {"K": 4, "statistics": [GRADIENT_L1], "seeds": [1, 2]}
    found = _run(SGD, digits(16), mode="compiled", notify=said.append, **arguments)  # type: ignore[arg-type]
    assert "no separable objective" in found.reason and len(said) == 1
    run = record(SGD, digits(16), K=4, seeds=[1, 2], parameters=_parameters(SGD))
    expected = run.at_points["grad", "x"].data[:-1].abs().sum(-1).mean(0)
    assert torch.allclose(found.values["mean ||grad f||_1"], expected, rtol=1e-11)


class _KilledError(Exception):
    pass


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_killed_run_goes_on_to_the_same_bits(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[accumulate.__module__], "_WINDOW", 32)
    problem, file = Problem(Cosine(CURVATURE), Gaussian(SIGMA)), tmp_path / "run.npz"
    arguments = {"K": 70, "rows": 3, "keep_state": True, "checkpoint": file, "every": 0.0}
    calls = 0

    def killed(done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if calls > at:
            raise _KilledError

    with pytest.raises(_KilledError):
        _run(SGD, problem, progress=killed, **arguments)
    assert file.exists()
    with pytest.raises(CheckpointError, match="of another run"):
        _run(SGD, problem, **{**arguments, "K": 71})
    seen: list[int] = []
    resumed = _run(SGD, problem, progress=lambda done, _: seen.append(done), **arguments)
    assert seen[0] > 32 * (at > 1)
    whole = _run(SGD, problem, **{**arguments, "checkpoint": None})
    assert not file.exists()
    assert torch.equal(resumed.x, whole.x)  # type: ignore[arg-type]
    _agree(resumed, whole, 0.0)


def test_a_corrupt_checkpoint_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    file.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(CheckpointError, match=r"no checkpoint .* remove it"):
        _run(SGD, Problem(Quadratic(CURVATURE), Rademacher(SIGMA)), checkpoint=file)
    with pytest.raises(CheckpointError, match="no such folder"):
        _run(SGD, Problem(Quadratic(CURVATURE), Rademacher(SIGMA)), checkpoint=tmp_path / "a/b")


@pytest.mark.parametrize(
    "other",
    [
        Problem(Quadratic(CURVATURE[::-1]), Rademacher(SIGMA)),
        Problem(Cosine(CURVATURE), Rademacher(SIGMA)),
        Problem(Quadratic(CURVATURE), Rademacher(SIGMA[::-1])),
        Problem(Quadratic(CURVATURE), Spikes(SIGMA, Fraction(1, 5))),
    ],
    ids=["curvatures", "objective", "sigmas", "noise"],
)
def test_a_checkpoint_is_of_one_instance(other: Problem[Quadratic], tmp_path: Path) -> None:
    """Also where name, L, Delta and sigma are those of the other: curvatures in another order."""
    arguments = {"K": 20, "rows": 1, "seeds": [1, 2], "statistics": [GRADIENT_L1]}
    arguments |= {"checkpoint": tmp_path / "run.npz", "every": 0.0}

    def killed(done: int, total: int) -> None:
        if arguments["checkpoint"].exists():  # type: ignore[attr-defined]
            raise _KilledError

    problem = Problem(Quadratic(CURVATURE), Rademacher(SIGMA))
    with pytest.raises(_KilledError):
        _run(SGD, problem, progress=killed, **arguments)
    with pytest.raises(CheckpointError, match="of another run"):
        _run(SGD, other, **arguments)
    assert _run(SGD, problem, **arguments).K == 20


def test_divergence_is_found() -> None:
    problem = Problem(Quadratic(CURVATURE), Rademacher(SIGMA))
    with pytest.raises(
        NonFiniteError, match=r"between iterations 1 and \d+: x is not finite in row 0"
    ):
        _run(SGD, problem, K=2000, parameters={"eta": 1e6})


@pytest.mark.parametrize(
    ("changes", "error", "reason"),
    [
        ({"K": 0}, ValueError, "K is an integer"),
        ({"mode": "fast"}, ValueError, "mode is auto"),
        ({"steps": 3}, ValueError, "1, 2 or 4"),
        ({"rows": 0}, ValueError, "at least one row"),
        ({"layout": "tiles"}, ValueError, "rows or columns"),
        ({"statistics": []}, ParameterError, "no statistic"),
        ({"statistics": [GRADIENT_L1] * 2}, ParameterError, "one name"),
        ({"statistics": [Statistic("s", sympy.Symbol("etta"))]}, ParameterError, "mean eta"),
        ({"parameters": {}}, ParameterError, "missing parameters: eta"),
        ({"seeds": [-1]}, ValueError, "a seed is an integer"),
    ],
)  # fmt: skip
def test_refusals(changes: dict[str, object], error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        _run(SGD, Problem(Quadratic(CURVATURE), Rademacher(SIGMA)), **changes)


def test_statistics_refuse_unknown_reductions() -> None:
    with pytest.raises(ValueError, match="over_i is one of sum, max, not 'mean'"):
        Statistic("s", G, "mean")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="over_k is one of"):
        Statistic("s", G, "sum", "least")  # type: ignore[arg-type]


@pytest.mark.parametrize("sizes", [(1, 1), (1000, 1000), (7, 10), (100_000, 10), (3, 5_000_000)])
def test_tiles_cover_all_rows_and_waste_few(sizes: tuple[int, int]) -> None:
    rows, d = sizes
    found = tiling(rows, d, 32, cache=1 << 20)
    assert found.count * found.rows >= rows > (found.count - 1) * found.rows or found.count == 1
    assert found.count * found.rows - rows < found.count
    assert found.rows == 1 or found.rows * d * 32 <= max(1 << 20, 32 << 13)


@pytest.mark.gpu
def test_a_gpu_keeps_the_same_statistics() -> None:
    for noise in NOISES:
        problem = Problem(Quadratic(CURVATURE), noise)
        here, there = (_run(ADAMW, problem, device=device) for device in ("cpu", "cuda"))  # type: ignore[arg-type]
        _agree(here, there, 1e-9)


@pytest.mark.gpu
def test_a_gpu_compiles() -> None:
    problem = Problem(Quadratic(CURVATURE), Rademacher(SIGMA))
    here = _run(ADAMW, problem)
    there = _run(ADAMW, problem, device="cuda", mode="compiled")
    assert there.mode == "compiled"
    _agree(here, there, 1e-9)


def test_the_snippet_of_the_documentation_runs(tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[3] / "docs/engine.md"
    (code,) = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    file = tmp_path / "snippet.py"
    file.write_text(code, "utf-8")
    kept = runpy.run_path(str(file))["kept"]
    assert {name: value.shape for name, value in kept.values.items()} == {
        "mean ||grad f||_1": (50,), "sum G^2/sqrt(v + eps)": (50,), "max |m|/sqrt(v)": (50,),
    }  # fmt: skip
