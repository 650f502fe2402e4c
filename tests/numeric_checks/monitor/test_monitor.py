"""The monitor sees what is there, says what it is not sure of, and never touches the training."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import warnings

import pytest
import torch
from torch import Tensor, nn

import ratecert
from ratecert.numeric_checks.monitor import Monitor, MonitorWarning
from ratecert.numeric_checks.monitor.estimates import Estimates, guarantee
from ratecert.numeric_checks.monitor.history import History, Record
from ratecert.numeric_checks.monitor.subject import subject_of
from ratecert.optimizers import torch_optim as ours
from ratecert.optimizers.batched import ParameterError

pytestmark = pytest.mark.numeric

MAKE = {
    "ours.SGD": lambda ps: ours.SGD(ps, eta=0.05),
    "ours.Momentum": lambda ps: ours.Momentum(ps, eta=0.05),
    "ours.Adam": lambda ps: ours.Adam(ps, eta=0.01),
    "ours.AdamW": lambda ps: ours.AdamW(ps, eta=0.01),
    "ours.NAdamW": lambda ps: ours.NAdamW(ps, eta=0.01),
    "torch.AdamW": lambda ps: torch.optim.AdamW(ps, lr=0.01),
    "torch.NAdam": lambda ps: torch.optim.NAdam(ps, lr=0.01),
    "torch.SGD": lambda ps: torch.optim.SGD(ps, lr=0.05, momentum=0.9),
    "torch.RMSprop": lambda ps: torch.optim.RMSprop(ps, lr=0.01),
}


def network(dtype: torch.dtype = torch.float64) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).to(dtype)


def train(model: nn.Module, optimizer, steps: int, watch: Monitor | None = None) -> list[Tensor]:
    """Random data from the global generator: a monitor that drew from it would be seen."""
    dtype = next(model.parameters()).dtype
    for _ in range(steps):
        x, y = torch.randn(8, 6, dtype=dtype), torch.randint(3, (8,))
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        if watch is not None:
            watch.loss(loss)
        optimizer.step()
    return [p.detach().clone() for p in model.parameters()]


@pytest.mark.parametrize("name", MAKE)
@pytest.mark.parametrize("every", [1, 3])
def test_the_training_is_bit_for_bit_the_same(name: str, every: int) -> None:
    found = []
    for watched in (True, False):
        model = network()
        optimizer = MAKE[name](model.parameters())
        watch = ratecert.monitor(optimizer, every=every) if watched else None
        end = train(model, optimizer, 13, watch)
        state = [v for held in optimizer.state.values() for v in held.values()]
        found.append([*end, *(v for v in state if isinstance(v, Tensor)), torch.rand(3)])
        assert watch is None or (watch.failure is None and watch.step == 13)
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))


class TestWhatIsMeasured:
    def test_ratios_by_hand(self) -> None:
        x, y = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(3))
        optimizer = ours.SGD([{"params": [x]}, {"params": [y]}], eta=0.5)
        watch = ratecert.monitor(optimizer, [("x", x)], every=2)
        x.grad, y.grad = torch.tensor([3.0, 4.0]), torch.tensor([0.0, 0.0, 12.0])
        optimizer.step()
        (record,) = watch.history.records
        assert (record.step, record.d, record.l1) == (1, 5, 19.0)
        assert record.l2 == pytest.approx(13)
        assert record.ratio == pytest.approx(19 / (math.sqrt(5) * 13))
        assert record.tensors == {
            "x": pytest.approx(7 / (math.sqrt(2) * 5)),
            "group 1, tensor 0": pytest.approx(1 / math.sqrt(3)),
        }

    def test_L_of_a_quadratic_without_noise(self) -> None:
        x = nn.Parameter(torch.tensor([1.0, 1.0], dtype=torch.float64))
        optimizer = ours.SGD([x], eta=0.1)
        watch = ratecert.monitor(optimizer, every=3, f_star=0.0)
        for _ in range(12):
            optimizer.zero_grad()
            loss = (3 * x[0] ** 2 + x[1] ** 2) / 2
            loss.backward()
            watch.loss(loss)
            optimizer.step()
        at = watch.summary().estimates
        assert 1 <= at.L <= 3 + 1e-9  # a quotient of norms along the path, never above L
        assert at.L > 2.5  # the first steps are mostly along the steep coordinate
        assert (at.pairs, at.Delta) == (3, 2.0)  # none at step 1: x^1 was gone

    def test_sigma_of_pure_noise(self) -> None:
        x = nn.Parameter(torch.zeros(400, dtype=torch.float64))
        optimizer = ours.SGD([x], eta=1e-9)
        watch = ratecert.monitor(optimizer, every=2)
        generator = torch.Generator().manual_seed(0)
        for _ in range(100):
            x.grad = 0.5 * torch.randn(400, generator=generator, dtype=torch.float64)
            optimizer.step()
        at = watch.summary().estimates
        assert at.differences == 50
        assert at.sigma == pytest.approx(0.5 * 20, rel=0.02)
        assert math.isnan(at.Delta)

    @pytest.mark.parametrize("name", ["ours.AdamW", "ours.NAdamW", "torch.AdamW"])
    def test_lemmas_against_every_coordinate(self, name: str) -> None:
        """The kernel's statement at the coordinates kept, against its formula at all of them."""
        model = network()
        optimizer = MAKE[name](model.parameters())
        watch = ratecert.monitor(optimizer, every=1)
        theta, beta, worst = 0.9, 0.999, {"m": 0.0, "n": 0.0}
        for _ in range(6):
            train(model, optimizer, 1)
            for p in model.parameters():
                held = optimizer.state[p]
                m, v = (held["m"], held["v"]) if "m" in held else (
                    held["exp_avg"], held["exp_avg_sq"])  # fmt: skip
                n = m if "AdamW" in name and "N" not in name else 0.9 * m + 0.1 * p.grad
                mu = 1 if n is m else theta
                C = (1 - theta) / (1 - beta)
                worst["m"] = max(worst["m"], float((m**2 / v).max()) / C)
                factor = C * (theta * (1 - mu) ** 2 / (1 - theta) + 1)
                worst["n"] = max(worst["n"], float((n**2 / v).max()) / factor)
        found = {lemma.label: lemma for lemma in watch.summary().lemmas}
        assert found["adamw.L1.momentum"].ratio == pytest.approx(worst["m"], rel=1e-9)
        assert 0 < worst["m"] <= 1
        sharp = found["adamw.L1.sharp"]
        assert (sharp.ratio, sharp.reason) == (None, "β² ≤ θ")
        if name.startswith("ours"):
            assert found["adamw.L1"].ratio == pytest.approx(worst["n"], rel=1e-9)
        else:
            assert "adamw.L1" not in found  # its step does not read n

    def test_a_lemma_that_fails_is_seen(self) -> None:
        """m spoilt behind the optimizer's back."""
        x = nn.Parameter(torch.ones(2, dtype=torch.float64))
        optimizer = ours.AdamW([x], eta=0.01)
        watch = ratecert.monitor(optimizer, every=1)
        x.grad = torch.ones_like(x)
        optimizer.step()
        optimizer.state[x]["m"].fill_(100.0)
        optimizer.step()
        found = {lemma.label: lemma for lemma in watch.summary().lemmas}
        assert found["adamw.L1.momentum"].ratio > 10
        assert found["adamw.L1.momentum"].step == 2

    def test_the_bound_is_the_theorem_s(self) -> None:
        at = Estimates(L=5.0, Delta=2.3, sigma=0.5, pairs=1, differences=1)
        said = guarantee("sgd", 10, 10_000, at)
        peer = ratecert.bound("sgd.rate", d=10, K=10_000, L=5, Delta="2.3", sigma="0.5")
        assert (said.claim, said.norm) == ("sgd.rate", "l2")
        assert said.bound == pytest.approx(float(peer.high), rel=1e-12)
        assert 0 < said.bound < said.start == pytest.approx(math.sqrt(2 * 5 * 2.3))
        assert guarantee("adamw", 10, 10_000, at).norm == "l1"
        for bad in (math.nan, 0.0, -1.0):
            spoilt = Estimates(L=bad, Delta=2.3, sigma=0.5, pairs=1, differences=1)
            assert "no estimate of L" in guarantee("adamw", 10, 100, spoilt).reason
        assert "no theorem here" in guarantee(None, 10, 100, at).reason


