"""Extracts each plot of a jpegwire-bench --report page into a separate SVG file."""

import os
import re
import textwrap

# The beginning of each plot's title, and the name of its file.
PICTURES = {"Age of a frame": "frame-ages",
            "Frame rate against resolution": "frame-rates",
            "Age against viewers": "age-against-viewers",
            "CPU per frame, by stage": "cpu-by-stage"}
PICTURES_BESIDE_PEERS = {"Age of a frame": "peers-ages", "CPU per frame, by stage": "peers-cpu"}
# Those of a link whose rate changes; a sender that reports no links has only some.
PICTURES_OVER_TIME = {"Rate over time": "step-rate", "Quality over time": "step-quality",
                      "Frame rate over time": "step-frame-rate", "Age over time": "step-age"}

CARD = re.compile(r"<section class='card'><h2>(?P<title>[^<]*)</h2>\n<p class='faint'>(?P<note>[^<]*)</p>\n"
                  r"<svg viewBox='0 0 (?P<width>[\d.]+) (?P<height>[\d.]+)'[^>]*>(?P<plot>.*?)</svg>\n"
                  r"(<div class='legend'>(?P<legend>.*?)</div>\n)?</section>", re.DOTALL)
LEGEND_ENTRY = re.compile(r"<span class='(c\d)'><i></i><span>([^<]*)</span></span>")

MARGIN, TITLE_HEIGHT, NOTE_LINE, LEGEND_LINE = 18, 52, 16, 20  # pixels
NOTE_LETTERS = 90  # per line


def draw_legend(entries, width, top):
    """Returns the drawing and its bottom edge. The width of the text is an estimate."""
    drawing, x, y = "", MARGIN, top
    for colour, name in entries:
        entry_width = 40 + 6.4 * len(name)
        if x > MARGIN and x + entry_width > width:
            x, y = MARGIN, y + LEGEND_LINE
        drawing += (f"<rect x='{x:.0f}' y='{y}' width='11' height='11' rx='3' class='{colour}'/>"
                    f"<text x='{x + 17:.0f}' y='{y + 10}' class='label'>{name}</text>\n")
        x += entry_width
    return drawing, y + LEGEND_LINE if entries else y


def draw_notes(lines):
    return "".join(f"<text x='{MARGIN}' y='{47 + NOTE_LINE * number}'>{line}</text>\n"
                   for number, line in enumerate(lines))


def draw(card, style):
    """Draws its own background, because the page that shows it may be light or dark."""
    width = float(card["width"]) + 2 * MARGIN
    notes = textwrap.wrap(card["note"], NOTE_LETTERS)
    top = TITLE_HEIGHT + NOTE_LINE * (len(notes) - 1)
    legend, bottom = draw_legend(LEGEND_ENTRY.findall(card["legend"] or ""), width, top + float(card["height"]) + 12)
    height = bottom + MARGIN - 6
    return (f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:.0f} {height:.0f}' width='{width:.0f}' "
            f"height='{height:.0f}' role='img' aria-label='{card['title']}' "
            f"style='width: {width:.0f}px; margin: 0; font-family: system-ui, \"Liberation Sans\", sans-serif'>\n"
            f"<style>{style}</style>\n"
            f"<rect x='0.5' y='0.5' width='{width - 1:.0f}' height='{height - 1:.0f}' rx='10' "
            "style='fill: var(--card); stroke: var(--line)'/>\n"
            f"<text x='{MARGIN}' y='28' class='label' style='font-size: 16px; font-weight: 600'>"
            f"{card['title']}</text>\n{draw_notes(notes)}"
            f"<g transform='translate({MARGIN} {top})'>{card['plot']}</g>\n{legend}</svg>\n")


def extract(page, directory, pictures=None):
    """Writes the pictures that the page has to the directory; returns the Markdown that shows them, for a page one
    directory above."""
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    cards = list(CARD.finditer(page))
    lines = []
    for begin, name in (pictures or PICTURES).items():
        card = next((card for card in cards if card["title"].startswith(begin)), None)
        if card is None:
            continue
        with open(f"{directory}/{name}.svg", "w") as file:
            file.write(draw(card, style))
        lines.append(f"![{card['title']}]({os.path.basename(os.path.abspath(directory))}/{name}.svg)")
    return "\n\n".join(lines)
