import os

import pytest

from leadhub.web.sealing import Unsealable, is_sealed_by_newest, keyed_hash, keyed_hashes, seal, unseal

OLD, NEW = os.urandom(32), os.urandom(32)


@pytest.mark.parametrize("data", [b"", b"secret", b"x" * 511, b'{"a": 1}' * 1000, os.urandom(5000)])
def test_what_was_sealed_is_unsealed(data):
    sealed = seal(data)
    assert unseal(sealed) == unseal(memoryview(sealed)) == data
    assert not data or data not in sealed


def test_the_same_text_is_never_sealed_the_same_way_twice():
    assert seal(b"secret") != seal(b"secret")


def test_long_texts_are_sealed_small():
    assert len(seal(b'{"name": "Ana"}' * 1000)) < 1000


def test_changed_bytes_are_refused():
    sealed = seal(b"secret")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Unsealable):
            unseal(bytes(changed))
    for length in range(len(sealed)):
        with pytest.raises(Unsealable):
            unseal(sealed[:length])


def test_a_rotation_keeps_what_was_sealed_before(settings):
    settings.DATA_KEYS = {"v1": OLD}
    sealed = seal(b"secret")
    assert is_sealed_by_newest(sealed)
    settings.DATA_KEYS = {"v2": NEW, "v1": OLD}
    assert unseal(sealed) == b"secret"
    assert not is_sealed_by_newest(sealed)
    again = seal(unseal(sealed))
    assert is_sealed_by_newest(again)
    settings.DATA_KEYS = {"v2": NEW}
    assert unseal(again) == b"secret"
    with pytest.raises(Unsealable):
        unseal(sealed)


def test_a_version_that_begins_like_another_is_not_taken_for_it(settings):
    settings.DATA_KEYS = {"v11": OLD}
    sealed = seal(b"secret")
    settings.DATA_KEYS = {"v1": NEW, "v11": OLD}
    assert not is_sealed_by_newest(sealed)
    assert unseal(sealed) == b"secret"


def test_a_hash_made_before_a_rotation_is_still_recognised(settings):
    settings.DATA_KEYS = {"v1": OLD}
    before = keyed_hash("ana@example.org")
    assert before == keyed_hash("ana@example.org") != keyed_hash("eva@example.org")
    settings.DATA_KEYS = {"v2": NEW, "v1": OLD}
    after = keyed_hash("ana@example.org")
    assert keyed_hashes("ana@example.org") == [after, before]
    assert after.startswith("v2:") and before.startswith("v1:")


def test_a_hash_cannot_be_made_without_the_key(settings):
    settings.DATA_KEYS = {"v1": OLD}
    before = keyed_hash("ana@example.org")
    settings.DATA_KEYS = {"v1": NEW}
    assert keyed_hash("ana@example.org") != before
