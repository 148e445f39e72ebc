"""Profiles: shipped ones, users' own, and what is refused."""

from __future__ import annotations

import pytest

from imaging.guidelines.profiles import load_profile
from models.errors import ConfigError
from models.findings import Severity


def write(folder, name, text):
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def known(folder):
    """The profiles that there are, as a user who misspells one is told."""
    with pytest.raises(ConfigError) as refused:
        load_profile("no-such-profile", folder)
    return refused.value.remedy.rpartition("There are: ")[2].rstrip(".").split(", ")


def test_the_shipped_profiles_load_and_the_page_comes_first(tmp_path):
    assert known(tmp_path) == ["jetstream", "jetstream2", "openstack"]
    for name in known(tmp_path):
        assert load_profile(name, tmp_path).name == name


def test_the_default_is_the_page_word_for_word():
    page = load_profile("jetstream")
    assert [(each.id, each.minimum_version) for each in page.systems if not each.successor_of] == [
        ("centos", "7"),
        ("ubuntu", "16.04"),
    ]
    assert page.file_systems == ("ext4", "xfs")
    assert page.names.forbidden_characters == "."
    assert page.deleted_directories == ("/home/", "/mnt/", "/tmp/", "/root/")
    assert len(page.overwritten_files) == 14
    assert not page.severities
    assert not page.disabled_rules


def test_a_profile_of_ones_own_is_found_by_its_files_name(tmp_path):
    write(tmp_path, "mine", 'title = "Mine"')
    assert load_profile("mine", tmp_path).title == "Mine"
    assert known(tmp_path)[-1] == "mine"


def test_what_it_extends_is_merged_table_by_table_and_lists_are_replaced(tmp_path):
    text = """
        extends = "jetstream2"
        unsuitable_flavors = ['^gpu']
        [contacts]
        support = "cloud@example.org"
        [severities]
        DESC-DELTA = "block"
    """
    mine = load_profile("mine", write(tmp_path, "mine", text))
    below = load_profile("jetstream2")
    assert mine.title == below.title
    assert mine.contacts.support == "cloud@example.org"
    assert mine.contacts.export == below.contacts.export
    assert mine.unsuitable_flavors == ("^gpu",)
    assert mine.severities == {**below.severities, "DESC-DELTA": Severity.BLOCK}


def test_a_profile_may_extend_another_of_ones_own(tmp_path):
    write(tmp_path, "below", 'extends = "openstack"\ndescription_minimum_characters = 10')
    write(tmp_path, "above", 'extends = "below"\ntitle = "Above"')
    above = load_profile("above", tmp_path)
    assert (above.title, above.description_minimum_characters) == ("Above", 10)


def test_a_folder_that_does_not_exist_is_an_empty_one(tmp_path):
    assert known(tmp_path / "none") == known(None)


@pytest.mark.parametrize(
    "text, said",
    [
        ("title = ", "mine.toml"),
        ("colour = 1", "colour"),
        ("", "title"),
        ('title = "x"\nname = "y"', "leave it out"),
        ('title = "x"\nextends = 3', "extends"),
        ('title = "x"\nextends = "nowhere"', "nowhere"),
        ('title = "x"\nextends = "mine"', "extends itself"),
        ('title = "x"\ndisabled_rules = ["STATE-0K"]', "did you mean STATE-OK?"),
        ('title = "x"\n[severities]\nSTATE-OK = "fatal"', "STATE-OK"),
        ('title = "x"\n[severities]\nSW-ATTEST = "warn"', "question"),
        ('title = "x"\n[severities]\nSTATE-OK = "ask"', "question"),
        ('title = "x"\nask_before_run = ["STATE-OK"]', "not a question"),
        ('title = "x"\nunsuitable_flavors = ["("]', "regular expression"),
        ('title = "x"\n[[systems]]\nid = "ubuntu"\nminimum_version = "jammy"', "minimum_version"),
        ('title = "x"\n[names]\nmaximum_length = 1', "maximum_length"),
    ],
)
def test_a_profile_that_cannot_be_meant_is_refused_with_the_reason(tmp_path, text, said):
    with pytest.raises(ConfigError) as refused:
        load_profile("mine", write(tmp_path, "mine", text))
    assert said in str(refused.value)


def test_a_shipped_profile_cannot_be_replaced_in_silence(tmp_path):
    with pytest.raises(ConfigError, match="shipped"):
        load_profile("jetstream", write(tmp_path, "jetstream", 'title = "weaker"'))


def test_an_unknown_profile_names_those_that_there_are():
    with pytest.raises(ConfigError, match=r"Did you mean jetstream2 or jetstream\?") as refused:
        load_profile("jetsream2")
    assert "openstack" in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"mine\.toml"):
        load_profile("mine", tmp_path)


def test_a_path_is_no_profile(tmp_path):
    write(tmp_path, "mine", 'title = "x"')
    with pytest.raises(ConfigError):
        load_profile("../" + tmp_path.name + "/mine", tmp_path)
