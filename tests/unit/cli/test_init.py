"""`omnisync init`: few questions, a file that loads, and nothing lost."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from omnisync.errors import CommandRefused
from omnisync.settings import load_settings
from omnisync.settings.interview import Question, run_init

ANSWERS = {
    "shop.name": 'Ayşe "Kırtasiye"',
    "erp.folder": "/srv/export",
    "stores": "trendyol, woo-hu=woocommerce",
    "address": "https://shop.example",
    "consumer_key": "ck_top",
    "consumer_secret": "cs_top",
    "api_key": "top",
    "api_secret": "top",
    "seller_id": "1234",
}


class Person:
    """Answers by key, or by the last part of it; notes what was asked."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[Question] = []

    def __call__(self, question: Question) -> str:
        self.asked.append(question)
        if question.complaint and f"{question.key}!" in self.answers:
            return self.answers[f"{question.key}!"]
        return self.answers.get(question.key) or self.answers.get(question.key.rpartition(".")[2], "")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "omnisync.toml"


def nobody(question: Question) -> str:
    raise AssertionError(question)


def test_a_shop_with_two_stores(path: Path) -> None:
    person = Person(ANSWERS)
    assert run_init(path, ask=person, environment={"LANG": "tr_TR.UTF-8"}) == path
    settings = load_settings(path, environment={})
    assert (settings.shop.name, settings.shop.language, settings.shop.currency) == ('Ayşe "Kırtasiye"', "tr", "TRY")
    assert {name: store.connector for name, store in settings.stores.items()} == {
        "trendyol": "trendyol",
        "woo-hu": "woocommerce",
    }
    assert settings.stores["woo-hu"].for_connector()["consumer_secret"] == "cs_top"
    assert settings.stores["woo-hu"].warehouses == ("main",)
    assert {q.key for q in person.asked if q.secret} >= {
        "stores.woo-hu.consumer_key",
        "stores.woo-hu.consumer_secret",
    }
    assert len(person.asked) == len({q.key for q in person.asked}) < 15


def test_only_the_owner_can_read_the_file(path: Path) -> None:
    run_init(path, ask=Person(ANSWERS))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_not_in_force_is_explained_in_a_comment(path: Path) -> None:
    run_init(path, ask=Person(ANSWERS))
    text = path.read_text()
    assert "# Pieces that are kept back: a store shows what is available less this.\n# buffer = 0\n" in text
    assert text.count("# buffer = 0") == 1, "the second store points at the first"


def test_an_existing_file_is_never_touched(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("mine")
    with pytest.raises(CommandRefused, match="stays as it is"):
        run_init(path, ask=nobody)
    assert path.read_text() == "mine"


def test_answers_given_beforehand_are_not_asked(path: Path) -> None:
    answers = {"shop.name": "Shop", "erp.folder": "/srv/export", "stores": ""}
    run_init(path, ask=nobody, answers=answers)
    assert load_settings(path, environment={}).stores == {}


@pytest.mark.parametrize(
    ("key", "answer", "told"),
    [
        ("shop.name", " ", "shop.name: it must not be empty"),
        ("stores", "trendyl", "stores: there is no connector called trendyl. Did you mean trendyol?"),
        ("stores", "trendyol, trendyol", "stores: two stores can't both be called trendyol; write e.g. trendyol-2=trendyol"),
        ("stores", "My Shop=trendyol", "stores: a store's name is small letters"),
    ],
)  # fmt: skip
def test_a_wrong_answer_given_beforehand_is_refused_and_nothing_is_written(
    path: Path, key: str, answer: str, told: str
) -> None:
    with pytest.raises(CommandRefused) as caught:
        run_init(path, ask=nobody, answers={"shop.name": "Shop", "erp.folder": "/x", key: answer})
    assert str(caught.value).startswith(told)
    assert not path.exists()


def test_a_wrong_answer_is_asked_again_with_the_reason(path: Path) -> None:
    person = Person({**ANSWERS, "stores.woo-hu.address": "shop", "stores.woo-hu.address!": "https://shop.example"})
    run_init(path, ask=person)
    again = [question for question in person.asked if question.complaint]
    assert [question.key for question in again] == ["stores.woo-hu.address"]
    assert "https://" in again[0].complaint


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("omnisync.settings.interview.os.open", full)
    with pytest.raises(CommandRefused, match="No space left"):
        run_init(tmp_path / "omnisync.toml", ask=Person(ANSWERS))


def test_every_required_option_of_every_shipped_store_is_asked(path: Path) -> None:
    ask: Callable[[Question], str] = Person(ANSWERS)
    run_init(path, ask=ask, answers={"stores": "trendyol, woocommerce"})
    load_settings(path, environment={})
