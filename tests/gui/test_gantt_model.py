from __future__ import annotations

import numpy as np
import pytest
from plan_factory import alexnet, make_plan, make_planset, two_branches

from flgui.viewmodel.gantt import DEVICE, ES, LINK, TAIL, GanttModel, gantt_model
from flgui.viewmodel.gantt_text import (
    bar_text,
    bar_words,
    end_text,
    layers_text,
    load_text,
    sent_text,
    waits,
)
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System

NBSP = "\u00a0"


@pytest.fixture(scope="module")
def model() -> GanttModel:
    net = alexnet()
    return gantt_model(
        make_planset(
            net,
            make_plan("NFL", net, 11, (1, 1), 3),
            make_plan("MW", net, 2, (3, 3), [3, 2, 3, 3, 3, 2, 3, 3, 3], spread=0.3),
            make_plan(
                "BF", net, 2, (2, 4), [1, 3, 3, 1, 3, 3, 3, 3], order=[0, 3, 5, 6, 7, 1, 2, 4], spread=0.1
            ),
        )
    )


def group(model: GanttModel, method: str):
    found = model.group(method)
    assert found is not None
    return found


def bar_of(group, path: int, resource: int) -> int:
    return next(int(b) for b in group.bars_of(path) if group.rows[group.bars.row[b]].resource == resource)


def test_groups_stand_in_the_order_nfl_mw_bf_on_one_axis_five_percent_past_the_longest(model):
    assert [g.method for g in model.groups] == ["NFL", "MW", "BF"]
    assert model.axis_s == pytest.approx(1.05 * max(g.makespan_s for g in model.groups))


def test_captions_say_what_was_planned(model):
    assert [g.caption for g in model.groups] == [
        "one cut, after pool1",
        "τ 2 · 9 tiles, 3×3",
        "τ 2 · 8 tiles, 2×4",
    ]


@pytest.mark.parametrize(
    ("cut", "words"), [(1, "all on ES"), (12, "device only"), (4, "one cut, after conv2")]
)
def test_nfl_says_where_it_cuts(cut, words):
    net = alexnet()
    nfl = group(gantt_model(make_planset(net, make_plan("NFL", net, 11, (1, 1), cut))), "NFL")
    assert nfl.caption == words


def test_one_tile_of_another_method_names_tau_and_cut():
    net = alexnet()
    mw = group(gantt_model(make_planset(net, make_plan("MW", net, 4, (1, 1), 3))), "MW")
    assert mw.caption == "τ 4 · 1 tile, one cut, after pool1"


def test_a_missing_plan_is_an_empty_chart_that_says_planning():
    net = alexnet()
    model = gantt_model(make_planset(net, make_plan("NFL", net, 11, (1, 1), 3)))
    bf = group(model, "BF")
    assert (bf.caption, len(bf.bars), bf.makespan_s, end_text(bf)) == ("planning", 0, 0.0, "")
    assert [row.label for row in bf.rows] == ["Device", "Link", "ES"]
    assert len(bf.sequence) == 0
    assert bf.bar_at(0, 0.0) is None


def test_without_any_plan_the_axis_still_has_a_length():
    assert gantt_model(make_planset(alexnet())).axis_s > 0


def test_bars_are_the_schedule_sorted_by_row_and_start(model):
    bf = group(model, "BF")
    s = bf.plan.schedule
    for path in range(8):
        bars = bf.bars_of(path)
        resources = [bf.rows[bf.bars.row[b]].resource for b in bars]
        expected = [DEVICE] * int(s.device_worker[path] >= 0) + [LINK] + [ES] * int(s.es_worker[path] >= 0)
        assert resources == expected
        link = bar_of(bf, path, LINK)
        assert (bf.bars.start[link], bf.bars.end[link]) == (s.link_start[path], s.link_end[path])
    tail = bf.bars_of(TAIL)
    assert bf.bars.end[tail].tolist() == [bf.makespan_s]
    for row in range(len(bf.rows)):
        part = slice(bf.bars.first[row], bf.bars.first[row + 1])
        assert set(bf.bars.row[part]) <= {row}
        assert np.all(np.diff(bf.bars.start[part]) >= 0)


