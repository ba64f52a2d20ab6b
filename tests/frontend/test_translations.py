"""Every text that a person reads exists in Vietnamese, with the same placeholders."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.template import engines
from django.template.base import FilterExpression, Node, Variable
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import trim_whitespace
from django.utils.translation.trans_real import translation

PROJECT = Path(__file__).resolve().parents[2]
APPS = ("core", "companies", "tenders", "matching", "fairs", "frontend", "config")
CALLS = {"gettext": 1, "gettext_lazy": 1, "_": 1, "ngettext": 2, "ngettext_lazy": 2}
CONTEXT_CALLS = {"pgettext", "pgettext_lazy"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


# What the plural form of a message says; Vietnamese has one form, which must name what the plural names.
PLURALS: dict[str, str] = {}


def python_messages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [
            one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if name in CALLS and texts:
            if CALLS[name] == 2 and len(texts) > 1:
                PLURALS[texts[0]] = texts[1]
            yield texts[0]
        elif name in CONTEXT_CALLS and len(texts) == 2:
            yield f"{texts[0]}\x04{texts[1]}"


def children(value: object) -> Iterator[Node]:
    """Every node under a template's node, wherever its tag keeps it."""
    if isinstance(value, Node):
        yield value
        for one in vars(value).values():
            yield from children(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from children(one)


def template_messages(path: Path) -> Iterator[str]:
    template = engines["django"].from_string(path.read_text(encoding="utf-8")).template
    for node in children(list(template.nodelist)):
        if isinstance(node, TranslateNode):
            yield from _literal(node.filter_expression, node.message_context)
        elif isinstance(node, BlockTranslateNode):
            singular, plural = (
                trim_whitespace(text) if node.trimmed else text
                for text in (node.render_token_list(part)[0] for part in (node.singular, node.plural or []))
            )
            if plural:
                PLURALS[singular] = plural
            yield _in_context(singular, node.message_context)
        for value in vars(node).values():
            if (
                isinstance(value, FilterExpression)
                and isinstance(value.var, Variable)
                and value.var.translate
            ):
                yield str(value.var.literal)


def _literal(expression: FilterExpression, context: FilterExpression | None) -> Iterator[str]:
    var = expression.var
    text = var if isinstance(var, str) else getattr(var, "literal", None)
    if isinstance(text, str):
        yield _in_context(text, context)


def _in_context(text: str, context: FilterExpression | None) -> str:
    return f"{context.resolve({})}\x04{text}" if context is not None else text


def messages() -> dict[str, str]:
    """Message to the file that speaks it."""
    found: dict[str, str] = {}
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                for text in python_messages(path):
                    found.setdefault(text, str(path.relative_to(PROJECT)))
        for path in sorted((PROJECT / app).rglob("templates/**/*")):
            if path.suffix in {".html", ".txt"}:
                for text in template_messages(path):
                    found.setdefault(text, str(path.relative_to(PROJECT)))
    found.pop("", None)
    return found


def vietnamese(text: str) -> str | None:
    catalogue = translation("vi")._catalog
    for key in (text, (text, 0)):
        try:
            return str(catalogue[key])
        except KeyError:
            continue
    return None


def test_every_message_has_a_vietnamese_translation():
    missing = sorted(f"{path}: {text}" for text, path in messages().items() if vietnamese(text) is None)
    assert missing == []


def test_translations_keep_the_placeholders():
    wrong = []
    for text in messages():
        translated = vietnamese(text)
        if translated is None:
            continue
        said = set(PLACEHOLDER.findall(translated))
        if said != set(PLACEHOLDER.findall(PLURALS.get(text, text))):
            wrong.append((text, translated))
    assert wrong == []
