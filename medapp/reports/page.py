"""A document as one HTML file: no script, no other file, clean on A4 when it is printed."""

import base64
import html
from string import Template

from medapp.reports.document import (
    Block,
    Document,
    Drawing,
    Listing,
    Notice,
    Paragraph,
    Picture,
    Pictures,
    Section,
    Table,
)

WORDS = {"grave": "Warning", "caution": "Caution", "info": "To know"}
MOST_LARGE = 2  # pictures in a row that are set large
WIDE = 6  # columns, from which a table is set smaller

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 24px 64px; max-width: 880px; background: #fff; color: #13212b;
  font: 15px/1.5 "Source Sans 3", "Source Sans Pro", "Segoe UI", Roboto, Helvetica, Arial,
  sans-serif; }
h1 { font-size: 27px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 34px 0 8px; padding-bottom: 4px; border-bottom: 1px solid #dce3e7; }
p, ul { margin: 8px 0; }
ul { padding-left: 20px; }
.under { color: #51616b; margin: 0 0 14px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; margin: 14px 0; }
dt { color: #51616b; }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: 12px 0 16px; }
table { border-collapse: collapse; width: 100%; font-size: 14px;
  font-variant-numeric: tabular-nums; }
table.many { font-size: 12.5px; }
caption { caption-side: bottom; text-align: left; color: #51616b; font-size: 13px;
  padding-top: 5px; }
th, td { text-align: right; padding: 5px 8px; border-bottom: 1px solid #dce3e7;
  vertical-align: top; }
th { border-bottom: 1.5px solid #8a98a0; font-weight: 600; vertical-align: bottom; }
th.word, td.word { text-align: left; overflow-wrap: anywhere; min-width: 9em; }
table.many .word { min-width: 6em; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
.note { margin: 8px 0; padding: 7px 12px; border-left: 4px solid #8a98a0; background: #f2f6f8; }
.note.caution { border-color: #b26a00; background: #fdf5e9; }
.note.grave { border-color: #b3261e; background: #fceeed; }
figure { margin: 14px 0; }
figure svg { max-width: 100%; height: auto; }
figcaption { color: #51616b; font-size: 13px; }
.pictures { display: flex; flex-wrap: wrap; gap: 12px; margin: 12px 0; }
.pictures figure { margin: 0; flex: 0 1 calc(50% - 6px); max-width: 420px; }
.pictures.many figure { flex-basis: calc(25% - 9px); }
.pictures img { display: block; width: 100%; height: auto; background: #0b0f12;
  border-radius: 3px; margin-bottom: 4px; }
.pictures figcaption { overflow-wrap: anywhere; }
.pictures figcaption span { display: block; }
footer { margin-top: 40px; color: #51616b; font-size: 13px; border-top: 1px solid #dce3e7;
  padding-top: 8px; }
@page { size: A4; margin: 16mm 15mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 10pt; }
  h1 { font-size: 18pt; }
  h2 { font-size: 13pt; break-after: avoid; }
  table { font-size: 9pt; }
  table.many { font-size: 7.5pt; }
  caption, figcaption, footer { font-size: 8.5pt; }
  .wide { overflow: visible; }
  tr, figure, .note { break-inside: avoid; }
  thead { display: table-header-group; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
PNG = b"\x89PNG"

PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="$policy">
<title>$title</title>
<style>$style</style>
</head>
<body>
<header>
<h1>$title</h1>
<p class="under">$subtitle</p>
<dl>$facts</dl>
</header>
<main>
$sections
</main>
<footer>$subtitle</footer>
</body>
</html>
""")


def write_page(document: Document) -> str:
    """The document as HTML."""
    facts = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>"
        for name, value in document.facts
    )
    return PAGE.substitute(
        title=html.escape(document.title),
        subtitle=html.escape(document.subtitle),
        facts=facts,
        style=STYLE,
        policy=POLICY,
        sections="\n".join(map(_write_section, document.sections)),
    )


def _write_section(section: Section) -> str:
    blocks = "\n".join(map(_write_block, section.blocks))
    return f"<section>\n<h2>{html.escape(section.title)}</h2>\n{blocks}\n</section>"


def _write_block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{html.escape(text)}</p>"
        case Listing(items):
            lines = "".join(f"<li>{html.escape(item)}</li>" for item in items)
            return f"<ul>{lines}</ul>"
        case Notice(level, text):
            word = WORDS[level]
            return f'<p class="note {level}"><strong>{word}.</strong> {html.escape(text)}</p>'
        case Drawing(svg, words):
            drawn = svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(words)}" ', 1)
            return f"<figure>{drawn}<figcaption>{html.escape(words)}</figcaption></figure>"
        case Pictures(items):
            kind = " many" if len(items) > MOST_LARGE else ""
            return f'<div class="pictures{kind}">{"".join(map(_write_picture, items))}</div>'
        case Table():
            return _write_table(block)


def _write_picture(picture: Picture) -> str:
    kind = "png" if picture.content.startswith(PNG) else "jpeg"
    source = f"data:image/{kind};base64,{base64.b64encode(picture.content).decode()}"
    words = html.escape(picture.words)
    lines = "".join(f"<span>{html.escape(line)}</span>" for line in (picture.words, *picture.below))
    image = f'<img src="{source}" alt="{words}">'
    return f"<figure>{image}<figcaption>{lines}</figcaption></figure>"


def _write_table(table: Table) -> str:
    kind = ' class="many"' if len(table.head) >= WIDE else ""
    caption = f"<caption>{html.escape(table.caption)}</caption>" if table.caption else ""
    head = "".join(_write_cell("th", i, cell, table.left) for i, cell in enumerate(table.head))
    rows = "".join(
        f"<tr>{''.join(_write_cell('td', i, cell, table.left) for i, cell in enumerate(row))}</tr>"
        for row in table.rows
    )
    body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="wide"><table{kind}>{caption}{body}</table></div>'


def _write_cell(tag: str, place: int, cell: str, left: int) -> str:
    kind = ' class="word"' if place < left else ""
    return f"<{tag}{kind}>{html.escape(cell)}</{tag}>"
