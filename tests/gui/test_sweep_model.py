"""The sweep's arrays and words, against hand-worked crossings and the planner itself."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from conftest import small_network

from flgui.viewmodel.sweep import ChartModel, chart_model, points_of, to_refine
from flgui.viewmodel.sweep_axes import AXES, PAPER, Spec, axis_of, scenario_with
from flgui.viewmodel.sweep_cuts import Singles, cut_crossings
from flgui.viewmodel.sweep_table import sweep_table
from planner_core.errors import InfeasibleError, InputError
from planner_core.figures import DEVICE_ONLY, ES_ONLY, Figures
from planner_core.network.model import WHOLE, Layer, Network, TensorSpec, Window
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.sweep_work import plan_rows
from planner_core.system import System

RATE = axis_of("rate-mbps")


def two_layers() -> Network:
    """768 elements in, 16 between; each layer takes 1e6 FLOP."""
    return Network(
        "two",
        (TensorSpec("input", (3, 16, 16)),),
        (
            Layer("conv", "Conv", ("input",), (1, 4, 4), 1e6, 0, Window((4, 4), (4, 4))),
            Layer("fc", "Gemm", ("conv",), (10, 1, 1), 1e6, 0, WHOLE),
        ),
    )


def figures(
    method_times: dict[str, float], tau: int = 2, paths: int = 4, bound: float | None = None
) -> Figures:
    """Rows by hand: BF is proven unless a bound is given."""
    rows = []
    for name, seconds in method_times.items():
        low = None if name != "BF" else seconds if bound is None else bound
        optimal = None if name != "BF" else bound is None
        rows.append(
            {"method": name, "tau": tau, "paths": paths, "grid": [2, 2], "makespan_s": seconds}
            | {"lower_bound_s": low, "optimal": optimal}
        )
    return Figures(tuple(rows))


def chart(
    scenario: Scenario,
    spec: Spec,
    times: Callable[[float, float], Figures | None],
    extra: tuple[float, ...] = (),
) -> ChartModel:
    """A chart whose figures at value x and NFL's time come from `times`."""

    def known(point: Scenario) -> Figures | None:
        x = spec.axis.shown(getattr(point.system, spec.axis.field))
        return times(x, float(Singles.at(point, spec.axis, [x]).nfl[0]))

    return chart_model(scenario, spec, "Two", known, lambda _: None, extra)


def test_crossings_of_the_plans_without_fusing_are_exact() -> None:
    """By hand, f = 1 MFLOPS, g = 2 MFLOPS, 32 bit: device-only takes 2 s at any rate R.

    ES-only takes 24576/R + 1 s, the cut behind conv 1 + 512/R + 0.5 s. So ES-only equals device-only at 24576
    bit/s, NFL leaves device-only where 512/R = 0.5, and ES-only passes the cut where 24064/R = 0.5.
    """
    scenario = Scenario(two_layers(), System(1e6, 2e6, 1e6))
    found = cut_crossings(scenario, RATE, np.geomspace(1e-4, 1.0, 40))
    assert [(c.kind, c.letter) for c in found] == [("splits", "a"), ("device = ES", "b"), ("ES only", "c")]
    assert [c.x for c in found] == pytest.approx([0.001024, 0.024576, 0.048128], rel=1e-8)
    assert [c.seconds for c in found] == pytest.approx([2.0, 2.0, 1.5 + 512 / 48128], rel=1e-8)


def test_over_the_devices_speed_the_same_plans_meet_where_their_sums_say() -> None:
    """By hand at R = 24576 bit/s, g = 2 MFLOPS: ES-only takes 2 s, device-only 2e6/f, equal at f = 1 MFLOPS."""
    scenario = Scenario(two_layers(), System(1e6, 2e6, 24576.0))
    axis = axis_of("device-gflops")
    found = [c for c in cut_crossings(scenario, axis, np.geomspace(1e-4, 1.0, 60)) if c.kind == "device = ES"]
    assert [c.x for c in found] == pytest.approx([1e-3], rel=1e-8)


def test_exact_curves_equal_the_planners_own_figures() -> None:
    scenario = Scenario(small_network(), System(1e8, 5e9, 1e6), max_paths=4)
    spec = Spec("rate-mbps", 0.1, 100.0, 4)
    exact = Singles.at(scenario, spec.axis, spec.vary().values)  # type: ignore[arg-type]
    for k, point in enumerate(points_of(scenario, spec)):
        known = Figures(tuple(plan_rows(point, ("NFL",), StopToken())))
        assert exact.nfl[k] == known.makespan("NFL")
        assert exact.device_only[k] == known.makespan(DEVICE_ONLY)
        assert exact.es_only[k] == known.makespan(ES_ONLY)


