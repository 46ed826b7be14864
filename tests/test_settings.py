from pathlib import Path

import pytest

from rag.errors import BadInput
from rag.settings import read_settings


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FOOTNOTE_LIBRARY", "FOOTNOTE_PORT", "FOOTNOTE_CHROMA_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def written(folder: Path, text: str) -> Path:
    (folder / "footnote.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_or_an_environment_the_defaults_stand(tmp_path: Path) -> None:
    settings = read_settings(tmp_path)
    assert settings.library == Path("library")
    assert settings.port == 7860
    assert settings.examples == ()


def test_the_file_goes_before_the_defaults(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, 'library = "reports"\nexamples = ["How many?", "Why?"]\n'))
    assert settings.library == Path("reports")
    assert settings.examples == ("How many?", "Why?")


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_PORT", "8001")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    settings = read_settings(written(tmp_path, 'port = 8000\nopenai_base_url = "http://127.0.0.1:8/v1"\n'))
    assert settings.port == 8001
    assert settings.openai_base_url == "http://127.0.0.1:9/v1"


def test_an_unknown_key_of_the_file_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r'there is no setting "exmaples"; did you mean "examples"\?'):
        read_settings(written(tmp_path, "exmaples = []\n"))


def test_a_wrong_value_is_named_by_where_it_was_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match=r"footnote\.toml: port: input should be less than or equal to 65535"):
        read_settings(written(tmp_path, "port = 70000\n"))
    monkeypatch.setenv("FOOTNOTE_PORT", "many")
    with pytest.raises(BadInput, match="FOOTNOTE_PORT: input should be a valid integer"):
        read_settings(tmp_path)


def test_a_file_that_is_not_toml_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not valid TOML"):
        read_settings(written(tmp_path, "port 8000\n"))


def test_a_key_is_not_shown_when_settings_are_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-something")
    settings = read_settings(tmp_path)
    assert settings.openai_api_key.get_secret_value() == "sk-something"
    assert "sk-something" not in repr(settings) + settings.model_dump_json()


def test_prices_and_headers_are_tables_of_the_file(tmp_path: Path) -> None:
    tables = '[prices]\n"small-1.5" = [0.4, 1.6]\n[openai_headers]\nX-Team = "hive"\n'
    settings = read_settings(written(tmp_path, tables))
    assert settings.prices == {"small-1.5": (0.4, 1.6)}
    assert settings.openai_headers["X-Team"].get_secret_value() == "hive"
    assert "hive" not in repr(settings) + settings.model_dump_json()  # a header may be a key


def test_a_price_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"footnote\.toml: prices: "):
        read_settings(written(tmp_path, "[prices]\nsmall = [-1, 2]\n"))
