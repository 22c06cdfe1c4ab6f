#!/usr/bin/env python3
"""Checks that every relative link of every Markdown page resolves, heading included, and that no page names a machine path.

Prints one line a fault; exit 1 if any. Links to other sites are not opened.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
MACHINE_PATH = re.compile(r"(?<![\w.~$}/-])/(?:work|home|root|Users|tmp)/\w")


def text_of(page: Path) -> str:
    """The page without fenced and indented code blocks, and without inline code."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "``", re.sub(r"^ {4}.*$", "", text, flags=re.M))


def headings(page: Path) -> set[str]:
    titles = re.findall(r"^#+ +(.+?) *$", page.read_text(), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
pages = sorted(ROOT / name for name in listed.stdout.splitlines() if name.endswith(".md") and (ROOT / name).exists())
faults, links = [], 0
for page in pages:
    name = page.relative_to(ROOT)
    faults += [f"{name}: names a path of one machine: {hit.group()}…" for hit in MACHINE_PATH.finditer(page.read_text())]
    for target in LINK.findall(text_of(page)):
        if re.match(r"[a-z][a-z+.-]*:", target):
            continue
        links += 1
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.is_relative_to(ROOT) or not there.exists():
            faults.append(f"{name}: {target} leads nowhere")
        elif anchor and anchor not in headings(there):
            faults.append(f"{name}: {target} names no heading of {there.relative_to(ROOT)}")
print("\n".join(faults + [f"lint: {len(pages)} pages, {links} relative links, {len(faults)} faults"]))
sys.exit(1 if faults else 0)
