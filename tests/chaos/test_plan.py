"""A seed is the same faults and the same people, every time."""

from itertools import islice

import pytest

from ops.chaos.faults import ACTIONS
from ops.chaos.plan import ALWAYS, FAULTS, Step, plan
from ops.chaos.scenario import CAREGIVERS, PLACES, errands, visits

SECONDS = 20.0
SEEDS = range(1, 21)


def actions(seed: int) -> list[str]:
    return [step.action for step in plan(seed, SECONDS)]


def test_a_seed_replays() -> None:
    assert plan(7, SECONDS) == plan(7, SECONDS)
    assert list(islice(visits(7, 3), 50)) == list(islice(visits(7, 3), 50))
    assert list(islice(errands(7), 50)) == list(islice(errands(7), 50))


def test_another_seed_is_another_plan_and_other_people() -> None:
    assert plan(7, SECONDS) != plan(8, SECONDS)
    assert next(visits(7, 3)) != next(visits(8, 3))
    assert next(errands(7)) != next(errands(8))


def test_two_people_of_a_seed_are_not_one() -> None:
    assert len({next(visits(7, person)).token for person in range(CAREGIVERS)}) == CAREGIVERS


@pytest.mark.parametrize("seed", SEEDS)
def test_every_plan_kills_crashes_and_flushes_in_time(seed: int) -> None:
    steps = plan(seed, SECONDS)
    assert steps[0] == Step(0.0, "seed", {"seed": seed})
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert {("kill", "web"), ("kill", "worker")} <= {(s.action, s.arguments.get("program")) for s in steps}
    assert {"crash_postgres", "flush_redis"} <= {step.action for step in steps}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_plan_ends_it_starts_again(seed: int) -> None:
    ended = actions(seed)
    for stop, start in (("kill", "start"), ("crash_postgres", "start_postgres"), ("crash_redis", "start_redis")):
        assert ended.count(stop) == ended.count(start)


def test_every_action_is_one_that_can_be_done() -> None:
    assert {action for seed in SEEDS for action in actions(seed)} == ACTIONS.keys()


def test_always_is_of_the_faults() -> None:
    assert set(ALWAYS) <= FAULTS.keys()


def test_people_compete_for_few_places() -> None:
    wanted = {visit.session for person in range(CAREGIVERS) for visit in islice(visits(1, person), 20)}
    assert wanted == set(range(len(PLACES)))
    assert sum(PLACES) < CAREGIVERS * 4