def test_where_mw_meets_nfl_is_bisected_by_further_points() -> None:
    scenario = Scenario(two_layers(), System(1e6, 2e6, 1e6))
    spec = Spec("rate-mbps", 0.001, 1.0, 7)
    meeting = 0.0234

    def times(x: float, nfl: float) -> Figures:
        return figures({"NFL": nfl, "MW": nfl * (0.8 if x < meeting else 1.0), "BF": nfl * 0.8})

    extra: tuple[float, ...] = ()
    model = chart(scenario, spec, times)

    def known(point: Scenario) -> Figures:
        x = point.system.rate_bps / 1e6
        return times(x, float(Singles.at(point, RATE, [x]).nfl[0]))

    for _ in range(20):
        values = to_refine(scenario, model, known, extra)
        if not values:
            break
        extra += values
        model = chart(scenario, spec, times, extra)
    assert 5 <= len(extra) <= 14
    found = [c.x for c in model.crossings if c.kind == "MW = NFL"]
    assert found == pytest.approx([meeting], rel=1e-3)


def test_savings_speed_ups_and_the_ground_are_those_of_the_points() -> None:
    """By hand: BF saves 0, 0, 2 and 50 %, so the ground begins half-way between the second and the third."""
    scenario = Scenario(two_layers(), System(1e6, 2e6, 1e6))
    spec = Spec("rate-mbps", 0.001, 1.0, 4)
    shares = dict(zip((0.001, 0.01, 0.1, 1.0), (0.0, 0.0, 0.02, 0.5), strict=True))

    def times(x: float, nfl: float) -> Figures:
        share = next(s for v, s in shares.items() if math.isclose(v, x, rel_tol=1e-9))
        return figures({"NFL": nfl, "MW": nfl, "BF": nfl * (1 - share)}, tau=1, paths=2)

    model = chart(scenario, spec, times)
    assert model.done == 4
    assert model.saved("BF") == pytest.approx([0, 0, 0.02, 0.5])
    assert model.mean_saved("BF") == pytest.approx(0.13)
    assert model.mean_speed_up("BF") == pytest.approx((1 + 1 + 1 / 0.98 + 2) / 4)
    assert model.best_speed_up("BF") == pytest.approx(2.0)
    assert model.mean_speed_up("MW") == pytest.approx(1.0)
    largest = model.largest
    assert largest is not None
    assert (largest.point, largest.x, largest.tau, largest.paths) == (3, 1.0, 1, 2)
    (stretch,) = model.pays
    assert stretch == pytest.approx((10**-1.5, 1.0), rel=1e-6)
    heading, lines = model.tip(3)
    assert heading == "1 Mbit/s"
    assert [line[0] for line in lines] == ["NFL", "MW", "BF", "Device only", "ES only"]
    assert "2.00×" in lines[2][2]
    assert "τ 1 · P 2" in lines[2][2]


def test_points_that_are_missing_open_or_failed_are_told_apart() -> None:
    scenario = Scenario(two_layers(), System(1e6, 2e6, 1e6))
    spec = Spec("rate-mbps", 0.001, 1.0, 4)
    points = points_of(scenario, spec)
    known = {
        points[0]: figures({"NFL": 2.0, "MW": 2.0, "BF": 2.0}),
        points[1]: figures({"NFL": 2.0, "MW": 1.9, "BF": 1.8}, bound=1.71),
    }
    model = chart_model(
        scenario, spec, "Two", known.get, lambda s: "memory ran out" if s == points[2] else None
    )
    assert model.pending.tolist() == [False, False, False, True]
    assert model.done == 3
    assert model.open_points().tolist() == [1]
    assert model.open_gap[1] == pytest.approx(0.05)
    assert "proven lower bound" in model.tip(1)[1][3][2]
    assert model.tip(2)[1][0][1:] == ("not planned", "memory ran out")
    assert model.tip(3)[1][1][1] == "not planned yet"
    assert not to_refine(scenario, model, known.get, ())  # first the points
    assert any("memory ran out" in note for note in sweep_table([model]).notes)


def test_tau_and_tiles_have_points_but_nothing_between_them() -> None:
    scenario = Scenario(small_network(), System(1e8, 5e9, 1e6), max_paths=4)
    spec = Spec.beginning("tau", 4)
    assert spec.vary().values == (1, 2, 3, 4)
    assert [p.tau for p in points_of(scenario, spec)] == [1, 2, 3, 4]
    tiles = Spec("paths", 1.0, 8.0, 3, False)
    assert [p.paths for p in points_of(Scenario(small_network(), grid=(2, 2)), tiles)] == [1, 4, 8]
    model = chart_model(scenario, spec, "Small", lambda _: None, lambda _: None)
    assert not model.crossings
    assert len(model.exact.x) == 4
    with pytest.raises(InfeasibleError, match="tau 5"):
        points_of(scenario, Spec("tau", 1.0, 5.0, 5, False))


def test_the_values_are_those_of_the_command() -> None:
    assert PAPER.text == "rate-mbps=1:1000:31:log"
    values = PAPER.vary().values
    assert len(values) == 31
    assert values[17] == pytest.approx(50.1187, rel=1e-5)
    for axis in AXES:
        point = scenario_with(Scenario(small_network()), axis, 3.0)
        where = point if axis.counts else point.system
        assert axis.shown(getattr(where, axis.field)) == pytest.approx(3.0)