def test_bars_cannot_be_written_to(model):
    bars = group(model, "MW").bars
    for array in (bars.row, bars.start, bars.end, bars.path, bars.first):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_unlimited_workers_take_as_many_rows_as_overlap():
    net, system = alexnet(), System(device_workers=None)
    mw = make_plan("MW", net, 2, (3, 3), 3, system=system, spread=0.4)
    rows = group(gantt_model(make_planset(net, mw, system=system)), "MW").rows
    assert [row.label for row in rows] == [*(f"Device {i}" for i in range(1, 10)), "Link", "ES"]


def test_idle_workers_have_rows_but_never_more_than_paths():
    net, system = alexnet(), System(device_workers=8, es_workers=3)
    plans = (
        make_plan("NFL", net, 11, (1, 1), 3, system=system),
        make_plan("MW", net, 2, (2, 2), 2, system=system),
    )
    model = gantt_model(make_planset(net, *plans, system=system))
    assert [row.label for row in group(model, "NFL").rows] == ["Device", "Link", "ES"]
    assert [len(group(model, "MW").rows_of(r)) for r in (DEVICE, LINK, ES)] == [4, 1, 3]


def test_load_counts_busy_workers_and_leaves_out_the_tail():
    net, system = alexnet(), System(device_workers=None)
    mw = make_plan("MW", net, 2, (2, 2), 3, system=system, spread=0.4)
    chart = group(gantt_model(make_planset(net, mw, system=system)), "MW")
    load = chart.load(DEVICE)
    assert load.busy.tolist() == [4, 3, 2, 1, 0]
    assert load.time[1:].tolist() == pytest.approx(sorted(mw.schedule.device_end))
    assert chart.load(ES).busy.tolist() == []
    text = load_text(chart, DEVICE, float(load.time[1]) + 1e-6)
    assert text is not None
    assert text.title == "3 of 4 device workers busy"


def test_difference_to_nfl_in_words(model):
    assert end_text(group(model, "NFL")) == ""
    mw = group(model, "MW")
    assert mw.less_than_nfl_s == pytest.approx(group(model, "NFL").makespan_s - mw.makespan_s)
    assert end_text(mw) == f"12.79{NBSP}ms less than NFL"


def test_slower_and_equal_plans_are_said_to_be_so():
    net = alexnet()
    nfl = make_plan("NFL", net, 11, (1, 1), 3)
    slow, same = make_plan("MW", net, 2, (1, 1), 1), make_plan("BF", net, 2, (1, 1), 3)
    model = gantt_model(make_planset(net, nfl, slow, same))
    assert end_text(group(model, "MW")).endswith("ms more than NFL")
    assert end_text(group(model, "BF")) == "same as NFL"


def test_words_on_the_bars_of_a_single_path(model):
    nfl = group(model, "NFL")
    words = {r: bar_words(nfl, bar_of(nfl, 0, r), r) for r in (DEVICE, LINK, ES)}
    assert words[DEVICE][0] == f"conv1, pool1  28.19{NBSP}ms"
    assert words[LINK][0] == f"pool1 map, 186.6{NBSP}kB  14.93{NBSP}ms"
    assert words[LINK][-1] == "map"
    assert words[ES][1:] == ("conv2 … fc8", "rest")


def test_words_on_the_bars_of_tiles(model):
    bf = group(model, "BF")
    assert bar_words(bf, bar_of(bf, 3, LINK), LINK) == ("3  input tile", "3")
    assert bar_words(bf, bar_of(bf, 6, DEVICE), DEVICE) == ("6",)
    assert bar_words(bf, int(bf.bars_of(TAIL)[0]), ES) == ("tail",)


def test_long_layer_lists_are_shortened():
    net = alexnet()
    assert layers_text(net, 1, 1) == "conv1"
    assert layers_text(net, 1, 3) == "conv1, pool1, conv2"
    assert layers_text(net, 1, 8) == "conv1 … pool5"


def test_every_tensor_that_crosses_the_link_is_named():
    net = two_branches()
    assert [sent_text(net, o) for o in range(1, 7)] == ["input", "a", "a + b", "b + c", "sum", ""]