class TestSubjects:
    @pytest.mark.parametrize(
        ("make", "recursion", "says"),
        [
            (lambda ps: ours.AdamW(ps, eta=0.1), "adamw", ()),
            (lambda ps: ours.NAdamW(ps, eta=0.1), "nadamw", ()),
            (lambda ps: ours.NAdamW(ps, eta=0.1, mu=1), "adamw", ()),
            (lambda ps: ours.NAdamW(ps, eta=0.1, mu=0.5), "nadamw", ("neither 1 nor theta",)),
            (lambda ps: torch.optim.SGD(ps, lr=0.1), "sgd", ()),
            (lambda ps: torch.optim.SGD(ps, lr=0.1, weight_decay=0.1), "sgd", ("weight decay",)),
            (
                lambda ps: torch.optim.SGD(ps, lr=0.1, momentum=0.9),
                "momentum", ("(1 - theta) eta",),
            ),
            (
                lambda ps: torch.optim.SGD(ps, lr=0.1, momentum=0.9, nesterov=True),
                "momentum", ("(1 - theta) eta", "Nesterov"),
            ),
            (lambda ps: torch.optim.AdamW(ps), "adamw", ("bias", "eps outside")),
            (
                lambda ps: torch.optim.Adam(ps, weight_decay=0.1, amsgrad=True),
                "adam", ("bias", "eps", "AMSGrad", "coupled"),
            ),
            (lambda ps: torch.optim.NAdam(ps), "nadamw", ("bias", "eps", "schedule")),
            (lambda ps: torch.optim.RMSprop(ps), None, ("none of the optimizers known",)),
        ],
    )  # fmt: skip
    def test_what_it_is_not(self, make, recursion, says) -> None:
        subject = subject_of(make([nn.Parameter(torch.ones(1))]))
        assert subject.recursion == recursion
        assert len(subject.differs) == len(says)
        assert all(word in told for word, told in zip(says, subject.differs, strict=True))
        assert subject.exact == (not says)

    def test_groups_that_differ(self) -> None:
        ps = [nn.Parameter(torch.ones(1)) for _ in range(2)]
        groups = [{"params": ps[:1], "eta": 0.2}, {"params": ps[1:]}]
        (told,) = subject_of(ours.AdamW(groups, eta=0.1)).differs
        assert "different eta; a theorem has one" in told