def test_sweeps_that_cannot_be_made_name_the_field() -> None:
    for spec, field in (
        (Spec("rate-mbps", 10.0, 10.0, 5), "to"),
        (Spec("rate-mbps", 1.0, 10.0, 1), "steps"),
        (Spec("rate-mbps", 1.0, 10.0, 502), "steps"),
        (Spec("paths", 0.5, 10.0, 5, False), "from"),
        (Spec("rate-mbps", 1.0, 1e30, 5), "to"),
    ):
        with pytest.raises(InputError) as caught:
            spec.check()
        assert caught.value.where == field


def test_the_table_states_both_worker_models() -> None:
    scenario = Scenario(two_layers(), System(1e6, 2e6, 1e6))
    spec = Spec("rate-mbps", 0.001, 1.0, 4)
    slow = chart(scenario, spec, lambda x, nfl: figures({"NFL": nfl, "MW": nfl / 1.25, "BF": nfl / 2}))
    fast = chart(scenario, spec, lambda x, nfl: figures({"NFL": nfl, "MW": nfl / 3, "BF": nfl / 4}))
    table = sweep_table([slow], ("One accelerator per path", [fast]))
    assert table.rows == (
        (
            *("Two", "0.00102", "0.0246", "0.0481", "–"),
            *("50.0\u00a0%", "0.00100 · τ 2 · P 4", "20.0\u00a0%", "50.0\u00a0%", "1.25×", "2.00×"),
            *("3.00×", "3.00×", "4.00×", "4.00×"),
        ),
    )
    assert table.groups[-1].title == "One accelerator per path: speed-up"
    assert table.as_text().count("\n") == 2


def test_times_have_ticks_with_units_even_within_less_than_a_decade() -> None:
    from flgui.views.sweep.axes import share_ticks, time_ticks, value_ticks

    words = [word for _, word in time_ticks(math.log10(0.06), math.log10(6.0))]
    assert words == ["5 s", "2", "1", "500 ms", "200", "100"]
    words = [word for _, word in time_ticks(math.log10(0.026), math.log10(0.072))]
    assert words == ["70 ms", "50", "40", "30"]
    ticks, lines = value_ticks(0.0, 3.0, True, "Mbit/s")
    assert [word for _, word in sorted(ticks)] == ["1", "10", "Mbit/s", "100", "1000"]
    assert lines == [0.0, 1.0, 2.0, 3.0]
    ticks, _ = value_ticks(1.0, 11.0, False, "layers")
    assert [word for _, word in sorted(ticks)] == ["2", "4", "layers", "6", "8", "10"]
    assert [word for _, word in share_ticks(0.5)] == ["0 %", "20 %", "40 %"]


def test_a_line_between_points_never_crosses_what_is_known() -> None:
    """NFL's time is hollow between the ends: a straight line there would stand above it."""
    scenario = Scenario(two_layers(), System(1e6, 2e6, 1e6))
    spec = Spec("rate-mbps", 1e-3, 1.0, 9, True)
    ends = {spec.vary().values[0], spec.vary().values[-1]}

    def times(x: float, nfl: float) -> Figures | None:
        return figures({"NFL": nfl, "MW": nfl, "BF": 0.9 * nfl}) if x in ends else None

    model = chart(scenario, spec, times)
    assert model.done == 2
    x, mw = model.curve("MW")
    straight = np.exp(np.interp(np.log(x), np.log(model.x[[0, -1]]), np.log(model.nfl[[0, -1]])))
    assert (straight > 1.05 * model.exact.nfl).any()
    assert mw == pytest.approx(model.exact.nfl, rel=1e-12)
    assert model.curve("BF")[1] == pytest.approx(0.9 * model.exact.nfl, rel=1e-12)


def test_a_line_goes_through_every_planned_point_and_leaves_gaps_where_one_failed() -> None:
    scenario = Scenario(two_layers(), System(1e6, 2e6, 1e6))
    spec = Spec("rate-mbps", 1e-3, 1.0, 5, True)
    low, gap, *rest = spec.vary().values

    def times(x: float, nfl: float) -> Figures | None:
        return None if x in (gap, rest[-1]) else figures({"NFL": nfl, "MW": 0.8 * nfl, "BF": 0.7 * nfl})

    def known(point: Scenario) -> Figures | None:
        x = RATE.shown(point.system.rate_bps)
        return times(x, float(Singles.at(point, RATE, [x]).nfl[0]))

    def failure(point: Scenario) -> str | None:
        return "no plan" if RATE.shown(point.system.rate_bps) == gap else None

    model = chart_model(scenario, spec, "Two", known, failure)
    x, bf = model.curve("BF")
    assert x[-1] == rest[-2]
    for value in rest[:-1]:
        assert bf[np.flatnonzero(x == value)[0]] == pytest.approx(model.bf[model.nearest(value)], rel=1e-12)
    assert np.isnan(bf[(x > low) & (x < rest[0])]).all()
    assert chart(scenario, spec, lambda x, nfl: None).curve("BF")[0].size == 0