def test_tooltip_of_a_transfer_says_what_it_waited_for(model):
    bf = group(model, "BF")
    text = bar_text(bf, bar_of(bf, 6, LINK), LINK)
    assert text is not None
    assert text.title == "Path 6 on the link"
    assert text.lines == (
        (f"13.30 – 15.30{NBSP}ms", f"2.00{NBSP}ms"),
        ("pool1 tile, 64×14×7", f"25.0{NBSP}kB"),
        ("queued behind 3 and 5", f"5.85{NBSP}ms"),
    )


def test_tooltip_of_computing_names_layers_and_work(model):
    mw = group(model, "MW")
    text = bar_text(mw, bar_of(mw, 1, DEVICE), DEVICE)
    assert text is not None
    assert text.title == "Path 1 on the device"
    assert text.lines[1:] == (("conv1", f"12.1{NBSP}MFLOP"), ("starts after path 0", ""))


def test_tooltip_of_the_tail_names_the_rest(model):
    bf = group(model, "BF")
    text = bar_text(bf, int(bf.bars_of(TAIL)[0]), ES)
    assert text is not None
    assert text.title == "Tail on the ES"
    assert text.lines[1:] == (("conv2 … fc8", f"1.29{NBSP}GFLOP"), ("waits for the last path, 4", ""))


def test_very_short_bars_are_in_smaller_units(model):
    mw = group(model, "MW")
    text = bar_text(mw, bar_of(mw, 1, ES), ES)
    assert text is not None
    assert text.lines[0][1] == f"72.3{NBSP}ns"


def test_one_of_several_workers_is_numbered_in_the_tooltip():
    net, system = alexnet(), System(device_workers=2)
    mw = make_plan("MW", net, 2, (2, 2), 3, system=system)
    chart = group(gantt_model(make_planset(net, mw, system=system)), "MW")
    text = bar_text(chart, bar_of(chart, 1, DEVICE), DEVICE)
    assert text is not None
    assert text.title == "Path 1 on device 2"


def test_a_branch_sends_two_tensors_with_one_amount_of_data():
    net = two_branches()
    chart = group(gantt_model(make_planset(net, make_plan("MW", net, 4, (2, 2), 3))), "MW")
    text = bar_text(chart, bar_of(chart, 0, LINK), LINK)
    assert text is not None
    assert [line[0].split(",")[0] for line in text.lines[1:3]] == ["a tile", "b tile"]
    assert text.lines[2][1] == ""


def test_waits_are_never_negative_and_rounding_is_none(model):
    for chart in model.groups:
        link, es = waits(chart.plan)
        assert link.min() >= 0
        assert es.min() >= 0
    assert waits(group(model, "NFL").plan)[0].tolist() == [0.0]


def test_paths_are_stepped_through_by_their_first_bar(model):
    bf = group(model, "BF")
    assert bf.sequence.tolist() == [0, 5, 6, 3, 7, 1, 2, 4]


def test_bars_are_found_by_time(model):
    mw = group(model, "MW")
    row = mw.rows_of(LINK).start
    bar = bar_of(mw, 1, LINK)
    start, end = float(mw.bars.start[bar]), float(mw.bars.end[bar])
    assert mw.bar_at(row, (start + end) / 2) == bar
    assert mw.bar_at(row, start - 1e-4) is None
    assert mw.bar_at(row, start - 1e-4, slack_s=1e-3) == bar
    assert mw.bar_at(row, 1.0) is None


@pytest.mark.parametrize("workers", [(1, None), (None, None), (1, 1)])
def test_charts_of_real_plans_agree_with_the_plans(workers):
    net = alexnet()
    system = System(device_workers=workers[0], es_workers=workers[1])
    found = plan(Scenario(net, system, tau=2, paths=8))
    model = gantt_model(found)
    for chart in model.groups:
        assert chart.plan is found.plans[chart.method]
        assert chart.bars.end.max() == pytest.approx(chart.makespan_s)
        for row in range(len(chart.rows)):
            part = slice(chart.bars.first[row], chart.bars.first[row + 1])
            gaps = chart.bars.start[part][1:] - chart.bars.end[part][:-1]
            assert gaps.min(initial=0.0) >= -1e-12, "bars of one worker overlap"
        for bar in range(len(chart.bars)):
            resource = chart.rows[chart.bars.row[bar]].resource
            assert bar_words(chart, bar, resource)
            assert bar_text(chart, bar, resource) is not None