class TestRealTrainings:
    def test_gradients_that_are_not_there_and_mixed_dtypes(self) -> None:
        ps = [nn.Parameter(torch.ones(3, dtype=t)) for t in (torch.float64, torch.bfloat16)]
        late = nn.Parameter(torch.ones(2))
        watch = ratecert.monitor(optimizer := ours.AdamW([*ps, late], eta=0.1), every=1)
        for k in range(6):
            for p in (*ps, *([late] if k > 2 else [])):
                p.grad = torch.full_like(p, k + 1.0)
            optimizer.step()
        assert watch.failure is None
        assert [r.d for r in watch.history.records] == [6, 6, 6, 8, 8, 8]

    def test_a_gradient_that_is_gone_in_the_next_step(self) -> None:
        ps = [nn.Parameter(torch.ones(2)) for _ in range(2)]
        watch = ratecert.monitor(optimizer := ours.SGD(ps, eta=0.1), every=3)
        for k in range(6):
            ps[0].grad = torch.full_like(ps[0], k)
            ps[1].grad = torch.ones_like(ps[1]) if k % 3 == 0 else None
            optimizer.step()
            assert bool(watch._points) == (watch.step % 3 == 0)  # held from 3 to 4 only
            assert bool(watch._gradients) == (watch.step % 3 == 1)
        assert watch.failure is None
        assert [r.changed for r in watch.history.records] == pytest.approx([math.sqrt(2)] * 2)

    def test_ascent_mixes_the_opposite_gradient(self) -> None:
        found = []
        for sign in (1, -1):
            p = nn.Parameter(torch.ones(3, dtype=torch.float64))
            optimizer = ours.NAdamW([p], eta=0.1, maximize=sign < 0)
            watch = ratecert.monitor(optimizer, every=1)
            for k in range(4):
                g = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
                p.grad = sign * g * (-1) ** k
                optimizer.step()
            found.append({lemma.label: lemma.ratio for lemma in watch.summary().lemmas})
        assert found[0] == found[1]

    def test_no_lemma_is_about_underflow(self) -> None:
        p = nn.Parameter(torch.ones(2))
        watch = ratecert.monitor(optimizer := ours.AdamW([p], eta=0.1), every=1)
        p.grad = torch.tensor([2e-21, 3e-21])
        optimizer.step()
        assert optimizer.state[p]["v"][0] > 0  # subnormal
        assert watch.summary().lemmas == ()

    def test_a_fused_optimizer_that_unscales_itself(self) -> None:
        p = nn.Parameter(torch.ones(2))
        optimizer = torch.optim.AdamW([p], lr=0.1, fused=True)
        watch = ratecert.monitor(optimizer, every=1)
        scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
        scaler.scale(p.sum()).backward()
        with pytest.warns(MonitorWarning, match=r"gave up .*scaler\.unscale_\(optimizer\)"):
            scaler.step(optimizer)
        assert not watch.attached and p[0] < 1

    def test_no_gradient_at_all(self) -> None:
        p = nn.Parameter(torch.ones(2))
        watch = ratecert.monitor(optimizer := torch.optim.AdamW([p]), every=1)
        optimizer.step(), optimizer.step()
        assert watch.failure is None and math.isnan(watch.history.records[0].ratio)
        assert "no bound" in str(watch.summary())

    def test_nan_is_recorded_and_said_once(self) -> None:
        p = nn.Parameter(torch.ones(2))
        optimizer = torch.optim.SGD([p], lr=0.1)
        watch = ratecert.monitor(optimizer, [("weight", p)], every=1)
        p.grad = torch.ones(2)
        optimizer.step()
        p.grad = torch.tensor([1.0, math.nan])
        with pytest.warns(MonitorWarning, match="step 2 is not finite in weight"):
            optimizer.step()
        optimizer.step()
        p.grad = torch.ones(2)
        optimizer.step()
        summary = watch.summary()
        assert [r.finite for r in watch.history.records] == [True, False, False, True]
        assert summary.ratio == pytest.approx((1, 1, 1))
        assert "not finite at 2 steps looked at, first 2" in str(summary)
        assert json.loads(json.dumps(watch.to_json(), allow_nan=False))["records"][1]["l1"] is None

    def test_an_error_of_its_own_ends_the_monitor_and_not_the_training(self) -> None:
        p = nn.Parameter(torch.ones(2))
        optimizer = torch.optim.SGD([p], lr=0.5)
        watch = ratecert.monitor(optimizer, every=1)
        watch._record = None  # any defect
        p.grad = torch.ones(2)
        with pytest.warns(MonitorWarning, match="gave up at step 1: TypeError"):
            optimizer.step()
        optimizer.step()
        assert p.tolist() == [0.0, 0.0]
        assert not watch.attached and "gave up at step 1" in str(watch.summary())

    def test_steps_that_a_scaler_skips_are_not_counted(self) -> None:
        p = nn.Parameter(torch.ones(2))
        optimizer = ours.AdamW([p], eta=0.1)
        watch = ratecert.monitor(optimizer, every=1)
        scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
        for value in (1.0, math.inf, 1.0):
            optimizer.zero_grad()
            scaler.scale((p * value).sum()).backward()
            scaler.step(optimizer)
            scaler.update()
        assert watch.step == 2
        assert [r.l1 for r in watch.history.records] == [2.0, 2.0]  # unscaled

    def test_accumulated_gradients_are_one_step(self) -> None:
        p = nn.Parameter(torch.zeros(2))
        watch = ratecert.monitor(optimizer := ours.SGD([p], eta=0.1), every=1)
        for _ in range(3):
            p.sum().backward()
        optimizer.step()
        assert [r.l1 for r in watch.history.records] == [6.0]

    def test_a_closure(self) -> None:
        p = nn.Parameter(torch.ones(2))
        optimizer = ours.SGD([p], eta=0.1)
        watch = ratecert.monitor(optimizer, every=1)

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = (p**2).sum() / 2
            loss.backward()
            return loss

        optimizer.step(closure)
        assert watch.history.records[0].l1 == pytest.approx(2.0)

    def test_a_schedule_is_noticed(self) -> None:
        p = nn.Parameter(torch.ones(2))
        watch = ratecert.monitor(optimizer := ours.SGD([p], eta=0.1), every=1)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
        for _ in range(2):
            p.grad = torch.ones(2)
            optimizer.step()
            assert watch.rate_changed == (watch.step == 2)
            schedule.step()
        assert "step sizes changed on the way" in str(watch.summary())

    def test_complex_parameters_are_left_out(self) -> None:
        z, p = nn.Parameter(torch.ones(2, dtype=torch.complex64)), nn.Parameter(torch.ones(2))
        watch = ratecert.monitor(optimizer := torch.optim.SGD([z, p], lr=0.1), every=1)
        z.grad, p.grad = torch.ones_like(z), torch.ones_like(p)
        optimizer.step()
        assert watch.history.records[0].d == 2
        assert "not measured (complex): group 0, tensor 0" in str(watch.summary())


