"""What a running site leaves on the disk, and what its environment may tell it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import kb
from tests.support.serving import PATIENCE, free_port, page
from tests.support.web_base import make, served
from webapp.engine.storage import LOCK, clean, take
from webapp.settings import read_environment, read_settings

locks = pytest.mark.skipif(os.name == "nt", reason="this system has no such locks: folders of killed sites stay")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("storage"))


def left(place: Path) -> set[Path]:
    return set(place.glob("factcite-*"))


@locks
def test_the_folder_of_a_killed_site_goes_when_the_next_one_starts(home: Path, place: Path) -> None:
    words = ("--home", str(home), "--port", "0")
    with served(*words) as first:
        assert first.stdout is not None and first.stdout.readline()
        (stale,) = left(place)
        with served(*words) as second:
            assert second.stdout is not None and second.stdout.readline()
            assert stale in left(place), "a site that runs keeps its folder"
            (other,) = left(place) - {stale}
            first.kill()
            first.wait(PATIENCE)
            assert stale.is_dir(), "nobody could remove it"
            with served(*words) as third:
                assert third.stdout is not None and third.stdout.readline()
                assert not stale.exists()
                assert left(place) > {other}
    assert first.returncode < 0 and left(place) == set(), "those that end in order leave nothing"


@locks
def test_only_folders_of_ours_that_nobody_locks_are_removed(place: Path, tmp_path: Path) -> None:
    mine = take()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (elsewhere / LOCK).touch()
    (place / "factcite-link").symlink_to(elsewhere)
    (place / "factcite-new").mkdir(mode=0o700)
    (place / "factcite-open").mkdir(mode=0o755)
    (place / "factcite-open" / LOCK).touch()
    (place / "factcite-stale" / "store").mkdir(parents=True, mode=0o700)
    (place / "factcite-stale").chmod(0o700)
    (place / "factcite-stale" / LOCK).touch()
    (place / "factcite-file").touch()
    (place / "other-stale").mkdir(mode=0o700)
    before = set(place.iterdir())
    assert clean(place) == (place / "factcite-stale",)
    assert set(place.iterdir()) == before - {place / "factcite-stale"}
    assert (elsewhere / LOCK).is_file()
    mine.remove()
    mine.remove()
    assert not mine.folder.exists()


# --- the environment -------------------------------------------------------------------------------------


def test_the_environment_gives_settings() -> None:
    given = {
        "FACTCITE_TIMEOUT_SECONDS": "2.5",
        "FACTCITE_WORKERS": "3",
        "FACTCITE_PUBLIC_BASE": "https://facts.example/",
        "FACTCITE_TEXTS": os.pathsep.join(["a", "b"]),
        "FACTCITE_TRUSTED_HOSTS": "facts.example, localhost",
        "FACTCITE_HOME": "mybase",
        "FACTCITE_MAX_ROWS": "",
        "PATH": "x",
    }
    settings, flasks = read_settings(read_environment(given))
    assert (settings.timeout_seconds, settings.workers, settings.texts) == (2.5, 3, (Path("a"), Path("b")))
    assert settings.public_base == "https://facts.example/"
    assert flasks == {"TRUSTED_HOSTS": ["facts.example", "localhost"]}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FACTCITE_TIMEOUT_SECOND", "5", "did you mean FACTCITE_TIMEOUT_SECONDS"),
        ("FACTCITE_WORKERS", "two", "no number"),
        ("FACTCITE_SHOW_TEXTS", "1", "no setting"),
    ],
)
def test_an_environment_that_makes_no_sense_is_refused(name: str, value: str, said: str) -> None:
    with pytest.raises(kb.UsageError) as refused:
        read_environment({name: value})
    assert said in f"{refused.value}"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WORKERS", 0, "WORKERS is 0"),
        ("WORKERS", -1, "more than 0"),
        ("LONG_QUESTIONS", -1, "0 or more"),
        ("TIMEOUT_SECONDS", float("nan"), "TIMEOUT_SECONDS is nan"),
        ("SEND_SECONDS", float("inf"), "SEND_SECONDS is inf"),
        ("PUBLIC_BASE", "facts.example", "no address"),
        ("PUBLIC_BASE", "ftp://facts.example/", "no address"),
        ("PUBLIC_BASE", "https://facts .example/", "no address"),
        ("PUBLIC_BASE", "https://[facts/", "no address"),
        ("PUBLIC_BASE", "https://facts.example:http/", "no address"),
        ("PUBLIC_BASE", "https://facts.example/?a=b", "no address"),
        ("PUBLIC_BASE", "https://me@facts.example/", "no address"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: object, said: str) -> None:
    with pytest.raises(kb.UsageError) as refused:
        read_settings({name: value})
    assert said in f"{refused.value}"


def test_settings_that_are_nothing_or_small_are_taken() -> None:
    none = {"LONG_QUESTIONS": 0, "KEPT_BYTES": 0, "WAIT_SECONDS": 0, "PROXIES": 0, "PUBLIC_BASE": ""}
    settings, _ = read_settings({**none, "TIMEOUT_SECONDS": 0.25})
    assert (settings.long_questions, settings.kept_bytes, settings.timeout_seconds) == (0, 0, 0.25)
    for address in ("https://facts.example", "http://facts.example:8000/kb/", "https://[2001:db8::1]/"):
        assert read_settings({"PUBLIC_BASE": address})[0].public_base == address


def test_serve_listens_to_its_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("FACTCITE_HOME", str(home))
    monkeypatch.setenv("FACTCITE_MAX_ROWS", "1")
    with served("--port", str(port)) as process:
        assert process.stdout is not None and "11 claims" in process.stdout.readline()
        assert page(port, "/sparql?format=csv&query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D").count("\n") == 2
    monkeypatch.setenv("FACTCITE_MAX_ROWS", "many")
    with served("--port", str(port)) as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (2, "")
    assert "FACTCITE_MAX_ROWS is 'many'" in err and "Traceback" not in err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there is the C library told anything")
def test_memory_is_given_back_where_the_c_library_can_be_told() -> None:
    program = "from webapp.server.process import give_back_memory as f; print(f())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout in ("True\n", "False\n")
