import socket
import threading
import time
from types import SimpleNamespace
from uuid import uuid4

import pytest
from redis import Redis, RedisError

from leadhub.web import ratelimit, ratelimit_redis
from leadhub.web.ratelimit import LocalWindow, take
from leadhub.web.ratelimit_redis import RedisWindow

URL = "redis://127.0.0.1:6379/15"


@pytest.fixture(autouse=True)
def _own_counts():
    ratelimit._local.cache_clear()
    ratelimit._shared.cache_clear()


@pytest.fixture(params=["local", "redis"])
def window(request, settings):
    if request.param == "local":
        settings.REDIS_URL = ""
        return
    need_redis()
    settings.REDIS_URL = URL


def need_redis():
    try:
        Redis.from_url(URL, socket_timeout=1, socket_connect_timeout=1).ping()
    except (RedisError, OSError):
        pytest.skip("needs Redis on 127.0.0.1:6379")


def test_a_key_has_its_limit(window):
    key = uuid4()
    answers = [take(key, 3, 60) for _ in range(5)]
    assert [answer.allowed for answer in answers] == [True, True, True, False, False]
    assert [answer.used for answer in answers] == [1, 2, 3, 3, 3]
    assert [answer.remaining for answer in answers] == [2, 1, 0, 0, 0]
    assert [answer.retry_after for answer in answers[:3]] == [0, 0, 0]
    assert all(55 <= answer.retry_after <= 60 for answer in answers[3:])
    assert {answer.limit for answer in answers} == {3}


def test_the_window_slides(window):
    key = uuid4()
    assert take(key, 2, 1).allowed
    time.sleep(0.5)
    assert take(key, 2, 1).allowed
    # Refused ones are not counted, so a client that keeps asking recovers.
    assert not any(take(key, 2, 1).allowed for _ in range(10))
    time.sleep(0.55)
    # Only the first one has left; a fixed window would have forgotten both.
    assert take(key, 2, 1).allowed
    assert not take(key, 2, 1).allowed


def test_the_reset_is_when_the_oldest_request_drops_out(window):
    key = uuid4()
    first = take(key, 1000, 3600)
    assert abs(first.reset_at - (time.time() + 3600)) <= 2
    time.sleep(0.1)
    assert abs(take(key, 1000, 3600).reset_at - first.reset_at) <= 1


def test_keys_have_each_their_own(window):
    one, other = uuid4(), uuid4()
    assert take(one, 1, 60).allowed
    assert take(other, 1, 60).allowed
    assert not take(one, 1, 60).allowed


def test_a_limit_that_was_lowered_or_is_nothing_holds(window):
    key = uuid4()
    for _ in range(4):
        take(key, 4, 60)
    lowered = take(key, 2, 60)
    assert (lowered.allowed, lowered.remaining, lowered.used) == (False, 0, 4)
    nothing = take(uuid4(), 0, 60)
    assert (nothing.allowed, nothing.remaining, nothing.retry_after) == (False, 0, 60)


def test_nobody_waits_for_longer_than_the_window(monkeypatch):
    for moment in (number / 7 for number in range(1, 400)):
        monkeypatch.setattr(ratelimit, "time", SimpleNamespace(monotonic=lambda moment=moment: moment))
        window = LocalWindow()
        assert window.take("nobody", 0, 60).room_in == 60
        assert window.take("first", 1, 60).oldest_leaves == 60


def test_threads_never_take_more_than_there_is(window):
    key, allowed, start = uuid4(), [], threading.Barrier(16)

    def run():
        start.wait()
        allowed.extend(take(key, 50, 60).allowed for _ in range(10))

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(allowed), sum(allowed)) == (160, 50)


def test_the_memory_of_one_process_is_bounded():
    window = LocalWindow(most=100)
    for number in range(1000):
        assert window.take(f"key {number % 50}", 1000, 3600).allowed
    assert window._held <= 100
    assert window._held == sum(len(times) for times in window._windows.values())
    assert len(window._windows) <= 50


def test_what_one_process_remembers_of_gone_keys_is_bounded_too():
    window = LocalWindow(most=100)
    for number in range(1000):
        window.take(f"key {number}", 1000, 3600)
    assert len(window._windows) <= 100


def test_a_lost_redis_is_replaced_by_a_count_of_ones_own(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{taken.getsockname()[1]}/0"
        key = uuid4()
        assert [take(key, 2, 60).allowed for _ in range(3)] == [True, True, False]


def test_a_silent_redis_is_asked_once_and_then_left_alone(monkeypatch):
    monkeypatch.setattr(ratelimit_redis, "TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        window = RedisWindow(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        asked = []
        script = window._script
        window._script = lambda **given: asked.append(1) or script(**given)
        assert [window.take("key", 5, 60) for _ in range(100)] == [None] * 100
        assert len(asked) == 1
        window._away_until = 0.0
        assert [window.take("key", 5, 60) for _ in range(100)] == [None] * 100
        assert len(asked) == 2


def test_a_redis_that_is_back_is_used_again():
    need_redis()
    window = RedisWindow(URL)
    window._stay_away(OSError())
    assert window.take(str(uuid4()), 5, 60) is None
    window._away_until = 0.0
    key = str(uuid4())
    assert [window.take(key, 5, 60).used for _ in range(2)] == [1, 2]


def test_a_nonsense_address_costs_accuracy_and_no_answer(settings):
    settings.REDIS_URL = "nonsense://nowhere"
    key = uuid4()
    assert [take(key, 1, 60).allowed for _ in range(2)] == [True, False]


def test_processes_share_a_count_in_redis():
    need_redis()
    key = str(uuid4())
    assert [RedisWindow(URL).take(key, 5, 60).used for _ in range(3)] == [1, 2, 3]


def test_nothing_stays_in_redis_for_longer_than_the_window():
    need_redis()
    key = str(uuid4())
    RedisWindow(URL).take(key, 5, 60)
    assert 0 < Redis.from_url(URL).ttl("leadhub:rate:" + key) <= 60