class TestKeeping:
    def test_detached_it_sees_nothing_and_holds_nothing(self) -> None:
        model = network()
        optimizer = ours.AdamW(model.parameters(), eta=0.01)
        with ratecert.monitor(optimizer, every=2) as watch:
            train(model, optimizer, 4)
        train(model, optimizer, 3)
        assert (watch.step, watch.attached) == (4, False)
        assert not watch._points and not watch._gradients
        assert not optimizer._optimizer_step_post_hooks
        watch.detach()
        assert watch.summary().looked == 2

    def test_memory_is_bounded_and_sums_forget_nothing(self) -> None:
        history = History(limit=8, stride=1)
        steps = 0
        while steps < 1000:
            steps += 1
            if (steps - 1) % history.stride == 0:
                history.add(Record(steps, 1.0, 1.0, 1, 1 / steps, {}))
        assert len(history.records) <= 8
        assert {(r.step - 1) % history.stride for r in history.records} == {0}
        assert history.ratio_largest == 1 and history.looked > 8
        assert history.ratio_least == pytest.approx(1 / 897) and history.stride == 128

    def test_saved_and_read_again(self, tmp_path) -> None:
        model = network()
        optimizer = ours.AdamW(model.parameters(), eta=0.01)
        watch = ratecert.monitor(optimizer, model.named_parameters(), every=2, f_star=0.0)
        train(model, optimizer, 9, watch)
        watch.save(tmp_path / "run.json")
        read = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
        assert read == json.loads(json.dumps(watch.to_json()))
        assert read["format"] == "ratecert.monitor/1"
        assert [r["step"] for r in read["records"]] == [1, 3, 5, 7, 9]
        assert set(read["records"][0]["tensors"]) == {n for n, _ in model.named_parameters()}
        assert read["summary"]["guarantee"]["claim"].startswith("adamw.rate")
        assert [p.name for p in tmp_path.iterdir()] == ["run.json"]
        with pytest.raises(FileNotFoundError):
            watch.save(tmp_path / "nowhere" / "run.json")

    def test_a_run_resumed_is_the_run(self) -> None:
        found = []
        for resumed in (False, True):
            model = network()
            optimizer = ours.AdamW(model.parameters(), eta=0.01)
            watch = ratecert.monitor(optimizer, model.named_parameters(), every=2)
            train(model, optimizer, 6, watch)
            if resumed:
                kept = json.loads(json.dumps(watch.state_dict()))
                watch.detach()
                watch = ratecert.monitor(optimizer, model.named_parameters(), every=7)
                watch.load_state_dict(kept)
            train(model, optimizer, 5, watch)
            assert watch.failure is None
            found.append(watch)
        straight, again = (w.to_json() for w in found)
        # The step across the interruption has no pair: x^6 was gone.
        straight["records"][3]["moved"] = again["records"][3]["moved"]
        assert again["records"] == straight["records"]
        assert again["summary"]["lemmas"] == straight["summary"]["lemmas"]
        assert found[1].history.stride == 2

    @pytest.mark.parametrize(
        ("spoil", "says"),
        [
            (lambda s: s.pop("format"), "no 'format'"),
            (lambda s: s.update(format="other/2"), "its format is 'other/2'"),
            (lambda s: s["history"].update(limit=1), "do not fit"),
            (lambda s: s["history"].update(more=1), "unexpected keyword argument 'more'"),
        ],
    )
    def test_a_spoilt_state_is_refused_and_nothing_lost(self, spoil, says) -> None:
        optimizer = torch.optim.SGD([p := nn.Parameter(torch.ones(1))], lr=0.1)
        watch = ratecert.monitor(optimizer, every=1)
        p.grad = torch.ones(1)
        optimizer.step()
        state = watch.state_dict()
        spoil(state)
        with pytest.raises(ValueError, match=rf"no state of a ratecert.monitor/1: .*{says}"):
            watch.load_state_dict(state)
        assert (watch.step, len(watch.history.records)) == (1, 1)

    def test_a_plot(self, tmp_path) -> None:
        pytest.importorskip("matplotlib")
        model = network()
        watch = ratecert.monitor(optimizer := ours.AdamW(model.parameters(), eta=0.01), every=2)
        with pytest.raises(ValueError, match="nothing was recorded"):
            watch.plot()
        train(model, optimizer, 9, watch)
        figure = watch.plot(tmp_path / "run.png")
        assert (tmp_path / "run.png").stat().st_size > 1000
        line = figure.axes[0].lines[0]
        assert list(line.get_ydata()) == [r.ratio for r in watch.history.records]


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"every": 0}, "every must be an integer >= 1, not 0"),
            ({"every": 2.5}, "every must be an integer"),
            ({"limit": 1}, "limit must be an integer >= 2"),
            ({"f_star": math.nan}, "f_star must be finite"),
        ],
    )
    def test_arguments(self, arguments, says) -> None:
        optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1)
        with pytest.raises(ParameterError, match=says):
            ratecert.monitor(optimizer, **arguments)

    def test_no_optimizer(self) -> None:
        with pytest.raises(TypeError, match=r"takes a torch\.optim\.Optimizer, not Linear"):
            ratecert.monitor(nn.Linear(1, 1))

    def test_the_package_has_no_other_late_attribute(self) -> None:
        with pytest.raises(AttributeError, match="has no attribute 'moniter'"):
            ratecert.moniter  # noqa: B018

    def test_without_torch_it_says_what_to_install(self) -> None:
        program = "import sys; sys.modules['torch'] = None\nimport ratecert; ratecert.monitor"
        ran = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=False
        )
        assert "needs the extra [numeric]: pip install 'ratecert[numeric]'" in ran.stderr


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_on_a_device() -> None:
    found = []
    for device in ("cpu", "cuda"):
        model = network().to(device)
        optimizer = ours.AdamW(model.parameters(), eta=0.01)
        watch = ratecert.monitor(optimizer, every=2)
        for _ in range(5):
            optimizer.zero_grad()
            sum((p**2).sum() for p in model.parameters()).backward()
            optimizer.step()
        found.append([record.ratio for record in watch.history.records])
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_no_warning_without_cause() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = network()
        optimizer = ours.AdamW(model.parameters(), eta=0.01)
        train(model, optimizer, 5, ratecert.monitor(optimizer, every=2))
