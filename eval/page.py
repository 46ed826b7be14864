"""A kept run as one HTML file or as Markdown, failures first. Needs no network; whatever a report says is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from markupsafe import Markup, escape

from eval.compare import Difference, flip, notes
from eval.gate import Gate, conclusion
from eval.kept import Kept
from eval.report import expected, got, summarise
from eval.run import Result

CSS = Path(__file__).parent / "static" / "report.css"
EACH_CELL = ("cases", "before", "after", "change", "95% interval", "verdict")
# Control characters and direction overrides: they are not seen, and change what is read.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def html(run: Kept, held: Gate | None) -> str:
    """The whole page. `held` is the run held against its baseline, where there is one."""
    return Markup(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<title>{title} · Footnote</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n"
        '<p class="brand">Footnote<sup>1</sup></p>\n<h1>{title}</h1>\n<p class="dim">{name}</p>\n{body}'
        "</main>\n</body>\n</html>\n"
    ).format(
        title=_seen(_title(run)),
        css=Markup(CSS.read_text(encoding="utf-8")),  # noqa: S704 (our own file)
        name=_seen(f"{run.name} · set {run.set}" + "".join(f" · {key} {value}" for key, value in run.settings.items())),
        body=Markup("\n").join(
            [*_verdict(held), _table(*_numbers(run, held)), *_cases(run, held), _passed(run), Markup("")]
        ),
    )


def markdown(run: Kept, held: Gate | None) -> str:
    """A summary to attach to a change: the verdict, the numbers, and the cases that flipped, or that fail."""
    lines = [f"### {_plain(_title(run))}", ""]
    if held:
        lines += [f"- {_plain(line)}" for line in (*conclusion(held), *notes(held.compared)) if line]
        lines += ["", *_md_table(*_numbers(run, held))]
        flips = [
            (_named(new), flip(old, new), got(old.examined.answer), got(new.examined.answer))
            for old, new in held.compared.flips
        ]
        lines += ["", *_md_table(("case", "", "before", "after"), flips)] if flips else []
    else:
        lines += _md_table(*_numbers(run, held))
        failed = [(_named(each), str(each.cause), expected(each), got(each.examined.answer)) for each in _failed(run)]
        lines += ["", *_md_table(("case", "went wrong", "expected", "got"), failed)] if failed else []
    return "\n".join(lines) + "\n"


def _named(result: Result) -> str:
    return f"{result.case.id}: {result.case.question}"


def _title(run: Kept) -> str:
    passed = len(run.results) - len(_failed(run))
    return f"{passed} of {len(run.results)} cases passed ({passed / len(run.results):.1%})"


def _failed(run: Kept) -> list[Result]:
    return [each for each in run.results.values() if each.cause]


def _verdict(held: Gate | None) -> Iterator[Markup]:
    if held is None:
        yield Markup('<p class="note">Held against no baseline: footnote eval bless makes one.</p>')
        return
    first, *rest = conclusion(held)
    yield Markup('<p class="{}"><b>{}</b></p>').format("bad" if held.closed else "good", _seen(first))
    yield from (Markup("<p>{}</p>").format(_seen(line)) for line in rest)
    yield from (Markup('<p class="note">{}</p>').format(_seen(line)) for line in notes(held.compared) if line)


def _numbers(run: Kept, held: Gate | None) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """The head and the rows of the table of numbers: beside the baseline's, or the run's alone."""
    if held:
        return ("", *EACH_CELL), [(each.name, *_row(each)) for each in (held.compared.passed, *held.compared.metrics)]
    metrics = summarise(list(run.results.values()))["metrics"]
    rows = [(name, str(it["n"]), f"{it['mean']:.1%}" if it["n"] else "not measured") for name, it in metrics.items()]
    return ("", "cases", "mean"), rows


def _row(each: Difference) -> tuple[str, ...]:
    interval = f"{each.low * 100:+.1f} to {each.high * 100:+.1f}"
    change = f"{(each.after - each.before) * 100:+.1f}"
    return str(each.n), f"{each.before:.1%}", f"{each.after:.1%}", change, interval, each.verdict


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    def cells(tag: str, row: Sequence[str]) -> Markup:
        return Markup("").join(Markup("<{0}>{1}</{0}>").format(Markup(tag), cell) for cell in row)  # noqa: S704

    body = Markup("\n").join(Markup("<tr>{}</tr>").format(cells("td", row)) for row in rows)
    return Markup(
        '<h2>Numbers</h2>\n<div class="wide"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody></table></div>'
    ).format(cells("th", head), body)


def _cases(run: Kept, held: Gate | None) -> Iterator[Markup]:
    """The cases to look at, worst first: those that must pass, those that passed before, the other failures."""
    before = {old.case.id: old for old, _ in held.compared.flips} if held else {}
    failed = sorted(_failed(run), key=lambda each: (not each.case.must, each.case.id not in before))
    if failed:
        yield Markup("<h2>Failed ({})</h2>").format(len(failed))
        yield from (_case(each, before.get(each.case.id)) for each in failed)
    mended = [(old, new) for old, new in held.compared.flips if new.cause is None] if held else []
    if mended:
        yield Markup("<h2>Failed before, passed now ({})</h2>").format(len(mended))
        yield from (_case(new, old) for old, new in mended)


def _case(now: Result, before: Result | None) -> Markup:
    rows = [("expected", _seen(expected(now)))]
    if before:
        rows.append(("before", _answer(before)))
    rows.append(("now" if before else "got", _answer(now)))
    tags = [*(["must pass"] if now.case.must else []), *(["passed before"] if before and now.cause else [])]
    return Markup(
        '<article class="case"><p><span>{id}</span><b class="{tone}">{cause}</b>{tags}</p>\n'
        '<h3 dir="auto">{asked}</h3>\n<dl>{rows}</dl></article>'
    ).format(
        id=_seen(now.case.id),
        tone="bad" if now.cause else "good",
        cause=_seen(now.cause or "passes"),
        tags=Markup("").join(Markup('<span class="tag">{}</span>').format(tag) for tag in tags),
        asked=_seen(now.case.question),
        rows=Markup("").join(Markup('<dt>{}</dt><dd dir="auto">{}</dd>').format(*row) for row in rows),
    )


def _answer(result: Result) -> Markup:
    cited = result.examined.answer.get("citations") or ()
    quote = Markup("<br><mark>{}</mark>").format(_seen(cited[0]["quote"])) if cited else ""
    return Markup("{}{}").format(_seen(got(result.examined.answer)), quote)


def _passed(run: Kept) -> Markup:
    passed = [each for each in run.results.values() if each.cause is None]
    items = Markup("\n").join(
        Markup('<li dir="auto">{} <span class="dim">{}</span></li>').format(
            _seen(each.case.question), _seen(got(each.examined.answer))
        )
        for each in passed
    )
    return Markup("<h2>Passed ({})</h2>\n<details><summary>Show them</summary><ul>\n{}\n</ul></details>").format(
        len(passed), items
    )


def _seen(text: str) -> Markup:
    return escape(_UNSEEN.sub("", text))


def _md_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *([_plain(cell) for cell in row] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def _plain(text: str) -> str:
    """The text on one line, with nothing in it that Markdown or HTML would act on."""
    line = " ".join(_UNSEEN.sub("", text).split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", line)
