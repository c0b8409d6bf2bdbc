import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.test import RequestFactory

from leadhub.web import idempotency
from leadhub.web.erasure import erase_lead
from leadhub.web.idempotency import (
    AnswerErased,
    InvalidKey,
    KeyReused,
    StillRunning,
    fingerprint_of,
    fingerprint_of_parts,
    is_kept,
    once_for,
    prune_answers,
)
from leadhub.web.models import IdempotencyRecord, RequestRecord
from leadhub.workspaces.clock import now

WORKSPACE, KEY = uuid4(), uuid4()


def make_once(key="k", body=b"{}", path="/api/v1/leads", method="POST", api_key=KEY, workspace=WORKSPACE):
    headers = {} if key is None else {"Idempotency-Key": key}
    request = RequestFactory().generic(method, path, body, "application/json", headers=headers)
    return once_for(request, workspace, api_key)


def write(once, body=b'{"ok":true}', status=200, lead_id=None):
    """The shape of every keyed write: claim, effect, settle, in one transaction."""
    with transaction.atomic():
        answer = once.claim()
        if answer is None:
            make_effect()
            once.settle(status, {"Content-Type": "application/json"}, body, lead_id)
        return answer


def make_effect():
    """Any row will do as the effect."""
    RequestRecord.objects.create(workspace_id=WORKSPACE, path="effect", status=200, duration_ms=0)


def effects():
    return RequestRecord.objects.filter(path="effect").count()


@pytest.mark.parametrize("key", ["a", "x" * 255, "!~", "8e03978e-40d5-43e8-bc93-6894a57f9324", '"quoted"'])
def test_a_valid_key_is_taken(key):
    assert make_once(key).key == key


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é", "a\tb", "a\x7f"])
def test_an_invalid_key_is_a_400(key):
    with pytest.raises(InvalidKey) as refused:
        make_once(key)
    assert refused.value.failure.status == 400


def test_without_the_header_there_is_nothing_to_do(django_assert_num_queries):
    assert make_once(None) is None


@pytest.mark.django_db
def test_the_first_answer_is_sent_again():
    assert write(make_once(), b'{"id":1}', 201) is None
    for _ in range(2):
        answer = write(make_once(), b'{"id":2}')
        assert (answer.status, answer.body) == (201, b'{"id":1}')
        assert answer.headers == {"Content-Type": "application/json"}
    response = answer.as_response()
    assert (response.status_code, response.content) == (201, b'{"id":1}')
    assert response["Idempotent-Replayed"] == "true"
    assert response["Content-Type"] == "application/json"
    assert effects() == 1


@pytest.mark.django_db
def test_another_body_under_the_same_key_is_a_422():
    write(make_once())
    with pytest.raises(KeyReused) as refused:
        write(make_once(body=b'{"a": 1}'))
    assert refused.value.failure.status == 422
    assert effects() == 1


@pytest.mark.django_db
def test_the_scope_is_caller_method_path_and_query():
    others = [
        make_once("other"),
        make_once(api_key=uuid4()),
        make_once(workspace=uuid4()),
        make_once(method="PUT"),
        make_once(path="/api/leads"),
        make_once(path="/api/v1/leads?a=1"),
    ]
    write(make_once())
    assert [write(once) for once in others] == [None] * len(others)
    assert effects() == len(others) + 1


@pytest.mark.django_db
def test_nothing_is_kept_of_an_effect_that_was_rolled_back():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        once = make_once()
        once.claim()
        make_effect()
        raise ZeroDivisionError
    assert (effects(), IdempotencyRecord.objects.count()) == (0, 0)
    assert write(make_once()) is None


@pytest.mark.django_db
def test_a_refusal_is_kept_after_the_rollback_and_sent_again():
    once = make_once()
    assert once.settle_refusal(404, {}, b'{"error":"gone"}') is None
    answer = write(make_once())
    assert (answer.status, answer.body) == (404, b'{"error":"gone"}')
    assert effects() == 0


@pytest.mark.django_db
def test_a_refusal_that_comes_second_sends_the_first_answer():
    late = make_once()
    write(make_once(), b'{"id":1}', 201)
    answer = late.settle_refusal(409, {}, b"{}")
    assert (answer.status, answer.body) == (201, b'{"id":1}')


@pytest.mark.django_db
@pytest.mark.parametrize("status", [401, 403, 412, 413, 415, 422, 429, 500, 503])
def test_what_may_come_out_differently_is_never_kept(status):
    assert not is_kept(status)
    assert make_once().settle_refusal(status, {}, b"{}") is None
    assert IdempotencyRecord.objects.count() == 0


@pytest.mark.django_db
def test_an_answer_is_kept_for_a_day(monkeypatch):
    write(make_once(), b'{"id":1}')
    later = now() + timedelta(hours=24, seconds=1)
    monkeypatch.setattr(idempotency, "now", lambda: later)
    assert write(make_once(body=b'{"new": 1}'), b'{"id":2}') is None
    assert write(make_once(body=b'{"new": 1}')).body == b'{"id":2}'
    assert (effects(), IdempotencyRecord.objects.count()) == (2, 1)


