"""The one reader of the environment and of `footnote.toml`. Read once, at a door; what is below is passed its values.

The environment (`FOOTNOTE_LIBRARY` …) goes before the file, and the file before the defaults. Importing this takes half
a second, so the command line does it inside its commands.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path

from pydantic import Field, NonNegativeFloat, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from rag.errors import BadInput
from rag.weights import THRESHOLD

FILE = "footnote.toml"
_PREFIX = "FOOTNOTE_"


class Settings(BaseSettings):
    """All that can be set. A field's name is its key in `footnote.toml`; its variable is `FOOTNOTE_` and the name."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True, populate_by_name=True)

    library: Path = Path("library")
    chroma_url: str = ""  # of a Chroma server; empty: Chroma runs inside the library folder

    # An OpenAI-compatible embeddings endpoint, instead of the model that ships.
    embedding_base_url: str = ""
    embedding_model: str = ""
    embedding_key: SecretStr = SecretStr("")

    # From which probability that it answers a statement is given as the answer; below it, "not in these reports".
    answer_threshold: float = Field(THRESHOLD, ge=0, le=1)
    # Whether the statements of the best passages are read by the cross-encoder, which takes some 30 ms a question.
    cross_encoder: bool = True

    # A language model behind an OpenAI-compatible endpoint. Its variables are the ones the OpenAI SDK knows.
    openai_base_url: str = Field("", validation_alias="OPENAI_BASE_URL")
    openai_model: str = Field("", validation_alias="OPENAI_MODEL")
    openai_api_key: SecretStr = Field(SecretStr(""), validation_alias="OPENAI_API_KEY")
    openai_api_version: str = Field("", validation_alias="OPENAI_API_VERSION")  # given: the address is Azure's
    openai_headers: dict[str, SecretStr] = {}  # sent with each request
    temperature: float = Field(0, ge=0, le=2)
    first_token_seconds: float = Field(30, gt=0)
    idle_seconds: float = Field(20, gt=0)  # between two tokens
    total_seconds: float = Field(120, gt=0)
    prompt_tokens: int = Field(6000, ge=500)  # what a prompt may take; the weakest passages are left out of it
    # Model to what a million tokens cost, of the prompt and of the answer.
    prices: dict[str, tuple[NonNegativeFloat, NonNegativeFloat]] = {}

    # What one file may cost while it is read.
    reader_memory_mb: int = Field(1536, ge=256)
    reader_cpu_seconds: int = Field(120, ge=1)
    reader_wall_seconds: float = Field(300, gt=0)
    reader_file_mb: int = Field(200, ge=1)
    reader_inflated_mb: int = Field(400, ge=1)
    reader_pages: int = Field(3000, ge=1)
    reader_rows: int = Field(100_000, ge=1)

    # The page.
    host: str = "127.0.0.1"
    port: int = Field(7860, ge=1, le=65535)
    max_upload_mb: int = Field(50, ge=1)
    examples: tuple[str, ...] = ()  # questions offered to a first visitor

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings  # what is passed in comes from the file, so the environment goes first


def read_settings(folder: Path = Path()) -> Settings:
    """The settings of the environment and of `footnote.toml` in the folder; `BadInput` names what is wrong in them."""
    path = folder / FILE
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML: {error}.") from error
    for key in written:
        if key not in Settings.model_fields:
            near = difflib.get_close_matches(key, Settings.model_fields, n=1)
            raise BadInput(f'{path}: there is no setting "{key}"' + (f'; did you mean "{near[0]}"?' if near else "."))
    try:
        return Settings(**written)
    except SettingsError as error:
        raise BadInput(f"The environment: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        variable = key if key.isupper() else _PREFIX + key.upper()
        where = variable if variable in os.environ else f"{path}: {key.lower()}"
        raise BadInput(f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}.") from error
