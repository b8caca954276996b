"""Add icons to the sprite ``aftersales/static/icons.svg``: ``python bin/icons.py FOLDER NAME…``

FOLDER holds Lucide's single files (``icons`` of the npm package lucide-static, which set-up does not need).
Without names every icon of the sprite is drawn anew from the folder.
"""

import re
import sys
from pathlib import Path

SPRITE = Path(__file__).resolve().parents[1] / "aftersales" / "static" / "icons.svg"
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg">\n'
    "<!-- Icons: Lucide (https://lucide.dev), ISC License, Copyright (c) Lucide Contributors. Some icons derive from"
    " Feather, MIT License, Copyright (c) Cole Bemis. Made by bin/icons.py. -->\n"
)


def symbol(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    body = re.sub(r"\s*\n\s*", "", text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")])
    return f'<symbol id="i-{file.stem}" viewBox="0 0 24 24">{body.replace(" />", "/>")}</symbol>\n'


def main(folder: Path, names: list[str]) -> None:
    known = dict(re.findall(r'(?m)^<symbol id="i-([\w-]+)"(.*)$', SPRITE.read_text(encoding="utf-8")))
    symbols = {name: f'<symbol id="i-{name}"{rest}\n' for name, rest in known.items()}
    for name in names or list(known):
        if not (folder / f"{name}.svg").exists():
            sys.exit(f"{folder} has no icon {name}.")
        symbols[name] = symbol(folder / f"{name}.svg")
    SPRITE.write_text(
        HEAD + "".join(symbols[name] for name in sorted(symbols)) + "</svg>\n", encoding="utf-8"
    )


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