@pytest.mark.django_db
def test_expired_answers_are_pruned_in_batches():
    for number in range(5):
        write(make_once(str(number)))
    IdempotencyRecord.objects.filter(key__in=["0", "1", "2"]).update(expires_at=now() - timedelta(seconds=1))
    assert prune_answers(now(), batch=2) == 3
    assert set(IdempotencyRecord.objects.values_list("key", flat=True)) == {"3", "4"}


@pytest.mark.django_db
def test_an_empty_answer_is_an_answer():
    write(make_once(), b"", 204)
    assert (write(make_once()).status, write(make_once()).body) == (204, b"")


@pytest.mark.django_db
def test_an_answer_is_stored_sealed():
    write(make_once(), b'{"email":"ana@example.org"}')
    assert b"ana@example" not in bytes(IdempotencyRecord.objects.get().body)


@pytest.mark.django_db
def test_an_erased_answer_is_neither_sent_nor_made_anew():
    lead = uuid4()
    write(make_once(), b'{"email":"ana@example.org"}', lead_id=lead)
    write(make_once("other"), b'{"email":"ana@example.org"}')
    erase_lead(WORKSPACE, lead)
    with pytest.raises(AnswerErased):
        write(make_once())
    assert write(make_once("other")) is not None
    erase_lead(WORKSPACE, lead, ["Ana@Example.org"])
    with pytest.raises(AnswerErased):
        write(make_once("other"))
    assert effects() == 2


@pytest.mark.django_db
def test_the_refusal_of_a_key_is_never_kept_as_its_answer():
    with transaction.atomic():
        make_once().claim()
    refused = make_once()
    with pytest.raises(StillRunning):
        write(refused)
    IdempotencyRecord.objects.all().delete()
    assert refused.settle_refusal(409, {}, b'{"code":"request_in_progress"}') is None
    assert IdempotencyRecord.objects.count() == 0


@pytest.mark.django_db
def test_an_answer_whose_data_key_is_gone_is_not_made_anew(settings):
    write(make_once())
    settings.DATA_KEYS = {"v9": b"\x01" * 32}
    with pytest.raises(AnswerErased):
        write(make_once())


@pytest.mark.django_db
def test_the_statements_of_a_keyed_write_are_few(django_assert_num_queries):
    own = 3 if connection.vendor == "postgresql" else 1
    once = make_once()
    with django_assert_num_queries(own):
        once.claim()
    with django_assert_num_queries(1):
        once.settle(200, {}, b"{}")
    with django_assert_num_queries(own + 1):
        assert make_once().claim() is not None


def test_parts_are_compared_and_not_their_boundaries():
    parts = [("file", "a.pdf", fingerprint_of(b"1")), ("note", "", fingerprint_of(b"x"))]
    assert fingerprint_of_parts(parts) == fingerprint_of_parts(iter(parts))
    assert fingerprint_of_parts(parts) != fingerprint_of_parts(parts[::-1])
    assert fingerprint_of_parts([("ab", "c", "")]) != fingerprint_of_parts([("a", "bc", "")])


def in_threads(count, run):
    """Run it so many times at once; what each returned or raised."""
    results, start = [], threading.Barrier(count)

    def one():
        start.wait()
        try:
            results.append(run())
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_sixteen_equal_requests_at_once_have_one_effect():
    results = in_threads(16, lambda: write(make_once(), b'{"id":1}'))
    assert results.count(None) == 1
    replays = [result for result in results if result is not None]
    assert all(isinstance(result, StillRunning) or result.body == b'{"id":1}' for result in replays)
    assert effects() == 1


@pytest.mark.django_db(transaction=True)
def test_sixteen_refused_requests_at_once_keep_one_refusal():
    def refuse():
        once = make_once()
        with transaction.atomic():
            answer = once.claim()
            transaction.set_rollback(True)
        return answer or once.settle_refusal(404, {}, b"{}")

    results = in_threads(16, refuse)
    assert all(result is None or getattr(result, "status", 409) in {404, 409} for result in results)
    assert IdempotencyRecord.objects.get().status == 404


@pytest.mark.django_db(transaction=True)
def test_sixteen_requests_take_over_one_expired_answer():
    write(make_once())
    IdempotencyRecord.objects.update(expires_at=now() - timedelta(seconds=1))
    results = in_threads(16, lambda: write(make_once()))
    assert results.count(None) == 1
    assert effects() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_first_request_that_takes_too_long_is_a_409_for_the_second(monkeypatch):
    monkeypatch.setattr(idempotency, "PATIENCE", "100ms")
    with transaction.atomic():
        once = make_once()
        once.claim()
        make_effect()
        (second,) = in_threads(1, lambda: write(make_once()))
        assert isinstance(second, StillRunning)
        assert second.failure.status == 409
        once.settle(200, {}, b"{}")
    assert write(make_once()).status == 200
    assert effects() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_wait_for_other_locks_is_left_as_it_was():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '1234ms'")
        make_once().claim()
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("1234ms",)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.django_db(transaction=True)
def test_a_claim_belongs_into_a_transaction():
    with pytest.raises(RuntimeError):
        make_once().claim()
    with transaction.atomic():
        make_once().claim()
    # Settled by nobody: not by the shape of a write, but better a 409 than a second effect.
    with pytest.raises(StillRunning):
        write(make_once())
