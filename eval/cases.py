"""The cases of a set: questions with what is known of their answers, one JSON object a line. Nothing is asked here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from rag.errors import BadInput
from rag.filters import first_day, last_day
from rag.types import Asked, Turn


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Value(_Part):
    """The number the answer must give; `tolerance` is the part of it that it may be off by. An empty unit is any."""

    number: float
    unit: str = ""
    tolerance: float = Field(0.0, ge=0)


class Evidence(_Part):
    """A place that supports the answer. `start` and `end` tell apart equal words on one page; no page means any."""

    report: str = Field(min_length=1)
    page: int | None = Field(None, ge=1)
    quote: str = Field(min_length=1)
    start: int | None = None
    end: int | None = None


class Days(_Part):
    """A half-open range of days."""

    start: date
    end: date


class Expect(_Part):
    """What is known of the right answer. What is empty or None is not asked for."""

    status: Literal["answered", "not_found"] = "answered"
    answer: tuple[str, ...] = ()  # any of these
    value: Value | None = None
    evidence: tuple[Evidence, ...] = ()  # any of these
    period: Days | None = None


class Question(BaseModel):
    """What is asked in a case, and all of it that `ask --batch` reads."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    id: str = ""
    question: str = Field(min_length=1)
    history: tuple[Turn, ...] = ()
    as_of: date | None = None
    scope: str = ""
    collection: str = ""
    published_from: Annotated[date, BeforeValidator(first_day)] | None = None
    published_to: Annotated[date, BeforeValidator(last_day)] | None = None


class Case(Question):
    """One question of a set, and what is known of its answer."""

    model_config = ConfigDict(extra="forbid")

    as_of: date  # a set that leaves the day out goes wrong every January
    expect: Expect
    tags: tuple[str, ...] = ()
    must_pass: bool = False

    @property
    def asked(self) -> Asked:
        return Asked(
            self.question,
            self.as_of,
            self.history,
            scope=self.scope,
            id=self.id,
            collection=self.collection,
            published_from=self.published_from,
            published_to=self.published_to,
        )

    @property
    def must(self) -> bool:
        return self.must_pass or "must-pass" in self.tags


def read_cases(path: Path) -> list[Case]:
    """The cases of a set, each with an id of its own; `BadInput` names the line and the field that is wrong."""
    cases: dict[str, Case] = {}
    for number, line in lines_of(path):
        case = parse(Case, number, line)
        if case.id in cases:
            raise BadInput(f'line {number}: id: "{case.id}" is also that of an earlier case.')
        cases[case.id] = case
    if not cases:
        raise BadInput(f"{path} holds no cases.")
    return list(cases.values())


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not empty, with their numbers."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read: {error}.") from error
    # Not splitlines(): JSON may hold other line separators as they are.
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


Kind = TypeVar("Kind", bound=Question)


def parse(kind: type[Kind], number: int, line: str) -> Kind:
    """The case or question on a line; the line's number serves as the id of one that has none."""
    try:
        read = kind.model_validate_json(line)
    except ValidationError as error:
        # An unknown field first: it is often the misspelt name of one that is missing.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        where = ".".join(str(part) for part in first["loc"])
        what = (
            "there is no such field"
            if first["type"] == "extra_forbidden"
            else _lower(first["msg"].removeprefix("Value error, "))
        )
        raise BadInput(f"line {number}: {where + ': ' if where else ''}{what.rstrip('.')}.") from error
    return read if read.id else read.model_copy(update={"id": str(number)})


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
